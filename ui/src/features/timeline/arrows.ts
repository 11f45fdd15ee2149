// Arrow keys on what can be moved in time: a frame, or a second with shift.

import { RATE } from "../../lib/timecode";

/** The frames that a key press means, 0 where it is none. One that means some is taken. */
export function arrowStep(event: KeyboardEvent): number {
  if (event.ctrlKey || event.metaKey || event.altKey) return 0;
  const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (way === 0) return 0;
  event.preventDefault();
  event.stopPropagation();
  return way * (event.shiftKey ? RATE : 1);
}
