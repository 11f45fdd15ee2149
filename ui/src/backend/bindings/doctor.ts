// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

/** The disk that models lie on. */
export type DiskFacts = {
  /** The folder that was looked at: the models', or the nearest one above it that is there. */
  folder: string,
  /** What this user can still write there. */
  free_bytes: number | null,
  /** All of the disk. */
  total_bytes: number | null,
  /** How fast it is. */
  test: DiskTest,
};

/** How fast a disk is. */
export type DiskTest = { "state": "skipped" } | { "state": "failed",
  /** Why, in a sentence. */
  reason: string, } | { "state": "measured",
  /** Length of that file. */
  bytes: number,
  /** Bytes a second, until they lay on the disk. */
  write_bytes_per_second: number,
  /** Bytes a second, from the disk; none where the system's cache cannot be avoided. */
  read_bytes_per_second: number | null,
};

/** The doctor's report. */
export type DoctorReport = {
  /** The report of `gallop doctor --json`. */
  report: MachineReport,
};

/** What is wanted of the doctor. */
export type DoctorReportArgs = {
  /** Whether speed is measured. */
  probe: Probe,
};

/** An engine that jobs could go to. */
export type EngineFound = {
  /** What the user calls it. */
  name: string,
  /** How it came to be known. */
  kind: EngineKind,
  /** The program that is started, as a path where it was found. */
  program: string,
  /** Whether that program is there. What it starts on another machine was not asked for. */
  found: boolean,
};

/** How an engine came to be known. */
export type EngineKind = "this_program" | "settings" | "cuda";

/** Why something does not run, or not well. */
export type FitReason = {
  /** For programs. */
  code: ReasonCode,
  /** For people: one sentence that says what would help. */
  text: string,
};

/** An NVIDIA card. */
export type GraphicsCard = {
  /** Its name. */
  name: string,
  /** All of its memory. */
  vram_bytes: number | null,
  /** What is free of it now. */
  vram_free_bytes: number | null,
  /** Its generation, as in `9.0`. */
  compute_capability: string | null,
};

/** Processor, memory, cards. */
export type MachineFacts = {
  /** The system and its kernel. */
  system: string,
  /** The processor's name. */
  cpu: string | null,
  /** Threads that run at once. */
  threads: number,
  /** Vector instructions that the matrix products can use, the widest last. */
  vector: Array<string>,
  /** Main memory, or what this process is allowed of it. */
  ram_bytes: number | null,
  /** Main memory that is free or can be freed now. */
  ram_available_bytes: number | null,
  /** Page file or swap partition; 0 where there is none. */
  swap_bytes: number | null,
  /** What is free of it. */
  swap_free_bytes: number | null,
  /** Version of the NVIDIA driver; none where it does not run. */
  driver: string | null,
  /** NVIDIA cards. */
  cards: Array<GraphicsCard>,
  /** Whether the program that looked was built with CUDA. */
  built_with_cuda: boolean,
};

/** Whether something runs here. */
export type MachineFit = "runs" | "runs_slowly" | "does_not_run";

/** What a machine has, and what will run on it. */
export type MachineReport = {
  /** Version of this shape. */
  format: number,
  /** Name and version of the program that looked. */
  build: string,
  /** When it looked, in milliseconds since 1970. */
  unix_ms: number,
  /** Processor, memory, cards. */
  machine: MachineFacts,
  /** The disk that models lie on. */
  disk: DiskFacts,
  /** What reads and writes clips. */
  media: MediaFacts,
  /** Engines that jobs could go to; none of them was started. */
  engines: Array<EngineFound>,
  /** Where things lie. */
  places: PlacesFound,
  /** How fast this machine was measured to be, by device; empty until `gallop doctor --probe`. */
  speed: Array<MeasuredSpeed>,
  /** The models that are here, and those that can be downloaded. */
  models: Array<ModelFit>,
  /** What could not be found out, and what is not as it should be. */
  notes: Array<ReportNote>,
};

/** How fast a device was measured to be. */
export type MeasuredSpeed = {
  /** `cpu` or `cuda`. */
  device: string,
  /** When it was measured, in milliseconds since 1970. */
  unix_ms: number,
  /** What depends on the compute type. */
  types: Array<TypeSpeed>,
  /** Operations a second of a three-dimensional convolution. */
  convolution_flops_per_second: number,
  /** Bytes a second of a copy within the device's memory, read and written together. */
  memory_bytes_per_second: number,
  /** Bytes a second from main memory to the device; none for the processor itself. */
  upload_bytes_per_second: number | null,
};

