// A waveform as one path: a stroke for every few pixels, from the quietest to the loudest sample beneath it.

/** Loudness of a sound in parts of a second, as the core writes it: lowest and highest sample, −127 to 127. */
export interface Peaks {
  readonly per_second: number;
  readonly peaks: readonly (readonly [number, number])[];
}

/** Whether `value` is a sound's peaks. It comes over the wire. */
export function isPeaks(value: unknown): value is Peaks {
  if (typeof value !== "object" || value === null) return false;
  const { per_second, peaks } = value as Partial<Peaks>;
  return typeof per_second === "number" && per_second > 0 && Array.isArray(peaks);
}

/** The lowest and highest sample between two times, or null past the end. */
export function loudness(sound: Peaks, from: number, to: number): readonly [number, number] | null {
  const first = Math.max(0, Math.floor(from * sound.per_second));
  const last = Math.max(first + 1, Math.ceil(to * sound.per_second));
  let low = 127;
  let high = -127;
  for (const part of sound.peaks.slice(first, last)) {
    low = Math.min(low, part[0]);
    high = Math.max(high, part[1]);
  }
  return high < low ? null : [low, high];
}

/** What is drawn: seconds of the sound over pixels. */
export interface WaveformView {
  /** Second of the sound at the left edge. */
  readonly from: number;
  readonly pxPerSecond: number;
  readonly width: number;
  readonly height: number;
  /** Distance of the strokes in pixels. */
  readonly step: number;
}

/** The path of strokes, symmetric about the middle, at least a pixel high so that silence is a line. */
export function waveformPath(sound: Peaks, view: WaveformView): string {
  const middle = view.height / 2;
  let path = "";
  for (let x = view.step / 2; x < view.width; x += view.step) {
    const start = view.from + (x - view.step / 2) / view.pxPerSecond;
    const part = loudness(sound, start, start + view.step / view.pxPerSecond);
    if (!part) break;
    const half = Math.max(0.5, (Math.max(-part[0], part[1]) / 127) * (middle - 1));
    path += `M${round(x)} ${round(middle - half)}V${round(middle + half)}`;
  }
  return path;
}

const round = (value: number) => Math.round(value * 10) / 10;
