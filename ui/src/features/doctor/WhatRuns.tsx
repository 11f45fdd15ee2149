// What runs on this machine: the models that make clips, size by size.

import { For, Show, type JSX } from "solid-js";
import type { MachineReport, ModelFit, SizeFit } from "../../backend";
import { t } from "../../i18n";
import { duration, memory, quality } from "../../lib/format";
import { FitSign } from "./FitSign";
import { modelName, reasonText } from "./words";
import "./WhatRuns.css";

/** What runs on this machine. */
export function WhatRuns(props: { report: MachineReport }): JSX.Element {
  const models = () => props.report.models.filter((model) => model.kind === "clips" || model.kind === "upscaler");
  return (
    <table class="runs">
      <thead class="visually-hidden">
        <tr>
          <th>{t("doctor.model")}</th>
          <th>{t("doctor.size")}</th>
          <th>{t("doctor.time")}</th>
          <th>{t("doctor.memory")}</th>
        </tr>
      </thead>
      <For each={models()}>{(model) => <Rows model={model} />}</For>
    </table>
  );
}

function Rows(props: { model: ModelFit }): JSX.Element {
  const isHere = () => props.model.presence.state === "whole";
  // A wide and a high picture of the same pixels cost the same: one line tells both.
  const sizes = () => {
    const seen = new Set<number>();
    return props.model.sizes.filter((fit) => {
      const pixels = fit.size[0] * fit.size[1];
      const isNew = !seen.has(pixels);
      seen.add(pixels);
      return isNew;
    });
  };
  return (
    <tbody>
      <Show
        when={sizes().length > 0}
        fallback={
          <tr>
            <th scope="row">
              <ModelName model={props.model} isHere={isHere()} />
            </th>
            <td colspan={3} class="runs-why">
              <FitSign fit={props.model.fit} /> {reasonText(props.model.reasons[0])}
            </td>
          </tr>
        }
      >
        <For each={sizes()}>
          {(fit, index) => (
            <tr>
              <Show when={index() === 0}>
                <th scope="rowgroup" rowspan={sizes().length}>
                  <ModelName model={props.model} isHere={isHere()} />
                </th>
              </Show>
              <td>
                <FitSign fit={fit.fit} /> {quality(fit.size)}
              </td>
              <Show when={fit.fit !== "does_not_run"} fallback={<td colspan={2} class="runs-why">{reasonText(fit.reasons[0])}</td>}>
                <td>
                  {fit.seconds === null
                    ? t("doctor.time_unknown")
                    : t("doctor.time_of", { clip: duration(fit.clip_seconds), time: duration(fit.seconds) })}
                </td>
                <td class="runs-memory" data-tip={fit.how ?? ""}>
                  {peak(fit)}
                </td>
              </Show>
            </tr>
          )}
        </For>
      </Show>
    </tbody>
  );
}

function ModelName(props: { model: ModelFit; isHere: boolean }): JSX.Element {
  return (
    <>
      {modelName(props.model)}
      <small class={props.isHere ? "runs-here" : ""}>{props.isHere ? t("doctor.here") : t("doctor.not_here")}</small>
    </>
  );
}

function peak(fit: SizeFit): string {
  const most = fit.device === "cuda" ? fit.vram_bytes : fit.ram_bytes;
  if (most === null) return "";
  return fit.device === "cuda" ? t("doctor.vram", { size: memory(most) }) : t("doctor.ram", { size: memory(most) });
}
