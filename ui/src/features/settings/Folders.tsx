// Where things lie.

import { For, Show, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";

/** Where things lie. */
export function Folders(): JSX.Element {
  const studio = useStudio();
  const folders = () => {
    const status = studio.status();
    if (!status) return [];
    return [
      { name: t("settings.projects"), path: status.projects_folder },
      { name: t("settings.models"), path: status.places.models },
      { name: t("settings.data"), path: status.places.data },
      { name: t("settings.config"), path: status.places.config },
      { name: t("settings.cache"), path: status.places.cache },
    ];
  };
  const copy = (path: string) =>
    void navigator.clipboard.writeText(path).then(
      () => studio.notify("info", t("copied")),
      () => undefined,
    );
  return (
    <>
      <ul class="settings-list">
        <For each={folders()}>
          {(folder) => (
            <li>
              <div class="settings-words">
                {folder.name}
                <span class="settings-path">{folder.path}</span>
              </div>
              <Button
                kind="quiet"
                size="small"
                icon="copy"
                label={t("settings.copy_path", { name: folder.name })}
                onClick={() => copy(folder.path)}
              />
            </li>
          )}
        </For>
      </ul>
      <Show when={studio.backend.kind === "web"}>
        <p class="settings-hint">{t("settings.folders_hint")}</p>
      </Show>
    </>
  );
}
