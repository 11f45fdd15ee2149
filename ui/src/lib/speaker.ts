// Plays portions of sound one behind the other, to the sample, and tells where the ear is: that is the clock of what plays.

import { RATE } from "./timecode";

const SAMPLE_RATE = 48_000;
/** From the first portion to the moment that it is heard, in seconds: time to hand it over. */
const LEAD = 0.05;
/** A sound device that does not move for so long is none: then the sound is lost and the clock is the page's own. */
const PATIENCE_MS = 1000;
/** Where nothing was heard for so long, the device rests. */
const REST_MS = 5000;

interface Portion {
  place: number;
  frames: number;
  /** When it begins, on the clock of the sound. */
  at: number;
}

/** Plays portions of sound. */
export class Speaker {
  #context: AudioContext | null = null;
  #gain: GainNode | null = null;
  #sources = new Set<AudioBufferSourceNode>();
  /** Those that are being heard or will be. */
  #portions: Portion[] = [];
  #waiting: { place: number; left: Float32Array<ArrayBuffer>; right: Float32Array<ArrayBuffer> }[] = [];
  #isRunning = false;
  #volume = 1;
  /** When the next portion begins. */
  #next = 0;
  /** Where the device's clock stood when it was last looked at, and when it last moved. */
  #seen = { time: -1, at: 0 };
  /** What is added to the page's clock where there is no device that moves. */
  #silent: number | null = null;
  /** Where the device stood when it was given up. */
  #dead: number | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** `moved` is called when a portion has been heard, also while the page is not seen. */
  constructor(private readonly moved: () => void) {}

  /** Whether there is sound to begin with. */
  get isReady(): boolean {
    return this.#waiting.length > 0;
  }

  /** Gets ready, best as the answer to a key or a click: before the page was touched, systems give no sound. */
  wake(): void {
    clearTimeout(this.#rest);
    if (!this.#context) {
      // One that cannot be made is as good as none that moves.
      try {
        this.#context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
        this.#gain = this.#context.createGain();
        this.#gain.gain.value = this.#volume;
        this.#gain.connect(this.#context.destination);
      } catch {
        this.#context = null;
      }
    }
    this.#context?.resume().catch(() => undefined);
  }

  /** Begins with the portions that have come. */
  start(): void {
    this.#isRunning = true;
    const time = this.#context?.currentTime ?? 0;
    this.#seen = { time, at: performance.now() };
    this.#silent = time === this.#dead ? time - performance.now() / 1000 : null;
    this.#next = this.#time() + LEAD;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { place, left, right } of waiting) this.push(place, left, right);
  }

  /** Takes the next portion; before `start` it waits. */
  push(place: number, left: Float32Array<ArrayBuffer>, right: Float32Array<ArrayBuffer>): void {
    if (!this.#isRunning) {
      this.#waiting.push({ place, left, right });
      return;
    }
    const now = this.#time();
    // It comes too late for the one before it: the sound stumbles, and the clock with it.
    if (this.#next < now) this.#next = now + LEAD;
    const seconds = left.length / SAMPLE_RATE;
    this.#portions.push({ place, frames: seconds * RATE, at: this.#next });
    if (this.#context && this.#gain && this.#silent === null) {
      const buffer = this.#context.createBuffer(2, left.length, SAMPLE_RATE);
      buffer.copyToChannel(left, 0);
      buffer.copyToChannel(right, 1);
      const source = this.#context.createBufferSource();
      source.buffer = buffer;
      source.connect(this.#gain);
      source.onended = () => {
        this.#sources.delete(source);
        if (this.#isRunning) this.moved();
      };
      source.start(this.#next);
      this.#sources.add(source);
    }
    this.#next += seconds;
  }

  /** What the ear hears now, as a place; null before it began. */
  get place(): number | null {
    const first = this.#portions[0];
    if (!this.#isRunning || !first) return null;
    const latency = this.#silent === null ? this.#context?.outputLatency || this.#context?.baseLatency || 0 : 0;
    const heard = this.#time() - latency;
    let now = first;
    for (const portion of this.#portions) if (portion.at <= heard) now = portion;
    while (this.#portions[0] !== now) this.#portions.shift();
    return now.place + Math.min(now.frames, Math.max(0, heard - now.at) * RATE);
  }

  /** Stops at once. */
  stop(): void {
    this.#isRunning = false;
    this.#portions = [];
    this.#waiting = [];
    for (const source of this.#sources) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    this.#sources.clear();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#context?.suspend().catch(() => undefined), REST_MS);
  }

  /** Stops for good. */
  close(): void {
    this.stop();
    clearTimeout(this.#rest);
    this.#context?.close().catch(() => undefined);
    this.#context = null;
  }

  /** From 0 to 1. */
  set volume(to: number) {
    this.#volume = to;
    // Over a few milliseconds: a jump would click.
    this.#gain?.gain.setTargetAtTime(to, this.#context?.currentTime ?? 0, 0.01);
  }

  /** The clock of the sound, in seconds: the device's, else the page's. */
  #time(): number {
    const now = performance.now();
    if (this.#silent !== null) return this.#silent + now / 1000;
    const time = this.#context?.currentTime ?? 0;
    if (time !== this.#seen.time) this.#seen = { time, at: now };
    else if (this.#isRunning && now - this.#seen.at > PATIENCE_MS) {
      this.#silent = time - now / 1000;
      this.#dead = time;
      for (const source of this.#sources) source.disconnect();
    }
    return time;
  }
}
