// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { AppCalls, EngineStatus } from "./app";
import type { CaptionsCalls } from "./captions";
import type { CastCalls } from "./cast";
import type { DoctorCalls } from "./doctor";
import type { ExportCalls, ExportStep } from "./export";
import type { JobView, JobsCalls, Step } from "./jobs";
import type { MediaCalls } from "./media";
import type { ModelsCalls, Pull } from "./models";
import type { ProjectCalls } from "./project";
import type { Id } from "./shared";
import type { ShotCalls } from "./shot";
import type { TakesCalls } from "./takes";
import type { TimelineCalls } from "./timeline";

export type * from "./app";
export type * from "./captions";
export type * from "./cast";
export type * from "./doctor";
export type * from "./export";
export type * from "./jobs";
export type * from "./media";
export type * from "./models";
export type * from "./project";
export type * from "./shot";
export type * from "./takes";
export type * from "./timeline";
export type * from "./shared";

/** Something has happened. Each tells all that it is about, so that one that was missed does no harm. */
export type Event = { "type": "project",
  /** Of the project that is open now. */
  revision: number, } | { "type": "jobs",
  /** What waits, runs, is paused or has failed, in its order. */
  jobs: Array<JobView>, } | { "type": "step",
  /** The job. */
  job: Id,
  /** Where it is; nothing where only the picture is new. */
  step: Step | null,
  /** How it looks now: a picture, below the media server's address. */
  preview: string | null, } | { "type": "engines",
  /** All of them. */
  engines: Array<EngineStatus>, } | { "type": "models",
  /** The model. */
  id: string,
  /** How far it is; nothing where `models.list` tells all. */
  progress: Pull | null, } | { "type": "exports" } | { "type": "export_step",
  /** The export. */
  export: Id,
  /** The place of the clip in it. */
  item: number,
  /** How far it is. */
  step: ExportStep, } | { "type": "media_changed" } | { "type": "notice",
  /** One sentence. */
  text: string, } | { "type": "missed" };

/** The outline of a sound. */
export type Peaks = {
  /** Parts of a second. */
  per_second: number,
  /** The lowest and the highest sample of each part over all channels, full scale at ±127. */
  peaks: Array<[number, number]>,
};

/** The calls of the studio. */
export interface Calls extends AppCalls, CaptionsCalls, CastCalls, DoctorCalls, ExportCalls, JobsCalls, MediaCalls, ModelsCalls, ProjectCalls, ShotCalls, TakesCalls, TimelineCalls {}
