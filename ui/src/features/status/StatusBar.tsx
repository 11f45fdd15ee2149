// The line at the bottom: the engine, the model, the disk, and that nothing leaves this machine.

import { For, Show, createMemo, type JSX } from "solid-js";
import type { EngineStatus } from "../../backend";
import { t } from "../../i18n";
import { troubleText } from "../../i18n/problem";
import { bytes } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { PlaceSwitches } from "./PlaceSwitches";
import { engineLine, engineTone } from "./engine";
import "./StatusBar.css";

/** The line at the bottom. */
export function StatusBar(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  // The engine that works, else the first of them.
  const engine = createMemo((): EngineStatus | undefined => {
    const all = studio.status()?.engines ?? [];
    return all.find((one) => one.state.state === "working") ?? all[0];
  });
  const model = () => studio.project()?.model;
  const isElsewhere = () => studio.status()?.runner === "elsewhere";

  return (
    <footer class="status">
      <Show when={engine()}>
        {(one) => (
          <button type="button" class="status-item" data-testid="engine" data-tip={t("status.doctor")} onClick={() => view.setSheet("doctor")}>
            <i class={`status-dot status-dot-${engineTone(one())}`} />
            <span>{isElsewhere() ? t("status.elsewhere") : engineLine(one())}</span>
          </button>
        )}
      </Show>
      <Show when={model()}>
        {(name) => (
          <button type="button" class="status-item" data-tip={t("status.models")} onClick={() => view.setSheet("models")}>
            <span>{name()}</span>
          </button>
        )}
      </Show>
      <Show when={studio.status()?.free_bytes}>
        {(free) => <span class="status-item">{t("status.disk", { free: bytes(free()) })}</span>}
      </Show>
      <For each={studio.status()?.troubles}>{(trouble) => <span class="status-item status-trouble">{troubleText(trouble)}</span>}</For>
      <span class="status-space" />
      <PlaceSwitches />
      <span class="status-item" data-tip={t("status.private_about")}>
        {t("status.private")}
      </span>
      <button type="button" class="status-item" data-tip={t("status.settings")} onClick={() => view.setSheet("settings")}>
        {t("status.settings")}
      </button>
      <button
        type="button"
        class="status-item"
        aria-label={t("status.shortcuts")}
        data-tip={`${t("status.shortcuts")}\t?`}
        onClick={() => view.setSheet("shortcuts")}
      >
        ?
      </button>
    </footer>
  );
}
