// Plays a programme with two video elements that take turns: while one runs, the other already stands on the first frame
// of what comes next, so a cut is only a change of which one is seen.

import { createEffect, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import { pieceAfter, pieceAt, type Piece } from "../../lib/programme";
import { Reel } from "../../lib/reel";
import { RATE } from "../../lib/timecode";
import type { Player } from "../../state/player";
import type { View } from "../../state/view";
import { createSound, type SoundSource } from "./sound";

/** A cut is made this much before its time, in frames, so that no frame too many is ever seen. */
const CUT_EARLY = 0.15;
/** A picture that does not come holds the playhead no longer than this. */
const PATIENCE_MS = 4000;

/** What the screen shows. */
export interface Playback {
  /** The piece under the playhead; null in a gap. */
  readonly piece: Accessor<Piece | null>;
  /** Which of the two elements is seen; null where there is no picture. */
  readonly seen: Accessor<0 | 1 | null>;
  /** Why the picture is missing: a MediaError code. */
  readonly trouble: Accessor<number | null>;
  /** Whether the picture is awaited. */
  readonly isWaiting: Accessor<boolean>;
}

interface PlaybackParts {
  player: Player;
  view: View;
  videos: readonly [HTMLVideoElement, HTMLVideoElement];
  url(path: string): string;
  sounds: SoundSource;
}

/** Plays on `videos` for as long as the calling component lives. */
export function createPlayback({ player, view, videos, url, sounds }: PlaybackParts): Playback {
  const [piece, setPiece] = createSignal<Piece | null>(null);
  const [seen, setSeen] = createSignal<0 | 1 | null>(null);
  const [trouble, setTrouble] = createSignal<number | null>(null);
  const [isWaiting, setWaiting] = createSignal(false);
  const reels = [new Reel(videos[0], settled), new Reel(videos[1], settled)] as const;
  const sound = createSound(sounds);

  let active: 0 | 1 = 0;
  // The frame that this file itself last put the playhead on: any other means that somebody moved it.
  let own = -1;
  // Where the clock stands when no video tells: the place and the moment it was there.
  let anchor = { position: 0, at: 0 };
  let waitingSince = 0;
  let request = 0;
  // What is to be got ready once the picture that is asked for is there: until then the other element is still seen.
  let later: number | null = null;

  const programme = () => untrack(player.programme);
  const speed = () => untrack(view.speed);
  const loudness = () => untrack(() => (player.isMuted() ? 0 : player.volume()));
  const source = (of: Piece | null) => (of?.take ? url(of.take.clip) : null);
  const inTake = (of: Piece, frame: number) => of.from + frame - of.start;
  const isFast = () => speed() > 0;

  function settled() {
    const reel = reels[active];
    setTrouble(source(untrack(piece)) === reel.url ? reel.trouble : null);
    if (reel.isReady && source(untrack(piece)) === reel.url && reel.url !== null) setSeen(active);
    setWaiting(false);
    if (later !== null && (reel.isReady || reel.trouble !== null)) prepare(later);
  }

  /** Makes `next` the piece that is seen, on the element that has it already, if one does. */
  function take(next: Piece | null) {
    setPiece(next);
    const address = source(next);
    if (!next || address === null) {
      setSeen(null);
      setTrouble(null);
      for (const reel of reels) reel.pause();
      return;
    }
    const other = active === 0 ? 1 : 0;
    const isHere = reels[active].url === address;
    const isThere = reels[other].url === address;
    // The one that has it; else the one that is not seen.
    if (isThere ? !isHere || reels[other].isReady : !isHere && untrack(seen) === active) {
      reels[active].pause();
      active = other;
    }
    reels[active].load(address);
    setTrouble(reels[active].trouble);
    if (reels[active].isReady) setSeen(active);
  }

  /** The other element gets ready for what comes after `frame`, as soon as it is not seen any more. */
  function prepare(frame: number) {
    const isAwaited = source(untrack(piece)) !== null && !reels[active].isReady && reels[active].trouble === null;
    later = isAwaited ? frame : null;
    if (isAwaited) return;
    const all = programme();
    const next = all.pieces[pieceAfter(all, frame)];
    const address = source(next ?? null);
    if (!next || address === null) return;
    const reel = reels[active === 0 ? 1 : 0];
    reel.load(address);
    reel.cue(next.from);
  }

  /** Shows a frame, standing. */
  function stand(frame: number) {
    const all = programme();
    const next = all.pieces[pieceAt(all, frame)] ?? null;
    const address = source(next);
    // The element that stands already on this take shows it; the other is for what follows.
    if (address === null || reels[active].url !== address) take(next);
    else setPiece(next);
    if (next && address !== null) {
      reels[active].stand(inTake(next, frame));
      if (!reels[active].isReady && reels[active].trouble === null) setWaiting(true);
      else settled();
    }
    sound.stop();
    prepare(frame);
  }

  /** Begins to run at a frame. */
  function start(position: number, from: number) {
    const all = programme();
    const next = all.pieces[pieceAt(all, from)] ?? null;
    if (next !== untrack(piece) || reels[active].url !== source(next)) take(next);
    anchor = { position, at: performance.now() };
    waitingSince = 0;
    const reel = reels[active];
    if (next && source(next) !== null) {
      const wanted = inTake(next, from);
      if (Math.floor(reel.position + 1e-3) !== wanted || !reel.isReady) reel.cue(wanted);
    }
    prepare(from);
  }

  /** Where the programme is now, from the video that runs, else from the clock. */
  function position(now: number): number {
    const current = untrack(piece);
    const reel = reels[active];
    const by = anchor.position + ((now - anchor.at) / 1000) * RATE * speed();
    if (!isFast() || !current || source(current) === null || reel.trouble !== null) return by;
    if (!reel.isReady && !reel.isAtEnd) {
      // The picture is awaited and the clock stands, but not for ever.
      waitingSince ||= now;
      setWaiting(now - waitingSince > 150);
      if (now - waitingSince < PATIENCE_MS) {
        anchor = { ...anchor, at: now };
        return anchor.position;
      }
      return by;
    }
    waitingSince = 0;
    setSeen(active);
    if (later !== null) prepare(later);
    if (reel.isAtEnd) return current.start + current.length;
    reel.run(speed(), loudness());
    const at = current.start + reel.position - current.from;
    anchor = { position: at, at: now };
    return at;
  }

  function tick(now: number) {
    request = requestAnimationFrame(tick);
    const { from, to } = untrack(player.bounds);
    let at = position(now);
    const current = untrack(piece);
    if (isFast() && at >= to - CUT_EARLY) {
      if (!untrack(view.loop)) return finish(Math.max(from, to - 1));
      at = from;
      start(at, from);
    } else if (!isFast() && at <= (untrack(view.loop) ? from : 0)) {
      if (!untrack(view.loop)) return finish(0);
      at = Math.max(from, to - 1);
      start(at, at);
    } else if (isFast() && current && at >= current.start + current.length - CUT_EARLY) {
      at = current.start + current.length;
      start(at, at);
    } else if (!current && pieceAt(programme(), Math.floor(at)) >= 0) {
      start(at, Math.floor(at));
    }
    const frame = Math.max(0, Math.floor(at + 1e-3));
    if (!isFast()) {
      const all = programme();
      const next = all.pieces[pieceAt(all, frame)] ?? null;
      if (next !== untrack(piece)) take(next);
      if (next && source(next) !== null) reels[active].stand(inTake(next, frame));
    }
    show(frame);
    sound.follow(frame, isWaiting() ? 0 : speed(), loudness());
  }

  function show(frame: number) {
    const current = untrack(piece);
    const presented = reels[active].presented;
    // What the browser says it presented is the truth, where it is near enough to be of this piece.
    const exact =
      isFast() && current?.take && presented !== null ? current.start + presented - current.from : frame;
    own = Math.abs(exact - frame) <= 1 && exact >= (current?.start ?? 0) ? exact : frame;
    player.seek(own);
  }

  function finish(frame: number) {
    own = frame;
    player.seek(frame);
    view.setSpeed(0);
  }

  createEffect(
    on(view.speed, (now) => {
      cancelAnimationFrame(request);
      const frame = untrack(player.frame);
      if (now === 0) {
        for (const reel of reels) reel.pause();
        own = frame;
        stand(frame);
        return;
      }
      own = frame;
      sound.stop();
      start(frame, frame);
      request = requestAnimationFrame(tick);
    }),
  );
  createEffect(
    on(player.frame, (frame) => {
      if (frame === own) return;
      own = frame;
      if (speed() === 0) stand(frame);
      else {
        for (const reel of reels) reel.pause();
        start(frame, frame);
      }
    }),
  );
  // Another take was chosen, or a clip was cut: the same frame, drawn anew.
  createEffect(
    on(
      player.programme,
      (all) => {
        const frame = untrack(player.frame);
        const next = all.pieces[pieceAt(all, frame)] ?? null;
        const now = untrack(piece);
        const isSame = source(next) === source(now) && next?.from === now?.from && next?.start === now?.start;
        if (isSame) setPiece(next);
        else if (speed() === 0) stand(frame);
        else start(frame, frame);
        if (isSame && speed() === 0) prepare(frame);
      },
      { defer: true },
    ),
  );
  createEffect(
    on([player.volume, player.isMuted], () => {
      if (speed() > 0 && !reels[active].video.paused) reels[active].run(speed(), loudness());
    }),
  );
  onCleanup(() => {
    cancelAnimationFrame(request);
    sound.stop();
    for (const reel of reels) reel.load(null);
  });

  return { piece, seen, trouble, isWaiting };
}
