// Where somebody was in a project: the window comes back to it.

import { createEffect, on, untrack } from "solid-js";
import { endOf } from "../lib/timeline/clips";
import type { Layout } from "./layout";
import type { Studio } from "./studio";
import type { View } from "./view";

/** Goes to where the open project was left, and remembers where it is now. */
export function followWhere(studio: Studio, view: View, layout: Layout): void {
  const name = (project: string) => `playhead_${project}`;
  createEffect(
    on(
      () => studio.project()?.id,
      (id) => {
        const project = untrack(studio.project);
        view.setSpeed(0);
        view.setWatched({ kind: "timeline" });
        view.setRange({ in: null, out: null });
        view.setClips(new Set<string>());
        const frame = id === undefined ? 0 : untrack(() => layout.number(name(id), 0));
        view.setPlayhead(frame);
        const clips = project?.timeline.clips ?? [];
        const clip = clips.find((one) => one.start <= frame && frame < endOf(one)) ?? clips[0];
        const shown = project?.shots.find((shot) => shot.id === clip?.shot) ?? project?.shots[0];
        view.setShot(shown?.id ?? null);
        if (clip) view.setClips(new Set([clip.id]));
      },
    ),
  );
  // A take that is removed while it is watched leaves the timeline.
  createEffect(() => {
    const watched = view.watched();
    const takes = studio.project()?.takes;
    if (!takes || watched.kind === "timeline") return;
    const ids = watched.kind === "take" ? [watched.take] : watched.takes;
    if (ids.some((id) => takes.every((take) => take.id !== id))) view.setWatched({ kind: "timeline" });
  });
  createEffect(
    on([view.playhead, view.speed], ([frame, speed]) => {
      const id = untrack(studio.project)?.id;
      if (id !== undefined && speed === 0) layout.setNumber(name(id), frame);
    }, { defer: true }),
  );
}

/** Opens what was open last. Tells whether there is a project now. */
export async function openLast(studio: Studio): Promise<boolean> {
  if (studio.project()) return true;
  const folder = studio.status()?.last_project;
  if (!folder) return false;
  return studio.backend.call("project.open", { folder }).then(
    () => true,
    () => false,
  );
}
