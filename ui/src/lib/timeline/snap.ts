// Snapping: an edge that comes near another one meets it. Near is meant in pixels, so it feels alike at every zoom.

/** How near counts as near, in pixels. */
export const SNAP_PX = 9;

/** What a drag did after snapping. */
export interface Snapped {
  /** By how many frames the dragged edges are moved. */
  readonly by: number;
  /** The frame that was met, to draw a line there; null where nothing was near. */
  readonly at: number | null;
}

/** Frames to snap to, sorted, each once. */
export function snapPoints(frames: Iterable<number>): number[] {
  return [...new Set(frames)].filter((frame) => frame >= 0).sort((a, b) => a - b);
}

/** The point nearest to `frame` in sorted `points`, or null where there is none. */
export function nearest(points: readonly number[], frame: number): number | null {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] ?? 0) < frame) low = middle + 1;
    else high = middle;
  }
  const after = points[low];
  const before = points[low - 1];
  if (after === undefined) return before ?? null;
  if (before === undefined) return after;
  return frame - before <= after - frame ? before : after;
}

/**
 * Moves `edges` (frames before the drag) by `by` frames, or a little more or less where that brings one of them on to a
 * point. The edge that is nearest to its point decides.
 */
export function snap(edges: readonly number[], by: number, points: readonly number[], zoom: number, px = SNAP_PX): Snapped {
  let best: Snapped = { by, at: null };
  let reach = px / zoom;
  for (const edge of edges) {
    const point = nearest(points, edge + by);
    if (point === null) continue;
    const off = Math.abs(point - (edge + by));
    if (off > reach || (off === reach && best.at !== null)) continue;
    reach = off;
    best = { by: point - edge, at: point };
  }
  return best;
}
