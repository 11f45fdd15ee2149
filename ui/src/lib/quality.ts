// How large pictures may be that have to come quickly: while something plays or is scrubbed, a smaller one in time is worth
// more than a sharp one too late. What rests is always sharp.

/** What a picture may take from the question to the canvas, in ms: less than it lasts. */
const BUDGET_MS = 32;
/** Parts of the full size, few of them, because the core prepares for each. */
const PARTS = [1, 0.75, 0.5, 0.35] as const;
/** How much the latest picture counts. */
const NEWEST = 0.3;
/** After pictures that came too late, larger ones are not tried for so long. */
const CAUTION_MS = 10_000;

/** Learns what a picture costs. */
export class Quality {
  /** Milliseconds of a pixel. */
  #cost = 0;
  #notes = 0;
  #cautious = -Infinity;

  /** A picture of so many pixels that was asked for took so long. */
  note(ms: number, pixels: number): void {
    if (pixels <= 0) return;
    this.#notes += 1;
    // The first one had its file to open.
    if (this.#notes === 1) return;
    const cost = ms / pixels;
    this.#cost = this.#notes === 2 ? cost : this.#cost + (cost - this.#cost) * NEWEST;
  }

  /** Pictures of this part of so many pixels come too late. */
  late(part: number, pixels: number, now: number): void {
    this.#cost = Math.max(this.#cost, (BUDGET_MS * 1.05) / (part * part * Math.max(1, pixels)));
    this.#cautious = now + CAUTION_MS;
  }

  /** Pictures of this part of so many pixels lie waiting: larger ones may be tried. */
  early(part: number, pixels: number, now: number): void {
    const larger = PARTS.findLast((other) => other > part);
    if (larger === undefined || now < this.#cautious) return;
    this.#cost = Math.min(this.#cost, (BUDGET_MS * 0.95) / (larger * larger * Math.max(1, pixels)));
  }

  /** The part of a width of a picture of so many pixels that comes in time. */
  part(pixels: number): number {
    return PARTS.find((part) => this.#cost * pixels * part * part <= BUDGET_MS) ?? PARTS[PARTS.length - 1] ?? 1;
  }
}
