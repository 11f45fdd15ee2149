// Whether something runs here, as a dot with a name.

import type { JSX } from "solid-js";
import type { MachineFit } from "../../backend";
import { t, type Key } from "../../i18n";
import "./FitSign.css";

const NAMES: Readonly<Record<MachineFit, Key>> = {
  runs: "fit.runs",
  runs_slowly: "fit.runs_slowly",
  does_not_run: "fit.does_not_run",
};

/** The name of a fit. */
export const fitName = (fit: MachineFit): string => t(NAMES[fit]);

/** A dot that says whether something runs here. */
export function FitSign(props: { fit: MachineFit }): JSX.Element {
  return <span class={`fit fit-${props.fit}`} role="img" aria-label={fitName(props.fit)} data-tip={fitName(props.fit)} />;
}
