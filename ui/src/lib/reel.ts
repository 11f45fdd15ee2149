// A <video> that stands on an exact frame or runs from one. 25 frames a second.

import { RATE } from "./timecode";

/** A point well inside a frame, so that rounding never shows its neighbour. */
const MIDDLE = 0.5;
/** A clip that will run starts near the beginning of its frame: nothing of the sound is lost. */
const EARLY = 0.1;
/** Beyond this speed sound is noise. */
const LOUDEST_RATE = 2;

/** A video element that is asked for frames, however fast they are asked for. */
export class Reel {
  /** The address that is loaded. */
  url: string | null = null;
  /** What the element cannot play: its MediaError code, else null. */
  trouble: number | null = null;
  #wanted: number | null = null;
  #isRunning = false;

  constructor(
    readonly video: HTMLVideoElement,
    private readonly changed: () => void,
  ) {
    video.preload = "auto";
    video.playsInline = true;
    video.disablePictureInPicture = true;
    video.addEventListener("loadedmetadata", () => this.#seek());
    video.addEventListener("seeked", () => this.#seek());
    video.addEventListener("loadeddata", () => this.changed());
    video.addEventListener("error", () => {
      this.trouble = video.error?.code ?? null;
      this.changed();
    });
  }

  /** Whether the picture that was asked for is there. */
  get isReady(): boolean {
    return this.trouble === null && this.video.readyState >= 2 && !this.video.seeking && this.#wanted === null;
  }

  /** Where it stands or runs, in frames. */
  get position(): number {
    return this.video.currentTime * RATE;
  }

  get isAtEnd(): boolean {
    return this.video.ended;
  }

  load(url: string | null): void {
    if (url === this.url) return;
    this.url = url;
    this.trouble = null;
    this.#wanted = null;
    this.#isRunning = false;
    if (url === null) {
      this.video.removeAttribute("src");
      this.video.load();
    } else {
      this.video.src = url;
    }
  }

  /** Shows `frame` and stays on it. */
  stand(frame: number): void {
    this.#isRunning = false;
    if (!this.video.paused) this.video.pause();
    this.#want((frame + MIDDLE) / RATE);
  }

  /** Gets ready to run from `frame`. */
  cue(frame: number): void {
    this.#isRunning = false;
    if (!this.video.paused) this.video.pause();
    if (Math.abs(this.position - frame - EARLY) < MIDDLE && this.#wanted === null) return;
    this.#want((frame + EARLY) / RATE);
  }

  /** Runs from where it stands. */
  run(rate: number, volume: number): void {
    this.video.playbackRate = rate;
    this.video.volume = volume;
    this.video.muted = volume === 0 || rate > LOUDEST_RATE;
    if (this.#isRunning && !this.video.paused) return;
    this.#isRunning = true;
    // Refused where the page was never touched: then it runs without sound.
    this.video.play().catch(() => {
      if (!this.#isRunning) return;
      this.video.muted = true;
      this.video.play().catch(() => undefined);
    });
  }

  pause(): void {
    this.#isRunning = false;
    this.video.pause();
  }

  #want(seconds: number): void {
    if (this.#wanted === null && Math.abs(this.video.currentTime - seconds) < 1e-3 && this.video.readyState >= 1) return;
    this.#wanted = seconds;
    this.#seek();
  }

  /** One seek at a time: what was asked for meanwhile comes after it. */
  #seek(): void {
    if (this.video.readyState < 1 || this.video.seeking) return;
    const seconds = this.#wanted;
    this.#wanted = null;
    if (seconds !== null && Math.abs(this.video.currentTime - seconds) >= 1e-3) {
      const end = Number.isFinite(this.video.duration) ? this.video.duration : seconds;
      this.video.currentTime = Math.min(seconds, Math.max(0, end - MIDDLE / RATE));
    } else {
      this.changed();
    }
  }
}
