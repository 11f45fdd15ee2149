// One clip of an export: how far it is with its real pictures, then its files and what was measured in them.

import { For, Match, Show, Switch, createSignal, type JSX } from "solid-js";
import type { ExportFound, ExportItem, ExportReport, Preset } from "../../backend";
import { Bar } from "../../components/Bar";
import { Icon, type IconName } from "../../components/Icon";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { bytes, duration } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { checkName, checkText, declareOf, phaseName, presetName, tonguesName } from "./words";

const SIGNS: Readonly<Record<ExportFound, IconName>> = { good: "check", look: "warn", wrong: "alert", nothing: "minus" };
const RANK: Readonly<Record<ExportFound, number>> = { wrong: 3, look: 2, good: 1, nothing: 0 };

/** One clip of an export. */
export function ExportedClip(props: { item: ExportItem; preset: Preset | undefined }): JSX.Element {
  const studio = useStudio();
  const [isOpen, setOpen] = createSignal(false);
  const item = () => props.item;
  const name = () =>
    [props.preset ? presetName(props.preset) : item().preset, item().tongues && tonguesName(item().tongues ?? { first: "en" })]
      .filter(Boolean)
      .join(" · ");
  /** The worst of what was found. */
  const found = () => item().report?.checks.toSorted((a, b) => RANK[b.found] - RANK[a.found])[0]?.found ?? "good";
  const left = () => {
    const seconds = item().step?.seconds_left ?? null;
    return seconds === null ? "" : t("queue.left", { time: duration(Math.max(1, Math.round(seconds))) });
  };
  return (
    <li class="exported" data-state={item().state}>
      <div class="exported-line">
        <Switch>
          <Match when={item().state === "running"}>
            <span class="exported-picture">
              <Show when={item().step?.preview} fallback={<Icon name="film" />}>
                {(preview) => <img src={studio.backend.mediaUrl(preview())} alt={t("export.written")} draggable={false} />}
              </Show>
            </span>
          </Match>
          <Match when={item().state === "done"}>
            <span class={`exported-sign exported-${found()}`}>
              <Icon name={SIGNS[found()]} />
            </span>
          </Match>
          <Match when={item().state === "waiting" || item().state === "cancelled"}>
            <span class="exported-sign">
              <Icon name="minus" />
            </span>
          </Match>
          <Match when={item().state === "failed"}>
            <span class="exported-sign exported-wrong">
              <Icon name="alert" />
            </span>
          </Match>
        </Switch>
        <div class="exported-words">
          <b>{name()}</b>
          <Switch fallback={<small>{t(`export.item_${item().state}`)}</small>}>
            <Match when={item().state === "running"}>
              <small aria-live="polite">
                {item().step ? phaseName(item().step?.phase ?? "write") : t("export.item_running")}
                <Show when={left()}> · {left()}</Show>
              </small>
              <Bar value={item().step?.fraction ?? null} label={name()} />
            </Match>
            <Match when={item().failure}>
              {(why) => (
                <small class="exported-failure" role="alert">
                  {problemText({ code: "internal", message: why(), detail: item().detail })}
                </small>
              )}
            </Match>
            <Match when={item().report}>{(report) => <small>{factsText(report())}</small>}</Match>
          </Switch>
        </div>
        <Show when={item().report}>
          <button type="button" class="exported-more" aria-expanded={isOpen()} onClick={() => setOpen(!isOpen())}>
            {t("export.report")}
            <Icon name="down" size={10} />
          </button>
        </Show>
      </div>
      <Show when={isOpen() && item().report}>{(report) => <Report report={report()} folder={item().folder} preset={props.preset} />}</Show>
    </li>
  );
}

function factsText({ facts }: ExportReport): string {
  return [
    duration(facts.seconds),
    bytes(facts.bytes),
    facts.lufs === null ? null : `${facts.lufs.toFixed(1)} LUFS`,
    facts.offset_ms === null ? null : t("export.apart", { ms: facts.offset_ms.toFixed(1) }),
    facts.encoder,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

function Report(props: { report: ExportReport; folder: string; preset: Preset | undefined }): JSX.Element {
  return (
    <div class="exported-report">
      <ul>
        <For each={props.report.checks}>
          {(check) => (
            <li>
              <span class={`exported-sign exported-${check.found}`}>
                <Icon name={SIGNS[check.found]} size={14} />
              </span>
              <b>{checkName(check)}</b>
              <span>{checkText(check, props.report.facts)}</span>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.report.declare}>
        {(declare) => (
          <p class="preset-declare">
            <Icon name="warn" size={14} />
            <span>{declareOf({ id: props.report.preset }, declare())}</span>
          </p>
        )}
      </Show>
      <p class="export-path">{props.folder}</p>
      <p class="export-path">{props.report.files.map((file) => `${file.name} (${bytes(file.bytes)})`).join(", ")}</p>
    </div>
  );
}
