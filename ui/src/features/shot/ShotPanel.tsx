// The place at the right: the shot, what is to be seen and said in it, and Generate; or the clips that are selected on the
// timeline, and how they are cut.

import { Match, Show, Switch, createMemo, type JSX } from "solid-js";
import { unwrap } from "solid-js/store";
import type { Clip } from "../../backend";
import { Segmented } from "../../components/Segmented";
import { footageOf } from "../../lib/footage";
import { provideCommands } from "../../state/commands";
import { openNew } from "../../state/open";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { ClipPanel } from "../look/ClipPanel";
import { FirstShot } from "./FirstShot";
import { ManyShots } from "./ManyShots";
import { part, setPart } from "./part";
import { ShotEditor } from "./ShotEditor";
import { t } from "../../i18n";
import "./ShotPanel.css";

/** The place at the right. */
export function ShotPanel(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const entry = createMemo(() => studio.project()?.shots.find((shot) => shot.id === view.shot()));
  /** The selected clips, copied: what lies in the store changes where it lies, and a slider compares with what was. */
  const clips = createMemo((): readonly Clip[] => {
    const project = studio.project();
    if (!project || project.revision < 0) return [];
    return structuredClone(unwrap(project).timeline.clips.filter((clip) => view.clips().has(clip.id)));
  });
  const many = createMemo(() => {
    if (clips().length < 2) return [];
    const shots = new Set(clips().map((clip) => clip.shot));
    return studio.project()?.shots.filter((shot) => shots.has(shot.id)) ?? [];
  });
  const isFootage = () => {
    const project = studio.project();
    return project !== null && clips().length > 0 && clips().every((clip) => footageOf(project, clip) !== undefined);
  };
  const shown = () => {
    if (clips().length === 0) return "shot";
    return isFootage() ? "clip" : part();
  };
  provideCommands([
    { id: "shot.add", title: "shot.new", run: () => openNew(view, null), enabled: () => studio.project() !== null },
    {
      id: "shot.clip",
      title: "look.switch",
      run: () => setPart((now) => (now === "clip" ? "shot" : "clip")),
      enabled: () => clips().length > 0 && !isFootage(),
    },
  ]);
  return (
    <section class="shot-panel" aria-label={t("shot.panel")} onFocusIn={() => view.setZone("shot")}>
      <Show when={studio.project()}>
        {(project) => (
          <>
            <Show when={clips().length > 0}>
              <div class="shot-parts">
                <Segmented
                  look="tabs"
                  label={t("look.parts")}
                  value={shown()}
                  choices={[
                    ...(isFootage() ? [] : [{ value: "shot" as const, label: t("look.part_shot") }]),
                    { value: "clip" as const, label: t("look.part_clip") },
                  ]}
                  onPick={setPart}
                />
              </div>
            </Show>
            <Switch fallback={<FirstShot />}>
              <Match when={shown() === "clip"}>
                <ClipPanel clips={clips()} project={project()} />
              </Match>
              <Match when={many().length > 1}>
                <ManyShots shots={many()} project={project()} />
              </Match>
              <Match when={entry()?.id} keyed>
                {(id) => (
                  <Show when={entry()}>{(found) => <ShotEditor id={id} entry={found()} project={project()} />}</Show>
                )}
              </Match>
            </Switch>
          </>
        )}
      </Show>
    </section>
  );
}
