// The shot that the viewer is about: the selected one, else the one under the playhead; and its takes and jobs.

import { createMemo, type Accessor } from "solid-js";
import type { Id, JobView, ProjectView, ShotEntry, TakeView } from "../../backend";
import { NOTHING, pieceAt, programmeOfTimeline } from "../../lib/programme";
import type { Studio } from "../../state/studio";
import type { View } from "../../state/view";

/** The shot that the viewer is about. */
export interface LookedAt {
  readonly shot: Accessor<ShotEntry | null>;
  /** Its takes, the newest first. */
  readonly takes: Accessor<readonly TakeView[]>;
  /** The two takes that are put side by side when nothing is said. */
  pair(): readonly (TakeView | undefined)[];
}

/** Takes of a shot, the newest first. */
export function takesOf(project: ProjectView | null, shot: Id): TakeView[] {
  const all = project?.takes.filter((take) => take.shot === shot) ?? [];
  return all.sort((a, b) => b.created_unix_ms - a.created_unix_ms);
}

/** What is being made of a shot now. */
export function jobsOf(jobs: readonly JobView[], shot: Id): JobView[] {
  return jobs.filter((job) => job.shot === shot && (job.state === "running" || job.state === "waiting"));
}

/** Follows what is selected, watched and under the playhead. */
export function createLookedAt(studio: Studio, view: View): LookedAt {
  const timeline = createMemo(() => {
    const project = studio.project();
    return project ? programmeOfTimeline(project) : NOTHING;
  });
  const underPlayhead = createMemo(() => timeline().pieces[pieceAt(timeline(), view.playhead())]?.shot ?? null);
  const shot = createMemo(() => {
    const project = studio.project();
    if (!project) return null;
    const watched = view.watched();
    const named =
      watched.kind === "timeline"
        ? null
        : (project.takes.find((take) => take.id === (watched.kind === "take" ? watched.take : watched.takes[0]))?.shot ?? null);
    const id = named ?? view.shot() ?? underPlayhead();
    return project.shots.find((entry) => entry.id === id) ?? null;
  });
  const takes = createMemo(() => {
    const entry = shot();
    return entry ? takesOf(studio.project(), entry.id) : [];
  });
  return {
    shot,
    takes,
    pair() {
      const used = takes().find((take) => take.id === shot()?.take) ?? takes()[0];
      return [used, takes().find((take) => take !== used)];
    },
  };
}
