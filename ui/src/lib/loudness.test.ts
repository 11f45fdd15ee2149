import { expect, test } from "vitest";
import type { AudioItem, AudioTrack } from "../backend";
import { loudness } from "./loudness";

const item = { start: 0, in: 0, out: 100, gain_db: 0, fade_in: 10, fade_out: 20 } as AudioItem;
const track = { gain_db: -6, duck: "under_speech", items: [item] } as unknown as AudioTrack;

test("fades run from silence and to it", () => {
  expect(loudness(track, item, 0, 0)).toBe(0);
  expect(loudness(track, item, 5, 0)).toBeCloseTo(0.501 / 2, 2);
  expect(loudness(track, item, 50, 0)).toBeCloseTo(0.501, 2);
  expect(loudness(track, item, 90, 0)).toBeCloseTo(0.501 / 2, 2);
  expect(loudness(track, item, 100, 0)).toBe(0);
});

test("only a track that is told to makes room for speech", () => {
  expect(loudness(track, item, 50, 1)).toBeCloseTo(0.126, 2);
  expect(loudness({ ...track, duck: "off" }, item, 50, 1)).toBeCloseTo(0.501, 2);
});

test("a gain over the file's own is kept to it", () => {
  expect(loudness({ ...track, gain_db: 12 }, item, 50, 0)).toBe(1);
});
