import { expect, test } from "vitest";
import { Quality } from "./quality";

const PIXELS = 1_000_000;

test("what costs little is sharp, what costs much is small, and never smaller than a third", () => {
  const quality = new Quality();
  expect(quality.part(2 * PIXELS)).toBe(1);
  quality.note(2_000, 300_000);
  expect(quality.part(2 * PIXELS)).toBe(1);
  quality.note(20, 300_000);
  expect([300_000, 600_000, 2 * PIXELS].map((pixels) => quality.part(pixels))).toEqual([1, 0.75, 0.35]);
  quality.note(9_000, 300_000);
  expect(quality.part(300_000)).toBe(0.35);
});

test("where pictures come too late the next ones are smaller, down to the smallest", () => {
  const quality = new Quality();
  const seen = [1];
  while (seen.length < 4) {
    quality.late(seen[seen.length - 1] ?? 1, PIXELS, 0);
    seen.push(quality.part(PIXELS));
  }
  expect(seen).toEqual([1, 0.75, 0.5, 0.35]);
});

test("where pictures wait larger ones are tried, but not soon after that was too much", () => {
  const quality = new Quality();
  quality.late(0.5, PIXELS, 0);
  expect(quality.part(PIXELS)).toBe(0.35);
  quality.early(0.35, PIXELS, 9_000);
  expect(quality.part(PIXELS)).toBe(0.35);
  quality.early(0.35, PIXELS, 11_000);
  expect(quality.part(PIXELS)).toBe(0.5);
  quality.early(0.5, PIXELS, 12_000);
  quality.early(0.75, PIXELS, 13_000);
  quality.early(1, PIXELS, 14_000);
  expect(quality.part(PIXELS)).toBe(1);
});
