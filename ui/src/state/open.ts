// Going to a shot from elsewhere: the panel shows it, and the timeline selects its clip.

import type { ProjectView } from "../backend";
import type { View } from "./view";

/** Goes to a shot. */
export function openShot(view: View, project: ProjectView, shot: string): void {
  const clip = project.timeline.clips.find((one) => one.shot === shot);
  view.setClips(new Set(clip ? [clip.id] : []));
  view.setShot(shot);
}

/** Goes to a shot that was just made, whose clip is not known here yet; or, with null, to where one is written. */
export function openNew(view: View, shot: string | null): void {
  view.setClips(new Set<string>());
  view.setShot(shot);
}
