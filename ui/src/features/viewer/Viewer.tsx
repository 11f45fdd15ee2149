// The viewer and its transport.

import type { JSX } from "solid-js";

/** The viewer and its transport. */
export function Viewer(): JSX.Element {
  return <section style={{ "grid-area": "viewer" }} />;
}
