import { expect, test } from "vitest";
import { normal } from "../../lib/keys";
import { PRESETS, presetNamed } from "./presets";

test.each(Object.entries(PRESETS))("%s: no key does two things, and every key is written in order", (_name, keymap) => {
  const taken = new Map<string, string>();
  for (const [command, strokes] of Object.entries(keymap)) {
    for (const stroke of strokes) {
      expect(stroke, command).toBe(normal(stroke));
      expect(stroke, command).toBe(stroke.toLowerCase());
      expect(taken.get(stroke), `${stroke} is ${command} and`).toBeUndefined();
      taken.set(stroke, command);
    }
  }
});

test("every preset reaches every command", () => {
  const all = Object.keys(PRESETS.short_video).toSorted();
  const silent = new Set(all.filter((command) => PRESETS.short_video[command]?.length === 0));
  for (const [name, keymap] of Object.entries(PRESETS)) {
    expect(Object.keys(keymap).toSorted(), name).toEqual(all);
    for (const command of all) {
      if (!silent.has(command)) expect(keymap[command]?.length, `${name}: ${command}`).toBeGreaterThan(0);
    }
  }
});

test("a name that no preset has falls back to the first", () => {
  expect(presetNamed("resolve")).toBe("resolve");
  expect(presetNamed("final_cut")).toBe("short_video");
  expect(presetNamed(undefined)).toBe("short_video");
});
