// The shot: what is to be seen and said, and Generate.

import { Match, Show, Switch, createEffect, createMemo, on, type JSX } from "solid-js";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { FirstShot } from "./FirstShot";
import { ManyShots } from "./ManyShots";
import { ShotEditor } from "./ShotEditor";
import { t } from "../../i18n";
import "./ShotPanel.css";

/** The shot: what is to be seen and said, and Generate. */
export function ShotPanel(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const entry = createMemo(() => studio.project()?.shots.find((shot) => shot.id === view.shot()));
  const many = createMemo(() => {
    const clips = view.clips();
    if (clips.size < 2) return [];
    const shots = new Set(studio.project()?.timeline.clips.filter((clip) => clips.has(clip.id)).map((clip) => clip.shot));
    return studio.project()?.shots.filter((shot) => shots.has(shot.id)) ?? [];
  });
  // A project opens with the shot that stands under the playhead, or its first one.
  createEffect(
    on(
      () => studio.project()?.id,
      () => {
        const project = studio.project();
        if (!project || project.shots.some((shot) => shot.id === view.shot())) return;
        const clip = project.timeline.clips.findLast((one) => one.start <= view.playhead());
        view.setShot(clip?.shot ?? project.shots[0]?.id ?? null);
      },
    ),
  );

  return (
    <section class="shot-panel" aria-label={t("shot.panel")} onFocusIn={() => view.setZone("shot")}>
      <Show when={studio.project()}>
        {(project) => (
          <Switch fallback={<FirstShot />}>
            <Match when={many().length > 1}>
              <ManyShots shots={many()} project={project()} />
            </Match>
            <Match when={entry()?.id} keyed>
              {(id) => (
                <Show when={entry()}>{(found) => <ShotEditor id={id} entry={found()} project={project()} />}</Show>
              )}
            </Match>
          </Switch>
        )}
      </Show>
    </section>
  );
}
