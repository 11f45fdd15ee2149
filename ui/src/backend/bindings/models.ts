// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Nothing, Refusal } from "./shared";

/** What is done with damaged files. */
export type DamagedFiles = "keep" | "forget";

/** What a check found. */
export type FileState = "whole" | "changed" | "missing" | "unreadable";

/** What a check found of a file. */
export type FileVerdict = {
  /** The file. */
  path: string,
  /** What was found. */
  verdict: FileState,
  /** Why it cannot be read. */
  why: string | null,
};

/** Who lets one into a repository. */
export type Gate = "none" | "automatic" | "manual";

/** What is done with files in a folder. */
export type ImportedFiles = "copy" | "in_place";

/** What must be agreed to before a model is fetched. */
export type Licence = {
  /** Its name. */
  name: string,
  /** Where its text is. */
  url: string,
  /** What it asks for, in a sentence. */
  summary: string,
  /** Who lets one in. */
  gate: Gate,
  /** When it was accepted. */
  accepted_unix_ms: number | null,
};

/** How much of a model is here. */
export type ModelState = "absent" | "partial" | "coming" | "whole";

/** A model of the catalog, or the one in the box. */
export type ModelView = {
  /** Its name on the command line and on the disk. */
  id: string,
  /** Its name for people. */
  name: string,
  /** What it is for, in a sentence. */
  summary: string,
  /** Its page for people: terms are accepted there. */
  page: string | null,
  /** What must be agreed to. */
  licence: Licence,
  /** Whether it came with Gallop, and is not downloaded. */
  is_built_in: boolean,
  /** How much of it is here. */
  state: ModelState,
  /** Bytes of it that are here. */
  here_bytes: number,
  /** Bytes to be fetched, about. */
  download_bytes: number,
  /** Bytes on the disk in the end, about. */
  disk_bytes: number,
  /** Bytes of its weights in memory, by precision. */
  memory_bytes: { [key in string]: number },
  /** The models without which this one makes nothing. */
  needs: Array<string>,
  /** Sizes of the picture, as in `448x256`. */
  sizes: Array<string>,
  /** The longest clip that is known to work. */
  longest_seconds: number | null,
  /** The languages that it speaks. */
  languages: Array<string>,
  /** Its folder. */
  folder: string | null,
  /** Where it can be fetched from, the usual place first. */
  sources: Array<string>,
  /** How far it is, while it is coming. */
  progress: Pull | null,
  /** What could not be checked of what stands here. */
  unverified: Array<string>,
  /** What is wrong with it here. */
  trouble: string | null,
};

/** A folder with the files of a model. */
export type ModelsImportArgs = {
  /** The model. */
  id: string,
  /** The folder. */
  folder: string,
  /** What is done with the files; copied where nothing is said. */
  files: ImportedFiles,
};

/** A model. */
export type ModelsModelArgs = {
  /** Its id. */
  id: string,
};

/** How a model is to be brought here. */
export type ModelsPullArgs = {
  /** The model. */
  id: string,
  /** `hub`, `mirror`, or an address; the usual places one after the other where nothing is said. */
  source?: string,
  /** At most so many bytes a second; as many as come where nothing is said. */
  bytes_per_second?: number,
};

/** A token for the keychain. */
export type ModelsSetTokenArgs = {
  /** The token; `null` to forget the one that lies there. */
  token: string | null,
};

/** A check of a model. */
export type ModelsVerifyArgs = {
  /** The model. */
  id: string,
  /** What is done with files that are damaged; they stay where nothing is said. */
  damaged: DamagedFiles,
};

/** How far a pull is. */
export type Pull = {
  /** What it does. */
  state: PullState,
  /** What it does with the file; while it checks or converts, the bytes are of that file alone. */
  work: PullWork,
  /** The file that is being fetched. */
  file: string | null,
  /** Bytes of all files that are here. */
  done_bytes: number,
  /** Bytes of all files; 0 where that is not known yet. */
  of_bytes: number,
  /** Bytes a second over the last seconds. */
  bytes_per_second: number | null,
  /** How long it will take at this rate. */
  seconds_left: number | null,
  /** Why nothing comes right now and it is tried again, in words; nothing while something comes. */
  waits: string | null,
  /** Why it failed. */
  failure: Refusal | null,
};

/** What a pull does. */
export type PullState = "running" | "paused" | "done" | "failed";

/** What a pull does with a file. */
export type PullWork = "fetch" | "check" | "convert";

/** Where a token comes from. */
export type TokenPlace = "environment" | "keychain" | "file";

/** What is known of the token for models with a gate. */
export type TokenView = {
  /** Where it comes from; nothing where there is none. */
  place: TokenPlace | null,
  /** The file, where it comes from one. */
  file: string | null,
  /** The only site that sees it. */
  site: string,
  /** Where one is made. */
  page: string,
  /** Why this system's keychain cannot be used, where it cannot. */
  keychain_trouble: string | null,
};

/** Its calls. */
export interface ModelsCalls {
  /** What can be downloaded, and what is here. */
  "models.list": { args: Nothing; result: Array<ModelView> };
  /** Notes that the user accepts the licence of a model. */
  "models.accept": { args: ModelsModelArgs; result: null };
  /** Begins to bring a model here, or goes on; of one that is coming, changes how fast it may. */
  "models.pull": { args: ModelsPullArgs; result: null };
  /** Takes a model from a folder. */
  "models.import": { args: ModelsImportArgs; result: null };
  /** Stops bringing a model here; the next pull goes on. */
  "models.pause": { args: ModelsModelArgs; result: null };
  /** Stops bringing a model here, and removes what has come. */
  "models.cancel": { args: ModelsModelArgs; result: null };
  /** Checks every file of a model against its hash. */
  "models.verify": { args: ModelsVerifyArgs; result: Array<FileVerdict> };
  /** Removes a model, and tells how many bytes are free again. */
  "models.remove": { args: ModelsModelArgs; result: number };
  /** Lets engines that lacked a model for a job look for it once more. */
  "models.look_again": { args: Nothing; result: null };
  /** The folder of a model. */
  "models.where": { args: ModelsModelArgs; result: string };
  /** Where the token for models with a gate lies; the token itself is never told. */
  "models.token": { args: Nothing; result: TokenView };
  /** Puts the token into this system's keychain, or with `null` forgets it. */
  "models.set_token": { args: ModelsSetTokenArgs; result: TokenView };
}
