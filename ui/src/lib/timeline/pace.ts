// Frames of a take against frames of the timeline, where a clip runs faster or slower than it was taken: the core's rules.
//
// Frame f of a take that runs s times as fast is at frame round(f / s) of a timeline that began with its first one. A clip
// takes as many frames as lie between those of its ends.

import type { Clip } from "../../backend";

/** The slowest and the fastest that a clip can run. */
export const SPEEDS = { least: 0.1, most: 10 };

/** The part of a clip that its pace follows from. */
export type Paced = Pick<Clip, "in" | "out" | "speed">;

/** How fast a clip runs: 2 is twice as fast as it was taken. */
export const speedOf = (clip: Pick<Clip, "speed">): number => clip.speed ?? 1;

const at = (frame: number, { speed = 1 }: Pick<Clip, "speed">) => Math.round(frame / speed);

/** How many frames of the timeline a clip takes. */
export function framesOf(clip: Paced): number {
  return clip.in >= clip.out ? 0 : Math.max(1, at(clip.out, clip) - at(clip.in, clip));
}

/** How many frames of the timeline lie between a clip's first and this frame of its take; negative for one before it. */
export const offsetOf = (clip: Paced, frame: number): number => at(frame, clip) - at(clip.in, clip);

/** As {@link offsetOf}, 0 for a frame before the clip's first. */
export const framesTo = (clip: Paced, frame: number): number => Math.max(0, offsetOf(clip, frame));

/** The frame of its take that is seen so many frames of the timeline behind a clip's first. */
export function frameAfter(clip: Paced, frames: number): number {
  const near = Math.round(clip.in + frames * speedOf(clip));
  // Rounding twice may miss by one.
  let best = near;
  for (const other of [Math.max(0, near - 1), near + 1]) {
    if (Math.abs(framesTo(clip, other) - frames) < Math.abs(framesTo(clip, best) - frames)) best = other;
  }
  return best;
}

/** The earliest frame of its take that a clip can begin with, where it may take so many frames more of the timeline. */
export function earliest(clip: Paced, room: number): number {
  if (room === Infinity) return 0;
  const first = Math.max(0, clip.in - Math.ceil(room * speedOf(clip)) - 1);
  for (let frame = first; frame < Math.min(first + 3, clip.in); frame += 1) {
    if (at(clip.in, clip) - at(frame, clip) <= room) return frame;
  }
  return clip.in;
}

/** The last frame of its take that a clip can end before, where it may take so many frames more of the timeline. */
export function latest(clip: Paced, room: number): number {
  if (room === Infinity) return Infinity;
  const last = clip.out + Math.ceil(room * speedOf(clip)) + 1;
  for (let frame = last; frame >= Math.max(clip.out, last - 2); frame -= 1) {
    if (at(frame, clip) - at(clip.out, clip) <= room) return frame;
  }
  return clip.out;
}
