// The shot: what is to be seen and said, and Generate.

import { Match, Show, Switch, createMemo, type JSX } from "solid-js";
import { provideCommands } from "../../state/commands";
import { openNew } from "../../state/open";
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
  provideCommands([
    { id: "shot.add", title: "shot.new", run: () => openNew(view, null), enabled: () => studio.project() !== null },
  ]);
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
