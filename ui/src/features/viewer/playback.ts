// Shows and plays a programme as the core draws it for the export. What is heard is the clock; pictures are put on a canvas
// when their time has come. At other speeds than the usual one pictures are asked for one by one, and nothing is heard.

import { createEffect, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import { connectPreview, type PreviewOf, type PreviewPicture, type PreviewSound, type PreviewTrouble } from "../../backend/preview";
import { drawPlanes, showsPlanes } from "../../lib/planes";
import { Quality } from "../../lib/quality";
import { frameAt, runFrom, type Run } from "../../lib/run";
import { Speaker } from "../../lib/speaker";
import { RATE } from "../../lib/timecode";

/** Playing begins without its first picture if that does not come. */
const PATIENCE_MS = 1000;
/** What takes longer than this is worth a sign that something is awaited. */
const SIGN_MS = 200;
/** What was scrubbed, and a viewer that was made larger, is drawn anew when it rests for so long. */
const SETTLE_MS = 120;
/** Where so many of a second's pictures came too late, the next ones are smaller. */
const MOST_LATE = 3;

/** What the screen shows. */
export interface Playback {
  /** Why the picture is missing. */
  readonly trouble: Accessor<Error | null>;
  /** Whether a picture is awaited. */
  readonly isWaiting: Accessor<boolean>;
}

/** What plays, and where it stands. */
export interface Stage {
  readonly of: Accessor<PreviewOf>;
  /** In frames of the programme. */
  readonly frame: Accessor<number>;
  seek(frame: number): void;
  /** Frames of the programme. */
  readonly length: Accessor<number>;
  /** What is played over and over, or to its end. */
  readonly bounds: Accessor<{ from: number; to: number }>;
  /** 0 stands, 1 plays with sound, others run without. */
  readonly speed: Accessor<number>;
  setSpeed(to: number): void;
  readonly loop: Accessor<boolean>;
  /** From 0 to 1. */
  readonly volume: Accessor<number>;
}

interface PlaybackParts {
  stage: Stage;
  canvas: HTMLCanvasElement;
  /** Address of the preview. */
  address: string;
  /** Grows when the project changes. */
  revision: Accessor<number>;
  /** Hears what is wrong with sounds and captions. */
  onTrouble(problem: Error): void;
}

/** Plays on `canvas` for as long as the calling component lives. */
export function createPlayback({ stage, canvas, address, revision, onTrouble }: PlaybackParts): Playback {
  const [trouble, setTrouble] = createSignal<Error | null>(null);
  const [isWaiting, setWaiting] = createSignal(false);
  const screen = canvas.getContext("2d", { alpha: false });
  const speaker = new Speaker(() => follow());
  const quality = new Quality();
  const link = connectPreview(address, { picture, sound, trouble: troubled, opened, lost: () => (asked = null) });

  // What is asked for: each question has its number, and answers to older ones are not looked at.
  let turn = 0;
  // The frame that should be seen, and the one that was asked for and has not come yet.
  let wanted = -1;
  let asked: { frame: number; at: number } | null = null;
  // Whether the last picture that was asked for is to be as sharp as the viewer.
  let isSharp = true;
  // What plays, with the pictures that have come for it; null while it stands, or runs at another speed.
  let playing: { run: Run; pictures: PreviewPicture[]; shown: number; since: number; isHeard: boolean } | null = null;
  // The frame that this file itself last put the playhead on: any other means that somebody moved it.
  let own = -1;
  // At other speeds: the place and the moment it was there.
  let anchor = { position: 0, at: 0 };
  let request = 0;
  let lastPlace = -1;
  let dropped = 0;
  // Of the pictures since some place: how many came too late, and how large they were.
  let late = { since: 0, count: 0, part: 1 };
  // What was last told of sounds and captions: it is not told with every question.
  let complained = "";
  let sign: ReturnType<typeof setTimeout> | undefined;
  let settle: ReturnType<typeof setTimeout> | undefined;

  const speed = () => untrack(stage.speed);
  const of = () => untrack(stage.of);
  const pixels = () => canvas.clientWidth * canvas.clientHeight * window.devicePixelRatio ** 2;
  const size = (part: number): [number, number] => {
    const scale = window.devicePixelRatio * part;
    return [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  };

  function awaitSign() {
    clearTimeout(sign);
    sign = setTimeout(() => setWaiting(true), SIGN_MS);
  }

  function cameTrue() {
    clearTimeout(sign);
    setWaiting(false);
  }

  /** Asks for a frame: one at a time, and only for the last one that was wished for. Quickly, and sharp when it rests. */
  function show(frame: number, part = quality.part(pixels())) {
    wanted = frame;
    if (asked) return;
    clearTimeout(settle);
    asked = { frame, at: performance.now() };
    isSharp = part === 1;
    turn += 1;
    awaitSign();
    link.ask({ show: { turn, of: of(), frame, size: size(part) } });
  }

  function opened() {
    link.ask({ form: showsPlanes() ? "planes" : "rgba" });
    renew();
  }

  /** The same anew and sharp: what is drawn may have changed. */
  function renew() {
    asked = null;
    if (speed() === 1) play(untrack(stage.frame));
    else show(untrack(stage.frame), 1);
  }

  function later(work: () => void) {
    clearTimeout(settle);
    settle = setTimeout(work, SETTLE_MS);
  }

  function play(frame: number) {
    speaker.stop();
    speaker.wake();
    const run = runFrom(frame, untrack(stage.bounds), untrack(stage.length), untrack(stage.loop));
    turn += 1;
    asked = null;
    playing = { run, pictures: [], shown: 0, since: performance.now(), isHeard: false };
    lastPlace = -1;
    late = { since: 0, count: 0, part: quality.part(pixels()) };
    clearTimeout(settle);
    own = run.from;
    stage.seek(run.from);
    awaitSign();
    link.ask({ play: { turn, of: of(), ...run, size: size(late.part) } });
  }

  /** Nothing plays any more. */
  function still() {
    if (!playing) return;
    playing = null;
    speaker.stop();
    link.ask({ stop: {} });
  }

  function picture(next: PreviewPicture) {
    if (next.turn !== turn) return;
    if (playing) {
      playing.pictures.push(next);
      begin();
      return;
    }
    if (asked && next.isExact) quality.note(performance.now() - asked.at, next.width * next.height);
    asked = null;
    draw(next);
    if (wanted !== next.frame) return show(wanted);
    if (!next.isExact) return;
    cameTrue();
    if (!isSharp && speed() === 0) later(renew);
  }

  function sound(next: PreviewSound) {
    if (next.turn !== turn || !playing) return;
    speaker.push(next.place, next.left, next.right);
    begin();
  }

  function troubled({ turn: told, of: part, problem }: PreviewTrouble) {
    if (told !== turn && part !== "ask") return;
    if (part === "picture") setTrouble(problem);
    else if (problem.message !== complained) onTrouble(problem);
    if (part !== "picture") complained = problem.message;
  }

  /** The sound begins when there is something to see, too. */
  function begin() {
    if (!playing || playing.isHeard || !speaker.isReady) return;
    if (playing.pictures.length === 0 && performance.now() - playing.since < PATIENCE_MS) return;
    playing.isHeard = true;
    cameTrue();
    speaker.start();
  }

  function draw(next: PreviewPicture) {
    if (canvas.width !== next.width || canvas.height !== next.height) {
      canvas.width = next.width;
      canvas.height = next.height;
    }
    const { pixels, width, height } = next;
    if (screen && "planes" in pixels) drawPlanes(screen, pixels.planes, width, height);
    else if ("rgba" in pixels) screen?.putImageData(new ImageData(pixels.rgba, width, height), 0, 0);
    // For tests: what is on the canvas.
    Object.assign(canvas.dataset, { frame: next.frame, exact: next.isExact, dropped });
    if (!next.isTorn) setTrouble(null);
  }

  /** Tells the core how far the ear is, and draws what has come for that. */
  function follow() {
    if (!playing) return;
    begin();
    const at = speaker.place;
    if (at === null) return;
    const { pictures } = playing;
    let now: PreviewPicture | undefined;
    let used = 0;
    // Those before it come too late. While the page is not seen none is used up, and none comes.
    while (!document.hidden && pictures[0] && pictures[0].place <= at) {
      now = pictures.shift();
      used += 1;
    }
    if (now) {
      playing.shown += used;
      const over = lastPlace < 0 ? 0 : now.place - lastPlace - 1;
      dropped += over;
      // Those that were there and not drawn are this page's own fault: smaller ones would not help it.
      adapt(over - (used - 1), now.place, pictures.length);
      lastPlace = now.place;
      draw(now);
    }
    const frame = frameAt(playing.run, at);
    if (frame === null) return finish(playing.run.to - 1);
    link.ask({ more: { shown: playing.shown, clock: at } });
    own = frame;
    stage.seek(frame);
  }

  /** Counts pictures that did not come in time: once a second the next ones become smaller, or larger where some wait. */
  function adapt(missed: number, place: number, waiting: number) {
    late.count += Math.max(0, missed);
    if (place - late.since < RATE) return;
    const now = performance.now();
    if (late.count > MOST_LATE) quality.late(late.part, pixels(), now);
    else if (late.count === 0 && waiting > 1) quality.early(late.part, pixels(), now);
    const part = quality.part(pixels());
    if (part !== late.part) link.ask({ size: size(part) });
    late = { since: place, count: 0, part };
  }

  /** Other speeds: the clock is the page's, and of the frames those are seen that are drawn in time. */
  function shuttle(now: number) {
    const { from, to } = untrack(stage.bounds);
    let at = anchor.position + ((now - anchor.at) / 1000) * RATE * speed();
    const isBehind = speed() > 0 ? at >= to : at <= (untrack(stage.loop) ? from : 0);
    if (isBehind) {
      if (!untrack(stage.loop)) return finish(speed() > 0 ? Math.max(from, to - 1) : 0);
      at = speed() > 0 ? from : Math.max(from, to - 1);
      anchor = { position: at, at: now };
    }
    own = Math.max(0, Math.floor(at + 1e-3));
    show(own);
    stage.seek(own);
  }

  function tick(now: number) {
    request = requestAnimationFrame(tick);
    if (playing) follow();
    else shuttle(now);
  }

  function finish(frame: number) {
    own = Math.max(0, frame);
    stage.seek(own);
    stage.setSpeed(0);
  }

  createEffect(
    on(stage.speed, (now) => {
      cancelAnimationFrame(request);
      const frame = untrack(stage.frame);
      own = frame;
      still();
      if (now === 0) return show(frame);
      if (now === 1) play(frame);
      else anchor = { position: frame, at: performance.now() };
      request = requestAnimationFrame(tick);
    }),
  );
  createEffect(
    on(stage.frame, (frame) => {
      if (frame === own) return;
      own = frame;
      if (playing) play(frame);
      else {
        anchor = { position: frame, at: performance.now() };
        show(frame);
      }
    }),
  );
  // The core takes up by itself what changes while it plays; only how far it plays is for this page to say.
  createEffect(on(revision, () => !playing && renew(), { defer: true }));
  createEffect(
    on(
      () => JSON.stringify(stage.of()),
      () => (playing ? play(untrack(stage.frame)) : renew()),
      { defer: true },
    ),
  );
  createEffect(
    on(
      () => [stage.bounds().from, stage.bounds().to, stage.length(), stage.loop()].join(),
      () => playing && play(untrack(stage.frame)),
      { defer: true },
    ),
  );
  createEffect(() => (speaker.volume = stage.volume()));
  const resized = new ResizeObserver(() =>
    later(() => (playing ? link.ask({ size: size((late.part = quality.part(pixels()))) }) : renew())),
  );
  resized.observe(canvas);
  onCleanup(() => {
    cancelAnimationFrame(request);
    clearTimeout(sign);
    clearTimeout(settle);
    resized.disconnect();
    link.close();
    speaker.close();
  });

  return { trouble, isWaiting };
}
