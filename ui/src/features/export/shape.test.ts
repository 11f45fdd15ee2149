import { expect, test } from "vitest";
import { insetOf, shapeOf } from "./shape";

const picture = { size: [1080, 1920] as [number, number], rates: [25], codec: "h264" as const, crf: 18, max_bit_rate: null, key_frame_secs: 2 };

test("a preset has its own shape, or the project's", () => {
  expect(shapeOf({ picture }, "16:9")).toEqual([1080, 1920]);
  expect(shapeOf({ picture: { ...picture, size: null } }, "16:9")).toEqual([1920, 1080]);
  expect(shapeOf({ picture: null }, "4:5")).toEqual([1080, 1350]);
});

test("what a platform covers is a part of its picture", () => {
  const safe = { top: 192, right: 108, bottom: 384, left: 54 };
  expect(insetOf({ picture, safe })).toEqual({ top: 0.1, right: 0.1, bottom: 0.2, left: 0.05 });
  expect(insetOf({ picture, safe: null })).toEqual({ top: 0, right: 0, bottom: 0, left: 0 });
});
