import { expect, test } from "vitest";
import { beginning, shotTitle } from "./shots";

const shot = (description: string, title: string | null = null) => ({ title, shot: { description, lines: [], sound: null } });

test("a title counts, then the first sentence, then the number alone", () => {
  expect(shotTitle(shot("A pony. It runs.", "Opening"), 2)).toBe("2 · Opening");
  expect(shotTitle(shot("A pony. It runs.", "  "), 2)).toBe("2 · A pony");
  expect(shotTitle(shot("一匹小马在奔跑。天亮了。"), 3)).toBe("3 · 一匹小马在奔跑");
  expect(shotTitle(shot(" "), 4)).toContain("4");
});

test("a sentence ends behind a word and not in a number; a long one is cut between letters", () => {
  expect(beginning("A 2.5 m pony waits\nfor rain")).toBe("A 2.5 m pony waits");
  expect(beginning("Why?")).toBe("Why");
  expect([...beginning("𠀀".repeat(60))]).toHaveLength(48);
});
