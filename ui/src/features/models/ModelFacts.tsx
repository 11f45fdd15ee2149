// All that is known of a model: licence and gate, memory, what it makes, where it lies and comes from.

import { For, Show, type JSX } from "solid-js";
import type { Language, ModelFit, ModelView } from "../../backend";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Link } from "../../components/Link";
import { t } from "../../i18n";
import { bytes, duration, list, memory, when } from "../../lib/format";
import { LANGUAGES, languageName } from "../../lib/languages";
import { useStudio } from "../../state/studio";
import { FitSign } from "../doctor/FitSign";
import { reasonText } from "../doctor/words";
import { licenceOf } from "./catalog";
import { HubToken } from "./HubToken";
import "./ModelFacts.css";

const isLanguage = (text: string): text is Language => LANGUAGES.some((language) => language === text);

/** All that is known of a model. */
export function ModelFacts(props: {
  model: ModelView;
  fit: ModelFit | undefined;
  onChanged(): void;
  onGet(source: string): void;
}): JSX.Element {
  const studio = useStudio();
  const model = () => props.model;
  async function accept() {
    await studio.act("models.accept", { id: model().id });
    props.onChanged();
  }
  return (
    <dl class="model-facts">
      <dt>{t("models.licence")}</dt>
      <dd>
        <Link href={model().licence.url}>{model().licence.name}</Link>
        <p>{licenceOf(model())}</p>
        <Show when={!model().is_built_in}>
          <Show
            when={model().licence.accepted_unix_ms}
            fallback={
              <Button size="small" onClick={() => void accept()}>
                {t("models.accept")}
              </Button>
            }
          >
            {(at) => (
              <span class="model-here">
                <Icon name="check" size={14} />
                {t("models.accepted_on", { when: when(at()) })}
              </span>
            )}
          </Show>
        </Show>
      </dd>
      <Show when={model().licence.gate !== "none"}>
        <dt>{t("models.gate")}</dt>
        <dd>
          <p>{model().licence.gate === "manual" ? t("models.gate_manual") : t("models.gate_automatic")}</p>
          <p>{t("models.gate_how")}</p>
          <Show when={model().state !== "whole"}>
            <HubToken />
          </Show>
        </dd>
      </Show>
      <Show when={props.fit && props.fit.sizes.length > 0 ? props.fit : undefined}>
        {(fit) => (
          <>
            <dt>{t("models.on_this_machine")}</dt>
            <dd>
              <ul>
                <For each={fit().sizes}>
                  {(size) => (
                    <li>
                      <FitSign fit={size.fit} />
                      {size.size.join(" × ")}
                      <span class="model-fact-soft">
                        {size.fit === "does_not_run"
                          ? ` · ${reasonText(size.reasons[0])}`
                          : [
                              "",
                              size.seconds === null
                                ? t("doctor.time_unknown")
                                : t("doctor.time_of", { clip: duration(size.clip_seconds), time: duration(size.seconds) }),
                              size.device === "cuda" && size.vram_bytes !== null
                                ? t("doctor.vram", { size: memory(size.vram_bytes) })
                                : null,
                              size.ram_bytes === null ? null : t("doctor.ram", { size: memory(size.ram_bytes) }),
                              size.how,
                            ]
                              .filter((part) => part !== null)
                              .join(" · ")}
                      </span>
                    </li>
                  )}
                </For>
              </ul>
            </dd>
          </>
        )}
      </Show>
      <Show when={Object.keys(model().memory_bytes).length > 0}>
        <dt>{t("models.weights")}</dt>
        <dd>
          {Object.entries(model().memory_bytes)
            .map(([precision, count]) => `${precision} ${bytes(count)}`)
            .join(" · ")}
        </dd>
      </Show>
      <Show when={model().languages.length > 0}>
        <dt>{t("models.speaks")}</dt>
        <dd>{list(model().languages.filter(isLanguage).map(languageName))}</dd>
      </Show>
      <Show when={model().longest_seconds}>
        {(longest) => (
          <>
            <dt>{t("models.longest")}</dt>
            <dd>{duration(longest())}</dd>
          </>
        )}
      </Show>
      <Show when={model().folder}>
        {(folder) => (
          <>
            <dt>{t("models.folder")}</dt>
            <dd class="model-path">{folder()}</dd>
          </>
        )}
      </Show>
      <Show when={model().page}>
        {(page) => (
          <>
            <dt>{t("models.page")}</dt>
            <dd>
              <Link href={page()} />
            </dd>
          </>
        )}
      </Show>
      <Show when={model().sources.length > 1 && model().state !== "whole"}>
        <dt>{t("models.sources")}</dt>
        <dd class="model-sources">
          <For each={model().sources}>
            {(source) => (
              <Button
                size="small"
                disabled={model().licence.accepted_unix_ms === null || model().state === "coming"}
                onClick={() => props.onGet(source)}
              >
                {source.replace(/^https:\/\//, "")}
              </Button>
            )}
          </For>
        </dd>
      </Show>
      <Show when={model().unverified.length > 0}>
        <dt>{t("models.unverified")}</dt>
        <dd class="model-fact-soft">{model().unverified.join("; ")}</dd>
      </Show>
    </dl>
  );
}
