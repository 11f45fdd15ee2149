// Exporting: what is to be made, and what is being made and was made.

import { Match, Show, Switch, createSignal, type JSX } from "solid-js";
import { Segmented } from "../../components/Segmented";
import { Sheet } from "../../components/Sheet";
import { t } from "../../i18n";
import { provideCommands } from "../../state/commands";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { ExportList } from "./ExportList";
import { NewExport } from "./NewExport";
import type { Exports } from "./exports";
import "./ExportPage.css";

type Tab = "new" | "list";

/** The export page, while it is open. */
export function ExportPage(props: { exports: Exports }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [tab, setTab] = createSignal<Tab>("new");
  provideCommands([
    {
      id: "app.export",
      title: "export.title",
      run() {
        setTab(props.exports.running() ? "list" : "new");
        view.setSheet("export");
      },
      enabled: () => studio.project() !== null,
    },
  ]);
  return (
    <Show when={view.sheet() === "export"}>
      <Sheet
        title={t("export.title")}
        size="large"
        onClose={() => view.setSheet(null)}
        head={
          <Segmented
            look="tabs"
            label={t("export.title")}
            value={tab()}
            choices={[
              { value: "new", label: t("export.new") },
              { value: "list", label: t("export.list", { count: props.exports.all.length }) },
            ]}
            onPick={setTab}
          />
        }
      >
        <Switch>
          <Match when={tab() === "new" && studio.project()}>
            {(project) => <NewExport project={project()} onStarted={() => setTab("list")} />}
          </Match>
          <Match when={tab() === "list"}>
            <ExportList exports={props.exports} />
          </Match>
        </Switch>
      </Sheet>
    </Show>
  );
}
