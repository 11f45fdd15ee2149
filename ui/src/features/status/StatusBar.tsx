// The line at the bottom: engine, model, disk.

import type { JSX } from "solid-js";

/** The line at the bottom: engine, model, disk. */
export function StatusBar(): JSX.Element {
  return <section style={{ "grid-area": "status" }} />;
}
