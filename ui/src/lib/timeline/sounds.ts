// The rules of the music and voice tracks: sounds keep to their file and never lie over each other.

import type { AudioItem } from "../../backend";

/** How many frames of the timeline a sound takes. */
export const soundFrames = (item: AudioItem): number => item.out - item.in;

/** The frame of the timeline behind a sound's last. */
export const soundEnd = (item: AudioItem): number => item.start + soundFrames(item);

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(value, most));

/** Whether `item` can lie where it is beside the others. */
export function isFree(items: readonly AudioItem[], item: AudioItem): boolean {
  return items.every((other) => other.id === item.id || other.start >= soundEnd(item) || soundEnd(other) <= item.start);
}

/** The sound moved so that it begins at `to`, or as near to that as there is room between the others. */
export function soundMoved(items: readonly AudioItem[], item: AudioItem, to: number): AudioItem {
  const frames = soundFrames(item);
  const wanted = Math.max(0, Math.round(to));
  const others = items.filter((other) => other.id !== item.id).toSorted((a, b) => a.start - b.start);
  let best: number | null = null;
  let free = 0;
  for (const next of [...others.map((other) => other.start), Infinity]) {
    if (next - free >= frames) {
      const start = clamp(wanted, free, next - frames);
      if (best === null || Math.abs(start - wanted) < Math.abs(best - wanted)) best = start;
    }
    const behind = others.find((other) => other.start === next);
    if (behind) free = Math.max(free, soundEnd(behind));
  }
  return { ...item, start: best ?? free };
}

/** The sound with an end put at a frame of the timeline. `length` is the file's, in frames, where it is known. */
export function soundTrimmed(
  items: readonly AudioItem[],
  item: AudioItem,
  edge: "in" | "out",
  to: number,
  length: number | null,
): AudioItem {
  const others = items.filter((other) => other.id !== item.id);
  if (edge === "in") {
    const before = Math.max(0, ...others.filter((other) => other.start < item.start).map(soundEnd));
    const start = clamp(Math.round(to), Math.max(before, item.start - item.in), soundEnd(item) - 1);
    return withFades({ ...item, start, in: item.in + start - item.start });
  }
  const behind = Math.min(Infinity, ...others.filter((other) => other.start > item.start).map((other) => other.start));
  const most = Math.min(behind, item.start + (Math.max(length ?? item.out, item.out) - item.in));
  const end = clamp(Math.round(to), item.start + 1, most);
  return withFades({ ...item, out: item.in + end - item.start });
}

/** The sound with a fade of `frames`; both fades together are never longer than the sound. */
export function soundFaded(item: AudioItem, edge: "in" | "out", frames: number): AudioItem {
  const other = edge === "in" ? item.fade_out : item.fade_in;
  const length = clamp(Math.round(frames), 0, soundFrames(item) - other);
  return edge === "in" ? { ...item, fade_in: length } : { ...item, fade_out: length };
}

function withFades(item: AudioItem): AudioItem {
  const frames = soundFrames(item);
  const fade_in = Math.min(item.fade_in, frames);
  return { ...item, fade_in, fade_out: Math.min(item.fade_out, frames - fade_in) };
}
