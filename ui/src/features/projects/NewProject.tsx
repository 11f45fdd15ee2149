// A new project: its name, its shape, its model.

import { For, Show, createSignal, type JSX } from "solid-js";
import type { ProjectView } from "../../backend";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Picker } from "../../components/Picker";
import { TextInput } from "../../components/TextInput";
import { has, t } from "../../i18n";
import { ratioOf } from "../../lib/shape";
import { useStudio } from "../../state/studio";
import type { Refused } from "./ProjectsPage";

/** Shapes that people ask for, and how each is drawn. */
const ASPECTS = ["9:16", "3:4", "1:1", "4:3", "16:9"];
const DRAWN = 26;

const nameOf = (shape: string) => {
  const key = `aspect.${shape}`;
  return has(key) ? t(key) : shape;
};

interface Ways {
  busy: string | null;
  refused: Refused | null;
  onOpen(at: string, how: () => Promise<ProjectView>): Promise<void>;
}

/** Asks for a new project. */
export function NewProject(props: Ways): JSX.Element {
  const studio = useStudio();
  const models = () => studio.status()?.models ?? [];
  const [name, setName] = createSignal("");
  const [aspect, setAspect] = createSignal("9:16");
  const [model, setModel] = createSignal(models()[0]?.name ?? "pony");
  const aspects = () => {
    const made = models().find((one) => one.name === model())?.sizes;
    return made ? ASPECTS.filter((one) => one in made) : ASPECTS;
  };
  const create = (event: Event) => {
    event.preventDefault();
    const shape = aspects().includes(aspect()) ? aspect() : (aspects()[0] ?? aspect());
    void props.onOpen("new", () =>
      studio.backend.call("project.create", { name: name().trim() || t("projects.untitled"), aspect: shape, model: model() }),
    );
  };
  return (
    <form class="new-project" onSubmit={create}>
      <h2>{t("projects.new")}</h2>
      <Field label={t("project.name")} error={props.refused?.at === "new" ? props.refused.why : null}>
        {({ id, describedBy }) => (
          <TextInput
            id={id}
            aria-describedby={describedBy}
            autofocus
            placeholder={t("projects.untitled")}
            value={name()}
            invalid={props.refused?.at === "new"}
            data-testid="new-project-name"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="new-project-shapes" role="radiogroup" aria-label={t("projects.aspect")}>
        <For each={aspects()}>
          {(shape) => {
            const ratio = ratioOf(shape);
            return (
              <button
                type="button"
                role="radio"
                aria-checked={aspect() === shape}
                data-tip={nameOf(shape)}
                onClick={() => setAspect(shape)}
              >
                <span class="new-project-shape">
                  <i style={{ width: `${DRAWN * Math.min(1, ratio)}px`, height: `${DRAWN / Math.max(1, ratio)}px` }} />
                </span>
                {shape}
              </button>
            );
          }}
        </For>
      </div>
      <Show when={models().length > 1}>
        <Field label={t("projects.model")}>
          {() => (
            <Picker
              label={t("projects.model")}
              value={model()}
              choices={models().map((one) => ({ value: one.name, label: one.name }))}
              onPick={setModel}
            />
          )}
        </Field>
      </Show>
      <Button kind="primary" type="submit" disabled={props.busy !== null} data-testid="create-project">
        {t("projects.create")}
      </Button>
    </form>
  );
}
