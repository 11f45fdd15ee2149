// Frames as people read them. The timeline counts whole frames, 25 a second.

/** Frames per second of every project. */
export const RATE = 25;

const two = (value: number) => String(value).padStart(2, "0");

/** `frame` as minutes, seconds and frames, with hours where there are any: `00:06:08`, `1:00:06:08`. */
export function timecode(frame: number): string {
  const whole = Math.max(0, Math.round(frame));
  const seconds = Math.floor(whole / RATE);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = `${two(minutes % 60)}:${two(seconds % 60)}:${two(whole % RATE)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** The frame that a written time means, or null. The last part is frames: `6:08` is six seconds and eight frames. */
export function parseTimecode(text: string): number | null {
  const parts = text.trim().split(/[:.;]/);
  if (parts.length > 4 || parts.some((part) => !/^\d{1,6}$/.test(part))) return null;
  const numbers = parts.map(Number);
  const frames = numbers.pop() ?? 0;
  const seconds = numbers.reduce((sum, part) => sum * 60 + part, 0);
  return seconds * RATE + frames;
}

/** A length in seconds with one digit: `4.2`. */
export function seconds(frames: number): string {
  return (frames / RATE).toFixed(1).replace(/\.0$/, "");
}
