// Where exports go: the app asks with the system's dialog, in a browser the path is typed.

import { type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { TextInput } from "../../components/TextInput";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";

/** A folder. */
export function FolderField(props: { folder: string; onChange(folder: string): void }): JSX.Element {
  const studio = useStudio();
  async function pick() {
    const folder = await studio.backend.pickFolder();
    if (folder !== null && folder !== "unsupported") props.onChange(folder);
  }
  return (
    <div class="export-folder">
      <label>
        <span>{t("export.folder")}</span>
        <TextInput value={props.folder} onChange={(event) => props.onChange(event.currentTarget.value.trim())} />
      </label>
      {studio.backend.kind === "app" && <Button icon="folder" label={t("export.choose_folder")} onClick={() => void pick()} />}
    </div>
  );
}
