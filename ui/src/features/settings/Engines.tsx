// The engines that jobs may go to.

import { For, onMount, type JSX } from "solid-js";
import type { EngineStatus } from "../../backend";
import { t } from "../../i18n";
import { memory } from "../../lib/format";
import { useDoctor } from "../../state/doctor";
import { useStudio } from "../../state/studio";

/** The engines that jobs may go to. */
export function Engines(): JSX.Element {
  const studio = useStudio();
  const doctor = useDoctor(studio);
  onMount(() => void doctor.look("kept"));
  const programOf = (name: string) => doctor.report()?.engines.find((engine) => engine.name === name)?.program;
  return (
    <>
      <ul class="settings-list">
        <For each={studio.status()?.engines ?? []}>
          {(engine) => (
            <li>
              <div class="settings-words">
                {engine.name === "this machine" ? t("settings.this_machine") : engine.name}
                <span class="settings-path">{programOf(engine.name)}</span>
              </div>
              <span class="settings-aside">
                {device(engine)}
                <small>{state(engine)}</small>
              </span>
            </li>
          )}
        </For>
      </ul>
      <p class="settings-hint">{t("settings.engines_hint", { file: `${studio.status()?.places.config ?? ""}/settings.json` })}</p>
    </>
  );
}

function device(engine: EngineStatus): string {
  const found = engine.hello?.device;
  if (!found) return t("settings.not_asked");
  return found.memory_bytes === null ? found.name : `${found.name} · ${memory(found.memory_bytes)}`;
}

function state({ state: now }: EngineStatus): string {
  return now.state === "lost" ? now.why : t(`settings.engine_${now.state}`);
}
