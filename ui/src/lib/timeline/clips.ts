// The rules of the main track, the same as the core's: what a clip may show, where it comes to lie. A drag is drawn by
// these while it lasts; when it ends, the core does the edit and has the last word.

import type { Clip, Timeline } from "../../backend";
import { earliest, frameAfter, framesOf, framesTo, latest } from "./pace";

export { framesOf };

/** Clips in order, and whether the track closes its gaps. Captions lie on their clip's take, so they need no rules here. */
export interface Track {
  readonly track: Timeline["track"];
  readonly clips: readonly Clip[];
}

/** How many frames the take has that is seen of a shot, or is expected to have; undefined where there is no such shot. */
export type Lengths = (shot: string) => number | undefined;

/** An end of a clip. */
export type Edge = "in" | "out";

/** The frame of the timeline behind a clip's last. */
export const endOf = (clip: Clip): number => clip.start + framesOf(clip);

/** The frame behind the last one of the track. */
export const endOfTrack = (clips: readonly Clip[]): number => {
  const last = clips.at(-1);
  return last ? endOf(last) : 0;
};

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(value, most));

/** Lets each clip begin where the one before it ends. Clips that do so already stay the same objects. */
export function closed(clips: readonly Clip[]): Clip[] {
  let end = 0;
  return clips.map((clip) => {
    const settled = clip.start === end ? clip : { ...clip, start: end };
    end = endOf(settled);
    return settled;
  });
}

function settled(track: Track, clips: readonly Clip[]): Track {
  return { track: track.track, clips: track.track === "magnetic" ? closed(clips) : clips };
}

/** The track with `clips` taken away. On a free track `close` says whether what comes behind closes up. */
export function without(track: Track, ids: ReadonlySet<string>, close: boolean): Track {
  let gone = 0;
  const kept: Clip[] = [];
  for (const clip of track.clips) {
    if (ids.has(clip.id)) gone += framesOf(clip);
    else kept.push(close && gone > 0 ? { ...clip, start: clip.start - gone } : clip);
  }
  return settled(track, kept);
}

/**
 * The place in the order where something dropped at `at` goes on a magnetic track: before the first clip whose middle is
 * right of it.
 */
export function magneticIndex(clips: readonly Clip[], at: number): number {
  const index = clips.findIndex((clip) => clip.start * 2 + framesOf(clip) > at * 2);
  return index < 0 ? clips.length : index;
}

/** Puts a clip, which is not on the track, at a frame. */
export function placed(track: Track, clip: Clip, at: number): Track {
  if (track.track === "magnetic") {
    return { track: track.track, clips: closed(track.clips.toSpliced(magneticIndex(track.clips, at), 0, clip)) };
  }
  // Inside another clip it goes to that one's nearer end; what is in the way moves right, no further than it must.
  const under = track.clips.find((other) => other.start < at && at < endOf(other));
  const start = under ? ((at - under.start) * 2 < framesOf(under) ? under.start : endOf(under)) : at;
  const index = track.clips.findIndex((other) => other.start >= start);
  const clips = track.clips.toSpliced(index < 0 ? track.clips.length : index, 0, { ...clip, start });
  return { track: track.track, clips: parted(clips) };
}

/** Moves clips that lie over the one before them right, as far as they must. */
function parted(clips: readonly Clip[]): Clip[] {
  let end = 0;
  return clips.map((other) => {
    const moved = other.start < end ? { ...other, start: end } : other;
    end = endOf(moved);
    return moved;
  });
}

/** Moves a clip to a frame, as {@link placed} on a track without it. */
export function moved(track: Track, id: string, to: number): Track {
  const clip = track.clips.find((one) => one.id === id);
  if (!clip) return track;
  return placed(without(track, new Set([id]), false), clip, to);
}

/** How far the ends of a clip can move outwards before they meet another clip. */
function room(track: Track, index: number): { before: number; behind: number } {
  if (track.track === "magnetic") return { before: Infinity, behind: Infinity };
  const clip = track.clips[index];
  if (!clip) return { before: 0, behind: 0 };
  const before = track.clips[index - 1];
  const behind = track.clips[index + 1];
  return {
    before: clip.start - (before ? endOf(before) : 0),
    behind: behind ? behind.start - endOf(clip) : Infinity,
  };
}

/** The frames of the take that an end of a clip can be put at: both belong to the range. */
export function trimLimits(track: Track, id: string, edge: Edge, lengths: Lengths): { least: number; most: number } | null {
  const index = track.clips.findIndex((one) => one.id === id);
  const clip = track.clips[index];
  const length = clip && lengths(clip.shot);
  if (!clip || length === undefined) return null;
  const { before, behind } = room(track, index);
  if (edge === "in") return { least: earliest(clip, before), most: clip.out - 1 };
  return { least: clip.in + 1, most: Math.min(Math.max(length, clip.out), latest(clip, behind)) };
}

/** Moves an end of a clip to a frame of its take. A magnetic track closes up or makes room. */
export function trimmed(track: Track, id: string, edge: Edge, to: number, lengths: Lengths): Track {
  const limits = trimLimits(track, id, edge, lengths);
  if (!limits) return track;
  const at = clamp(to, limits.least, limits.most);
  const clips = track.clips.map((clip) => {
    if (clip.id !== id) return clip;
    if (edge === "out") return { ...clip, out: at };
    // The end of the clip stays where it is.
    const shorter = { ...clip, in: at };
    return { ...shorter, start: Math.max(0, endOf(clip) - framesOf(shorter)) };
  });
  return settled(track, clips);
}

