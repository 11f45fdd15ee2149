// The loudness of sounds, for drawing. Takes bring it along; of music the window listens to the file once.

import { createResource, type Accessor } from "solid-js";
import { isPeaks, type Peaks } from "../../lib/timeline/waveform";

const PER_SECOND = 50;
/** Enough to see where it is loud, and small in memory: the file is decoded at this rate. */
const SAMPLE_RATE = 8000;

const known = new Map<string, Promise<Peaks | null>>();

/** The peaks of a music or voice file, heard once per window; null while that goes on, or where it cannot be heard. */
export function soundPeaks(url: Accessor<string>): Accessor<Peaks | null> {
  const [peaks] = createResource(url, (address) => {
    const had = known.get(address);
    if (had) return had;
    const listening = listen(address).catch(() => null);
    known.set(address, listening);
    return listening;
  });
  return () => peaks() ?? null;
}

async function listen(address: string): Promise<Peaks | null> {
  const response = await fetch(address);
  if (!response.ok) return null;
  if (response.headers.get("content-type")?.includes("json")) {
    const told: unknown = await response.json();
    return isPeaks(told) ? told : null;
  }
  const sound = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(await response.arrayBuffer());
  return measure(
    Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel)),
    sound.sampleRate,
  );
}

function measure(channels: readonly Float32Array[], rate: number): Peaks {
  const samples = channels[0]?.length ?? 0;
  const part = rate / PER_SECOND;
  const peaks = Array.from({ length: Math.ceil(samples / part) }, (_, at): [number, number] => {
    let low = 0;
    let high = 0;
    const end = Math.min(samples, Math.floor((at + 1) * part));
    for (const channel of channels) {
      for (let index = Math.floor(at * part); index < end; index += 1) {
        const value = channel[index] ?? 0;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    return [Math.round(Math.max(-1, low) * 127), Math.round(Math.min(1, high) * 127)];
  });
  return { per_second: PER_SECOND, peaks };
}
