// The timeline.

import type { JSX } from "solid-js";

/** The timeline. */
export function Timeline(): JSX.Element {
  return <section style={{ "grid-area": "timeline" }} />;
}
