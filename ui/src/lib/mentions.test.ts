import { expect, test } from "vitest";
import type { Character } from "../backend";
import { beginning, matching, mentions, namesIn } from "./mentions";

const cast = ["Poppy", "Pop", "小红"].map(
  (name): Character => ({ id: name, name, picture: null, voice: "", prompt: "" }),
);

test("names are found whole, in any script", () => {
  expect(mentions("@Poppy runs", "Poppy")).toBe(true);
  expect(mentions("@Poppy runs", "Pop")).toBe(false);
  expect(mentions("@poppy.", "Poppy")).toBe(true);
  expect(mentions("看@小红跑", "小红")).toBe(true);
  expect(mentions("Poppy runs", "Poppy")).toBe(false);
});

test("speakers count with and without the sign", () => {
  const words = { description: "", lines: [{ speaker: "@Pop" }, { speaker: "小红" }, { speaker: null }] };
  expect(namesIn(words, cast)).toEqual(["Pop", "小红"]);
});

test("what is being typed before the caret is offered", () => {
  expect(beginning("see @po now", 7)).toEqual({ from: 4, typed: "po" });
  expect(beginning("see @", 5)).toEqual({ from: 4, typed: "" });
  expect(beginning("see po", 6)).toBeNull();
  expect(matching(cast, "po").map((character) => character.name)).toEqual(["Poppy", "Pop"]);
});
