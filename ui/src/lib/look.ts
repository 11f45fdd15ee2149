// How clips are seen and heard, as numbers that people set: insets instead of rectangles, a scale and a place, a motion.

import type { Area, Clip, ColorChange, Look, TimelineEdit } from "../backend";
import { endOf, framesOf } from "./timeline/clips";

/** All of a picture. */
export const WHOLE: Area = { x: 0, y: 0, w: 1, h: 1 };

/** A look that changes nothing: what a clip has that says nothing of it. */
export const PLAIN: Look = {
  fit: null,
  crop: WHOLE,
  crop_to: null,
  frame: WHOLE,
  opacity: 1,
  fade_in: 0,
  fade_out: 0,
  cross_fade: 0,
  color: { brightness: 0, contrast: 0, saturation: 0, warmth: 0 },
  gain_db: 0,
};

/** The least side of what is seen of a picture, and the farthest and largest that a clip can lie: the core's limits. */
const LEAST_SIDE = 0.01;
const FARTHEST = 8;
/** At this gain nothing is heard. */
export const SILENT_DB = -96;

/** How a clip is seen and heard. */
export const lookOf = (clip: Pick<Clip, "look">): Look => clip.look ?? PLAIN;

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** The core keeps fractions as 32-bit numbers: what is put together here has no more digits than are meant. */
const tidy = (value: number) => Math.round(value * 1e5) / 1e5 + 0;

const isNear = (a: number, b: number) => Math.abs(a - b) < 1e-4;

/** Whether two rectangles are the same for the eye. */
export const isSameArea = (a: Area, b: Area): boolean =>
  isNear(a.x, b.x) && isNear(a.y, b.y) && isNear(a.w, b.w) && isNear(a.h, b.h);

/** Whether nothing is said by these changes of colour. */
export const isPlainColor = (color: ColorChange): boolean => Object.values(color).every((value) => isNear(value, 0));

/** The value that all have, or null where they differ. */
export function common<T>(values: readonly T[], isSame: (a: T, b: T) => boolean = (a, b) => a === b): T | null {
  const [first, ...rest] = values;
  return first !== undefined && rest.every((value) => isSame(first, value)) ? first : null;
}

