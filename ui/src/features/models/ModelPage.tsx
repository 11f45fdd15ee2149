// The models: what there is, what fits this machine, what is here.

import type { JSX } from "solid-js";

/** The models: what there is, what fits this machine, what is here. */
export function ModelPage(): JSX.Element {
  return null;
}
