// Choosing a project: the ones that are known, a new one, the sample, a folder.

import { Show, createSignal, type JSX } from "solid-js";
import type { ProjectView } from "../../backend";
import { Sheet } from "../../components/Sheet";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { useView } from "../../state/view";
import { NewProject } from "./NewProject";
import { OpenFolder } from "./OpenFolder";
import { RecentProjects } from "./RecentProjects";
import "./ProjectsPage.css";

/** The project chooser, while it is open. */
export function ProjectsPage(): JSX.Element {
  const view = useView();
  return (
    <Show when={view.sheet() === "projects"}>
      <Chooser />
    </Show>
  );
}

/** What went wrong, and at which of the ways. */
export interface Refused {
  at: string;
  why: string;
}

function Chooser(): JSX.Element {
  const view = useView();
  const [refused, setRefused] = createSignal<Refused | null>(null);
  const [busy, setBusy] = createSignal<string | null>(null);

  /** Does what opens a project; what it says no to is shown where it was asked. */
  const open = async (at: string, how: () => Promise<ProjectView>) => {
    if (busy() !== null) return;
    setRefused(null);
    setBusy(at);
    try {
      await how();
      view.setSheet(null);
    } catch (problem) {
      setRefused({ at, why: problemText(problem) });
    } finally {
      setBusy(null);
    }
  };

  return (
    <Sheet title={t("projects.title")} size="wide" onClose={() => view.setSheet(null)}>
      <div class="projects">
        <div class="projects-new">
          <NewProject busy={busy()} refused={refused()} onOpen={open} />
          <OpenFolder busy={busy()} refused={refused()} onOpen={open} />
        </div>
        <RecentProjects busy={busy()} refused={refused()} onOpen={open} />
      </div>
    </Sheet>
  );
}
