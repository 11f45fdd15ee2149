import { describe, expect, test } from "vitest";
import type { Clip, TimelineEdit } from "../../backend";
import {
  closed,
  duplicated,
  endOf,
  endOfTrack,
  framesOf,
  gaps,
  moved,
  placed,
  rolled,
  rollLimits,
  slipped,
  split,
  switched,
  trimLimits,
  trimmed,
  without,
  type Track,
} from "./clips";
import { reorder, stepped } from "./reorder";

const LENGTHS = new Map([
  ["a", 101],
  ["b", 51],
  ["c", 126],
  ["d", 26],
]);
const lengths = (shot: string) => LENGTHS.get(shot);

const clip = (id: string, start: number, from: number, out: number): Clip => ({ id, shot: id.charAt(0), start, in: from, out });
const magnetic = (...clips: Clip[]): Track => ({ track: "magnetic", clips: closed(clips) });
const free = (...clips: Clip[]): Track => ({ track: "free", clips });
const order = (track: Track) => track.clips.map((one) => `${one.id}@${one.start}`).join(" ");

describe("a magnetic track", () => {
  const three = magnetic(clip("a", 0, 0, 100), clip("b", 0, 0, 50), clip("c", 0, 25, 125));

  test("goes before the first clip whose middle is right of where it is dropped", () => {
    expect(order(placed(three, clip("d", 0, 0, 20), 49))).toBe("d@0 a@20 b@120 c@170");
    expect(order(placed(three, clip("d", 0, 0, 20), 50))).toBe("a@0 d@100 b@120 c@170");
    expect(order(placed(three, clip("d", 0, 0, 20), 9999))).toBe("a@0 b@100 c@150 d@250");
  });

  test("moves a clip on a track without it", () => {
    expect(order(moved(three, "a", 24))).toBe("a@0 b@100 c@150");
    expect(order(moved(three, "a", 25))).toBe("b@0 a@50 c@150");
    expect(order(moved(three, "c", 0))).toBe("c@0 a@100 b@200");
  });

  test("closes up behind a trim at either end", () => {
    expect(order(trimmed(three, "a", "out", 60, lengths))).toBe("a@0 b@60 c@110");
    expect(order(trimmed(three, "a", "in", 30, lengths))).toBe("a@0 b@70 c@120");
  });

  test("a trim stays within the take and leaves a frame", () => {
    expect(trimLimits(three, "c", "in", lengths)).toEqual({ least: 0, most: 124 });
    expect(trimLimits(three, "c", "out", lengths)).toEqual({ least: 26, most: 126 });
    expect(framesOf(trimmed(three, "b", "out", -5, lengths).clips[1] ?? clip("x", 0, 0, 0))).toBe(1);
  });

  test("a roll keeps the length of both together", () => {
    expect(rollLimits(three, "b", lengths)).toEqual({ least: -25, most: 1 });
    const after = rolled(three, "b", 100, lengths);
    expect(after.clips.map((one) => [one.start, one.in, one.out])).toEqual([
      [0, 0, 100],
      [100, 0, 51],
      [151, 26, 125],
    ]);
    expect(rollLimits(three, "c", lengths)).toBeNull();
  });

  test("a slip changes neither place nor length", () => {
    expect(slipped(three, "c", -40, lengths).clips[2]).toEqual(clip("c", 150, 0, 100));
    expect(slipped(three, "c", 40, lengths).clips[2]).toEqual(clip("c", 150, 26, 126));
  });

  test("a split shows the same frames, a copy comes behind, a deletion closes", () => {
    expect(split(three, 120, "b2").clips[2]).toEqual({ id: "b2", shot: "b", start: 120, in: 20, out: 50 });
    expect(split(three, 100, "x")).toBe(three);
    expect(order(duplicated(three, "a", "a2"))).toBe("a@0 a2@100 b@200 c@250");
    expect(order(without(three, new Set(["b"]), false))).toBe("a@0 c@100");
    expect(gaps(three)).toEqual([]);
  });
});

describe("a free track", () => {
  const two = free(clip("a", 10, 0, 100), clip("b", 150, 10, 50));

  test("takes a clip where it is dropped, or at the nearer end of what lies there", () => {
    expect(order(placed(two, clip("d", 0, 0, 20), 120))).toBe("a@10 d@120 b@150");
    expect(order(placed(two, clip("d", 0, 0, 20), 30))).toBe("d@10 a@30 b@150");
    expect(order(placed(two, clip("d", 0, 0, 60), 100))).toBe("a@10 d@110 b@170");
  });

  test("trims up to the neighbour and no further", () => {
    expect(trimLimits(two, "a", "out", lengths)).toEqual({ least: 1, most: 101 });
    expect(trimLimits(two, "b", "in", lengths)).toEqual({ least: 0, most: 49 });
    expect(trimmed(two, "b", "in", 0, lengths).clips[1]).toEqual(clip("b", 140, 0, 50));
    const tight = free(clip("a", 0, 0, 100), clip("b", 105, 10, 50));
    expect(trimLimits(tight, "b", "in", lengths)?.least).toBe(5);
  });

  test("tells its gaps and who is before them", () => {
    expect(gaps(two)).toEqual([
      { start: 0, frames: 10, before: null },
      { start: 110, frames: 40, before: "a" },
    ]);
    expect(order(switched(two, "magnetic"))).toBe("a@0 b@100");
  });

  test("leaves or closes what a deletion empties", () => {
    expect(order(without(two, new Set(["a"]), false))).toBe("b@150");
    expect(order(without(two, new Set(["a"]), true))).toBe("b@50");
  });
});

