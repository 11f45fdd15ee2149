// What is said: the lines of each clip's shot, laid over the time they are expected to take.

import { For, Show, createMemo, type JSX } from "solid-js";
import type { Language } from "../../backend";
import { t } from "../../i18n";
import { offsetOf } from "../../lib/timeline/pace";
import { layLines, type SpokenLine } from "../../lib/timeline/speech";
import { useView } from "../../state/view";
import { boxOf } from "./box";
import { selectClip } from "./gestures/clips";
import { useTimeline } from "./model";
import "./LineLane.css";

/** Of narrower clips nothing could be read. */
const CLIP_PX = 10;
/** Narrower bubbles show nothing but their colour. */
const WORDS_PX = 22;

const TAGS: Record<Language, string> = { zh: "ZH", yue: "YUE", en: "EN", ja: "JA", ko: "KO", de: "DE", fr: "FR" };

/** What is said. */
export function LineLane(): JSX.Element {
  const model = useTimeline();
  return (
    <div class="lane lane-lines">
      <div class="lane-head">
        <span class="lane-name">{t("timeline.lines")}</span>
      </div>
      <div class="lane-body">
        <For each={model.shown()}>{(id) => <ClipLines id={id} />}</For>
      </div>
    </div>
  );
}

/** The lines of one clip. */
function ClipLines(props: { id: string }): JSX.Element {
  const view = useView();
  const model = useTimeline();
  const box = boxOf(() => props.id);
  const clip = () => model.clip(props.id);
  const lines = createMemo(() => {
    const entry = model.shot(clip()?.shot ?? "");
    return entry ? layLines(entry.shot.lines, entry.line_seconds) : [];
  });
  const at = (frame: number) => {
    const now = clip();
    return now ? model.x(offsetOf(now, frame)) : 0;
  };
  const left = (line: SpokenLine) => Math.max(0, at(line.from));
  const right = (line: SpokenLine) => at(line.to);
  /** How far a bubble may grow for its words: to the next one. */
  const room = (line: SpokenLine) => {
    const next = lines()[line.index + 1];
    return Math.max(4, Math.min(box.width(), next ? left(next) - 3 : Infinity) - left(line));
  };
  const said = (line: SpokenLine) => Math.max(4, Math.min(box.width(), right(line)) - left(line));
  const isOver = (line: SpokenLine) => line.to > (clip()?.out ?? 0);
  return (
    <Show when={lines().length > 0 && box.width() >= CLIP_PX}>
      <div
        class="lines-of-clip"
        classList={{ "held-with-clip": model.preview()?.held?.ids.has(props.id) ?? false }}
        style={{ transform: `translateX(${box.x()}px)`, width: `${box.width()}px` }}
      >
        <For each={lines()}>
          {(line) => (
            <Show when={right(line) > 4 && left(line) < box.width()}>
              <div
                class="bubble"
                classList={{ "bubble-over": isOver(line), "bubble-selected": view.clips().has(props.id) }}
                style={{
                  transform: `translateX(${left(line)}px)`,
                  "--said": `${said(line)}px`,
                  "max-width": `${room(line)}px`,
                }}
                lang={line.line.language === "yue" ? "zh-HK" : line.line.language}
                data-tip={isOver(line) ? `${line.line.text}\n${t("timeline.line_over")}` : line.line.text}
                onPointerDown={() => selectClip(model, view, props.id, "only")}
              >
                <Show when={room(line) >= WORDS_PX}>
                  <b>{TAGS[line.line.language]}</b>
                  {line.line.text}
                </Show>
              </div>
            </Show>
          )}
        </For>
      </div>
    </Show>
  );
}
