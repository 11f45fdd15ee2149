// Which pictures of a film are drawn where on its clip.

import { RATE } from "../timecode";
import type { Span } from "./scale";

/** A picture on a clip: how many pixels behind its beginning, and which second of the film it shows. */
export interface FilmPicture {
  readonly x: number;
  readonly second: number;
}

/** The part of a clip that is near to be seen, in pixels from its beginning: whole pictures. Nothing of one that is not. */
export function visiblePart(x: number, width: number, seen: Span, tile: number): Span {
  const from = Math.max(0, Math.floor((seen.from - x) / tile) * tile);
  const to = Math.min(width, Math.ceil((seen.to - x) / tile) * tile);
  return to > from ? { from, to } : { from: 0, to: 0 };
}

/**
 * The pictures of a clip that begins with frame `from` of its film. Where a picture covers many seconds, every so many are
 * taken, so that a small change of the zoom asks for the same ones.
 */
export function filmPictures(clip: {
  readonly from: number;
  readonly speed: number;
  readonly frames: number;
  readonly zoom: number;
  readonly tile: number;
  readonly part: Span;
}): FilmPicture[] {
  const { from, speed, frames, zoom, tile, part } = clip;
  const last = Math.max(0, Math.ceil(frames / RATE) - 1);
  const covered = (tile / zoom / RATE) * speed;
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, covered))));
  const found: FilmPicture[] = [];
  for (let x = part.from; x < part.to; x += tile) {
    const second = Math.floor((from + ((x + tile / 2) / zoom) * speed) / RATE);
    found.push({ x, second: Math.min(last, Math.floor(second / step) * step) });
  }
  return found;
}
