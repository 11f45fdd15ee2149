// Why jobs wait that no engine will take, sorted for the reader.

import type { Hopeless, JobView } from "../../backend";

/** What is missing. */
export interface Lack {
  /** An engine in the settings, one that starts, or one that has the model. */
  readonly kind: "engine" | "start" | "model";
  /** The models that engines have. */
  readonly models: readonly string[];
  /** What engines said of it, each once. */
  readonly said: readonly string[];
}

/** What is missing for a job. An engine that runs and lacks the model is nearer to making it than one that does not start. */
export function lackOf({ obstacles }: Hopeless): Lack {
  const lacking = obstacles.filter((one) => one.kind === "no_model");
  if (lacking.length > 0) {
    const models = [...new Set(lacking.flatMap((one) => one.models))].sort();
    return { kind: "model", models, said: once(lacking.flatMap((one) => one.words.slice(-1))) };
  }
  const said = once(obstacles.flatMap((one) => (one.kind === "no_start" ? [one.why] : [])));
  return { kind: obstacles.length === 0 ? "engine" : "start", models: [], said };
}

/** Jobs that no engine will take, together where the reason is the same. */
export function stranded(jobs: readonly JobView[]): { jobs: JobView[]; why: Hopeless }[] {
  const found = new Map<string, { jobs: JobView[]; why: Hopeless }>();
  for (const job of jobs) {
    if (job.state !== "waiting" || job.hopeless === null) continue;
    const key = JSON.stringify(job.hopeless);
    const known = found.get(key);
    if (known) known.jobs.push(job);
    else found.set(key, { jobs: [job], why: job.hopeless });
  }
  return [...found.values()];
}

const once = (all: readonly string[]) => [...new Set(all)];
