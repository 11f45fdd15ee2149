// Several takes that play in step: the first one that runs leads, the others are kept with it.

import { Reel } from "./reel";
import { RATE } from "./timecode";

/** A take that is further off than this goes there at once; less is made up by running a little faster or slower. */
const JUMP = 6;
/** Less than this, in frames, is in step. */
const IN_STEP = 0.6;
const NUDGE = 0.04;

/** Several videos that play in step. */
export class Chorus {
  readonly reels: readonly Reel[];
  #isPlaying = false;
  #request = 0;
  #loud: number | null = 0;
  #volume = 1;
  #position = 0;
  #at = 0;

  constructor(
    videos: readonly HTMLVideoElement[],
    /** The length that all have, in frames. */
    private readonly length: number,
    private readonly heard: (frame: number) => void,
    private readonly changed: () => void = () => undefined,
  ) {
    this.reels = videos.map((video) => new Reel(video, () => this.changed()));
  }

  /** Which one is heard, none where it is null; how loud, from 0 to 1. */
  listen(to: number | null, volume: number): void {
    this.#loud = to;
    this.#volume = volume;
    this.reels.forEach((reel, at) => (reel.video.muted = at !== to));
  }

  stand(frame: number): void {
    this.#isPlaying = false;
    cancelAnimationFrame(this.#request);
    this.#position = frame;
    for (const reel of this.reels) reel.stand(frame);
    this.heard(frame);
  }

  play(speed: number): void {
    cancelAnimationFrame(this.#request);
    this.#isPlaying = true;
    this.#at = performance.now();
    for (const reel of this.reels) reel.cue(Math.floor(this.#position));
    this.#request = requestAnimationFrame((now) => this.#tick(now, speed));
  }

  stop(): void {
    cancelAnimationFrame(this.#request);
    for (const reel of this.reels) reel.load(null);
  }

  #tick(now: number, speed: number): void {
    if (!this.#isPlaying) return;
    this.#request = requestAnimationFrame((next) => this.#tick(next, speed));
    const usable = this.reels.filter((reel) => reel.trouble === null);
    // Nobody starts before all can.
    if (usable.some((reel) => !reel.isReady)) {
      for (const reel of usable) if (reel.isReady) reel.pause();
      this.#at = now;
      return;
    }
    const leader = usable[0];
    const by = this.#position + ((now - this.#at) / 1000) * RATE * speed;
    this.#at = now;
    const at = leader && !leader.video.paused ? leader.position : by;
    this.#position = at;
    if (speed <= 0 || at >= this.length - 0.15 || leader?.isAtEnd) return this.#again(speed);
    usable.forEach((reel, index) => {
      const off = index === 0 ? 0 : reel.position - at;
      if (Math.abs(off) > JUMP) return reel.cue(Math.floor(at));
      const nudge = Math.abs(off) < IN_STEP ? 0 : off > 0 ? -NUDGE : NUDGE;
      reel.run(speed * (1 + nudge), this.reels.indexOf(reel) === this.#loud ? this.#volume : 0);
    });
    this.heard(Math.floor(at + 1e-3));
  }

  /** From the beginning: what is compared is looked at more than once. */
  #again(speed: number): void {
    this.#position = 0;
    for (const reel of this.reels) {
      reel.pause();
      reel.cue(0);
    }
    this.heard(0);
    if (speed <= 0) this.#isPlaying = false;
  }
}
