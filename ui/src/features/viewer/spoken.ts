// Whether somebody speaks at a frame of the timeline: where captions say when, else all through a clip with lines.

import type { ProjectView } from "../../backend";

/** Whether somebody speaks at `frame`. */
export function isSpokenAt(project: ProjectView | null, frame: number): boolean {
  const clip = project?.timeline.clips.find((one) => one.start <= frame && frame < one.start + one.out - one.in);
  if (!project || !clip) return false;
  const captions = project.timeline.captions.filter((caption) => caption.clip === clip.id);
  const at = clip.in + frame - clip.start;
  if (captions.length > 0) return captions.some((caption) => caption.from <= at && at < caption.to);
  return (project.shots.find((entry) => entry.id === clip.shot)?.shot.lines.length ?? 0) > 0;
}
