// Arrow keys on what can be moved in time: a frame, or a second with shift.

import { RATE } from "../../lib/timecode";

/** What of a thing in time an arrow key moves: all of it, or with Alt its beginning and with Ctrl its end. */
export type Moved = "whole" | "in" | "out";

/** What a key press moves. */
export const movedBy = (event: KeyboardEvent): Moved => (event.altKey ? "in" : event.ctrlKey || event.metaKey ? "out" : "whole");

/** The frames that a key press means, 0 where it is none. One that means some is taken. `moves` says which keys may be held. */
export function arrowStep(event: KeyboardEvent, moves: "whole" | "edges" = "whole"): number {
  if (moves === "whole" && movedBy(event) !== "whole") return 0;
  const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (way === 0) return 0;
  event.preventDefault();
  event.stopPropagation();
  return way * (event.shiftKey ? RATE : 1);
}
