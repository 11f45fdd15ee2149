// The queue: what runs, what waits, what was made.

import type { JSX } from "solid-js";

/** The queue: what runs, what waits, what was made. */
export function QueueDrawer(): JSX.Element {
  return null;
}
