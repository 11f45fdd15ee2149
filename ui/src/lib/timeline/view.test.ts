import { describe, expect, test } from "vitest";
import { parseTimecode, seconds, timecode } from "../timecode";
import type { Clip } from "../../backend";
import { beside, clipAt, clipsWithin, picked } from "./pick";
import { label, steps, ticks } from "./ruler";
import {
  MAX_ZOOM,
  MIN_ZOOM,
  boundaryNear,
  drawn,
  edgeScroll,
  fit,
  follow,
  frameUnder,
  pxOf,
  reveal,
  zoomAbout,
} from "./scale";
import { nearest, snap, snapPoints } from "./snap";
import { layLines } from "./speech";
import { isPeaks, loudness, waveformPath } from "./waveform";
import { isFree, soundFaded, soundMoved, soundTrimmed } from "./sounds";

const clip = (id: string, start: number, frames: number): Clip => ({ id, shot: id, start, in: 0, out: frames });

describe("time", () => {
  test("is written with frames, and hours only where there are any", () => {
    expect(timecode(0)).toBe("00:00:00");
    expect(timecode(158)).toBe("00:06:08");
    expect(timecode(25 * 3600 + 25 * 61 + 24)).toBe("1:01:01:24");
    expect(timecode(-3)).toBe("00:00:00");
  });

  test("is read back as it was written", () => {
    for (const frame of [0, 24, 25, 158, 99_999]) expect(parseTimecode(timecode(frame))).toBe(frame);
    expect(parseTimecode("6:08")).toBe(158);
    expect(parseTimecode("12")).toBe(12);
    expect(parseTimecode("a:b")).toBeNull();
    expect(parseTimecode("")).toBeNull();
  });

  test("lengths have one digit, and none where it says nothing", () => {
    expect(seconds(105)).toBe("4.2");
    expect(seconds(100)).toBe("4");
  });
});

describe("pixels and frames", () => {
  test("a pixel belongs to the frame drawn under it, an edge to the nearest boundary", () => {
    const scale = { zoom: 4, scroll: 10 };
    expect(frameUnder(scale, 1)).toBe(2);
    expect(frameUnder(scale, 2)).toBe(3);
    expect(boundaryNear(scale, 0)).toBe(3);
    expect(pxOf(scale, 3)).toBe(2);
    expect(frameUnder(scale, -500)).toBe(0);
  });

  test("zooming keeps the frame under the pointer, within the limits", () => {
    const before = { zoom: 2, scroll: 300 };
    const after = zoomAbout(before, 7, 120);
    expect((120 + after.scroll) / after.zoom).toBeCloseTo((120 + before.scroll) / before.zoom);
    expect(zoomAbout(before, 1e9, 0).zoom).toBe(MAX_ZOOM);
    expect(zoomAbout(before, 0, 0).zoom).toBe(MIN_ZOOM);
    expect(zoomAbout({ zoom: 2, scroll: 0 }, 1, 400).scroll).toBe(0);
  });

  test("all of it fits, also where there is nothing", () => {
    expect(fit(500, 1000) * 500).toBeLessThanOrEqual(1000);
    expect(fit(0, 1000)).toBe(MAX_ZOOM);
  });

  test("what is drawn covers what is seen and stays the same within a step", () => {
    for (const scroll of [0, 1, 255, 256, 257, 5000]) {
      const span = drawn(scroll, 900, 512);
      expect(span.from).toBeLessThanOrEqual(scroll);
      expect(span.to).toBeGreaterThanOrEqual(scroll + 900);
      expect(span.to - span.from).toBeLessThanOrEqual(900 + 4 * 512);
    }
    expect(drawn(1000, 900, 512)).toEqual(drawn(1010, 900, 512));
  });

  test("the view follows a playhead that leaves it, and an edge that a drag comes near", () => {
    expect(follow(0, 1000, 500)).toBe(0);
    expect(follow(0, 1000, 990)).toBe(910);
    expect(follow(800, 1000, 100)).toBe(20);
    expect(reveal(0, 1000, 1500, 50)).toBe(550);
    expect(reveal(500, 1000, 510, 50)).toBe(460);
    expect(edgeScroll(500, 1000, 40)).toBe(0);
    expect(edgeScroll(20, 1000, 40)).toBeLessThan(0);
    expect(edgeScroll(1200, 1000, 40)).toBe(28);
  });
});

