import { expect, test } from "vitest";
import type { Preset } from "../../backend";
import { captionLanguages, clipsOf, orderOf, parentOf, tonguesOf, unlabelled, type Choices } from "./order";

const preset = (id: string, visible: "required" | "offered" | null): Preset => ({
  format: 1, id, name: id, summary: "", container: "mp4", caption_files: [], declare: null, picture: null,
  sound: { codec: "aac", bit_rate: 1, integrated_lufs: null, true_peak_db: null }, safe: null,
  label: visible && { visible, text: "chinese", seconds: 3 },
  limits: { shortest_secs: null, longest_secs: null, most_bytes: null }, text: { title: null, body: null, topics: null },
  covers: [], sources: [],
});
const ALL = [preset("douyin", "required"), preset("tiktok", "offered"), preset("wav", null)];
const choices = (change: Partial<Choices> = {}): Choices => ({
  presets: new Set(["tiktok", "douyin"]), languages: new Set(), second: null, captions: "both", label: "usual", isAgreed: false,
  encoder: "software", folder: "/films", cover: null, ...change,
});

test("languages come by how often they are read, and each may have each other below it", () => {
  const caption = (language: "zh" | "en") => ({ id: "", clip: "", from: 0, to: 1, text: "", language });
  const timeline = { track: "magnetic" as const, clips: [], tracks: [], markers: [], captions: [caption("zh"), caption("en"), caption("en")] };
  expect(captionLanguages({ timeline })).toEqual(["en", "zh"]);
  const of = (languages: ("zh" | "en")[], second: "zh" | "en" | "de" | null) => tonguesOf({ languages: new Set(languages), second }, ["en", "zh"]);
  expect(of([], null)).toEqual([]);
  expect(of(["zh", "en"], null)).toEqual([{ first: "en" }, { first: "zh" }]);
  expect(of(["zh", "en"], "en")).toEqual([{ first: "en" }, { first: "zh", second: "en" }]);
  expect(of([], "en")).toEqual([{ first: "zh", second: "en" }]);
  expect(of(["zh"], "de")).toEqual([{ first: "zh" }]);
});

test("an order names presets in the order of the list, and languages where some are chosen", () => {
  const order = orderOf(choices({ languages: new Set(["zh", "en"]), second: "en", cover: 40 }), ALL, ["zh", "en"], "no-label-1");
  expect(order).toEqual({
    presets: ["douyin", "tiktok"], languages: [{ first: "zh", second: "en" }, { first: "en" }], folder: "/films",
    captions: "both", label: { kind: "usual" }, encoder: "software", cover_frame: 40,
  });
  expect(clipsOf(choices(), ["zh", "en"])).toBe(2);
  expect(clipsOf(choices({ languages: new Set(["zh", "en"]) }), ["zh", "en", "de"])).toBe(4);
});

test("who leaves a label out that a law asks for has to agree to it", () => {
  expect(unlabelled(choices(), ALL)).toEqual([]);
  const without = choices({ label: "without" });
  expect(unlabelled(without, ALL).map(({ id }) => id)).toEqual(["douyin"]);
  expect(orderOf(without, ALL, [], "no-label-1").label).toEqual({ kind: "without" });
  expect(orderOf({ ...without, isAgreed: true }, ALL, [], "no-label-1").label).toEqual({ kind: "without", agreed: "no-label-1" });
});

test("a folder's own folder, on every system", () => {
  expect(parentOf("/home/a/films/Pony.gallop")).toBe("/home/a/films");
  expect(parentOf("C:\\Users\\a\\Pony.gallop\\")).toBe("C:\\Users\\a");
  expect(parentOf("/Pony.gallop")).toBe("/Pony.gallop");
});
