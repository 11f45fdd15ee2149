// Pictures out of clips, for the films on the timeline: taken one after another by a single hidden video, only of
// what is seen, and only while nothing plays and nothing is dragged.

/** The height that pictures are kept at: sharp on dense screens, small in memory. */
const HEIGHT = 96;
/** So many takes keep their pictures; the ones longest unseen are let go. */
const KEPT = 240;
/** A clip that does not answer in this time has no pictures. */
const PATIENCE_MS = 4000;

/** The pictures of a take by the second in which they were taken. */
export type Frames = ReadonlyMap<number, ImageBitmap>;

interface Wanted {
  readonly url: string;
  readonly seconds: readonly number[];
}

/** Takes pictures out of clips. */
export class FrameTaker {
  readonly #known = new Map<string, Map<number, ImageBitmap>>();
  readonly #hearers = new Map<string, Set<() => void>>();
  readonly #failed = new Set<string>();
  #queue: Wanted[] = [];
  #video: HTMLVideoElement | undefined;
  #isWorking = false;

  /** `mayWork` tells whether nothing more important goes on. */
  constructor(private readonly mayWork: () => boolean) {}

  /** The pictures that are there so far. */
  of(url: string): Frames | undefined {
    const known = this.#known.get(url);
    if (known) {
      this.#known.delete(url);
      this.#known.set(url, known);
    }
    return known;
  }

  /** Asks for pictures of these seconds of a clip, and hears of each that comes, until the returned function is called. */
  want(url: string, seconds: readonly number[], hear: () => void): () => void {
    const hearers = this.#hearers.get(url) ?? new Set();
    hearers.add(hear);
    this.#hearers.set(url, hearers);
    const known = this.#known.get(url);
    const missing = seconds.filter((second) => !known?.has(second));
    const wanted: Wanted = { url, seconds: missing };
    if (missing.length > 0 && !this.#failed.has(url)) {
      this.#queue = [...this.#queue, wanted];
      this.#work();
    }
    return () => {
      this.#queue = this.#queue.filter((one) => one !== wanted);
      hearers.delete(hear);
      if (hearers.size > 0) return;
      this.#hearers.delete(url);
    };
  }

  /** Ends the work and lets all pictures go. */
  close(): void {
    this.#queue = [];
    this.#hearers.clear();
    for (const frames of this.#known.values()) for (const frame of frames.values()) frame.close();
    this.#known.clear();
    if (this.#video) this.#video.src = "";
    this.#video = undefined;
  }

  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    void this.#takeAll().finally(() => (this.#isWorking = false));
  }

  async #takeAll() {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      while (!this.mayWork()) await pause(200);
      if (!this.#hearers.has(next.url)) continue;
      try {
        await this.#takeOf(next);
      } catch {
        // The clip is damaged or cannot be played here: its poster stands for it.
        this.#failed.add(next.url);
      }
    }
  }

  async #takeOf({ url, seconds }: Wanted) {
    const video = (this.#video ??= hiddenVideo());
    const frames = this.#known.get(url) ?? new Map<number, ImageBitmap>();
    this.#known.set(url, frames);
    this.#forget();
    if (video.src !== new URL(url, document.baseURI).href) {
      video.src = url;
      await happens(video, "loadeddata");
    }
    for (const second of seconds) {
      if (frames.has(second)) continue;
      while (!this.mayWork()) await pause(200);
      if (!this.#hearers.has(url)) return;
      video.currentTime = Math.min(second + 0.5, Math.max(0, video.duration - 0.05));
      await happens(video, "seeked");
      const width = Math.max(1, Math.round((video.videoWidth / Math.max(1, video.videoHeight)) * HEIGHT));
      frames.set(second, await createImageBitmap(video, { resizeWidth: width, resizeHeight: HEIGHT, resizeQuality: "medium" }));
      this.#hearers.get(url)?.forEach((hear) => hear());
    }
  }

  #forget() {
    for (const [url, frames] of this.#known) {
      if (this.#known.size <= KEPT) return;
      if (this.#hearers.has(url)) continue;
      for (const frame of frames.values()) frame.close();
      this.#known.delete(url);
    }
  }
}

function hiddenVideo(): HTMLVideoElement {
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  video.playsInline = true;
  return video;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function happens(video: HTMLVideoElement, what: "loadeddata" | "seeked"): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const { signal } = ended;
    const timer = setTimeout(() => finish(() => reject(new Error("no answer"))), PATIENCE_MS);
    function finish(then: () => void) {
      clearTimeout(timer);
      ended.abort();
      then();
    }
    video.addEventListener(what, () => finish(resolve), { signal });
    video.addEventListener("error", () => finish(() => reject(video.error ?? new Error("no picture"))), { signal });
  });
}
