// Shapes of pictures.

/** A model's sizes are multiples of its patch, so a take may be off the project's shape by this much. */
const NEAR = 0.04;

/** A project's shape, `9:16`, as a number. */
export function ratioOf(aspect: string): number {
  const [width, height] = aspect.split(":").map(Number);
  return width && height ? width / height : 9 / 16;
}

/** How a take lies in the project's shape: nearly of that shape it fills it, as in the export; else all of it is seen. */
export function fitOf(size: readonly [number, number] | null, aspect: string): "cover" | "contain" {
  if (!size) return "contain";
  return Math.abs(size[0] / size[1] / ratioOf(aspect) - 1) <= NEAR ? "cover" : "contain";
}
