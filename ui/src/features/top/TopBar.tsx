// The bar at the top: the project, the language that is spoken, the queue, what finishes the film.

import { Show, createMemo, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Logo } from "../../components/Logo";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import { LANGUAGES, languageName } from "../../lib/languages";
import { spokenLanguage } from "../../state/spoken";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { run } from "../../state/commands";
import { fractionOf, type Exports } from "../export/exports";
import { keyOf } from "../keyboard/keyboard";
import { ProjectMenu } from "./ProjectMenu";
import { QueuePill } from "./QueuePill";
import "./TopBar.css";

/** As short as each is still known by its speakers. */
const SHORT = { zh: "中文", en: "EN", yue: "粤", ja: "日本", ko: "한국", de: "DE", fr: "FR" } as const;

/** The bar at the top. */
export function TopBar(props: { exports: Exports }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  // The takes on the timeline that are still drafts.
  const drafts = createMemo(() => {
    const project = studio.project();
    if (!project) return [];
    const used = new Set(
      project.timeline.clips.map((clip) => project.shots.find((shot) => shot.id === clip.shot)?.take),
    );
    return project.takes.filter((take) => used.has(take.id) && take.goal === "draft" && take.can_finish);
  });
  const finish = async () => {
    const added = await studio.act("jobs.finish", { takes: drafts().map((take) => take.id) });
    if (added) view.setQueueOpen(true);
  };

  const progress = () => {
    const running = props.exports.running();
    return running ? t("export.progress", { percent: Math.floor(fractionOf(running) * 100) }) : null;
  };

  return (
    <header class="top">
      <div class="top-side">
        <span class="top-logo">
          <Logo />
          <span>{t("app.name")}</span>
        </span>
        <ProjectMenu />
      </div>
      <Show when={studio.project()} fallback={<span />}>
        <Segmented
          label={t("top.spoken")}
          value={spokenLanguage(studio)}
          choices={LANGUAGES.map((language) => ({
            value: language,
            label: SHORT[language],
            hint: t("top.spoken_in", { language: languageName(language) }),
          }))}
          onPick={(spoken) => void studio.setSettings({ spoken })}
        />
      </Show>
      <div class="top-side top-end">
        <QueuePill />
        <Show when={drafts().length > 0}>
          <Button onClick={() => void finish()}>{t("top.finish", { count: drafts().length })}</Button>
        </Show>
        <Button kind="primary" disabled={studio.project() === null} shortcut={keyOf("app.export")} onClick={() => run("app.export")}>
          {progress() ?? t("export.title")}
        </Button>
      </div>
    </header>
  );
}
