// The library: references, cast, voices, takes.

import type { JSX } from "solid-js";

/** The library: references, cast, voices, takes. */
export function Library(): JSX.Element {
  return <section style={{ "grid-area": "library" }} />;
}
