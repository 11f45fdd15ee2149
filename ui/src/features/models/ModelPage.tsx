// The models: what there is, what fits this machine, what is here; and what everybody asks about them, answered.

import { For, Show, createEffect, createSignal, type JSX } from "solid-js";
import type { ModelView } from "../../backend";
import { Sheet } from "../../components/Sheet";
import { t } from "../../i18n";
import { provideCommands } from "../../state/commands";
import { useDoctor } from "../../state/doctor";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { Engines } from "../engines/Engines";
import { createCatalog, LARGE } from "./catalog";
import { HubToken } from "./HubToken";
import { LargeModel } from "./LargeModel";
import { ModelRow } from "./ModelRow";
import { Questions } from "./Questions";
import "./ModelPage.css";

/** The models. */
export function ModelPage(): JSX.Element {
  const view = useView();
  provideCommands([{ id: "app.models", title: "models.title", run: () => view.setSheet("models") }]);
  return (
    <Show when={view.sheet() === "models"}>
      <Page />
    </Show>
  );
}

function Page(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const catalog = createCatalog(studio);
  const doctor = useDoctor(studio);
  createEffect(() => void doctor.look("kept"));
  const [open, setOpen] = createSignal<string | null>(null);

  const fitOf = (model: ModelView) => doctor.report()?.models.find((fit) => fit.id === model.id);
  const finishes = (model: ModelView) => model.needs.includes(LARGE);
  const makesClips = (model: ModelView) =>
    model.is_built_in || fitOf(model)?.kind === "clips" || (model.needs.length > 0 && !finishes(model));
  const groups = () => [
    { title: t("models.clips"), models: catalog.models.filter(makesClips) },
    { title: t("models.finish"), models: catalog.models.filter(finishes) },
    { title: t("models.parts"), models: catalog.models.filter((model) => !makesClips(model) && !finishes(model)) },
  ];

  return (
    <Sheet title={t("models.title")} size="large" onClose={() => view.setSheet(null)}>
      <Show
        when={catalog.isLoaded()}
        fallback={
          <p class="models-wait" role="status">
            {catalog.problem() ?? t("models.loading")}
          </p>
        }
      >
        <LargeModel catalog={catalog} fit={doctor.report()?.models.find((fit) => fit.id === LARGE)} />
        <For each={groups()}>
          {(group) => (
            <Show when={group.models.length > 0}>
              <section class="models-group" aria-label={group.title}>
                <h2>{group.title}</h2>
                <For each={group.models}>
                  {(model) => (
                    <ModelRow
                      model={model}
                      fit={fitOf(model)}
                      isOpen={open() === model.id}
                      onOpen={(isOpen) => setOpen(isOpen ? model.id : null)}
                      onChanged={() => void catalog.refresh()}
                    />
                  )}
                </For>
              </section>
            </Show>
          )}
        </For>
        <section class="models-group" aria-label={t("engines.title")}>
          <h2>{t("engines.title")}</h2>
          <Engines />
        </section>
        <section class="models-group" aria-label={t("token.title")}>
          <h2>{t("token.title")}</h2>
          <HubToken />
        </section>
        <Questions catalog={catalog} report={doctor.report()} />
      </Show>
    </Sheet>
  );
}
