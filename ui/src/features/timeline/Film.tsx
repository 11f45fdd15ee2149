// The film of a clip: pictures of its take, each where its time is. The poster stands in until they are taken.

import { createEffect, createMemo, createSignal, onCleanup, type JSX } from "solid-js";
import type { TakeView } from "../../backend";
import { RATE } from "../../lib/timecode";
import { useFrameTaker } from "./taker";
import { useTimeline } from "./model";

/** Height of the film in the lane; `.clip-film` in the styles. */
const HEIGHT = 50;
/** Canvases grow in steps: a trim must not give each frame a new one. */
const STEP_PX = 256;
/** A clip that is narrower than this many pictures is shown by its poster. */
const FEWEST = 2;
/** How long the zoom must rest until films are drawn for it. */
const REST_MS = 90;

/** The film of a clip. */
export function Film(props: { from: number; take: TakeView; url: string; width: number }): JSX.Element {
  const model = useTimeline();
  const taker = useFrameTaker();
  const [taken, setTaken] = createSignal(0);
  let canvas: HTMLCanvasElement | undefined;
  const tile = () => {
    const [width, height] = props.take.size ?? [16, 9];
    return Math.max(8, Math.round((width / Math.max(1, height)) * HEIGHT));
  };
  // Kept by value: a drag makes all clips anew, most of them as they were.
  const from = createMemo(() => props.from);
  const isWorthIt = () => props.width >= tile() * FEWEST;

  const isWanted = createMemo(isWorthIt);
  createEffect(() => {
    if (!taker || !isWanted()) return;
    onCleanup(taker.want(props.url, props.take.frames, () => setTaken((count) => count + 1)));
  });

  // While it is zoomed the film stays as it is, and is drawn anew when the zoom rests.
  let drawnZoom = model.zoom();
  let resting: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(resting));
  createEffect(() => {
    taken();
    const drawing = { zoom: model.zoom(), width: props.width, from: from(), tile: tile() };
    clearTimeout(resting);
    if (drawing.zoom === drawnZoom) draw(drawing);
    else resting = setTimeout(() => draw(drawing), REST_MS);
  });

  function draw({ zoom, width, from: start, tile: step }: { zoom: number; width: number; from: number; tile: number }) {
    const context = canvas?.getContext("2d");
    const frames = taker?.of(props.url);
    if (!canvas || !context) return;
    drawnZoom = zoom;
    const isDrawn = frames !== undefined && frames.size > 0 && width >= step * FEWEST;
    canvas.hidden = !isDrawn;
    if (!isDrawn) return;
    const dense = window.devicePixelRatio || 1;
    const room = Math.ceil(width / STEP_PX) * STEP_PX;
    const size = { width: Math.round(room * dense), height: Math.round(HEIGHT * dense) };
    if (canvas.width !== size.width || canvas.height !== size.height) {
      canvas.width = size.width;
      canvas.height = size.height;
      canvas.style.width = `${room}px`;
    } else context.clearRect(0, 0, size.width, size.height);
    for (let x = 0; x < width; x += step) {
      const second = Math.floor((start + (x + step / 2) / zoom) / RATE);
      const frame = frames.get(Math.min(second, lastOf(props.take))) ?? frames.get(0);
      if (frame) context.drawImage(frame, Math.round(x * dense), 0, Math.ceil(step * dense), size.height);
    }
  }

  return <canvas ref={(element) => (canvas = element)} class="clip-frames" hidden aria-hidden="true" />;
}

const lastOf = (take: TakeView) => Math.max(0, Math.ceil(take.frames / RATE) - 1);
