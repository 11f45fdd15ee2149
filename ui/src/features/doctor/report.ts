// The report of `gallop doctor --json` as the window reads it: only the fields that are shown. Fields may be missing: the
// program that looked may be an older one.

/** Whether something runs here. */
export type Fit = "runs" | "runs_slowly" | "does_not_run";

/** Why something does not run, or not well. */
export interface Reason {
  code: string;
  text: string;
}

/** A size of clip, and whether it can be made here. */
export interface SizeFit {
  size: [number, number];
  clip_seconds: number;
  fit: Fit;
  device: string;
  how: string | null;
  vram_bytes: number | null;
  ram_bytes: number | null;
  seconds: number | null;
  loading_seconds: number | null;
  longest_seconds: number | null;
  reasons: Reason[];
}

/** A model, and whether it runs here. */
export interface ModelFit {
  id: string;
  name: string;
  kind: "clips" | "upscaler" | "part" | "unknown";
  presence: { state: "absent" | "partial" | "whole" | "unreadable"; bytes?: number };
  fit: Fit;
  reasons: Reason[];
  sizes: SizeFit[];
}

/** What a machine has, and what will run on it. */
export interface MachineReport {
  build: string;
  unix_ms: number;
  machine: {
    system: string;
    cpu: string | null;
    threads: number;
    vector: string[];
    ram_bytes: number | null;
    ram_available_bytes: number | null;
    driver: string | null;
    cards: { name: string; vram_bytes: number | null; vram_free_bytes: number | null; compute_capability: string | null }[];
    built_with_cuda: boolean;
  };
  disk: {
    folder: string;
    free_bytes: number | null;
    total_bytes: number | null;
    test: { state: string; read_bytes_per_second?: number | null; write_bytes_per_second?: number };
  };
  media: { ffmpeg: string | null; h264_encoder: string | null };
  engines: { name: string; program: string; found: boolean }[];
  speed: { device: string; unix_ms: number }[];
  models: ModelFit[];
  notes: { about: string; text: string }[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a report; null where it is none. Lists that are missing are empty. */
export function readReport(value: unknown): MachineReport | null {
  if (!isObject(value) || !isObject(value["machine"]) || !isObject(value["disk"])) return null;
  const list = (field: string, inside: Record<string, unknown> = value) => {
    const found = inside[field];
    return Array.isArray(found) ? (found as unknown[]) : [];
  };
  return {
    ...value,
    machine: { ...value["machine"], cards: list("cards", value["machine"]), vector: list("vector", value["machine"]) },
    media: isObject(value["media"]) ? value["media"] : { ffmpeg: null, h264_encoder: null },
    engines: list("engines"),
    speed: list("speed"),
    models: list("models"),
    notes: list("notes"),
  } as unknown as MachineReport;
}

/** The report as it can be shown to strangers: without folders, and without the user's name. */
export function redacted(value: unknown): string {
  return JSON.stringify(value, withoutPaths, 2);
}

function withoutPaths(key: string, value: unknown): unknown {
  if (key === "places" || key === "program" || key === "folder") return undefined;
  if (typeof value !== "string") return value;
  return value.replace(/(?:[A-Za-z]:)?[\\/](?:home|Users|root)\b(?:[\\/][^\\/\s"]+)?/g, "~");
}
