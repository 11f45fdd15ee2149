// The picture of a preset: its shape, and how far the platform's own signs reach into it.

import type { Preset } from "../../backend";

/** The shorter side of what is exported at the project's own shape. */
const OWN_SIDE = 1080;

/** Width and height of a preset's pictures for a project of this shape (`9:16`). */
export function shapeOf({ picture }: Pick<Preset, "picture">, aspect: string): readonly [number, number] {
  if (picture?.size) return picture.size;
  const [w = 9, h = 16] = aspect.split(":").map(Number);
  const side = OWN_SIDE / Math.min(w, h);
  return [Math.round((w * side) / 2) * 2, Math.round((h * side) / 2) * 2];
}

/** What the platform covers at each edge, in parts of the picture. */
export function insetOf({ picture, safe }: Pick<Preset, "picture" | "safe">): { top: number; right: number; bottom: number; left: number } {
  const [width, height] = picture?.size ?? [1, 1];
  if (!safe || !picture?.size) return { top: 0, right: 0, bottom: 0, left: 0 };
  return { top: safe.top / height, right: safe.right / width, bottom: safe.bottom / height, left: safe.left / width };
}
