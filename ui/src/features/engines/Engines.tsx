// The engines that jobs may go to: what each runs on, what it does now, what it can make clips with.

import { For, Show, onMount, type JSX } from "solid-js";
import type { EngineStatus } from "../../backend";
import { t } from "../../i18n";
import { troubleText } from "../../i18n/problem";
import { list, memory } from "../../lib/format";
import { useDoctor } from "../../state/doctor";
import { useStudio } from "../../state/studio";
import "./Engines.css";

/** The engines that jobs may go to. */
export function Engines(): JSX.Element {
  const studio = useStudio();
  const doctor = useDoctor(studio);
  onMount(() => void doctor.look("kept"));
  const programOf = (name: string) => doctor.report()?.engines.find((engine) => engine.name === name)?.program;
  const models = (engine: EngineStatus) => engine.hello?.models.map((model) => model.name) ?? [];
  return (
    <>
      <ul class="engines" aria-label={t("engines.title")}>
        <For each={studio.status()?.engines ?? []}>
          {(engine) => (
            <li>
              <div class="engine-words">
                {engine.name === "this machine" ? t("engines.this_machine") : engine.name}
                <span class="engine-program">{programOf(engine.name)}</span>
                <Show when={models(engine).length > 0}>
                  <small>{t("engines.makes_with", { models: list(models(engine)) })}</small>
                </Show>
                <Show when={engine.words.length > 0}>
                  <small class="engine-said">{engine.words.join(" ")}</small>
                </Show>
              </div>
              <span class="engine-aside">
                {device(engine)}
                <small classList={{ "engine-lost": engine.state.state === "lost" }}>{state(engine)}</small>
              </span>
            </li>
          )}
        </For>
      </ul>
      <Show when={studio.status()?.runner === "elsewhere"}>
        <p class="engines-hint">{t("engines.elsewhere")}</p>
      </Show>
      <p class="engines-hint">{t("engines.hint", { file: `${studio.status()?.places.config ?? ""}/settings.json` })}</p>
    </>
  );
}

function device(engine: EngineStatus): string {
  const found = engine.hello?.device;
  if (!found) return t("engines.not_asked");
  return found.memory_bytes === null ? found.name : `${found.name} · ${memory(found.memory_bytes)}`;
}

function state({ state: now }: EngineStatus): string {
  return now.state === "lost" ? troubleText(now.why) : t(`engines.${now.state}`);
}
