// New shots and captions from the timeline.

import type { Clip, MediaRef } from "../../backend";
import { t } from "../../i18n";
import { newId } from "../../lib/id";
import { RATE } from "../../lib/timecode";
import { frameAfter, speedOf } from "../../lib/timeline/pace";
import { spokenLanguage } from "../../state/spoken";
import type { Studio } from "../../state/studio";
import type { View } from "../../state/view";
import type { TimelineModel } from "./model";

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

/** Makes captions of what is said in these clips: where it is heard in what was made, and where it can be expected in the rest. */
export async function captionLines(studio: Studio, model: TimelineModel, clips: readonly Clip[]): Promise<void> {
  const spoken = clips.filter((clip) => model.shot(clip.shot)?.shot.lines.some((line) => line.text.trim() !== ""));
  if (spoken.length > 0) await studio.act("captions.align", { clips: spoken.map((clip) => clip.id) });
}

/** How long a caption is read that was just begun, in seconds. */
const CAPTION_SECONDS = 1.5;

/** Puts a caption on a clip from a frame of the timeline on, and lets it be written. */
export async function writeCaption(studio: Studio, model: TimelineModel, clip: Clip, frame: number): Promise<void> {
  const from = Math.min(frameAfter(clip, frame - clip.start), clip.out - 1);
  const to = Math.min(clip.out, from + Math.max(1, Math.round(CAPTION_SECONDS * RATE * speedOf(clip))));
  const id = newId();
  const caption = { id, clip: clip.id, from, to, text: t("timeline.caption_new"), language: spokenLanguage(studio) };
  if (!(await model.commit([{ kind: "put_caption", caption }]))) return;
  model.setPicked({ kind: "caption", id });
  model.setWriting(id);
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
