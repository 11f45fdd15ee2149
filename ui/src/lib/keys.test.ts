import { expect, test } from "vitest";
import { keyText, normal, strokeOf, type KeyPress } from "./keys";

const press = (key: string, code: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test("a letter is what the layout writes: Z on a German keyboard is Z", () => {
  expect(strokeOf(press("z", "KeyY", { ctrlKey: true }), false)).toBe("mod+z");
  expect(strokeOf(press("Z", "KeyY", { ctrlKey: true, shiftKey: true }), false)).toBe("mod+shift+z");
});

test("where the layout writes no Latin letter, the place counts", () => {
  expect(strokeOf(press("ы", "KeyS"), false)).toBe("s");
  expect(strokeOf(press("ㄴ", "KeyS"), false)).toBe("s");
  expect(strokeOf(press("œ", "KeyQ", { altKey: true }), true)).toBe("alt+q");
});

test("signs count by their place, except the question mark", () => {
  expect(strokeOf(press("ü", "BracketLeft"), false)).toBe("[");
  expect(strokeOf(press("?", "Minus", { shiftKey: true }), false)).toBe("?");
  expect(strokeOf(press("?", "Slash", { shiftKey: true }), false)).toBe("?");
  expect(strokeOf(press("{", "BracketLeft", { shiftKey: true }), false)).toBe("shift+[");
});

test("the command key of a Mac is mod, and its control key another", () => {
  expect(strokeOf(press("k", "KeyK", { metaKey: true }), true)).toBe("mod+k");
  expect(strokeOf(press("k", "KeyK", { ctrlKey: true }), true)).toBe("ctrl+k");
  expect(strokeOf(press("k", "KeyK", { ctrlKey: true }), false)).toBe("mod+k");
});

test("named keys, digits and modifiers alone", () => {
  expect(strokeOf(press(" ", "Space"), false)).toBe("space");
  expect(strokeOf(press("ArrowLeft", "ArrowLeft", { altKey: true, shiftKey: true }), false)).toBe("alt+shift+arrowleft");
  expect(strokeOf(press("à", "Digit0"), false)).toBe("0");
  expect(strokeOf(press("Home", "Numpad7"), false)).toBe("home");
  expect(strokeOf(press("Shift", "ShiftLeft", { shiftKey: true }), false)).toBeNull();
  expect(strokeOf(press("Process", "KeyA"), false)).toBe("a");
});

test("keys are written as the platform writes them", () => {
  expect(keyText("mod+shift+z", true, "Space")).toBe("⇧⌘Z");
  expect(keyText("mod+shift+z", false, "Space")).toBe("Ctrl+Shift+Z");
  expect(keyText("alt+arrowleft", true, "Space")).toBe("⌥←");
  expect(keyText("space", false, "空格")).toBe("空格");
  expect(keyText("delete", false, "Space")).toBe("Del");
});

test("modifiers have one order", () => {
  expect(normal("shift+mod+z")).toBe("mod+shift+z");
  expect(normal("mod+shift+z")).toBe("mod+shift+z");
});