/** What is cut off at each side, in fractions of the picture. */
export interface Insets {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What is cut off at each side of a picture of which this part is seen. */
export const insetsOf = ({ x, y, w, h }: Area): Insets => ({
  left: tidy(x),
  top: tidy(y),
  right: tidy(1 - x - w),
  bottom: tidy(1 - y - h),
});

/** The part that is seen where so much is cut off at one side; the others stay, and something is left. */
export function inset(area: Area, side: keyof Insets, by: number): Area {
  const now = insetsOf(area);
  const other = { left: now.right, right: now.left, top: now.bottom, bottom: now.top }[side];
  const next: Insets = { ...now };
  next[side] = clamp(by, 0, Math.max(0, 1 - LEAST_SIDE - other));
  const { left, top, right, bottom } = next;
  return { x: tidy(left), y: tidy(top), w: tidy(1 - left - right), h: tidy(1 - top - bottom) };
}

/** A rectangle as a place and a size: how far its middle is off the middle of the canvas, and how wide it is. */
export interface Spot {
  /** In fractions of the canvas; to the right and down are positive. */
  x: number;
  y: number;
  /** 1 is as wide as the canvas. */
  scale: number;
}

/** A rectangle as a place and a size. */
export const spotOf = ({ x, y, w, h }: Area): Spot => ({ x: tidy(x + w / 2 - 0.5), y: tidy(y + h / 2 - 0.5), scale: tidy(w) });

/** The rectangle with another place or size; it keeps its shape. */
export function atSpot(area: Area, change: Partial<Spot>): Area {
  const { x, y, scale } = { ...spotOf(area), ...change };
  const ratio = area.h / area.w;
  const w = clamp(scale, Math.max(LEAST_SIDE, LEAST_SIDE / ratio), Math.min(FARTHEST, FARTHEST / ratio));
  const h = w * ratio;
  const put = (middle: number, side: number) => tidy(clamp(middle + 0.5 - side / 2, -FARTHEST, FARTHEST));
  return { x: put(x, w), y: put(y, h), w: tidy(w), h: tidy(h) };
}

/** What is seen of a picture, as a camera says it: how near, and which way it looks. */
export interface Aim {
  /** 1 is all of it, 2 twice as near. */
  zoom: number;
  /** From −1, the left or upper edge, to 1. */
  x: number;
  y: number;
}

/** The largest zoom of a pan: nearer, single dots are seen. */
export const MOST_ZOOM = 10;

/** What is seen of a picture, as a camera says it. */
export function aimOf({ x, y, w, h }: Area): Aim {
  const side = Math.max(w, h);
  const aim = (from: number, length: number) => (length >= 1 - 1e-4 ? 0 : tidy(clamp((from / (1 - length)) * 2 - 1, -1, 1)));
  return { zoom: tidy(1 / side), x: aim(x, w), y: aim(y, h) };
}

/** The part of a picture that a camera sees so. */
export function atAim({ zoom, x, y }: Aim): Area {
  const side = 1 / clamp(zoom, 1, MOST_ZOOM);
  const from = (aim: number) => tidy(((clamp(aim, -1, 1) + 1) / 2) * (1 - side));
  return { x: from(x), y: from(y), w: tidy(side), h: tidy(side) };
}

/** Motions to choose from. */
export const MOTIONS = ["zoom_in", "zoom_out", "left", "right", "up", "down"] as const;
export type Motion = (typeof MOTIONS)[number];

/** Slow enough that it is felt and not seen. */
const NEAR = 1.25;

const PATHS: Record<Motion, readonly [Aim, Aim]> = {
  zoom_in: [{ zoom: 1, x: 0, y: 0 }, { zoom: NEAR, x: 0, y: 0 }],
  zoom_out: [{ zoom: NEAR, x: 0, y: 0 }, { zoom: 1, x: 0, y: 0 }],
  left: [{ zoom: NEAR, x: 1, y: 0 }, { zoom: NEAR, x: -1, y: 0 }],
  right: [{ zoom: NEAR, x: -1, y: 0 }, { zoom: NEAR, x: 1, y: 0 }],
  up: [{ zoom: NEAR, x: 0, y: 1 }, { zoom: NEAR, x: 0, y: -1 }],
  down: [{ zoom: NEAR, x: 0, y: -1 }, { zoom: NEAR, x: 0, y: 1 }],
};

/** The look with a motion; with none it stands as it begins. */
export function moving(look: Look, motion: Motion | null): Look {
  if (motion === null) return { ...look, crop: WHOLE, crop_to: null };
  const [from, to] = PATHS[motion];
  return { ...look, crop: atAim(from), crop_to: atAim(to) };
}

/** Which motion a look has: null for none, "custom" for one of its own. */
export function motionOf({ crop, crop_to }: Look): Motion | "custom" | null {
  if (crop_to === null) return null;
  const named = MOTIONS.find((motion) => {
    const [from, to] = PATHS[motion];
    return isSameArea(crop, atAim(from)) && isSameArea(crop_to, atAim(to));
  });
  return named ?? "custom";
}

/** The clip that ends where this one begins: the one that it can take the place of slowly. */
export function clipBefore(clips: readonly Clip[], id: string): Clip | null {
  const index = clips.findIndex((clip) => clip.id === id);
  const [before, clip] = [clips[index - 1], clips[index]];
  return before && clip && endOf(before) === clip.start ? before : null;
}

/** What of a clip comes or goes over time. */
export type Fade = "fade_in" | "fade_out" | "cross_fade";

/** Over how many frames a clip takes the place of the one before it; 0 where none touches it. */
export function crossOf(clips: readonly Clip[], clip: Clip): number {
  const { cross_fade } = lookOf(clip);
  // Asked first: most clips have none, and the one before must be looked for.
  return cross_fade > 0 && clipBefore(clips, clip.id) ? Math.min(cross_fade, framesOf(clip)) : 0;
}

/** The look with a fade of so many frames. What comes and what goes share the clip. */
export function faded(clip: Clip, fade: Fade, frames: number): Look {
  const look = lookOf(clip);
  const coming = look.cross_fade > 0 ? look.cross_fade : look.fade_in;
  const taken = fade === "fade_out" ? Math.min(coming, framesOf(clip)) : look.fade_out;
  return { ...look, [fade]: clamp(Math.round(frames), 0, Math.max(0, framesOf(clip) - taken)) };
}

/** The edits that give clips their looks: clips that shall look alike in one. Those that look so already are left out. */
export function lookEdits(clips: readonly Clip[], change: (look: Look, clip: Clip) => Look): TimelineEdit[] {
  const byLook = new Map<string, { look: Look; ids: string[] }>();
  for (const clip of clips) {
    const now = lookOf(clip);
    const look = change(now, clip);
    const key = JSON.stringify(look);
    if (key === JSON.stringify(now)) continue;
    const known = byLook.get(key);
    if (known) known.ids.push(clip.id);
    else byLook.set(key, { look, ids: [clip.id] });
  }
  return [...byLook.values()].map(({ look, ids }) => ({ kind: "set_look", clips: ids, look }));
}

/** A speed from where it lies on a slider that goes from −1 to 1, with 1 in the middle; near a usual one it is that. */
export function speedAt(place: number): number {
  const speed = 10 ** clamp(place, -1, 1);
  const usual = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 5].find((one) => Math.abs(Math.log10(one) - place) < 0.015);
  return usual ?? Number(speed.toPrecision(2));
}

/** Where a speed lies on that slider. */
export const placeOfSpeed = (speed: number): number => tidy(Math.log10(speed));

/** A corner of a rectangle. */
export const CORNERS = ["nw", "ne", "sw", "se"] as const;
export type Corner = (typeof CORNERS)[number];

/** A way over the canvas, in fractions of it. */
export interface Way {
  readonly x: number;
  readonly y: number;
}

/** So near to the canvas's middle or edge, a rectangle that is moved meets it. */
const MEETS = 0.015;

/** The rectangle moved by a way. With `near` it meets the middle and the edges of the canvas. */
export function movedBy(area: Area, by: Way, near: "meets" | "passes"): Area {
  const put = (from: number, side: number) => {
    const ends = [(1 - side) / 2, 0, 1 - side];
    const met = near === "meets" ? ends.find((end) => Math.abs(end - from) < MEETS) : undefined;
    return tidy(clamp(met ?? from, -FARTHEST, FARTHEST));
  };
  return { ...area, x: put(area.x + by.x, area.w), y: put(area.y + by.y, area.h) };
}

/** The rectangle with a corner pulled by a way: it keeps its shape, and the other corner stays. */
export function pulled(area: Area, corner: Corner, by: Way): Area {
  const isLeft = corner.endsWith("w");
  const isUp = corner.startsWith("n");
  const growth = Math.max(1 + (isLeft ? -by.x : by.x) / area.w, 1 + (isUp ? -by.y : by.y) / area.h);
  const { w, h } = atSpot(area, { scale: area.w * Math.max(0, growth) });
  return { x: tidy(isLeft ? area.x + area.w - w : area.x), y: tidy(isUp ? area.y + area.h - h : area.y), w, h };
}
