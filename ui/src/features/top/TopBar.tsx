// The bar at the top: project, language, queue, export.

import type { JSX } from "solid-js";

/** The bar at the top: project, language, queue, export. */
export function TopBar(): JSX.Element {
  return <section style={{ "grid-area": "top" }} />;
}
