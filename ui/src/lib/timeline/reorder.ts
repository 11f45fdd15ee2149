// Several clips dragged at once: they close up into a block in their order and go to one place.

import type { Clip, TimelineEdit } from "../../backend";
import { endOf, endOfTrack, framesOf, magneticIndex, moved, placed, without, type Track } from "./clips";

/** What a drag of clips has come to. */
export interface Reorder {
  /** The track as it would be. */
  readonly track: Track;
  /** What to ask the core for; nothing where all stays as it is. */
  readonly edits: readonly TimelineEdit[];
}

const sameOrder = (a: readonly Clip[], b: readonly Clip[]) =>
  a.length === b.length && a.every((clip, index) => clip.id === b[index]?.id && clip.start === b[index]?.start);

/** The frame at which a magnetic track takes a clip as the one at `index` of `clips`. */
function frameFor(clips: readonly Clip[], index: number): number {
  return clips[index]?.start ?? endOfTrack(clips);
}

/** Moves the block of `ids` so that its first clip begins at `at`. */
export function reorder(track: Track, ids: ReadonlySet<string>, at: number): Reorder {
  const block = track.clips.filter((clip) => ids.has(clip.id));
  const to = Math.max(0, Math.round(at));
  return track.track === "magnetic" ? reorderMagnetic(track, block, ids, to) : shiftFree(track, block, to);
}

function reorderMagnetic(track: Track, block: readonly Clip[], ids: ReadonlySet<string>, at: number): Reorder {
  const rest = without(track, ids, true).clips;
  const before = rest[magneticIndex(rest, at)]?.id;
  let now = track;
  const edits: TimelineEdit[] = [];
  for (const clip of block) {
    const left = without(now, new Set([clip.id]), true).clips;
    const index = before === undefined ? left.length : left.findIndex((one) => one.id === before);
    const to = frameFor(left, index);
    const next = moved(now, clip.id, to);
    if (!sameOrder(next.clips, now.clips)) edits.push({ kind: "move", clip: clip.id, to });
    now = next;
  }
  return { track: now, edits: sameOrder(now.clips, track.clips) ? [] : edits };
}

/** On a free track the block keeps its shape, as far as there is room. */
function shiftFree(track: Track, block: readonly Clip[], at: number): Reorder {
  const first = block[0];
  if (!first) return { track, edits: [] };
  const by = at - first.start;
  // The clip that leads goes first, so that the block does not push itself.
  let now = track;
  const edits: TimelineEdit[] = [];
  for (const clip of by > 0 ? block.toReversed() : block) {
    const next = moved(now, clip.id, Math.max(0, clip.start + by));
    if (!sameOrder(next.clips, now.clips)) edits.push({ kind: "move", clip: clip.id, to: Math.max(0, clip.start + by) });
    now = next;
  }
  return { track: now, edits: sameOrder(now.clips, track.clips) ? [] : edits };
}

/** A new clip dropped at a frame: the track as it would be, with the clip under the id `ghost`. */
export function inserted(track: Track, shot: string, frames: number, at: number, ghost: string): Track {
  return placed(track, { id: ghost, shot, start: 0, in: 0, out: Math.max(1, frames) }, Math.max(0, Math.round(at)));
}

/** The edit that moves a clip one place earlier or later in the order; null at the end of the row. */
export function stepped(track: Track, id: string, by: 1 | -1): TimelineEdit | null {
  const index = track.clips.findIndex((clip) => clip.id === id);
  const other = track.clips[index + by];
  const clip = track.clips[index];
  if (!clip || !other) return null;
  if (track.track === "free") {
    return { kind: "move", clip: id, to: by < 0 ? other.start : Math.max(0, endOf(other) - framesOf(clip)) };
  }
  const left = without(track, new Set([id]), true).clips;
  return { kind: "move", clip: id, to: frameFor(left, index + by) };
}
