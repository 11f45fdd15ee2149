// The doctor's report: asked for by whoever shows something of it first, and again when other models are here.

import { createSignal, type Accessor } from "solid-js";
import type { MachineReport } from "../backend";
import { problemText } from "../i18n/problem";
import type { Studio } from "./studio";

/** The doctor's report and how it is made. */
export interface Doctor {
  readonly report: Accessor<MachineReport | null>;
  readonly isBusy: Accessor<boolean>;
  /** Why there is no report. */
  readonly problem: Accessor<string | null>;
  /** Asks what this machine has; with "run", measures its speed. */
  look(probe: "kept" | "run"): Promise<void>;
}

const [report, setReport] = createSignal<MachineReport | null>(null);
const [isBusy, setBusy] = createSignal(false);
const [problem, setProblem] = createSignal<string | null>(null);
/** The models that there were when it was asked for. */
let models = "";

/** The doctor of this window. */
export function useDoctor(studio: Studio): Doctor {
  return {
    report,
    isBusy,
    problem,
    async look(probe) {
      const known = (studio.status()?.models ?? []).map((model) => model.name).join("\n");
      if (isBusy() || (probe === "kept" && report() !== null && known === models)) return;
      models = known;
      setBusy(true);
      setProblem(null);
      try {
        const told = await studio.backend.call("doctor.report", { probe });
        setReport(told.report);
      } catch (error) {
        setProblem(problemText(error));
      } finally {
        setBusy(false);
      }
    },
  };
}
