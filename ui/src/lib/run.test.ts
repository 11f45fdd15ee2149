import { expect, test } from "vitest";
import { frameAt, runFrom } from "./run";

test("a run ends, or goes on where it is told to", () => {
  const once = { from: 10, to: 13, again: null };
  expect([-0.5, 0, 0.9, 2.99, 3].map((place) => frameAt(once, place))).toEqual([10, 10, 10, 12, null]);
  const over = { from: 10, to: 13, again: 5 };
  expect([2, 3, 10, 11].map((place) => frameAt(over, place))).toEqual([12, 5, 12, 5]);
  expect(frameAt({ from: 13, to: 13, again: null }, 0)).toBeNull();
  expect(frameAt({ from: 3, to: 3, again: 3 }, 0)).toBeNull();
});

test("playing keeps to the bounds, and from behind them goes to the end", () => {
  const bounds = { from: 20, to: 40 };
  expect(runFrom(5, bounds, 100, false)).toEqual({ from: 5, to: 40, again: null });
  expect(runFrom(50, bounds, 100, false)).toEqual({ from: 50, to: 100, again: null });
  expect(runFrom(30, bounds, 100, true)).toEqual({ from: 30, to: 40, again: 20 });
  expect(runFrom(50, bounds, 100, true)).toEqual({ from: 20, to: 40, again: 20 });
});
