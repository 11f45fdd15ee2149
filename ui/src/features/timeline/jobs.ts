// The job of each shot that its clips tell of, worked out once for all clips.

import { createContext, createMemo, useContext, type Accessor } from "solid-js";
import type { JobView } from "../../backend";
import type { Studio } from "../../state/studio";
import { jobsByShot } from "./badge";

/** The job of each shot that matters most. */
export type JobsOfShots = Accessor<ReadonlyMap<string, JobView>>;

const JobsContext = createContext<JobsOfShots>(() => new Map());
export const JobsProvider = JobsContext.Provider;

/** The jobs of shots, for clips. */
export const useJobs = (): JobsOfShots => useContext(JobsContext);

/** The jobs of the open project's shots. */
export function createJobs(studio: Studio): JobsOfShots {
  return createMemo(() => jobsByShot(studio.jobs, studio.project()?.id));
}