describe("dragging several", () => {
  const four = magnetic(clip("a", 0, 0, 100), clip("b", 0, 0, 50), clip("c", 0, 0, 100), clip("d", 0, 0, 20));

  test("they close up and keep their order", () => {
    const { track, edits } = reorder(four, new Set(["a", "c"]), 69);
    expect(order(track)).toBe("b@0 d@50 a@70 c@170");
    expect(apply(four, edits)).toEqual(track);
  });

  test("a drag that changes nothing asks for nothing", () => {
    expect(reorder(four, new Set(["b", "c"]), 104).edits).toEqual([]);
  });

  test("one step earlier or later", () => {
    expect(order(apply(four, [stepped(four, "b", 1)]))).toBe("a@0 c@100 b@200 d@250");
    expect(order(apply(four, [stepped(four, "b", -1)]))).toBe("b@0 a@50 c@150 d@250");
    expect(stepped(four, "d", 1)).toBeNull();
    expect(stepped(four, "a", -1)).toBeNull();
  });
});

function apply(track: Track, edits: readonly (TimelineEdit | null)[]): Track {
  return edits.reduce((now, edit) => (edit?.kind === "move" ? moved(now, edit.clip, edit.to) : now), track);
}

/** Numbers that look random and are the same on every run. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What is wrong with a track; nothing where all is well. */
function wrongs(track: Track): string[] {
  const found: string[] = [];
  let end = 0;
  for (const one of track.clips) {
    if (track.track === "magnetic" ? one.start !== end : one.start < end) found.push(`${one.id} begins at ${one.start}, not ${end}`);
    if (one.in < 0 || framesOf(one) < 1) found.push(`${one.id} shows ${one.in} to ${one.out}`);
    if (one.out > (lengths(one.shot) ?? 0)) found.push(`${one.id} leaves its take at ${one.out}`);
    end = endOf(one);
  }
  if (new Set(track.clips.map((one) => one.id)).size !== track.clips.length) found.push("a clip is there twice");
  return found;
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])("any edits leave the track gapless or free of overlaps, and within its takes (seed %i)", (seed) => {
  const roll = dice(seed);
  let track: Track = magnetic();
  let next = 0;
  for (let round = 0; round < 600; round += 1) {
    const some = track.clips[roll(Math.max(1, track.clips.length))]?.id ?? "none";
    const at = roll(endOfTrack(track.clips) + 60);
    const before = track;
    switch (roll(10)) {
      case 0:
      case 1: {
        const shot = [...LENGTHS.keys()][roll(LENGTHS.size)] ?? "a";
        if (track.clips.length < 24) {
          track = placed(track, { id: `n${next++}`, shot, start: 0, in: 0, out: lengths(shot) ?? 1 }, at);
        }
        break;
      }
      case 2:
        track = moved(track, some, at);
        expect(track.clips).toHaveLength(before.clips.length);
        break;
      case 3:
        track = trimmed(track, some, roll(2) ? "in" : "out", roll(260) - 60, lengths);
        break;
      case 4:
        track = rolled(track, some, roll(120) - 60, lengths);
        expect(endOfTrack(track.clips)).toBe(endOfTrack(before.clips));
        break;
      case 5:
        track = slipped(track, some, roll(120) - 60, lengths);
        expect(order(track)).toBe(order(before));
        break;
      case 6:
        track = split(track, at, `n${next++}`);
        expect(endOfTrack(track.clips)).toBe(endOfTrack(before.clips));
        break;
      case 7:
        if (track.clips.length > 6) track = without(track, new Set([some]), roll(2) === 0);
        break;
      case 8:
        if (track.clips.length < 24) track = duplicated(track, some, `n${next++}`);
        break;
      default: {
        const ids = new Set(track.clips.filter(() => roll(3) === 0).map((one) => one.id));
        const dragged = reorder(track, ids, at);
        expect(order(apply(track, dragged.edits))).toBe(order(dragged.track));
        track = dragged.track;
        if (roll(8) === 0) track = switched(track, track.track === "magnetic" ? "free" : "magnetic");
      }
    }
    const wrong = wrongs(track);
    if (wrong.length > 0) expect(wrong, `round ${round}`).toEqual([]);
  }
});
