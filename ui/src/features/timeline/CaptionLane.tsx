// What is read: captions over the frames of their clip's take. They are written in place.

import { For, Show, createMemo, type JSX } from "solid-js";
import type { Caption } from "../../backend";
import { openMenu, type MenuEntry } from "../../components/Menu";
import { t } from "../../i18n";
import { isComposing } from "../../lib/keys";
import { endOf } from "../../lib/timeline/clips";
import { frameAfter, offsetOf } from "../../lib/timeline/pace";
import { clipAt } from "../../lib/timeline/pick";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { arrowStep, movedBy, type Moved } from "./arrows";
import { boxOf } from "./box";
import { pressCaption } from "./gestures/words";
import { captionLines, writeCaption } from "./make";
import { useTimeline } from "./model";
import { TextEdit } from "./TextEdit";
import "./CaptionLane.css";

/** Of narrower clips nothing could be read. */
const CLIP_PX = 10;

/** What is read. */
export function CaptionLane(): JSX.Element {
  const studio = useStudio();
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
      <div
        class="lane-body"
        onDblClick={(event) => {
          if (event.target !== event.currentTarget) return;
          const frame = Math.floor((model.laneX(event.clientX) + model.scroll()) / model.zoom());
          const clip = clipAt(model.told().clips, frame);
          if (clip) void writeCaption(studio, model, clip, frame);
        }}
      >
        <For each={model.shown()}>
          {(id) => <Show when={captionsOf().get(id)}>{(ids) => <ClipCaptions id={id} captions={ids()} />}</Show>}
        </For>
        <Show when={isEmpty() && isSpoken()}>
          <button type="button" class="caption-offer" onClick={() => void captionLines(studio, model, model.told().clips)}>
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
  /** Moves it, or one of its ends. What is held down is one step of undo. */
  function nudge(by: number, what: Moved) {
    const now = caption();
    if (!now) return;
    const from = Math.max(0, now.from + by);
    if (what === "whole") change({ from, to: from + now.to - now.from });
    else if (what === "in") change({ from: Math.min(from, now.to - 1) });
    else change({ to: Math.max(now.from + 1, now.to + by) });
  }
  function change(to: Partial<Caption>) {
    const now = caption();
    if (!now) return;
    const put = { ...now, ...to };
    // Drawn at once: a key that is held down goes on from there, not from what the core has told.
    model.setPreview({ caption: put });
    void model.commit([{ kind: "put_caption", caption: put }], `caption ${now.id}`);
  }
  /** The frame of the take below the playhead; null beside the clip. */
  const underPlayhead = () => {
    const clip = model.clip(props.clip);
    const at = view.playhead();
    return clip && clip.start <= at && at <= endOf(clip) ? frameAfter(clip, at - clip.start) : null;
  };
  const menu = (): MenuEntry[] => {
    const now = caption();
    const at = underPlayhead();
    return [
      { label: t("timeline.write"), hint: "↵", run: () => void model.setWriting(props.id) },
      {
        label: t("timeline.caption_from_here"),
        hint: "Alt ← →",
        disabled: !now || at === null || at >= now.to,
        run: () => at !== null && change({ from: at }),
      },
      {
        label: t("timeline.caption_to_here"),
        hint: "Ctrl ← →",
        disabled: !now || at === null || at <= now.from,
        run: () => at !== null && change({ to: at }),
      },
      "rule",
      {
        label: t("timeline.remove_caption"),
        tone: "danger",
        hint: "Del",
        run: () => void model.commit([{ kind: "delete_caption", id: props.id }]),
      },
    ];
  };
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
        aria-description={t("timeline.caption_keys")}
        data-testid="caption"
        onPointerDown={(event) => press(event, "whole")}
        onDblClick={() => model.setWriting(props.id)}
        onFocus={() => model.setPicked({ kind: "caption", id: props.id })}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget || isComposing(event)) return;
          const step = arrowStep(event, "edges");
          if (step !== 0) return nudge(step, movedBy(event));
          if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
            event.preventDefault();
            event.stopPropagation();
            return openMenu(event.currentTarget, menu(), t("timeline.captions"));
          }
          if (event.key !== "Enter" && event.key !== "F2") return;
          event.preventDefault();
          event.stopPropagation();
          model.setWriting(props.id);
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          openMenu({ x: event.clientX, y: event.clientY }, menu(), t("timeline.captions"));
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
