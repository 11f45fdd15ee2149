// Where the spoken lines of a shot are drawn: one after another, each about as long as it takes to say. This is a
// drawing; whether a line fits is for the core to say.

import type { Language, Line } from "../../backend";
import { RATE } from "../timecode";

/** Letters or signs said in a second at an easy pace. */
const PER_SECOND: Record<Language, number> = { zh: 5.2, yue: 5.5, ja: 6, ko: 7, en: 17, de: 17, fr: 19 };
const LEAD = 0.2;
const PAUSE = 0.3;
const SHORTEST = 0.6;

/** A line and the frames of the take in which it is said. */
export interface SpokenLine {
  readonly line: Line;
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** Seconds that `text` takes in `language`, roughly. */
export function spokenSeconds(text: string, language: Language): number {
  const signs = [...text.normalize("NFC")].filter((sign) => /[\p{L}\p{N}\p{M}]/u.test(sign)).length;
  const pauses = [...text.matchAll(/[,.!?;:，。！？；：、…—]+/gu)].length;
  return Math.max(SHORTEST, signs / PER_SECOND[language] + pauses * 0.2);
}

/** The lines of a shot over its frames. `told` holds the seconds that the core reckons, where it told them. */
export function layLines(lines: readonly Line[], told: readonly number[] = []): SpokenLine[] {
  let at = LEAD;
  return lines.map((line, index) => {
    const from = at;
    at = from + (told[index] ?? spokenSeconds(line.text, line.language));
    const spoken = { line, index, from: Math.round(from * RATE), to: Math.round(at * RATE) };
    at += PAUSE;
    return spoken;
  });
}