/** How far the cut behind a clip can be rolled, in frames of the timeline, or null where there is no cut. */
export function rollLimits(track: Track, left: string, lengths: Lengths): { least: number; most: number } | null {
  const index = track.clips.findIndex((one) => one.id === left);
  const before = track.clips[index];
  const behind = track.clips[index + 1];
  if (!before || !behind || behind.start !== endOf(before)) return null;
  const known = lengths(before.shot);
  if (known === undefined) return null;
  // As far as both clips keep a frame, and neither leaves its take.
  const more = framesTo(before, Math.max(known, before.out)) - framesOf(before);
  const start = framesTo({ ...behind, in: 0 }, behind.in);
  return {
    least: Math.min(0, -Math.min(framesOf(before) - 1, start)),
    most: Math.max(0, Math.min(more, framesOf(behind) - 1)),
  };
}

/** Moves the cut between a clip and the next. Where one runs slower than it was taken, to the nearest of its frames. */
export function rolled(track: Track, left: string, by: number, lengths: Lengths): Track {
  const limits = rollLimits(track, left, lengths);
  const index = track.clips.findIndex((one) => one.id === left);
  const before = track.clips[index];
  const behind = track.clips[index + 1];
  if (!limits || !before || !behind) return track;
  const length = Math.max(lengths(before.shot) ?? 0, before.out);
  const cut = frameAfter(before, framesOf(before) + clamp(by, limits.least, limits.most));
  const shorter = { ...before, out: clamp(cut, before.in + 1, length) };
  const start = endOf(shorter);
  const far = start - endOf(before);
  const first = far < 0 ? earliest(behind, -far) : frameAfter(behind, far);
  const longer = { ...behind, in: Math.min(first, behind.out - 1), start };
  return settled(track, parted(track.clips.toSpliced(index, 2, shorter, longer)));
}

/** How far a clip can be slipped, in frames of its take. */
export function slipLimits(track: Track, id: string, lengths: Lengths): { least: number; most: number } | null {
  const clip = track.clips.find((one) => one.id === id);
  const length = clip && lengths(clip.shot);
  if (!clip || length === undefined) return null;
  return { least: 0 - clip.in, most: Math.max(length, clip.out) - clip.out };
}

/** Shows another part of the take, at the same place and length. */
export function slipped(track: Track, id: string, by: number, lengths: Lengths): Track {
  const limits = slipLimits(track, id, lengths);
  if (!limits) return track;
  const far = clamp(by, limits.least, limits.most);
  const clips = track.clips.map((clip) => {
    if (clip.id !== id) return clip;
    const slid = { ...clip, in: clip.in + far };
    return { ...slid, out: clamp(frameAfter(slid, framesOf(clip)), slid.in + 1, clip.out + limits.most) };
  });
  return settled(track, parted(clips));
}

/** Lets clips run faster or slower. They show the same part of their takes. */
export function paced(track: Track, ids: ReadonlySet<string>, speed: number): Track {
  return settled(track, parted(track.clips.map((clip) => (ids.has(clip.id) ? { ...clip, speed } : clip))));
}

/** The clip that has `at` inside it, so that it can be cut there. */
export function cutAt(clips: readonly Clip[], at: number): Clip | undefined {
  return clips.find((clip) => clip.start < at && at < endOf(clip));
}

/** Cuts the clip at a frame in two; `id` names the right half. */
export function split(track: Track, at: number, id: string): Track {
  const cut = cutAt(track.clips, at);
  if (!cut || cut.out - cut.in < 2) return track;
  const clips = track.clips.flatMap((clip) => {
    if (clip !== cut) return [clip];
    const inside = clamp(frameAfter(clip, at - clip.start), clip.in + 1, clip.out - 1);
    const left = { ...clip, out: inside };
    return [left, { ...clip, id, start: endOf(left), in: inside }];
  });
  return settled(track, parted(clips));
}

/** Puts a copy of a clip behind it. */
export function duplicated(track: Track, id: string, copy: string): Track {
  const index = track.clips.findIndex((one) => one.id === id);
  const clip = track.clips[index];
  if (!clip) return track;
  const twin = { ...clip, id: copy, start: endOf(clip) };
  if (track.track === "free") return placed(track, twin, twin.start);
  return { track: track.track, clips: closed(track.clips.toSpliced(index + 1, 0, twin)) };
}

/** Makes the track magnetic, which closes its gaps, or free. */
export function switched(track: Track, to: Track["track"]): Track {
  return settled({ track: to, clips: track.clips }, track.clips);
}

/** What of a gap can be seen: an empty stretch between clips of a free track. */
export interface EmptySpan {
  readonly start: number;
  readonly frames: number;
  /** The clip before it, whose last frame a new shot could begin with. */
  readonly before: string | null;
}

/** The gaps of a free track. */
export function gaps(track: Track): EmptySpan[] {
  if (track.track === "magnetic") return [];
  const found: EmptySpan[] = [];
  let end = 0;
  let before: string | null = null;
  for (const clip of track.clips) {
    if (clip.start > end) found.push({ start: end, frames: clip.start - end, before });
    end = endOf(clip);
    before = clip.id;
  }
  return found;
}
