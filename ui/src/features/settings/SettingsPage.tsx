// What the user chose: language, look, shortcuts; and where things lie, which engines there are, whose work this is.

import { Show, type JSX } from "solid-js";
import type { Theme, UiLanguage } from "../../backend";
import { Button } from "../../components/Button";
import type { Choice } from "../../components/Picker";
import { Segmented } from "../../components/Segmented";
import { Sheet } from "../../components/Sheet";
import { t } from "../../i18n";
import { provideCommands, run } from "../../state/commands";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { Engines } from "../engines/Engines";
import { PRESETS, presetNamed, type PresetName } from "../keyboard/presets";
import { Folders } from "./Folders";
import { Licences } from "./Licences";
import "./SettingsPage.css";

const languages = (): Choice<UiLanguage>[] => [
  { value: "system", label: t("settings.system") },
  { value: "en", label: "English" },
  { value: "zh", label: "简体中文" },
];
const themes = (): Choice<Theme>[] => [
  { value: "system", label: t("settings.system") },
  { value: "dark", label: t("settings.dark") },
  { value: "light", label: t("settings.light") },
];

const presets = (): Choice<PresetName>[] =>
  (Object.keys(PRESETS) as PresetName[]).map((value) => ({ value, label: t(`keyboard.preset_${value}`) }));

/** What the user chose. */
export function SettingsPage(): JSX.Element {
  const view = useView();
  provideCommands([{ id: "app.settings", title: "settings.title", run: () => view.setSheet("settings") }]);
  return (
    <Show when={view.sheet() === "settings"}>
      <Page />
    </Show>
  );
}

function Page(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const settings = studio.settings;
  return (
    <Sheet title={t("settings.title")} size="medium" onClose={() => view.setSheet(null)}>
      <section class="settings-section">
        <h2>{t("settings.look")}</h2>
        <div class="settings-row">
          <span>{t("settings.language")}</span>
          <Segmented
            label={t("settings.language")}
            value={settings().language}
            choices={languages()}
            onPick={(language) => void studio.setSettings({ language })}
          />
        </div>
        <div class="settings-row">
          <span>{t("settings.theme")}</span>
          <Segmented
            label={t("settings.theme")}
            value={settings().theme}
            choices={themes()}
            onPick={(theme) => void studio.setSettings({ theme })}
          />
        </div>
        <div class="settings-row">
          <span>{t("settings.shortcuts")}</span>
          <Segmented
            label={t("settings.shortcuts")}
            value={presetNamed(settings().shortcuts)}
            choices={presets()}
            onPick={(shortcuts) => void studio.setSettings({ shortcuts })}
          />
        </div>
        <div class="settings-row">
          <span />
          <Button kind="quiet" size="small" onClick={() => (view.setSheet(null), run("app.shortcuts"))}>
            {t("settings.show_shortcuts")}
          </Button>
        </div>
      </section>
      <section class="settings-section">
        <h2>{t("settings.folders")}</h2>
        <Folders />
      </section>
      <section class="settings-section">
        <h2>{t("engines.title")}</h2>
        <Engines />
      </section>
      <section class="settings-section">
        <h2>{t("settings.licences")}</h2>
        <Licences />
      </section>
      <p class="settings-version">Gallop {studio.status()?.version}</p>
    </Sheet>
  );
}
