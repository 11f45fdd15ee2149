// The marks of the ruler: as many as can be read, at times that people count in.

import { RATE } from "../timecode";
import type { Span } from "./scale";

/** A mark with a time beside it. */
export interface Tick {
  readonly frame: number;
  readonly label: string;
}

/** How far marks are apart, in frames. */
export interface Steps {
  /** Between two times that are written. */
  readonly major: number;
  /** Between two small marks. */
  readonly minor: number;
}

const CHOICES: readonly Steps[] = [
  { major: 5, minor: 1 },
  { major: 10, minor: 1 },
  ...(
    [
      [1, 5],
      [2, 4],
      [4, 4],
      [10, 5],
      [20, 4],
      [30, 6],
      [60, 6],
      [120, 4],
      [300, 5],
      [600, 5],
      [1800, 6],
      [3600, 6],
    ] as const
  ).map(([seconds, parts]) => ({ major: seconds * RATE, minor: (seconds * RATE) / parts })),
];

/** The closest marks whose times stand at least `apart` pixels from one another. */
export function steps(zoom: number, apart = 84): Steps {
  const widest = { major: 3600 * RATE, minor: 600 * RATE };
  return CHOICES.find((choice) => choice.major * zoom >= apart) ?? widest;
}

/** The times to write within `span` (frames), and the one before it, whose text may reach in. */
export function ticks(span: Span, major: number): Tick[] {
  const found: Tick[] = [];
  for (let frame = Math.max(0, Math.floor(span.from / major) * major); frame < span.to; frame += major) {
    found.push({ frame, label: label(frame, major) });
  }
  return found;
}

/** `4s`, `1:04`, `1:00:04`; with frames where the marks are closer than a second: `4s 05`. */
export function label(frame: number, major: number): string {
  const seconds = Math.floor(frame / RATE);
  const frames = frame % RATE;
  const time = clock(seconds);
  return major < RATE ? `${time} ${String(frames).padStart(2, "0")}` : time;
}

function clock(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
