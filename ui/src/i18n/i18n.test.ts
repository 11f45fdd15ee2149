import { expect, test } from "vitest";
import en from "./en.json";
import { fill } from "./index";
import zh from "./zh.json";

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((match) => match[1]).sort();

test("both languages say the same things, in the same order of keys", () => {
  expect(Object.keys(zh)).toEqual(Object.keys(en));
});

test("keys are sorted, so that two branches meet in different lines", () => {
  expect(Object.keys(en)).toEqual(Object.keys(en).toSorted());
});

test("no text is empty, and both languages take the same values", () => {
  for (const [key, text] of Object.entries(en)) {
    const chinese = (zh as Record<string, string>)[key] ?? "";
    expect(text.trim(), key).not.toBe("");
    expect(chinese.trim(), key).not.toBe("");
    expect([...new Set(placeholders(chinese))], key).toEqual([...new Set(placeholders(text))]);
  }
});

test("values and plurals are put in", () => {
  expect(fill("{name} has {count|one take|# takes}", { name: "A", count: 1 })).toBe("A has one take");
  expect(fill("{name} has {count|one take|# takes}", { name: "A", count: 3 })).toBe("A has 3 takes");
  expect(fill("{unknown} stays", {})).toBe("{unknown} stays");
});