/** What reads and writes clips. */
export type MediaFacts = {
  /** Version of the FFmpeg libraries. */
  ffmpeg: string | null,
  /** The H.264 encoder that clips are made with: the first one that opens here. */
  h264_encoder: string | null,
  /** Encoders that are compiled in; one of a card may still not open. */
  encoders: Array<string>,
};

/** A model, and whether it runs here. */
export type ModelFit = {
  /** Its name on the command line. */
  id: string,
  /** Its name for people. */
  name: string,
  /** What it is. */
  kind: ModelKind,
  /** How much of it is here. */
  presence: Presence,
  /** How its best size fits. */
  fit: MachineFit,
  /**
   * Why it does not run, or not well, the most important first. [`ReasonCode::NotMeasured`] may stand beside
   * [`Fit::Runs`].
   */
  reasons: Array<FitReason>,
  /** The sizes that it makes; for a part of other models, what it takes in one clip of theirs. */
  sizes: Array<SizeFit>,
};

/** What a model is. */
export type ModelKind = "clips" | "upscaler" | "part" | "unknown";

/** Where things lie. */
export type PlacesFound = {
  /** The program. */
  program: string | null,
  /** Downloaded models. */
  models: string | null,
  /** The queue and the index of projects. */
  data: string | null,
  /** What the user chose. */
  config: string | null,
  /** What can be made again. */
  cache: string | null,
  /** Folders of the projects that are known. */
  projects: Array<string>,
};

/** How much of a model is here. */
export type Presence = { "state": "absent" } | { "state": "partial",
  /** What is here. */
  bytes: number, } | { "state": "whole",
  /** What is here. */
  bytes: number, } | { "state": "unreadable" };

/** Whether speed is measured. */
export type Probe = "kept" | "run";

/** Kinds of reasons. */
export type ReasonCode = "vram_too_small" | "vram_in_use" | "ram_too_small" | "ram_in_use" | "disk_too_small" | "no_card" | "no_driver" | "card_unused" | "no_encoder" | "slow" | "no_vector_instructions" | "not_measured" | "needs_another" | "unreadable" | "unknown";

/** What could not be found out, or is not as it should be. */
export type ReportNote = {
  /** What it is about: `cards`, `disk`, `media`, `settings`, `places`, `catalog`, `models`, `projects` or `speed`. */
  about: string,
  /** One sentence. */
  text: string,
};

/** A size of clip, and whether it can be made here. */
export type SizeFit = {
  /** Width and height in pixels. */
  size: [number, number],
  /** Length of the clip that the other fields tell about. */
  clip_seconds: number,
  /** Whether it runs. */
  fit: MachineFit,
  /** Where the networks run: `cpu` or `cuda`. */
  device: string,
  /** The compute type: `f32` or `bf16`. None where it does not run. */
  precision: string | null,
  /** How networks are kept in memory, in words. None where it does not run. */
  how: string | null,
  /** Expected peak on the card, of the smallest plan where none fits. */
  vram_bytes: number | null,
  /** Expected peak in main memory, of the smallest plan where none fits. */
  ram_bytes: number | null,
  /** About how long it takes, without loading; none until it was measured. See [`Report::speed`]. */
  seconds: number | null,
  /** About how long it takes to read all weights from the disk; none until that was measured. */
  loading_seconds: number | null,
  /** The longest clip of this size that fits, in whole seconds, up to the longest that the model makes. */
  longest_seconds: number | null,
  /** Why it does not run, or not well, the most important first. */
  reasons: Array<FitReason>,
};

/** How fast a device was measured to be in one compute type. */
export type TypeSpeed = {
  /** `f32` or `bf16`. */
  precision: string,
  /** Operations a second of a product of matrices. */
  product_flops_per_second: number,
  /** Operations a second of attention. */
  attention_flops_per_second: number,
};

/** Its calls. */
export interface DoctorCalls {
  /** What this machine has, and what will run on it how fast. */
  "doctor.report": { args: DoctorReportArgs; result: DoctorReport };
}
