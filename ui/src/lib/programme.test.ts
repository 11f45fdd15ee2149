import { expect, test } from "vitest";
import { cuts, pieceAt, type Piece, type Programme } from "./programme";

const piece = (start: number, length: number): Piece => ({ clip: null, shot: "s", take: null, start, length, from: 0 });
const programme: Programme = { pieces: [piece(0, 10), piece(10, 5), piece(20, 5)], length: 30 };

test("a frame belongs to the piece that begins at it, not to the one that ends there", () => {
  expect([0, 9, 10, 14, 15, 19, 20, 24, 25].map((frame) => pieceAt(programme, frame))).toEqual([
    0, 0, 1, 1, -1, -1, 2, 2, -1,
  ]);
});

test("cuts are told once each", () => {
  expect(cuts(programme)).toEqual([0, 10, 15, 20, 25, 30]);
});
