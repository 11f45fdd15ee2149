// The library: references, cast, voices, takes.

import { Match, Show, Switch, createSignal, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { isComposing } from "../../lib/keys";
import { provideCommands } from "../../state/commands";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { CastTab } from "./CastTab";
import { filesOver, hearDrops, takeFiles } from "./drop";
import { PicturesTab } from "./PicturesTab";
import { TakesTab } from "./TakesTab";
import { VoicesTab } from "./VoicesTab";
import { editCharacter } from "../cast/edited";
import { CharacterSheet } from "../cast/CharacterSheet";
import { PromptSheet } from "./PromptSheet";
import "./Library.css";

type Tab = "pictures" | "cast" | "voices" | "takes";

/** The library: references, cast, voices, takes. */
export function Library(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [tab, setTab] = createSignal<Tab>("pictures");
  const [search, setSearch] = createSignal("");
  let field: HTMLInputElement | undefined;
  hearDrops(studio, view);

  const matches = (text: string) =>
    search()
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.toLowerCase().includes(word));

  async function pick() {
    const kinds = tab() === "voices" ? "sounds" : "media";
    try {
      await takeFiles(studio, view, (await studio.backend.pickFiles(kinds)) ?? []);
    } catch (error) {
      studio.notify("error", problemText(error));
    }
  }
  provideCommands([
    { id: "app.import", title: "library.import", run: () => void pick(), enabled: () => studio.project() !== null },
    { id: "library.search", title: "library.search", run: () => field?.focus() },
  ]);

  return (
    <section class="library" aria-label={t("library.title")} onFocusIn={() => view.setZone("library")}>
      <div class="library-head">
        <Segmented
          look="tabs"
          label={t("library.title")}
          value={tab()}
          choices={[
            { value: "pictures", label: t("library.pictures") },
            { value: "cast", label: t("library.cast") },
            { value: "voices", label: t("library.voices") },
            { value: "takes", label: t("library.takes") },
          ]}
          onPick={setTab}
        />
      </div>
      <div class="library-find">
        <Icon name="search" size={14} />
        <input
          ref={(element) => (field = element)}
          type="search"
          value={search()}
          placeholder={t("library.search")}
          aria-label={t("library.search")}
          spellcheck={false}
          onInput={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || isComposing(event)) return;
            setSearch("");
            event.currentTarget.blur();
          }}
        />
        <Show when={tab() !== "takes"}>
          <Button
            kind="quiet"
            size="small"
            icon="plus"
            label={tab() === "cast" ? t("cast.new") : t("library.import")}
            disabled={studio.project() === null}
            onClick={() => (tab() === "cast" ? editCharacter(null) : void pick())}
          />
        </Show>
      </div>
      <div class="library-body">
        <Show when={studio.project()}>
          {(project) => (
            <Switch>
              <Match when={tab() === "pictures"}>
                <PicturesTab project={project()} matches={matches} />
              </Match>
              <Match when={tab() === "cast"}>
                <CastTab project={project()} matches={matches} />
              </Match>
              <Match when={tab() === "voices"}>
                <VoicesTab project={project()} matches={matches} />
              </Match>
              <Match when={tab() === "takes"}>
                <TakesTab project={project()} matches={matches} />
              </Match>
            </Switch>
          )}
        </Show>
        <Show when={tab() === "pictures" || tab() === "voices"}>
          <button
            type="button"
            class="library-drop"
            classList={{ "is-target": filesOver() }}
            disabled={studio.project() === null}
            onClick={() => void pick()}
          >
            {t("library.drop")}
          </button>
        </Show>
      </div>
      <CharacterSheet />
      <PromptSheet />
    </section>
  );
}
