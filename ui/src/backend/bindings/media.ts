// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Digest, Id, MediaItem } from "./shared";

/** A clip that Gallop made. */
export type MediaClipArgs = {
  /** Where it is. */
  path: string,
  /** The frame of the timeline where its shot goes; at the end where it is left out. `null`: not on the timeline. */
  at?: number | null,
};

/** Files to be taken in. */
export type MediaImportArgs = {
  /** Where they are. */
  paths: Array<string>,
};

/** A file of the library. */
export type MediaRemoveArgs = {
  /** The file. */
  sha256: Digest,
};

/** Its calls. */
export interface MediaCalls {
  /** Takes pictures and sounds into the project. */
  "media.import": { args: MediaImportArgs; result: Array<MediaItem> };
  /** Makes a shot of what a clip says that it was made from. */
  "media.shot_of_clip": { args: MediaClipArgs; result: Id };
  /** Takes a file out of the library; where a shot or the timeline uses it, it stays on the disk. */
  "media.remove": { args: MediaRemoveArgs; result: null };
}
