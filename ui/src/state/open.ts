// Going to a shot from elsewhere: the panel shows it, and the timeline selects its clip.

import type { ProjectView } from "../backend";
import type { View } from "./view";

/** Goes to a shot. */
export function openShot(view: View, project: ProjectView, shot: string): void {
  const clip = project.timeline.clips.find((one) => one.shot === shot);
  view.setClips(new Set(clip ? [clip.id] : []));
  view.setShot(shot);
}
