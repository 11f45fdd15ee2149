// New shots from the timeline.

import type { MediaRef } from "../../backend";
import { RATE } from "../../lib/timecode";
import type { Studio } from "../../state/studio";
import type { View } from "../../state/view";

/** Where a new shot goes, and how much room it has there; null where it has all it wants. */
export interface Room {
  readonly at: number;
  readonly frames: number | null;
}

/** Adds a shot and shows it, so that it can be written. */
export async function addShot(studio: Studio, view: View, room: Room, image?: MediaRef): Promise<void> {
  const seconds = room.frames === null ? undefined : fitting(studio, room.frames / RATE);
  const id = await studio.act("shot.add", {
    at: room.at,
    ...(image && { image }),
    ...(seconds !== undefined && { seconds }),
  });
  if (id !== undefined) show(view, id);
}

/** Adds a shot that begins with the last picture of a clip. */
export async function continueFrom(studio: Studio, view: View, clip: string): Promise<void> {
  const id = await studio.act("shot.continue_from", { clip });
  if (id !== undefined) show(view, id);
}

function show(view: View, shot: string) {
  view.setClips(new Set<string>());
  view.setShot(shot);
  view.setZone("shot");
}

/** The length that the project's model makes and that is nearest to `seconds`; its usual one where nothing is known. */
function fitting(studio: Studio, seconds: number): number | undefined {
  const model = studio.status()?.models.find((one) => one.name === studio.project()?.model);
  if (!model) return undefined;
  const [least, most] = model.seconds;
  return Math.min(most, Math.max(least, Math.floor(seconds * 10) / 10));
}
