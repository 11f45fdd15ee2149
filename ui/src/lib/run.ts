// Which frame of the programme is seen at which place of what plays: the same as in the core's preview. A place is a frame
// since it began.

/** Frames from one to another, and over again where it is so said. */
export interface Run {
  readonly from: number;
  /** The frame behind the last one. */
  readonly to: number;
  /** The frame to go on with from there; null ends it. */
  readonly again: number | null;
}

/** The frame at a place; null behind the end. */
export function frameAt({ from, to, again }: Run, place: number): number | null {
  const first = Math.max(0, to - from);
  const at = Math.floor(place);
  if (at < first) return from + Math.max(0, at);
  if (again === null || again >= to) return null;
  return again + ((at - first) % (to - again));
}

/**
 * What plays from a frame on, within the bounds that are set. From behind them all that follows plays, and so does all where
 * they hold nothing.
 */
export function runFrom(frame: number, bounds: { from: number; to: number }, length: number, loop: boolean): Run {
  const isInside = frame < bounds.to && bounds.from < bounds.to;
  if (loop) return { from: isInside ? frame : bounds.from, to: Math.min(bounds.to, length), again: bounds.from };
  return { from: frame, to: isInside ? Math.min(bounds.to, length) : length, again: null };
}
