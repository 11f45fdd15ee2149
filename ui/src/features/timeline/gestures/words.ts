// Pressing captions: they move over their take, and each end by itself.

import type { Caption } from "../../../backend";
import { offsetOf, speedOf } from "../../../lib/timeline/pace";
import { snap } from "../../../lib/timeline/snap";
import type { View } from "../../../state/view";
import type { TimelineModel } from "../model";
import { dragOverLanes } from "./lanes";

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(value, most));

/** A caption or one of its ends was pressed. */
export function pressCaption(
  model: TimelineModel,
  view: View,
  event: PointerEvent,
  id: string,
  part: "whole" | "in" | "out",
): void {
  if (event.button !== 0) return;
  const caption = model.laidOut().captions.find((one) => one.id === id);
  const clip = caption && model.clip(caption.clip);
  if (!caption || !clip) return;
  const length = Math.max(model.lengths(clip.shot) ?? 0, clip.out);
  /** Frames of the take, where they lie on the timeline, and back. */
  const onTimeline = (frame: number) => clip.start + offsetOf(clip, frame);
  const inTake = (frame: number) => Math.round(clip.in + (frame - clip.start) * speedOf(clip));
  model.setPicked({ kind: "caption", id });
  view.setClips(new Set<string>());
  if (model.shot(clip.shot)) view.setShot(clip.shot);
  let put: Caption = caption;
  dragOverLanes(
    model,
    event,
    {
      move(by) {
        const edges = part === "whole" ? [caption.from, caption.to] : [part === "in" ? caption.from : caption.to];
        const far = Math.round(by / model.zoom());
        const found = snap(edges.map(onTimeline), far, model.points(new Set([id])), model.zoom());
        if (part === "whole") {
          const from = clamp(inTake(onTimeline(caption.from) + found.by), 0, length - (caption.to - caption.from));
          put = { ...caption, from, to: from + caption.to - caption.from };
        } else if (part === "in") put = { ...caption, from: clamp(inTake(onTimeline(caption.from) + found.by), 0, caption.to - 1) };
        else put = { ...caption, to: clamp(inTake(onTimeline(caption.to) + found.by), caption.from + 1, length) };
        model.setPreview({ caption: put, snappedTo: found.at });
      },
      end: () => {
        const isSame = put.from === caption.from && put.to === caption.to;
        void model.commit(isSame ? [] : [{ kind: "put_caption", caption: put }]);
      },
      cancel: () => model.settle(),
    },
    part === "whole" ? undefined : 2,
  );
}
