// Pressing clips: selecting, moving, trimming, rolling, slipping, cutting.

import type { Clip, TimelineEdit } from "../../../backend";
import { t } from "../../../i18n";
import type { DragPoint } from "../../../lib/drag";
import { seconds, timecode } from "../../../lib/timecode";
import {
  endOf,
  framesOf,
  rolled,
  rollLimits,
  slipped,
  trimLimits,
  trimmed,
  type Edge,
  type Track,
} from "../../../lib/timeline/clips";
import { speedOf } from "../../../lib/timeline/pace";
import { picked } from "../../../lib/timeline/pick";
import { reorder } from "../../../lib/timeline/reorder";
import { boundaryNear } from "../../../lib/timeline/scale";
import { snap } from "../../../lib/timeline/snap";
import type { EdgeFrame, View } from "../../../state/view";
import type { TimelineModel } from "../model";
import { dragOverLanes } from "./lanes";

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(value, most));

/** A way in frames with its sign: `+00:00:12`. */
const signed = (frames: number) => `${frames < 0 ? "−" : "+"}${timecode(Math.abs(frames))}`;

const noteAt = (point: DragPoint, text: string) => ({ x: point.x, y: point.y, text });

/** The first and the last frame of a clip, as a drag has made it. */
const firstOf = (clip: Clip): EdgeFrame => ({ shot: clip.shot, frame: clip.in, edge: "in" });
const lastOf = (clip: Clip): EdgeFrame => ({ shot: clip.shot, frame: clip.out - 1, edge: "out" });

/** Selects a clip, and shows its shot. */
export function selectClip(model: TimelineModel, view: View, id: string, how: "only" | "toggle" | "range"): void {
  const clips = model.track().clips;
  view.setClips(picked(clips, view.clips(), id, how, model.anchor()));
  if (how !== "range") model.setAnchor(id);
  model.setPicked(null);
  const clip = model.clip(id);
  // Clips that show a film or a picture from elsewhere have no shot: the one before stays.
  if (clip && view.clips().has(id) && model.shot(clip.shot)) view.setShot(clip.shot);
}

/** A clip was pressed. */
export function pressClip(model: TimelineModel, view: View, event: PointerEvent, id: string): void {
  if (event.button !== 0) return;
  if (model.tool() === "blade") {
    const at = boundaryNear(model.scale(), model.laneX(event.clientX));
    void model.commit([{ kind: "split", at, clip: id }]);
    return;
  }
  if (model.tool() === "slip" || event.altKey) {
    selectClip(model, view, id, "only");
    slip(model, event, id);
    return;
  }
  const mod = event.ctrlKey || event.metaKey;
  if (event.shiftKey) selectClip(model, view, id, "range");
  else if (mod) selectClip(model, view, id, "toggle");
  else if (!view.clips().has(id)) selectClip(model, view, id, "only");
  if (view.clips().has(id)) move(model, view, event, id);
}

/** An end of a clip was pressed. */
export function pressEdge(model: TimelineModel, view: View, event: PointerEvent, id: string, edge: Edge): void {
  if (event.button !== 0) return;
  if (model.tool() === "blade") return pressClip(model, view, event, id);
  const track = model.track();
  const index = track.clips.findIndex((clip) => clip.id === id);
  const left = edge === "out" ? track.clips[index] : track.clips[index - 1];
  const isRoll = model.tool() === "roll" || event.ctrlKey || event.metaKey;
  if (isRoll && left && rollLimits(track, left.id, model.lengths)) return roll(model, event, left.id);
  selectClip(model, view, id, "only");
  trim(model, event, id, edge);
}

function move(model: TimelineModel, view: View, press: PointerEvent, id: string) {
  const base: Track = model.track();
  let edits: readonly TimelineEdit[] = [];
  dragOverLanes(model, press, {
    move(by, point) {
      const ids = view.clips();
      const block = base.clips.filter((clip) => ids.has(clip.id));
      const grabbed = block.findIndex((clip) => clip.id === id);
      const pressed = block[grabbed];
      if (!pressed) return;
      const ahead = block.slice(0, grabbed).reduce((sum, clip) => sum + framesOf(clip), 0);
      const isMagnetic = base.track === "magnetic";
      const start = isMagnetic ? pressed.start - ahead : (block[0]?.start ?? 0);
      const frames = block.reduce((sum, clip) => sum + framesOf(clip), 0);
      const far = Math.round(by / model.zoom());
      const snapped = isMagnetic ? { by: far, at: null } : snap([start, start + frames], far, model.points(ids), model.zoom());
      const at = Math.max(0, start + snapped.by);
      const result = reorder(base, ids, at);
      edits = result.edits;
      const lands = result.track.clips.find((clip) => clip.id === block[0]?.id)?.start ?? at;
      const hangs = isMagnetic ? start * model.zoom() + by : at * model.zoom();
      model.setPreview({
        track: result.track,
        held: { ids, by: Math.round(hangs - lands * model.zoom()) },
        snappedTo: snapped.at,
        note: noteAt(point, timecode(lands)),
      });
    },
    end: () => void model.commit(edits),
    cancel: () => model.settle(),
    click: (point) => {
      // Also where it is selected alone: a range goes from the clip that was last clicked.
      if (!point.shift && !point.mod) selectClip(model, view, id, "only");
    },
  });
}

