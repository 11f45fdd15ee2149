// Gives the project another name. Its folder keeps its own.

import { createSignal, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Sheet } from "../../components/Sheet";
import { TextInput } from "../../components/TextInput";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { useStudio } from "../../state/studio";

/** Asks for the project's new name. */
export function RenameProject(props: { name: string; onClose(): void }): JSX.Element {
  const studio = useStudio();
  const [name, setName] = createSignal(props.name);
  const [error, setError] = createSignal<string | null>(null);
  const save = async (event: Event) => {
    event.preventDefault();
    try {
      await studio.backend.call("project.edit", { name: name().trim() });
      props.onClose();
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  return (
    <Sheet title={t("project.rename")} size="small" onClose={props.onClose}>
      <form class="rename" onSubmit={(event) => void save(event)}>
        <Field label={t("project.name")} error={error()}>
          {({ id, describedBy }) => (
            <TextInput
              id={id}
              aria-describedby={describedBy}
              autofocus
              value={name()}
              invalid={error() !== null}
              ref={(input) => queueMicrotask(() => input.select())}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="rename-actions">
          <Button onClick={() => props.onClose()}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" disabled={name().trim() === ""}>
            {t("project.rename_do")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
