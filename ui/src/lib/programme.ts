// What is played: pieces of takes in a row, with gaps. The timeline is one, a single take another.

import type { Id, ProjectView, TakeView } from "../backend";
import { framesOf } from "./timeline/clips";

/** A stretch of the programme that shows one take, or a shot that has none yet. In frames. */
export interface Piece {
  /** The clip of the timeline that it is, where it is one. */
  clip: Id | null;
  shot: Id;
  /** Null where the shot was not made yet. */
  take: TakeView | null;
  /** Where it begins in the programme. */
  start: number;
  length: number;
  /** Its first frame in the take. */
  from: number;
}

/** Pieces in their order, none over another. */
export interface Programme {
  pieces: readonly Piece[];
  length: number;
}

/** Nothing to play. */
export const NOTHING: Programme = { pieces: [], length: 0 };

/** The timeline of a project, with the take that each shot uses. */
export function programmeOfTimeline(project: ProjectView): Programme {
  const takes = new Map(project.takes.map((take) => [take.id, take]));
  const shots = new Map(project.shots.map((shot) => [shot.id, shot]));
  const pieces = project.timeline.clips
    .map((clip): Piece => {
      const used = shots.get(clip.shot)?.take;
      const take = used ? (takes.get(used) ?? null) : null;
      return { clip: clip.id, shot: clip.shot, take, start: clip.start, length: framesOf(clip), from: clip.in };
    })
    .filter((piece) => piece.length > 0)
    .sort((a, b) => a.start - b.start);
  const last = pieces.at(-1);
  const sounds = project.timeline.tracks.flatMap((track) => track.items.map((item) => item.start + item.out - item.in));
  return { pieces, length: Math.max(last ? last.start + last.length : 0, ...sounds, 0) };
}

/** One take, whole. */
export function programmeOfTake(take: TakeView): Programme {
  const piece = { clip: null, shot: take.shot, take, start: 0, length: take.frames, from: 0 };
  return { pieces: [piece], length: take.frames };
}

/** The place in `pieces` of the piece that shows `frame`, or -1 in a gap. */
export function pieceAt({ pieces }: Programme, frame: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if (!piece) return -1;
    if (frame < piece.start) high = middle - 1;
    else if (frame >= piece.start + piece.length) low = middle + 1;
    else return middle;
  }
  return -1;
}

/** The frames at which the picture changes: beginnings and ends of pieces, each once, rising. */
export function cuts({ pieces, length }: Programme): number[] {
  const all = pieces.flatMap((piece) => [piece.start, piece.start + piece.length]);
  return [...new Set([0, ...all, length])].sort((a, b) => a - b);
}
