import { describe, expect, test } from "vitest";
import type { Clip, Look } from "../backend";
import {
  MOTIONS,
  PLAIN,
  WHOLE,
  aimOf,
  atAim,
  atSpot,
  common,
  crossOf,
  faded,
  inset,
  insetsOf,
  lookEdits,
  motionOf,
  movedBy,
  moving,
  placeOfSpeed,
  pulled,
  speedAt,
  spotOf,
} from "./look";

const clip = (id: string, start: number, frames: number, look?: Partial<Look>): Clip => ({
  ...{ id, shot: id, start, in: 10, out: 10 + frames },
  ...(look && { look: { ...PLAIN, ...look } }),
});

describe("crop", () => {
  test("is what is cut off at each side", () => {
    const area = inset(inset(WHOLE, "left", 0.25), "bottom", 0.1);
    expect(area).toEqual({ x: 0.25, y: 0, w: 0.75, h: 0.9 });
    expect(insetsOf(area)).toEqual({ left: 0.25, top: 0, right: 0, bottom: 0.1 });
  });

  test("always leaves a hundredth, whatever is asked for", () => {
    const area = inset(inset(WHOLE, "left", 0.6), "right", 0.9);
    expect(area.w).toBeCloseTo(0.01);
    expect(area.x + area.w).toBeLessThanOrEqual(1.0001);
    expect(inset(WHOLE, "top", -3)).toEqual(WHOLE);
  });
});

describe("place", () => {
  test("a scale keeps the middle, a move keeps the size", () => {
    const half = atSpot(WHOLE, { scale: 0.5 });
    expect(half).toEqual({ x: 0.25, y: 0.25, w: 0.5, h: 0.5 });
    expect(atSpot(half, { x: 0.25, y: -0.25 })).toEqual({ x: 0.5, y: 0, w: 0.5, h: 0.5 });
    expect(spotOf(atSpot(half, { x: 0.1 }))).toEqual({ x: 0.1, y: 0, scale: 0.5 });
  });

  test("stays within what the core takes", () => {
    for (const wanted of [-99, 0, 0.001, 99]) {
      const { x, w, h } = atSpot(WHOLE, { x: wanted, scale: wanted });
      expect(Math.abs(x)).toBeLessThanOrEqual(8);
      expect(Math.min(w, h)).toBeGreaterThanOrEqual(0.01);
      expect(Math.max(w, h)).toBeLessThanOrEqual(8);
    }
    const wide = atSpot({ x: 0, y: 0, w: 1, h: 0.25 }, { scale: 2 });
    expect(wide.h / wide.w).toBeCloseTo(0.25);
  });
});

describe("by hand", () => {
  const half = { x: 0.25, y: 0.25, w: 0.5, h: 0.5 };

  test("a move meets the middle and the edges, unless it shall not", () => {
    expect(movedBy(half, { x: 0.01, y: -0.24 }, "meets")).toEqual({ x: 0.25, y: 0, w: 0.5, h: 0.5 });
    expect(movedBy(half, { x: 0.01, y: -0.24 }, "passes")).toEqual({ x: 0.26, y: 0.01, w: 0.5, h: 0.5 });
    expect(movedBy(half, { x: 99, y: 0 }, "passes").x).toBe(8);
  });

  test("a pulled corner keeps the shape and the corner across", () => {
    expect(pulled(half, "se", { x: 0.25, y: 0 })).toEqual({ x: 0.25, y: 0.25, w: 0.75, h: 0.75 });
    expect(pulled(half, "nw", { x: -0.25, y: -0.1 })).toEqual({ x: 0, y: 0, w: 0.75, h: 0.75 });
    expect(pulled(half, "ne", { x: -0.1, y: 0.1 })).toEqual({ x: 0.25, y: 0.35, w: 0.4, h: 0.4 });
    expect(pulled(half, "se", { x: -9, y: -9 }).w).toBe(0.01);
  });
});

describe("motion", () => {
  test("each is known again", () => {
    for (const motion of MOTIONS) expect(motionOf(moving(PLAIN, motion))).toBe(motion);
    expect(motionOf(moving(moving(PLAIN, "left"), null))).toBeNull();
    expect(motionOf({ ...moving(PLAIN, "left"), crop_to: WHOLE })).toBe("custom");
  });

  test("a camera's aim is a part of the picture and back", () => {
    for (const aim of [{ zoom: 2, x: -1, y: 0.5 }, { zoom: 4, x: 0.25, y: 1 }]) expect(aimOf(atAim(aim))).toEqual(aim);
    expect(aimOf(WHOLE)).toEqual({ zoom: 1, x: 0, y: 0 });
    const { x, w } = atAim({ zoom: 3, x: 1, y: 0 });
    expect(x + w).toBeLessThanOrEqual(1.0001);
  });
});

describe("fades", () => {
  test("share the clip", () => {
    const short = clip("a", 0, 20, { fade_out: 15 });
    expect(faded(short, "fade_in", 12).fade_in).toBe(5);
    expect(faded(short, "fade_out", 99).fade_out).toBe(20);
    expect(faded(clip("b", 0, 20, { cross_fade: 8 }), "fade_out", 99).fade_out).toBe(12);
    expect(faded(short, "fade_in", -4).fade_in).toBe(0);
  });

  test("a clip that runs twice as fast has half the frames for them", () => {
    expect(faded({ ...clip("a", 0, 20), speed: 2 }, "fade_in", 99).fade_in).toBe(10);
  });

  test("a cross-fade needs a clip that touches", () => {
    const clips = [clip("a", 0, 20), clip("b", 20, 20, { cross_fade: 8 }), clip("c", 50, 20, { cross_fade: 8 })];
    expect(clips.map((one) => crossOf(clips, one))).toEqual([0, 8, 0]);
  });
});

describe("several clips", () => {
  const clips = [clip("a", 0, 20), clip("b", 20, 20, { opacity: 0.5 }), clip("c", 40, 20)];

  test("each keeps what is not changed, and like looks are one edit", () => {
    const edits = lookEdits(clips, (look) => ({ ...look, fit: "blur" }));
    expect(edits.map((edit) => (edit.kind === "set_look" ? [edit.clips, edit.look.opacity] : null))).toEqual([
      [["a", "c"], 1],
      [["b"], 0.5],
    ]);
    expect(lookEdits(clips, (look) => look)).toEqual([]);
  });

  test("a value is known where all have it", () => {
    expect(common([1, 1])).toBe(1);
    expect(common([1, 2])).toBeNull();
    expect(common([])).toBeNull();
  });
});

test("a speed and its place on the slider", () => {
  expect(speedAt(0)).toBe(1);
  expect(speedAt(0.005)).toBe(1);
  expect(speedAt(1)).toBe(10);
  expect(speedAt(-1)).toBe(0.1);
  expect(speedAt(placeOfSpeed(2))).toBe(2);
  expect(speedAt(0.43)).toBe(2.7);
});
