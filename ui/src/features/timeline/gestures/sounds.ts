// Pressing sounds: they move on their track and to others of its kind, each end by itself, and fade.

import { t } from "../../../i18n";
import { seconds, timecode } from "../../../lib/timecode";
import { snap } from "../../../lib/timeline/snap";
import { soundEnd, soundFaded, soundMoved, soundTrimmed } from "../../../lib/timeline/sounds";
import type { View } from "../../../state/view";
import type { TimelineModel } from "../model";
import { dragOverLanes } from "./lanes";

/** What of a sound was pressed. */
export type SoundPart = "whole" | "in" | "out" | "fade_in" | "fade_out";

/** A sound was pressed. `length` is its file's in frames, where it is known. */
export function pressSound(
  model: TimelineModel,
  view: View,
  event: PointerEvent,
  id: string,
  part: SoundPart,
  length: number | null,
): void {
  if (event.button !== 0) return;
  const { tracks } = model.laidOut();
  const track = tracks.find((one) => one.items.some((item) => item.id === id));
  const item = track?.items.find((one) => one.id === id);
  if (!track || !item) return;
  model.setPicked({ kind: "sound", id });
  view.setClips(new Set<string>());
  let put = item;
  let onto = track;
  dragOverLanes(
    model,
    event,
    {
      move(by, point) {
        const far = Math.round(by / model.zoom());
        const points = model.points(new Set([id]));
        let at: number | null = null;
        let text: string;
        if (part === "whole") {
          const row = document.elementFromPoint(point.x, point.y)?.closest<HTMLElement>("[data-track]")?.dataset["track"];
          onto = tracks.find((one) => one.id === row && one.kind === track.kind) ?? onto;
          const found = snap([item.start, soundEnd(item)], far, points, model.zoom());
          put = soundMoved(onto.items, item, item.start + found.by);
          at = put.start === item.start + found.by ? found.at : null;
          text = timecode(put.start);
        } else if (part === "in" || part === "out") {
          const edge = part === "in" ? item.start : soundEnd(item);
          const found = snap([edge], far, points, model.zoom());
          put = soundTrimmed(track.items, item, part, edge + found.by, length);
          at = (part === "in" ? put.start : soundEnd(put)) === edge + found.by ? found.at : null;
          text = t("timeline.note_length", { seconds: seconds(put.out - put.in) });
        } else {
          const isIn = part === "fade_in";
          put = soundFaded(item, isIn ? "in" : "out", isIn ? item.fade_in + far : item.fade_out - far);
          text = t("timeline.note_fade", { seconds: seconds(isIn ? put.fade_in : put.fade_out) });
        }
        model.setPreview({ sound: { track: onto.id, item: put }, snappedTo: at, note: { x: point.x, y: point.y, text } });
      },
      end: () => void model.commit(put === item ? [] : [{ kind: "put_audio", track: onto.id, item: put }]),
      cancel: () => model.settle(),
    },
    part === "whole" ? undefined : 2,
  );
}
