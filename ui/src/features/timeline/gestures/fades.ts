// Pressing the corners of a clip: it comes and goes over as many frames as they are pulled inwards.

import { t } from "../../../i18n";
import { faded, lookOf, type Fade } from "../../../lib/look";
import { seconds } from "../../../lib/timecode";
import { endOf, type Track } from "../../../lib/timeline/clips";
import { snap } from "../../../lib/timeline/snap";
import type { View } from "../../../state/view";
import type { TimelineModel } from "../model";
import { selectClip } from "./clips";
import { dragOverLanes } from "./lanes";

/** A fade of a clip was pressed: the corner that it is pulled by, or the end of a cross-fade. */
export function pressFade(model: TimelineModel, view: View, event: PointerEvent, id: string, fade: Fade): void {
  if (event.button !== 0) return;
  const base: Track = model.track();
  const clip = base.clips.find((one) => one.id === id);
  if (!clip) return;
  if (!view.clips().has(id)) selectClip(model, view, id, "only");
  const from = lookOf(clip)[fade];
  const edge = fade === "fade_out" ? endOf(clip) - from : clip.start + from;
  let look = lookOf(clip);
  dragOverLanes(
    model,
    event,
    {
      move(by, point) {
        const found = snap([edge], Math.round(by / model.zoom()), model.points(new Set([id])), model.zoom());
        const frames = fade === "fade_out" ? from - found.by : from + found.by;
        look = faded(clip, fade, frames);
        const clips = base.clips.map((one) => (one.id === id ? { ...one, look } : one));
        const note = t(fade === "cross_fade" ? "timeline.note_cross" : "timeline.note_fade", { seconds: seconds(look[fade]) });
        model.setPreview({
          track: { track: base.track, clips },
          snappedTo: look[fade] === frames ? found.at : null,
          note: { x: point.x, y: point.y, text: note },
        });
      },
      end: () => void model.commit(look[fade] === from ? [] : [{ kind: "set_look", clips: [id], look }]),
      cancel: () => model.settle(),
    },
    2,
  );
}
