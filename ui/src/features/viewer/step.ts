// What a job does now, in a few words.

import type { JobView } from "../../backend";
import { has, t } from "../../i18n";

/** How far a running job is, from 0 to 1; null while it cannot be said. */
export function stepFraction(job: JobView): number | null {
  const step = job.step;
  return step && step.of > 0 ? step.done / step.of : null;
}

/** The name of a stage in the language of the interface. */
export function stageName(stage: string): string {
  const key = `stage.${stage}`;
  return has(key) ? t(key) : stage;
}

/** "denoise 5 of 8 · 4 s left". */
export function stepText(job: JobView): string {
  const step = job.step;
  if (!step) return t("step.starting");
  const name = stageName(step.stage);
  const done = step.of > 1 ? t("step.of", { stage: name, done: step.done, of: step.of }) : name;
  if (step.seconds_left === null) return done;
  return `${done} · ${t("step.left", { seconds: Math.max(1, Math.round(step.seconds_left)) })}`;
}
