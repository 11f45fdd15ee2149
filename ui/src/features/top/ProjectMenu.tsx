// The project's name, and what can be done with the whole of it.

import { Show, createSignal, type JSX } from "solid-js";
import type { ProjectSummary } from "../../backend";
import { Icon } from "../../components/Icon";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { provideCommands, run } from "../../state/commands";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { RenameProject } from "./RenameProject";

const RECENT = 6;

/** The project's name, which opens its menu. */
export function ProjectMenu(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [isRenaming, setRenaming] = createSignal(false);
  const project = studio.project;
  // Whether there is a step to undo is the core's to know: keys come faster than its answers.
  provideCommands([
    { id: "project.chooser", title: "project.chooser", run: () => view.setSheet("projects") },
    { id: "project.rename", title: "project.rename", run: () => setRenaming(true), enabled: () => project() !== null },
    { id: "project.undo", title: "project.undo", run: () => void studio.act("project.undo", {}), enabled: () => project() !== null },
    { id: "project.redo", title: "project.redo", run: () => void studio.act("project.redo", {}), enabled: () => project() !== null },
    {
      id: "project.close",
      title: "project.close",
      run: () => void studio.act("project.close", {}).then(() => view.setSheet("projects")),
      enabled: () => project() !== null,
    },
  ]);

  const open = async (button: Element) => {
    // What cannot be listed is only missing from the menu.
    const known: readonly ProjectSummary[] = await studio.backend.call("project.list", {}).catch(() => []);
    const recent = known.filter((one) => one.folder !== project()?.folder && one.trouble === null).slice(0, RECENT);
    const isOpen = project() !== null;
    openMenu(
      button,
      [
        { label: t("project.chooser"), icon: "folder", run: () => run("project.chooser") },
        ...(recent.length > 0 ? (["rule"] as const) : []),
        ...recent.map((one) => ({
          label: one.name,
          detail: one.folder,
          run: () => void studio.act("project.open", { folder: one.folder }),
        })),
        "rule",
        { label: t("project.rename"), icon: "pen", disabled: !isOpen, run: () => run("project.rename") },
        { label: t("project.undo"), icon: "undo", disabled: !project()?.undo, run: () => run("project.undo") },
        { label: t("project.redo"), icon: "redo", disabled: !project()?.redo, run: () => run("project.redo") },
        { label: t("project.close"), icon: "close", disabled: !isOpen, run: () => run("project.close") },
      ],
      t("project.menu"),
    );
  };

  return (
    <>
      <button
        type="button"
        class="top-project"
        aria-haspopup="menu"
        aria-label={`${t("project.menu")}: ${project()?.name ?? t("project.none")}`}
        data-testid="project-menu"
        onClick={(event) => void open(event.currentTarget)}
      >
        <b>{project()?.name ?? t("project.none")}</b>
        <Show when={project()}>
          <span class="top-saved">· {studio.link() === "open" ? t("project.saved") : t("project.unreachable")}</span>
        </Show>
        <Icon name="down" size={12} />
      </button>
      <Show when={isRenaming() && project()}>
        {(open) => <RenameProject name={open().name} onClose={() => setRenaming(false)} />}
      </Show>
    </>
  );
}
