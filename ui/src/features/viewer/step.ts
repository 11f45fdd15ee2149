// What a job does now, in a few words.

import type { JobView } from "../../backend";
import { t } from "../../i18n";
import { stepName } from "../../lib/steps";

/** How far a running job is, from 0 to 1; null while it cannot be said. */
export function stepFraction(job: JobView): number | null {
  const step = job.step;
  return step && step.of > 0 ? step.done / step.of : null;
}

/** "denoise 5 of 8 · 4 s left". */
export function stepText(job: JobView): string {
  const step = job.step;
  if (!step) return t("step.starting");
  const done = stepName(step);
  if (step.seconds_left === null) return done;
  return `${done} · ${t("step.left", { seconds: Math.max(1, Math.round(step.seconds_left)) })}`;
}
