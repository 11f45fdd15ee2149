// The other ways to a project: the sample, and a folder on the disk.

import { Show, createSignal, type JSX } from "solid-js";
import type { ProjectView } from "../../backend";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { TextInput } from "../../components/TextInput";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";
import type { Refused } from "./ProjectsPage";

interface Ways {
  busy: string | null;
  refused: Refused | null;
  onOpen(at: string, how: () => Promise<ProjectView>): Promise<void>;
}

/** The sample, and a folder. */
export function OpenFolder(props: Ways): JSX.Element {
  const studio = useStudio();
  const [isTyping, setTyping] = createSignal(false);
  const [path, setPath] = createSignal("");
  const why = (at: string) => (props.refused?.at === at ? props.refused.why : null);

  const open = (folder: string) => void props.onOpen("folder", () => studio.backend.call("project.open", { folder }));
  const pick = async () => {
    const folder = await studio.backend.pickFolder();
    // In the browser there is no dialog for folders: the path is typed.
    if (folder === "unsupported") setTyping(true);
    else if (folder !== null) open(folder);
  };
  return (
    <div class="other-projects">
      <Button
        icon="film"
        disabled={props.busy !== null}
        data-testid="sample-project"
        onClick={() => void props.onOpen("sample", () => studio.backend.call("project.sample", {}))}
      >
        {t("projects.sample")}
      </Button>
      <Show when={why("sample")}>{(text) => <p class="field-error" role="alert">{text()}</p>}</Show>
      <Show
        when={isTyping()}
        fallback={
          <Button icon="folder" disabled={props.busy !== null} onClick={() => void pick()}>
            {t("projects.open")}
          </Button>
        }
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            open(path().trim());
          }}
        >
          <Field label={t("projects.folder")} error={why("folder")}>
            {({ id, describedBy }) => (
              <TextInput
                id={id}
                aria-describedby={describedBy}
                placeholder={studio.status()?.projects_folder ?? ""}
                value={path()}
                invalid={why("folder") !== null}
                ref={(input) => queueMicrotask(() => input.focus())}
                onInput={(event) => setPath(event.currentTarget.value)}
              />
            )}
          </Field>
        </form>
      </Show>
      <Show when={!isTyping() && why("folder")}>{(text) => <p class="field-error" role="alert">{text()}</p>}</Show>
    </div>
  );
}
