// The film of a clip: pictures out of it, each where its time is. The poster stands in until they are taken.

import { createEffect, createMemo, createSignal, onCleanup, type JSX } from "solid-js";
import { filmPictures, visiblePart } from "../../lib/timeline/film";
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

/** A film that pictures are taken out of. */
export interface Reel {
  readonly url: string;
  /** Width and height, where they are known. */
  readonly size: readonly [number, number] | null;
  readonly frames: number;
}

/** The film of a clip that begins with frame `from` and lies at `x` of the content. Only what is near to be seen is drawn. */
export function Film(props: { from: number; speed: number; reel: Reel; x: number; width: number }): JSX.Element {
  const model = useTimeline();
  const taker = useFrameTaker();
  const [taken, setTaken] = createSignal(0);
  let canvas: HTMLCanvasElement | undefined;
  const tile = () => {
    const [width, height] = props.reel.size ?? [16, 9];
    return Math.max(8, Math.round((width / Math.max(1, height)) * HEIGHT));
  };
  // Kept by value: a drag makes all clips anew, most of them as they were.
  const from = createMemo(() => props.from);
  const url = createMemo(() => props.reel.url);
  const part = createMemo(() => visiblePart(props.x, props.width, { from: model.x(model.span().from), to: model.x(model.span().to) }, tile()), undefined, {
    equals: (a, b) => a.from === b.from && a.to === b.to,
  });
  const isWorthIt = createMemo(() => props.width >= tile() * FEWEST && part().to > part().from);
  const pictures = createMemo(() =>
    filmPictures({ from: from(), speed: props.speed, frames: props.reel.frames, zoom: model.zoom(), tile: tile(), part: part() }),
  );
  const seconds = createMemo(() => [...new Set(pictures().map((one) => one.second))], undefined, {
    equals: (a, b) => a.length === b.length && a.every((second, index) => second === b[index]),
  });

  createEffect(() => {
    if (!taker || !isWorthIt()) return;
    onCleanup(taker.want(url(), seconds(), () => setTaken((count) => count + 1)));
  });

  // While it is zoomed the film stays as it is, and is drawn anew when the zoom rests.
  let drawnZoom = model.zoom();
  let resting: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(resting));
  createEffect(() => {
    taken();
    const drawing = { pictures: pictures(), part: part(), tile: tile(), isWorthIt: isWorthIt(), url: url() };
    const zoom = model.zoom();
    clearTimeout(resting);
    const now = () => {
      drawnZoom = zoom;
      draw(drawing);
    };
    if (zoom === drawnZoom) now();
    else resting = setTimeout(now, REST_MS);
  });

  interface Drawing {
    readonly pictures: ReturnType<typeof pictures>;
    readonly part: ReturnType<typeof part>;
    readonly tile: number;
    readonly isWorthIt: boolean;
    readonly url: string;
  }
  function draw({ pictures: all, part: { from: left, to: right }, tile: step, isWorthIt: isWide, url: address }: Drawing) {
    const context = canvas?.getContext("2d");
    const frames = taker?.of(address);
    if (!canvas || !context) return;
    const isDrawn = frames !== undefined && frames.size > 0 && isWide;
    canvas.hidden = !isDrawn;
    if (!isDrawn) return;
    const dense = window.devicePixelRatio || 1;
    const room = Math.ceil((right - left) / STEP_PX) * STEP_PX;
    const size = { width: Math.round(room * dense), height: Math.round(HEIGHT * dense) };
    if (canvas.width !== size.width || canvas.height !== size.height) {
      canvas.width = size.width;
      canvas.height = size.height;
      canvas.style.width = `${room}px`;
    } else context.clearRect(0, 0, size.width, size.height);
    canvas.style.transform = `translateX(${left}px)`;
    // Until its own comes, the one before stands in.
    let last: ImageBitmap | undefined;
    for (const { x, second } of all) {
      const frame = frames.get(second) ?? last;
      if (frame) context.drawImage(frame, Math.round((x - left) * dense), 0, Math.ceil(step * dense), size.height);
      last = frame;
    }
  }

  return <canvas ref={(element) => (canvas = element)} class="clip-frames" hidden aria-hidden="true" />;
}