function trim(model: TimelineModel, press: PointerEvent, id: string, edge: Edge) {
  const base: Track = model.track();
  const clip = base.clips.find((one) => one.id === id);
  const limits = trimLimits(base, id, edge, model.lengths);
  if (!clip || !limits) return;
  const isMagnetic = base.track === "magnetic";
  const from = edge === "in" ? clip.in : clip.out;
  const edgeFrame = edge === "in" ? clip.start : endOf(clip);
  // What closes up behind an edge goes where the edge goes, so it is nothing to snap to.
  const moving = new Set(isMagnetic ? base.clips.map((one) => one.id) : [id]);
  let to = from;
  dragOverLanes(
    model,
    press,
    {
      move(by, point) {
        const snapped = snap([edgeFrame], Math.round(by / model.zoom()), model.points(moving), model.zoom());
        // The hand goes over frames of the timeline, an end of the clip over those of its take.
        const wanted = Math.round(from + snapped.by * speedOf(clip));
        to = clamp(wanted, limits.least, limits.most);
        const track = trimmed(base, id, edge, to, model.lengths);
        const length = framesOf(edge === "in" ? { ...clip, in: to } : { ...clip, out: to });
        const cut = edge === "in" ? framesOf(clip) - length : length - framesOf(clip);
        model.setPreview({
          track,
          shift: edge === "in" && isMagnetic ? Math.round(cut * model.zoom()) : 0,
          edges: track.clips.filter((one) => one.id === id).map(edge === "in" ? firstOf : lastOf),
          snappedTo: to === wanted ? snapped.at : null,
          note: noteAt(point, t("timeline.note_trim", { by: signed(cut), seconds: seconds(length) })),
        });
      },
      end: () => void model.commit(to === from ? [] : [{ kind: "trim", clip: id, edge, to }]),
      cancel: () => model.settle(),
    },
    2,
  );
}

function roll(model: TimelineModel, press: PointerEvent, left: string) {
  const base: Track = model.track();
  const clip = base.clips.find((one) => one.id === left);
  const limits = rollLimits(base, left, model.lengths);
  if (!clip || !limits) return;
  let far = 0;
  dragOverLanes(
    model,
    press,
    {
      move(by, point) {
        const snapped = snap([endOf(clip)], Math.round(by / model.zoom()), model.points(new Set([left])), model.zoom());
        far = clamp(snapped.by, limits.least, limits.most);
        const track = rolled(base, left, far, model.lengths);
        const at = track.clips.findIndex((one) => one.id === left);
        model.setPreview({
          track,
          edges: [...track.clips.slice(at, at + 1).map(lastOf), ...track.clips.slice(at + 1, at + 2).map(firstOf)],
          snappedTo: far === snapped.by ? snapped.at : null,
          note: noteAt(point, t("timeline.note_roll", { by: signed(far) })),
        });
      },
      end: () => void model.commit(far === 0 ? [] : [{ kind: "roll", left, by: far }]),
      cancel: () => model.settle(),
    },
    2,
  );
}

function slip(model: TimelineModel, press: PointerEvent, id: string) {
  const base: Track = model.track();
  const clip = base.clips.find((one) => one.id === id);
  if (!clip) return;
  let far = 0;
  dragOverLanes(model, press, {
    move(by, point) {
      // What is dragged to the right comes later, so the clip begins earlier in its take.
      const track = slipped(base, id, -Math.round((by / model.zoom()) * speedOf(clip)), model.lengths);
      const slid = track.clips.find((one) => one.id === id) ?? clip;
      far = slid.in - clip.in;
      model.setPreview({ track, edges: [firstOf(slid), lastOf(slid)], note: noteAt(point, t("timeline.note_slip", { by: signed(far) })) });
    },
    end: () => void model.commit(far === 0 ? [] : [{ kind: "slip", clip: id, by: far }]),
    cancel: () => model.settle(),
  });
}
