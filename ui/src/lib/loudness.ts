// How loud a sound of the timeline is at a moment of it.

import type { AudioItem, AudioTrack } from "../backend";

/** How far music goes down under speech, in decibels. */
export const DUCK_DB = -12;

const gain = (db: number) => 10 ** (db / 20);

/**
 * The gain of a sound `into` frames after its start, from 0 to 1: a media element cannot go louder than its file.
 * `ducked` says how far it has made room for speech, from 0 to 1.
 */
export function loudness(track: AudioTrack, item: AudioItem, into: number, ducked: number): number {
  const left = item.out - item.in - into;
  const rise = item.fade_in > 0 ? Math.min(1, into / item.fade_in) : 1;
  const fall = item.fade_out > 0 ? Math.min(1, left / item.fade_out) : 1;
  const duck = track.duck === "under_speech" ? DUCK_DB * ducked : 0;
  return Math.min(1, Math.max(0, gain(track.gain_db + item.gain_db + duck) * Math.min(rise, fall)));
}
