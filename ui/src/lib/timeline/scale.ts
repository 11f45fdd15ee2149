// Between pixels and frames: how wide a frame is drawn, zooming about a point, and what can be seen.

/** The narrowest and the widest a frame can be drawn, in pixels. */
export const MIN_ZOOM = 0.02;
export const MAX_ZOOM = 24;

/** What one step of the zoom keys multiplies by. */
export const ZOOM_STEP = 1.3;

/** What the lanes show: pixels per frame, and how many pixels of the start are scrolled away. */
export interface Scale {
  readonly zoom: number;
  readonly scroll: number;
}

/** A span of frames or pixels: `from` belongs to it, `to` does not. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** `zoom` within the limits. */
export function clampZoom(zoom: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
}

/** The frame whose cell lies under `px`, counted from the left edge of what is seen. Never negative. */
export function frameUnder(scale: Scale, px: number): number {
  return Math.max(0, Math.floor((px + scale.scroll) / scale.zoom));
}

/** The frame boundary nearest to `px`: where an edge goes that is dropped there. Never negative. */
export function boundaryNear(scale: Scale, px: number): number {
  return Math.max(0, Math.round((px + scale.scroll) / scale.zoom));
}

/** Where the left edge of `frame` is drawn, counted from the left edge of what is seen. */
export function pxOf(scale: Scale, frame: number): number {
  return frame * scale.zoom - scale.scroll;
}

/** Zooms to `zoom` so that what lies under `px` stays there, except at the start, which is never scrolled past. */
export function zoomAbout(scale: Scale, zoom: number, px: number): Scale {
  const to = clampZoom(zoom);
  const frame = (px + scale.scroll) / scale.zoom;
  return { zoom: to, scroll: Math.max(0, frame * to - px) };
}

/** The zoom that shows `frames` in `width` pixels, with a little air at the end. */
export function fit(frames: number, width: number): number {
  return clampZoom((width * 0.94) / Math.max(frames, 1));
}

/**
 * The pixels worth drawing around what is seen, in steps of `chunk`: scrolling within a step changes nothing, so nothing
 * is drawn again.
 */
export function drawn(scroll: number, width: number, chunk: number): Span {
  const from = Math.floor((scroll - chunk / 2) / chunk) * chunk;
  const to = Math.ceil((scroll + width + chunk / 2) / chunk) * chunk;
  return { from: Math.max(0, from), to };
}

/** The scroll that brings `px` (from the start of the content) into view, with `margin` around; unchanged where it is. */
export function reveal(scroll: number, width: number, px: number, margin: number): number {
  if (px < scroll + margin) return Math.max(0, px - margin);
  if (px > scroll + width - margin) return Math.max(0, px - width + margin);
  return scroll;
}

/** Where the view goes while the playhead runs: it turns the page when the playhead leaves it. */
export function follow(scroll: number, width: number, px: number): number {
  if (px >= scroll && px <= scroll + width * 0.96) return scroll;
  return Math.max(0, px - width * 0.08);
}

/** Pixels per animation frame that a drag near or past an edge scrolls by: gently at the edge, faster beyond. */
export function edgeScroll(px: number, width: number, margin: number): number {
  const most = 28;
  if (px < margin) return -Math.min(most, Math.ceil((margin - px) / 3));
  if (px > width - margin) return Math.min(most, Math.ceil((px - width + margin) / 3));
  return 0;
}