describe("the ruler", () => {
  test("times stand apart at every zoom, and the small marks divide them", () => {
    for (let zoom = MIN_ZOOM; zoom < MAX_ZOOM; zoom *= 1.1) {
      const { major, minor } = steps(zoom);
      expect(major * zoom).toBeGreaterThanOrEqual(84);
      expect(major % minor).toBe(0);
    }
  });

  test("counts in seconds, minutes and frames", () => {
    expect(ticks({ from: 90, to: 320 }, 100).map((tick) => tick.label)).toEqual(["0s", "4s", "8s", "12s"]);
    expect(label(64 * 25, 100)).toBe("1:04");
    expect(label(3604 * 25, 100)).toBe("1:00:04");
    expect(label(105, 5)).toBe("4s 05");
    expect(ticks({ from: 0, to: 0 }, 100)).toEqual([]);
  });
});

describe("snapping", () => {
  const points = snapPoints([100, 0, 250, 100, -4]);

  test("meets what is near in pixels, not in frames", () => {
    expect(points).toEqual([0, 100, 250]);
    expect(snap([90], 8, points, 1)).toEqual({ by: 10, at: 100 });
    expect(snap([90], 8, points, 10)).toEqual({ by: 8, at: null });
  });

  test("the edge that is nearest decides", () => {
    expect(snap([0, 40], 213, points, 1)).toEqual({ by: 210, at: 250 });
    expect(snap([], 5, points, 1)).toEqual({ by: 5, at: null });
    expect(snap([3], 5, [], 1)).toEqual({ by: 5, at: null });
  });

  test("finds the nearest of many", () => {
    expect(nearest(points, 49)).toBe(0);
    expect(nearest(points, 51)).toBe(100);
    expect(nearest(points, 9999)).toBe(250);
    expect(nearest([], 3)).toBeNull();
  });
});

describe("finding clips", () => {
  const clips = [clip("a", 0, 50), clip("b", 50, 50), clip("c", 120, 30)];

  test("only those within the span, also where they touch it", () => {
    expect(clipsWithin(clips, { from: 50, to: 120 }).map((one) => one.id)).toEqual(["b"]);
    expect(clipsWithin(clips, { from: 49, to: 121 }).map((one) => one.id)).toEqual(["a", "b", "c"]);
    expect(clipsWithin(clips, { from: 500, to: 600 })).toEqual([]);
    expect(clipsWithin([], { from: 0, to: 600 })).toEqual([]);
  });

  test("the one that is seen on a frame", () => {
    expect(clipAt(clips, 49)?.id).toBe("a");
    expect(clipAt(clips, 50)?.id).toBe("b");
    expect(clipAt(clips, 110)).toBeUndefined();
    expect(clipAt(clips, 150)).toBeUndefined();
  });

  test("clicks pick one, toggle one, or take all between", () => {
    const names = (ids: ReadonlySet<string>) => [...ids].join("");
    expect(names(picked(clips, new Set(["a", "b"]), "c", "only", null))).toBe("c");
    expect(names(picked(clips, new Set(["a"]), "c", "toggle", "a"))).toBe("ac");
    expect(names(picked(clips, new Set(["a", "c"]), "c", "toggle", "a"))).toBe("a");
    expect(names(picked(clips, new Set(["c"]), "a", "range", "c"))).toBe("abc");
    expect(names(picked(clips, new Set(), "b", "range", null))).toBe("b");
  });

  test("the neighbours", () => {
    expect(beside(clips, "b", 1)?.id).toBe("c");
    expect(beside(clips, "c", 1)?.id).toBe("c");
    expect(beside(clips, null, -1)?.id).toBe("c");
    expect(beside([], null, 1)).toBeUndefined();
  });
});

