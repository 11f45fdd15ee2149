// Finding and selecting clips.

import type { Clip } from "../../backend";
import { endOf } from "./clips";
import type { Span } from "./scale";

/** The index of the first clip that ends behind `frame`. Clips are in order and never over each other. */
export function firstEndingAfter(clips: readonly Clip[], frame: number): number {
  let low = 0;
  let high = clips.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const clip = clips[middle];
    if (clip && endOf(clip) <= frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The clips of which something lies within `span`. */
export function clipsWithin(clips: readonly Clip[], span: Span): readonly Clip[] {
  const first = firstEndingAfter(clips, span.from);
  let behind = first;
  while (behind < clips.length && (clips[behind]?.start ?? 0) < span.to) behind += 1;
  return clips.slice(first, behind);
}

/** The clip that is seen on `frame`. */
export function clipAt(clips: readonly Clip[], frame: number): Clip | undefined {
  const clip = clips[firstEndingAfter(clips, frame)];
  return clip && clip.start <= frame ? clip : undefined;
}

/** How a click changes what is selected. */
export type Picking = "only" | "toggle" | "range";

/** The selection after a click on `id`. A range goes from `anchor`, the last clip that was clicked without shift. */
export function picked(
  clips: readonly Clip[],
  selected: ReadonlySet<string>,
  id: string,
  how: Picking,
  anchor: string | null,
): ReadonlySet<string> {
  if (how === "only") return new Set([id]);
  if (how === "toggle") {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    return next;
  }
  const from = clips.findIndex((clip) => clip.id === anchor);
  const to = clips.findIndex((clip) => clip.id === id);
  if (from < 0) return new Set([id]);
  return new Set(clips.slice(Math.min(from, to), Math.max(from, to) + 1).map((clip) => clip.id));
}

/** The clip beside the one that was last chosen, for the arrow keys; the first or last where none was. */
export function beside(clips: readonly Clip[], id: string | null, by: 1 | -1): Clip | undefined {
  const index = clips.findIndex((clip) => clip.id === id);
  if (index < 0) return by > 0 ? clips[0] : clips.at(-1);
  return clips[Math.min(clips.length - 1, Math.max(0, index + by))];
}
