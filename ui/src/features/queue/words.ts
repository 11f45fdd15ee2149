// What jobs are and do, in words.

import type { Failure, JobView, Step } from "../../backend";
import { t, type Key } from "../../i18n";
import { duration, quality } from "../../lib/format";

/** "4 s left", where somebody can say. */
export const leftText = (step: Step): string | null =>
  step.seconds_left === null ? null : t("queue.left", { time: duration(Math.max(1, Math.round(step.seconds_left))) });

/** "draft · seed 71 · 4 s": what a job makes. */
export function orderText(job: JobView): string {
  const parts = [
    job.goal === "final" ? (job.parent ? t("queue.finish") : t("take.finished")) : t("take.draft"),
    job.size ? quality(job.size) : null,
    job.seed === null ? null : t("take.seed", { seed: job.seed }),
    job.seconds === null ? null : duration(job.seconds),
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

const ADVICE: Readonly<Record<Failure["code"], Key>> = {
  input: "failure.input",
  model: "failure.model",
  out_of_memory: "failure.out_of_memory",
  disk: "failure.disk",
  internal: "failure.internal",
};

/** What to do about a failure. */
export const failureAdvice = (failure: Failure): string => t(ADVICE[failure.code]);
