// The doctor's report: asked for once, by whoever shows something of it first.

import { createSignal, type Accessor } from "solid-js";
import { readReport, type MachineReport } from "../features/doctor/report";
import type { Studio } from "./studio";

/** The doctor's report and how it is made. */
export interface Doctor {
  readonly report: Accessor<MachineReport | null>;
  /** All that came, also what the window does not show. */
  readonly raw: Accessor<unknown>;
  readonly isBusy: Accessor<boolean>;
  /** Why there is no report. */
  readonly problem: Accessor<string | null>;
  /** Asks what this machine has; with "run", measures its speed. */
  look(probe: "kept" | "run"): Promise<void>;
}

const [raw, setRaw] = createSignal<unknown>(null);
const [isBusy, setBusy] = createSignal(false);
const [problem, setProblem] = createSignal<string | null>(null);

/** The doctor of this window. */
export function useDoctor(studio: Studio): Doctor {
  const report = () => readReport(raw());
  return {
    report,
    raw,
    isBusy,
    problem,
    async look(probe) {
      if (isBusy() || (probe === "kept" && raw() !== null)) return;
      setBusy(true);
      setProblem(null);
      try {
        const told = await studio.backend.call("doctor.report", { probe });
        setRaw(() => told.report);
        if (readReport(told.report) === null) setProblem("");
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      } finally {
        setBusy(false);
      }
    },
  };
}
