import { expect, test } from "vitest";
import { bytes, duration, energy, memory, quality } from "./format";

test("sizes are short", () => {
  expect([bytes(61_192_546_549), bytes(14_768_936), bytes(1e9), bytes(412e9), bytes(12)]).toEqual([
    "61.2 GB", "15 MB", "1 GB", "412 GB", "1 kB",
  ]);
  expect(memory(24 * 2 ** 30)).toBe("24 GB");
});

test("times are said in the two units that matter", () => {
  expect([0.94, 3.2, 7, 59.7, 65, 600, 605, 3600, 5000].map(duration)).toEqual([
    "0.9 s", "3.2 s", "7 s", "1 min", "1 min 5 s", "10 min", "10 min", "1 h", "1 h 23 min",
  ]);
});

test("energy and picture sizes take their usual names", () => {
  expect([energy(0.001), energy(0.05), energy(0.6), energy(2)]).toEqual(["<0.01 Wh", "0.05 Wh", "0.6 Wh", "2 Wh"]);
  expect([quality([448, 256]), quality([256, 448]), quality([1920, 1088]), quality([896, 512]), quality([96, 64])]).toEqual([
    "256p", "256p", "1080p", "540p", "64p",
  ]);
});
