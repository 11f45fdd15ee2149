// Several clips are selected: what can be done with their shots at once.

import { For, createEffect, createSignal, type JSX } from "solid-js";
import type { ProjectView, ShotCheck, ShotEntry } from "../../backend";
import { t } from "../../i18n";
import { LANGUAGES, languageName } from "../../lib/languages";
import { MenuCell } from "../../components/Cell";
import { openShot } from "../../state/open";
import { useStudio } from "../../state/studio";
import { provideCommands } from "../../state/commands";
import { useView } from "../../state/view";
import { shotName } from "../../lib/shots";
import { GenerateBar } from "./GenerateBar";
import { isGenerateKey } from "./keys";
import "./ManyShots.css";

/** Several shots at once. */
export function ManyShots(props: { shots: readonly ShotEntry[]; project: ProjectView }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [check, setCheck] = createSignal<ShotCheck | null>(null);
  let generate = () => Promise.resolve();
  provideCommands([{ id: "shot.generate", title: "shot.generate", run: () => void generate() }]);

  let asked = 0;
  createEffect(() => {
    // Read for its changes: who is called by a name is looked up in it.
    JSON.stringify(props.project.cast);
    const ids = props.shots.map((shot) => shot.id);
    const mine = ++asked;
    void Promise.all(ids.map((id) => studio.backend.call("shot.check", { id }))).then(
      (checks) => mine === asked && setCheck(together(checks)),
      () => undefined,
    );
  });

  const languages = () => new Set(props.shots.flatMap((shot) => shot.shot.lines.map((line) => line.language)));
  const shownLanguage = () => {
    const all = [...languages()];
    if (all.length === 0) return t("many.no_lines");
    return all.length === 1 && all[0] ? languageName(all[0]) : t("many.mixed");
  };

  return (
    <>
      <div
        class="shot-fields"
        onKeyDown={(event) => {
          if (!isGenerateKey(event)) return;
          event.preventDefault();
          event.stopPropagation();
          void generate();
        }}
      >
        <h2 class="many-title">{t("many.title", { count: props.shots.length })}</h2>
        <ul class="many-list">
          <For each={props.shots}>
            {(shot) => (
              <li>
                <button
                  type="button"
                  onClick={() => openShot(view, props.project, shot.id)}
                >
                  {shotName(props.project, shot.id)}
                </button>
              </li>
            )}
          </For>
        </ul>
        <MenuCell
          name={t("many.language")}
          value={shownLanguage()}
          disabled={languages().size === 0}
          entries={() =>
            LANGUAGES.map((language) => ({
              label: languageName(language),
              checked: languages().size === 1 && languages().has(language),
              run() {
                for (const { id, shot } of props.shots) {
                  const lines = shot.lines.map((line) => ({ ...line, language }));
                  if (lines.length > 0) void studio.act("shot.edit", { id, shot: { ...shot, lines } });
                }
              },
            }))
          }
        />
      </div>
      <GenerateBar
        shots={props.shots.map((shot) => shot.id)}
        check={check()}
        project={props.project}
        provide={(run) => (generate = run)}
      />
    </>
  );
}

/** One price for several shots: the mean time of one, the most memory of any. Unknown where one of them is. */
function together(checks: readonly ShotCheck[]): ShotCheck | null {
  const first = checks[0];
  if (!first) return null;
  const all = checks.map((check) => check.estimate);
  const mean = (of: (check: NonNullable<(typeof all)[number]>) => number | null) => {
    const known = all.map((estimate) => (estimate ? of(estimate) : null));
    return known.every((value) => value !== null) ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  };
  const problems = checks.map((check) => check.problem).filter((problem) => problem !== null);
  if (!first.estimate) return { ...first, problem: problems[0] ?? null };
  const peak = Math.max(...all.map((estimate) => estimate?.peak_bytes ?? 0));
  return {
    ...first,
    problem: problems[0] ?? null,
    estimate: {
      ...first.estimate,
      seconds: mean((estimate) => estimate.seconds),
      energy_wh: mean((estimate) => estimate.energy_wh),
      peak_bytes: peak > 0 ? peak : null,
    },
  };
}
