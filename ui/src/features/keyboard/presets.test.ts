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

test("there is a command for every key, and a key for every command", () => {
  const sources = Object.values(import.meta.glob<string>("../../**/*.{ts,tsx}", { eager: true, import: "default", query: "?raw" })).join("\n");
  const written = [...sources.matchAll(/\bid: "((?:app|library|project|queue|shot|transport|view|viewer)\.[a-z_]+)"/g)].map((found) => found[1]);
  // Those of the timeline are named without its name, except the clip's arrow keys, which are no preset's to change.
  const timeline = [...sources.matchAll(/\b(command|tool)\("([a-z_]+)"/g)].map(([, kind, name]) => `timeline.${kind === "tool" ? "tool_" : ""}${name}`);
  const arrows = ["previous_clip", "next_clip", "extend_back", "extend_forward"].map((name) => `timeline.${name}`);
  const provided = new Set([...written, ...timeline].filter((id) => id !== undefined && !arrows.includes(id)));
  expect([...provided].toSorted()).toEqual(Object.keys(PRESETS.short_video).toSorted());
});

test("a name that no preset has falls back to the first", () => {
  expect(presetNamed("resolve")).toBe("resolve");
  expect(presetNamed("final_cut")).toBe("short_video");
  expect(presetNamed(undefined)).toBe("short_video");
});
