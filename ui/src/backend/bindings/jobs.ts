// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Cost, Goal, Id, Named, Nothing, Shot, Stage } from "./shared";

/** What the user wants of a job that is running. The runner passes it on to the engine. */
export type Ask = "pause" | "cancel";

/** Why a job failed. */
export type Failure = {
  /** What kind of failure it is. */
  code: FailureCode,
  /** Why, in words. */
  message: string,
};

/** Kinds of failure that the studio acts on. */
export type FailureCode = "input" | "model" | "out_of_memory" | "disk" | "internal";

/** Why no engine takes a job that waits: what stands against each of them. There are no engines where there are no obstacles. */
export type Hopeless = {
  /** The model of the job; nothing where any would do. */
  model: string | null,
  /** What stands against each engine of the settings. */
  obstacles: Array<Obstacle>,
};

/** Where a job is in its life. */
export type JobState = "waiting" | "paused" | "running" | "done" | "failed" | "cancelled";

/** A job of the queue. */
export type JobView = {
  /** Its name, and that of the take it makes. */
  id: Id,
  /** The folder of its project. */
  project: string,
  /** Its project's name for people. */
  project_name: string,
  /** Its shot. */
  shot: Id,
  /** The shot's title, or the beginning of what is to be seen. */
  shot_title: string,
  /** How far it goes. */
  goal: Goal,
  /** The draft that it finishes. */
  parent: Id | null,
  /** Where it is in its life. */
  state: JobState,
  /** What the user wants of it while it runs. */
  asked: Ask | null,
  /** How often an engine took it. */
  attempts: number,
  /** The engine that has it, or had it last. */
  engine: string | null,
  /** Why it failed. */
  failure: Failure | null,
  /** Why no engine takes it, although it waits. */
  hopeless: Hopeless | null,
  /** Where it is. */
  step: Step | null,
  /** How it looks now: a picture, below the media server's address. */
  preview: string | null,
  /** When it was added. */
  added_unix_ms: number,
  /** When an engine last took it. */
  started_unix_ms: number | null,
  /** When it came to its end. */
  finished_unix_ms: number | null,
  /** What decides its noise. */
  seed: number | null,
  /** Length that is asked for. */
  seconds: number | null,
  /** Size that is asked for. */
  size: [number, number] | null,
  /** The model. */
  model: string | null,
  /** What it took. */
  cost: Cost | null,
};

/** Takes that are wanted. */
export type JobsAddArgs = {
  /** Of these shots. */
  shots: Array<Id>,
  /** How many of each, each with another seed; one where nothing is said. */
  drafts?: number,
  /** How far they go. */
  goal: Goal,
  /** The first seed; each further one counts up. The shot's, or a new one each time, where nothing is said. */
  seed?: number,
};

/** A copy of a job. */
export type JobsDuplicateArgs = {
  /** The job. */
  id: Id,
  /** The copy's seed; a new one where nothing is said. */
  seed?: number,
};

/** Changes of a waiting job. */
export type JobsEditArgs = {
  /** The job. */
  id: Id,
  /** What is to be seen and heard. */
  shot?: Shot,
  /** What decides all noise, below 2^53. */
  seed?: number,
  /** Length; `null` for the model's usual one. */
  seconds?: number | null,
  /** Width and height; `null` for the model's. */
  size?: [number, number] | null,
};

/** Drafts that are to be finished. */
export type JobsFinishArgs = {
  /** The drafts. */
  takes: Array<Id>,
  /** Width and height; the largest that the model makes of them where nothing is said. */
  size?: [number, number],
};

/** How much of the past. */
export type JobsHistoryArgs = {
  /** So many at most; 50 where nothing is said. */
  limit?: number,
};

/** Another turn. */
export type JobsMoveArgs = {
  /** The job. */
  id: Id,
  /** Where to. */
  place: Place,
};

/** Why an engine does not take a job. */
export type Obstacle = { "kind": "no_start",
  /** The engine. */
  engine: string,
  /** One sentence. */
  why: string, } | { "kind": "no_model",
  /** The engine. */
  engine: string,
  /** The models that it has. */
  models: Array<string>,
  /** What it last wrote to its standard error: why a model is left out, say. */
  words: Array<string>,
};

/** A place in the queue: `"front"`, `"end"`, `{ before: id }` or `{ after: id }`. */
export type Place = "front" | "end" | { "before": Id } | { "after": Id };

/** Where a running job is. */
export type Step = {
  /** The stage. */
  stage: Stage,
  /** Steps done. */
  done: number,
  /** Steps in all; 0 where the stage tells none. */
  of: number,
  /** What is left of the job, where clips like this one were made before; else of the stage. */
  seconds_left: number | null,
};

/** Its calls. */
export interface JobsCalls {
  /** Puts takes of shots into the queue. */
  "jobs.add": { args: JobsAddArgs; result: Array<JobView> };
  /** Puts the finishing of drafts into the queue. */
  "jobs.finish": { args: JobsFinishArgs; result: Array<JobView> };
  /** What waits, runs, is paused or has failed, in its order. */
  "jobs.list": { args: Nothing; result: Array<JobView> };
  /** What came to its end, the latest first. */
  "jobs.history": { args: JobsHistoryArgs; result: Array<JobView> };
  /** Holds a job back. */
  "jobs.pause": { args: Named; result: JobView };
  /** Lets a paused job wait for its turn again. */
  "jobs.resume": { args: Named; result: JobView };
  /** Gives a job up. */
  "jobs.cancel": { args: Named; result: JobView };
  /** Tries a failed or cancelled job again. */
  "jobs.retry": { args: Named; result: JobView };
  /** Adds a copy of a job with another seed. */
  "jobs.duplicate": { args: JobsDuplicateArgs; result: JobView };
  /** Gives a job another turn. */
  "jobs.move": { args: JobsMoveArgs; result: JobView };
  /** Changes what a waiting job makes. */
  "jobs.edit": { args: JobsEditArgs; result: JobView };
}
