// What is read: captions over the frames of their clip's take. They are written in place.

import { For, Show, createMemo, type JSX } from "solid-js";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { isComposing } from "../../lib/keys";
import { offsetOf } from "../../lib/timeline/pace";
import { run } from "../../state/commands";
import { useView } from "../../state/view";
import { arrowStep } from "./arrows";
import { boxOf } from "./box";
import { pressCaption } from "./gestures/words";
import { useTimeline } from "./model";
import { TextEdit } from "./TextEdit";
import "./CaptionLane.css";

/** Of narrower clips nothing could be read. */
const CLIP_PX = 10;

/** What is read. */
export function CaptionLane(): JSX.Element {
  const model = useTimeline();
  const captionsOf = createMemo(() => {
    const found = new Map<string, string[]>();
    for (const caption of model.told().captions) {
      const known = found.get(caption.clip);
      if (known) known.push(caption.id);
      else found.set(caption.clip, [caption.id]);
    }
    return found;
  });
  const isSpoken = () => model.told().clips.some((clip) => (model.shot(clip.shot)?.shot.lines.length ?? 0) > 0);
  const isEmpty = () => model.told().captions.length === 0;
  return (
    <div class="lane lane-captions">
      <div class="lane-head">
        <span class="lane-name">{t("timeline.captions")}</span>
      </div>
      <div class="lane-body">
        <For each={model.shown()}>
          {(id) => <Show when={captionsOf().get(id)}>{(ids) => <ClipCaptions id={id} captions={ids()} />}</Show>}
        </For>
        <Show when={isEmpty() && isSpoken()}>
          <button type="button" class="caption-offer" onClick={() => void run("timeline.captions")}>
            {t("timeline.captions_offer")}
          </button>
        </Show>
      </div>
    </div>
  );
}

/** The captions of one clip. */
function ClipCaptions(props: { id: string; captions: readonly string[] }): JSX.Element {
  const model = useTimeline();
  const box = boxOf(() => props.id);
  return (
    <Show when={box.width() >= CLIP_PX}>
      <div
        class="captions-of-clip"
        classList={{ "held-with-clip": model.preview()?.held?.ids.has(props.id) ?? false }}
        style={{ transform: `translateX(${box.x()}px)`, width: `${box.width()}px` }}
      >
        <For each={props.captions}>{(id) => <CaptionBox id={id} clip={props.id} room={box.width()} />}</For>
      </div>
    </Show>
  );
}

/** A caption. */
function CaptionBox(props: { id: string; clip: string; room: number }): JSX.Element {
  const view = useView();
  const model = useTimeline();
  const caption = () => {
    const dragged = model.preview()?.caption;
    return dragged?.id === props.id ? dragged : model.told().captions.find((one) => one.id === props.id);
  };
  const at = (frame: number) => {
    const clip = model.clip(props.clip);
    return clip ? model.x(offsetOf(clip, frame)) : 0;
  };
  const left = () => Math.max(0, at(caption()?.from ?? 0));
  const right = () => Math.min(props.room, at(caption()?.to ?? 0));
  const isWriting = () => model.writing() === props.id;
  const isPicked = () => model.picked()?.id === props.id;

  function put(text: string) {
    const now = caption();
    model.setWriting(null);
    if (!now || text === now.text) return;
    void model.commit([text === "" ? { kind: "delete_caption", id: now.id } : { kind: "put_caption", caption: { ...now, text } }]);
  }
  function nudge(by: number) {
    const now = caption();
    if (!now) return;
    const from = Math.max(0, now.from + by);
    const moved = { ...now, from, to: from + now.to - now.from };
    void model.commit([{ kind: "put_caption", caption: moved }], `caption ${now.id}`);
  }
  function press(event: PointerEvent, part: "whole" | "in" | "out") {
    event.stopPropagation();
    if (!isWriting()) pressCaption(model, view, event, props.id, part);
  }

  return (
    <Show when={isWriting() || (right() > 3 && left() < props.room)}>
      <div
        class="caption"
        classList={{ "caption-picked": isPicked(), "caption-writing": isWriting() }}
        style={{ transform: `translateX(${left()}px)`, width: `${Math.max(4, right() - left() - 2)}px` }}
        lang={caption()?.language === "yue" ? "zh-HK" : caption()?.language}
        data-tip={isWriting() ? undefined : caption()?.text}
        role="button"
        tabIndex={0}
        aria-label={t("timeline.caption_label", { text: caption()?.text ?? "" })}
        onPointerDown={(event) => press(event, "whole")}
        onDblClick={() => model.setWriting(props.id)}
        onFocus={() => model.setPicked({ kind: "caption", id: props.id })}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget || isComposing(event)) return;
          const step = arrowStep(event);
          if (step !== 0) return nudge(step);
          if (event.key !== "Enter" && event.key !== "F2") return;
          event.preventDefault();
          event.stopPropagation();
          model.setWriting(props.id);
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          openMenu(
            { x: event.clientX, y: event.clientY },
            [
              { label: t("timeline.write"), run: () => void model.setWriting(props.id) },
              {
                label: t("timeline.remove_caption"),
                tone: "danger",
                run: () => void model.commit([{ kind: "delete_caption", id: props.id }]),
              },
            ],
            t("timeline.captions"),
          );
        }}
      >
        <Show
          when={isWriting()}
          fallback={
            <>
              <span class="caption-text">{caption()?.text}</span>
              <i class="caption-edge caption-edge-in" onPointerDown={(event) => press(event, "in")} />
              <i class="caption-edge caption-edge-out" onPointerDown={(event) => press(event, "out")} />
            </>
          }
        >
          <TextEdit text={caption()?.text ?? ""} label={t("timeline.caption")} done={put} cancel={() => model.setWriting(null)} />
        </Show>
      </div>
    </Show>
  );
}
