// What a clip says about its shot in a word: made, being made, or still to be made.

import type { JobView, ShotEntry, TakeView } from "../../backend";
import { t } from "../../i18n";

/** What the badge of a clip says. */
export interface Badge {
  readonly text: string;
  readonly tone: "plain" | "working" | "failed" | "finished";
  /** How far the work is, from 0 to 1; null where nothing is worked on. */
  readonly progress: number | null;
  /** The same for those who listen, where the text is too short for them. */
  readonly said?: string;
}

/** The take that is seen of a shot. */
export function seenTake(shot: ShotEntry, takes: readonly TakeView[]): TakeView | undefined {
  return takes.find((take) => take.id === shot.take);
}

/** The badge of a shot. `job` is its job that runs, waits or failed last, if there is one. */
export function badgeOf(shot: ShotEntry, takes: readonly TakeView[], job: JobView | undefined): Badge {
  const plain = (text: string): Badge => ({ text, tone: "plain", progress: null });
  if (job?.state === "running") {
    const step = job.step;
    const isCounted = step !== null && step.of > 0;
    return {
      text: isCounted ? `${step.done}/${step.of}` : t("timeline.badge_working"),
      tone: "working",
      progress: isCounted ? step.done / step.of : 0,
      ...(isCounted && { said: t("timeline.badge_said", { done: step.done, of: step.of }) }),
    };
  }
  if (job?.state === "waiting" || job?.state === "paused") return plain(t("timeline.badge_waiting"));
  const seen = seenTake(shot, takes);
  if (!seen) {
    return job?.state === "failed"
      ? { text: t("timeline.badge_failed"), tone: "failed", progress: null }
      : plain(t("timeline.badge_empty"));
  }
  if (seen.goal === "final") {
    return { text: seen.size ? `${Math.min(...seen.size)}p` : t("timeline.badge_final"), tone: "finished", progress: null };
  }
  return plain(takes.length > 1 ? t("timeline.badge_takes", { count: takes.length }) : t("timeline.badge_draft"));
}

const RANK: Partial<Record<JobView["state"], number>> = { running: 3, waiting: 2, paused: 2, failed: 1 };

/** The job of each shot that matters most: the running one, else one that waits, else the one that failed. */
export function jobsByShot(jobs: readonly JobView[], project: string | undefined): ReadonlyMap<string, JobView> {
  const found = new Map<string, JobView>();
  for (const job of jobs) {
    const rank = RANK[job.state] ?? 0;
    if (rank === 0 || job.project !== project) continue;
    const known = found.get(job.shot);
    if (!known || rank > (RANK[known.state] ?? 0)) found.set(job.shot, job);
  }
  return found;
}
