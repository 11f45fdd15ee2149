// Which part the place at the right shows of what is selected: the shot, to write it, or the clip, to cut it.

import { createSignal } from "solid-js";

/** A part of the place at the right. */
export type Part = "shot" | "clip";

const [part, setPart] = createSignal<Part>("shot");

/** The part that was last chosen. Clips that show no shot have but one. */
export { part, setPart };
