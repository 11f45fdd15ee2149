import { expect, test } from "vitest";
import { Echoes } from "./echoes";

test("what was sent is no news, also when answers cross", () => {
  const echoes = new Echoes();
  for (const text of ["a", "ab", "abc"]) echoes.send(text);
  expect(echoes.isNews("ab")).toBe(false);
  expect(echoes.isNews("abc")).toBe(false);
  expect(echoes.isNews("abc")).toBe(false);
});

test("undo, and whatever others change, is news", () => {
  const echoes = new Echoes();
  echoes.send("a");
  echoes.send("ab");
  expect(echoes.isNews("ab")).toBe(false);
  expect(echoes.isNews("a")).toBe(true);
  expect(echoes.isNews("ab")).toBe(true);
  expect(new Echoes().isNews("")).toBe(true);
});
