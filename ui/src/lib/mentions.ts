// Characters are named by @name in a description or as a speaker.

import type { Character } from "../backend";

interface Words {
  description: string;
  lines: readonly { speaker: string | null }[];
}

/** The names of the characters that `words` speak of, in the order of the cast. */
export function namesIn(words: Words, cast: readonly Character[]): string[] {
  const speakers = words.lines.map((line) => bare(line.speaker ?? ""));
  return cast
    .map((character) => character.name)
    .filter((name) => speakers.includes(name.toLowerCase()) || mentions(words.description, name));
}

/** Whether a text speaks of @name, and not of a longer name that begins so. */
export function mentions(text: string, name: string): boolean {
  const wanted = `@${name.toLowerCase()}`;
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    const next = lower[at + wanted.length];
    if (next === undefined || !/[\p{L}\p{N}_]/u.test(next) || /\p{Script=Han}/u.test(next)) return true;
  }
  return false;
}

const bare = (speaker: string) => speaker.trim().replace(/^@/, "").toLowerCase();

/** The beginning of a name that stands right before `caret`, and where it begins; null where there is none. */
export function beginning(text: string, caret: number): { from: number; typed: string } | null {
  const before = text.slice(0, caret);
  const match = /@([\p{L}\p{N}_-]{0,30})$/u.exec(before);
  return match ? { from: match.index, typed: (match[1] ?? "").toLowerCase() } : null;
}

/** The characters whose name begins with what was typed, at most six. */
export function matching(cast: readonly Character[], typed: string): Character[] {
  return cast.filter((character) => character.name.toLowerCase().startsWith(typed)).slice(0, 6);
}
