// The music and voice tracks, kept in step with the pictures: one audio element for each sound that is near.

import type { AudioItem, AudioTrack } from "../../backend";
import { loudness } from "../../lib/loudness";
import { RATE } from "../../lib/timecode";

/** A sound is loaded this long before it is heard. */
const AHEAD = 4 * RATE;
/** What is further off than this is put right, with a click that is worth it. */
const DRIFT_SECONDS = 0.12;

/** Where sounds come from. */
export interface SoundSource {
  tracks(): readonly AudioTrack[];
  url(item: AudioItem): string;
  /** Whether somebody speaks at this frame: music then makes room. */
  isSpoken(frame: number): boolean;
}

/** The sounds of a programme. */
export interface Sound {
  /** Sounds as they are at `frame`; only at the usual speed. */
  follow(frame: number, speed: number, volume: number): void;
  stop(): void;
}

/** Makes the sounds audible. */
export function createSound(source: SoundSource): Sound {
  const elements = new Map<string, HTMLAudioElement>();
  let ducked = 0;

  const element = (item: AudioItem) => {
    const known = elements.get(item.id);
    const address = source.url(item);
    if (known?.src === address) return known;
    known?.pause();
    const made = new Audio();
    made.preload = "auto";
    made.src = address;
    elements.set(item.id, made);
    return made;
  };

  return {
    follow(frame, speed, volume) {
      if (speed !== 1) return this.stop();
      // Music goes down and comes back over a few frames.
      ducked += ((source.isSpoken(frame) ? 1 : 0) - ducked) * 0.12;
      for (const track of source.tracks()) {
        for (const item of track.items) {
          const into = frame - item.start;
          const length = item.out - item.in;
          if (into < -AHEAD || into >= length) {
            elements.get(item.id)?.pause();
            continue;
          }
          const audio = element(item);
          if (into < 0) {
            audio.pause();
            continue;
          }
          audio.volume = loudness(track, item, into, ducked) * volume;
          const wanted = (item.in + into) / RATE;
          if (audio.paused || Math.abs(audio.currentTime - wanted) > DRIFT_SECONDS) audio.currentTime = wanted;
          if (audio.paused) audio.play().catch(() => undefined);
        }
      }
    },
    stop() {
      for (const audio of elements.values()) audio.pause();
    },
  };
}
