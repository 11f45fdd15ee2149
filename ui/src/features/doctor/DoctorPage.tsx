// What this machine has, and what runs on it. Opens by itself at the first start, and never again.

import { For, Show, createSignal, onMount, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Sheet as Page } from "../../components/Sheet";
import { t } from "../../i18n";
import { when } from "../../lib/format";
import { provideCommands } from "../../state/commands";
import { useDoctor } from "../../state/doctor";
import { useStudio } from "../../state/studio";
import { useView, type Sheet } from "../../state/view";
import { MachineFacts } from "./MachineFacts";
import { redacted } from "./report";
import { WhatRuns } from "./WhatRuns";
import "./DoctorPage.css";

/** What this machine has, and what runs on it. */
export function DoctorPage(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  provideCommands([{ id: "app.doctor", title: "doctor.title", run: () => view.setSheet("doctor") }]);
  onMount(() => {
    if (studio.status()?.first_run && !studio.settings().seen_first_run) view.setSheet("doctor");
  });
  return (
    <Show when={view.sheet() === "doctor"}>
      <Doctor />
    </Show>
  );
}

function Doctor(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const doctor = useDoctor(studio);
  const isFirst = !studio.settings().seen_first_run;
  const [isStarting, setStarting] = createSignal(false);
  onMount(() => void doctor.look("kept"));
  const measured = () => doctor.report()?.speed.reduce((latest, speed) => Math.max(latest, speed.unix_ms), 0) ?? 0;

  function close(next: Sheet = studio.project() === null ? "projects" : null) {
    view.setSheet(next);
    if (!studio.settings().seen_first_run) void studio.setSettings({ seen_first_run: true });
  }
  async function start(how: "own" | "sample") {
    setStarting(true);
    try {
      if (how === "sample") await studio.call("project.sample", {});
      else if (studio.project() === null) {
        const model = studio.status()?.models[0]?.name ?? "pony";
        await studio.call("project.create", { name: t("project.first"), aspect: "9:16", model });
      }
      close(null);
    } catch {
      // Told at the edge of the window.
    } finally {
      setStarting(false);
    }
  }
  const copy = () =>
    void navigator.clipboard.writeText(redacted(doctor.report())).then(
      () => studio.notify("info", t("doctor.copied")),
      () => studio.notify("error", t("doctor.not_copied")),
    );

  return (
    <Page
      title={isFirst ? t("doctor.welcome") : t("doctor.title")}
      size="medium"
      onClose={() => close()}
      foot={
        <footer class="sheet-foot">
          <Button kind="quiet" icon="copy" disabled={doctor.report() === null} onClick={copy}>
            {t("doctor.copy")}
          </Button>
          <span class="doctor-space" />
          <Button disabled={isStarting()} onClick={() => void start("sample")}>
            {t("doctor.sample")}
          </Button>
          <Button kind="primary" autofocus disabled={isStarting()} onClick={() => void start("own")}>
            {t("doctor.first_clip")}
          </Button>
        </footer>
      }
    >
      <Show when={isFirst}>
        <p class="doctor-hello">{t("doctor.hello")}</p>
      </Show>
      <Show
        when={doctor.report()}
        fallback={
          <p class="doctor-wait" role="status">
            {doctor.problem() === null ? t("doctor.looking") : t("doctor.no_report", { why: doctor.problem() || "–" })}
          </p>
        }
      >
        {(report) => (
          <>
            <MachineFacts report={report()} />
            <div class="doctor-line">
              <h2>{t("doctor.what_runs")}</h2>
              <small>
                {doctor.isBusy()
                  ? t("doctor.measuring")
                  : measured() > 0
                    ? t("doctor.measured", { when: when(measured()) })
                    : t("doctor.not_measured")}
              </small>
              <Button size="small" icon="retry" disabled={doctor.isBusy()} onClick={() => void doctor.look("run")}>
                {t("doctor.measure")}
              </Button>
            </div>
            <WhatRuns report={report()} />
            <Show when={report().notes.length > 0}>
              <ul class="doctor-notes">
                <For each={report().notes}>{(note) => <li>{note.text}</li>}</For>
              </ul>
            </Show>
            <p class="doctor-more">
              {t("doctor.more")}{" "}
              <button type="button" onClick={() => close("models")}>
                {t("doctor.to_models")}
              </button>
            </p>
          </>
        )}
      </Show>
    </Page>
  );
}
