import { expect, test } from "vitest";
import { filmPictures, visiblePart } from "./film";

const whole = { from: 0, to: 400 };

test("each picture shows the second in its middle", () => {
  // 25 px a second, pictures of 50 px: a picture covers two seconds.
  const pictures = filmPictures({ from: 0, speed: 1, frames: 1000, zoom: 1, tile: 50, part: { from: 0, to: 200 } });
  expect(pictures).toEqual([{ x: 0, second: 0 }, { x: 50, second: 2 }, { x: 100, second: 4 }, { x: 150, second: 6 }]);
});

test("a clip that runs twice as fast shows twice as much", () => {
  const at = (speed: number) => filmPictures({ from: 0, speed, frames: 9999, zoom: 5, tile: 50, part: whole }).at(-1)?.second;
  expect(at(2)).toBe((at(1) ?? 0) * 2);
});

test("of an hour on little room a few pictures are taken, and none behind its end", () => {
  const pictures = filmPictures({ from: 0, speed: 1, frames: 90_000, zoom: 0.02, tile: 90, part: { from: 0, to: 1800 } });
  expect(pictures.length).toBe(20);
  expect(pictures.every(({ second }) => second % 128 === 0)).toBe(true);
  const short = filmPictures({ from: 0, speed: 1, frames: 30, zoom: 4, tile: 50, part: whole });
  expect(Math.max(...short.map((one) => one.second))).toBe(1);
});

test("only what is near to be seen is drawn", () => {
  expect(visiblePart(0, 90_000, { from: 10_000, to: 11_000 }, 50)).toEqual({ from: 10_000, to: 11_000 });
  expect(visiblePart(100, 300, { from: 0, to: 2_000 }, 50)).toEqual({ from: 0, to: 300 });
  expect(visiblePart(5_000, 300, { from: 0, to: 2_000 }, 50)).toEqual({ from: 0, to: 0 });
});
