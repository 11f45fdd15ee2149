// The shot: what is to be seen and said, and Generate.

import type { JSX } from "solid-js";

/** The shot: what is to be seen and said, and Generate. */
export function ShotPanel(): JSX.Element {
  return <section style={{ "grid-area": "shot" }} />;
}