test("lines are laid one after another, as long as the core reckons, without those that are empty", () => {
  const line = (text: string) => ({ speaker: null, language: "en" as const, text });
  const laid = layLines([line("Today only."), line(" "), line("Half price.")], [2, 0, 1]);
  expect(laid.map(({ line: { text }, index, from, to }) => [text, index, from, to])).toEqual([
    ["Today only.", 0, 5, 55],
    ["Half price.", 1, 63, 88],
  ]);
  expect(layLines([], [])).toEqual([]);
});

describe("waveforms", () => {
  const sound = { per_second: 50, peaks: Array.from({ length: 100 }, (_, at): [number, number] => (at < 50 ? [0, 0] : [-127, 127])) };

  test("the loudest under a stroke counts, and nothing is past the end", () => {
    expect(loudness(sound, 0.9, 1.1)).toEqual([-127, 127]);
    expect(loudness(sound, 0, 0.5)).toEqual([0, 0]);
    expect(loudness(sound, 5, 6)).toBeNull();
  });

  test("silence is a line, loud fills the height, and it stops where the sound ends", () => {
    const path = waveformPath(sound, { from: 0, pxPerSecond: 10, width: 100, height: 20, step: 2 });
    const strokes = path.split("M").slice(1);
    expect(strokes).toHaveLength(10);
    expect(strokes[0]).toBe("1 9.5V10.5");
    expect(strokes[9]).toBe("19 1V19");
  });

  test("what comes over the wire is looked at", () => {
    expect(isPeaks(sound)).toBe(true);
    expect(isPeaks({ per_second: 0, peaks: [] })).toBe(false);
    expect(isPeaks(null)).toBe(false);
  });
});

describe("sounds", () => {
  const media = { sha256: "0", name: "a.wav", bytes: 1 };
  const item = (id: string, start: number, from: number, out: number) => ({
    id,
    media,
    start,
    in: from,
    out,
    gain_db: 0,
    fade_in: 0,
    fade_out: 0,
  });
  const items = [item("a", 0, 0, 100), item("b", 150, 20, 80)];

  test("move as near as there is room", () => {
    const b = item("b", 150, 20, 80);
    expect(soundMoved(items, b, 40).start).toBe(100);
    expect(soundMoved(items, b, 400).start).toBe(400);
    expect(soundMoved(items, item("a", 0, 0, 100), 60).start).toBe(50);
    expect(soundMoved(items, item("a", 0, 0, 100), 140).start).toBe(210);
    expect(isFree(items, soundMoved(items, item("a", 0, 0, 100), 120))).toBe(true);
  });

  test("trim within the file and up to the next", () => {
    const b = item("b", 150, 20, 80);
    expect(soundTrimmed(items, b, "in", 0, 90)).toMatchObject({ start: 130, in: 0, out: 80 });
    expect(soundTrimmed(items, b, "out", 900, 90)).toMatchObject({ start: 150, in: 20, out: 90 });
    expect(soundTrimmed(items, item("a", 0, 0, 100), "out", 900, 500).out).toBe(150);
    expect(soundTrimmed(items, b, "out", 0, 90).out).toBe(21);
  });

  test("fades never cross, also after a trim", () => {
    const faded = soundFaded(soundFaded(item("a", 0, 0, 100), "in", 70), "out", 70);
    expect([faded.fade_in, faded.fade_out]).toEqual([70, 30]);
    const short = soundTrimmed(items, faded, "out", 80, 100);
    expect(short.fade_in + short.fade_out).toBeLessThanOrEqual(80);
    expect(soundFaded(faded, "in", -5).fade_in).toBe(0);
  });
});
