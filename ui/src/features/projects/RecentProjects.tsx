// The projects that are known, with a picture of each.

import { For, Show, createResource, type JSX } from "solid-js";
import type { ProjectSummary, ProjectView } from "../../backend";
import { Icon } from "../../components/Icon";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { troubleText } from "../../i18n/problem";
import { when } from "../../lib/format";
import { useStudio } from "../../state/studio";
import type { Refused } from "./ProjectsPage";

interface Ways {
  busy: string | null;
  refused: Refused | null;
  onOpen(at: string, how: () => Promise<ProjectView>): Promise<void>;
}

/** The projects that are known. */
export function RecentProjects(props: Ways): JSX.Element {
  const studio = useStudio();
  const [projects, { refetch }] = createResource(() => studio.act("project.list", {}));
  const forget = async (folder: string) => {
    await studio.act("project.forget", { folder });
    await refetch();
  };
  return (
    <section class="recent" aria-label={t("projects.recent")}>
      <h2>{t("projects.recent")}</h2>
      <Show when={(projects() ?? []).length > 0} fallback={<p class="recent-none">{projects.loading ? "" : t("projects.none")}</p>}>
        <ul class="recent-grid">
          <For each={projects()}>
            {(project) => (
              <RecentCard
                project={project}
                busy={props.busy}
                why={props.refused?.at === project.folder ? props.refused.why : project.trouble && troubleText(project.trouble)}
                onOpen={() => void props.onOpen(project.folder, () => studio.backend.call("project.open", { folder: project.folder }))}
                onForget={() => void forget(project.folder)}
              />
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}

function RecentCard(props: {
  project: ProjectSummary;
  busy: string | null;
  why: string | null;
  onOpen(): void;
  onForget(): void;
}): JSX.Element {
  const studio = useStudio();
  const about = () => {
    const { shots, changed_unix_ms } = props.project;
    const count = t("projects.shots", { count: shots });
    return changed_unix_ms === null ? count : `${count} · ${when(changed_unix_ms)}`;
  };
  const menu = (place: Element | { x: number; y: number }) =>
    openMenu(place, [{ label: t("projects.forget"), icon: "close", run: props.onForget }], props.project.name);
  return (
    <li class="recent-card" classList={{ "recent-open": studio.project()?.id === props.project.id }}>
      <button
        type="button"
        class="recent-main"
        disabled={props.busy !== null}
        data-tip={props.project.folder}
        onClick={() => props.onOpen()}
        onContextMenu={(event) => (event.preventDefault(), menu({ x: event.clientX, y: event.clientY }))}
      >
        <span class="recent-poster">
          <Show when={props.project.poster} fallback={<Icon name="film" size={22} />}>
            {(poster) => <img src={studio.backend.mediaUrl(poster())} alt="" draggable={false} />}
          </Show>
        </span>
        <strong>{props.project.name}</strong>
        <small>{about()}</small>
      </button>
      <button type="button" class="recent-more" aria-label={t("projects.more", { name: props.project.name })} aria-haspopup="menu" onClick={(event) => menu(event.currentTarget)}>
        <Icon name="more" />
      </button>
      <Show when={props.why}>{(text) => <p class="field-error" role="alert">{text()}</p>}</Show>
    </li>
  );
}
