// What the core's rules do, as it wrote it down itself (`core/tests/timeline_examples.rs`): the window's do the same.

import { expect, test } from "vitest";
import type { Clip, TimelineEdit } from "../../backend";
import { moved, rolled, slipped, trimmed, without, type Track } from "./clips";
import kept from "./examples.json";

type Row = [id: string, shot: string, start: number, from: number, out: number, speed?: number];
interface Example {
  track: Track["track"];
  before: Row[];
  edit: TimelineEdit;
  after: Row[];
}

const lengths = (shot: string) => (kept.lengths as Record<string, number>)[shot];
const clipOf = ([id, shot, start, from, out, speed]: Row): Clip => ({
  ...{ id, shot, start, in: from, out },
  ...(speed !== undefined && { speed }),
});
const rowOf = ({ id, shot, start, in: from, out, speed }: Clip): Row =>
  speed === undefined ? [id, shot, start, from, out] : [id, shot, start, from, out, speed];

/** The rows name clips by the ends of their ids. */
const short = (id: string) => id.slice(-8);

function edited(track: Track, edit: TimelineEdit): Track {
  switch (edit.kind) {
    case "move":
      return moved(track, short(edit.clip), edit.to);
    case "trim":
      return trimmed(track, short(edit.clip), edit.edge, edit.to, lengths);
    case "roll":
      return rolled(track, short(edit.left), edit.by, lengths);
    case "slip":
      return slipped(track, short(edit.clip), edit.by, lengths);
    case "delete":
      return without(track, new Set(edit.clips.map(short)), edit.gap === "close");
    default:
      throw new Error(`no example is expected of ${edit.kind}`);
  }
}

test("a drag is drawn as the core will do it", () => {
  const examples = kept.examples as Example[];
  expect(examples.length).toBeGreaterThan(200);
  for (const { track, before, edit, after } of examples) {
    const drawn = edited({ track, clips: before.map(clipOf) }, edit);
    expect(drawn.clips.map(rowOf), JSON.stringify(edit)).toEqual(after);
  }
});
