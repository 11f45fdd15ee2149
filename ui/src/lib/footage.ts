// Films and pictures from elsewhere on the main track.

import type { Clip, Footage, MediaItem, ProjectView, TimelineEdit } from "../backend";
import { bareName, mediaPath, referenceTo } from "./media";
import { RATE } from "./timecode";

/** How long a picture is seen that was just put on the timeline. */
const STILL_FRAMES = 3 * RATE;

/** The film or picture that a clip shows, where it shows one. */
export function footageOf(project: Pick<ProjectView, "timeline">, clip: Pick<Clip, "shot">): Footage | undefined {
  return project.timeline.footage?.find((footage) => footage.id === clip.shot);
}

/** What a film or picture is called on the timeline. */
export const footageName = (footage: Footage): string => bareName(footage.media.name);

/** Where there is a picture of it on the media server. */
export const footagePicture = ({ kind, media }: Pick<Footage, "kind" | "media">): string =>
  kind === "still" ? mediaPath(media) : `${mediaPath(media)}/poster.png`;

/** The edit that puts a file of the library on the main track; nothing for a sound. */
export function insertOf(item: MediaItem, at: number): (TimelineEdit & { kind: "insert_footage" }) | null {
  if (item.kind === "sound") return null;
  const media = referenceTo(item);
  const [footage, frames] = item.kind === "film" ? (["film", item.frames ?? 1] as const) : (["still", STILL_FRAMES] as const);
  return { kind: "insert_footage", media, footage, frames, at };
}
