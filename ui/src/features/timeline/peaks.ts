// The loudness of sounds that were taken in, for drawing: the core listens to a file once and keeps its outline.

import { createResource, type Accessor } from "solid-js";
import { isPeaks, type Peaks } from "../../lib/timeline/waveform";

const known = new Map<string, Promise<Peaks | null>>();

/** The outline at `url`, fetched once per window; null while it is drawn, or where the sound cannot be read. */
export function soundPeaks(url: Accessor<string>): Accessor<Peaks | null> {
  const [peaks] = createResource(url, (address) => {
    const had = known.get(address);
    if (had) return had;
    const fetching = fetchPeaks(address).catch(() => null);
    known.set(address, fetching);
    return fetching;
  });
  return () => peaks() ?? null;
}

async function fetchPeaks(address: string): Promise<Peaks | null> {
  const response = await fetch(address);
  if (!response.ok) return null;
  const told: unknown = await response.json();
  return isPeaks(told) ? told : null;
}
