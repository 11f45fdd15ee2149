// Where the spoken lines of a shot are drawn: one after another, each as long as the core reckons that it takes to say.

import type { Line } from "../../backend";
import { RATE } from "../timecode";

/** Before the first word and between two lines, in seconds: as the core lays captions. */
const LEAD = 0.2;
const PAUSE = 0.3;

/** A line and the frames of the take in which it is said. */
export interface SpokenLine {
  readonly line: Line;
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** The lines of a shot over its frames. `seconds` is what the core reckons for each; lines without words are left out. */
export function layLines(lines: readonly Line[], seconds: readonly number[]): SpokenLine[] {
  const said = lines
    .map((line, at) => ({ line, seconds: seconds[at] ?? 0 }))
    .filter(({ line }) => line.text.trim() !== "");
  let at = LEAD;
  return said.map(({ line, seconds: takes }, index) => {
    const from = at;
    at = from + takes;
    const spoken = { line, index, from: Math.round(from * RATE), to: Math.round(at * RATE) };
    at += PAUSE;
    return spoken;
  });
}
