// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Id, Language, ProjectView, Tongues } from "./shared";

/** Clips whose captions shall be read when their words are said. */
export type CaptionsAlignArgs = {
  /** The clips. */
  clips: Array<Id>,
};

/** A file of captions that is taken in. */
export type CaptionsImportArgs = {
  /** The file: SRT, WebVTT or ASS. */
  path: string,
  /** The language of what does not name its own. */
  language: Language,
  /** Whether they stand in for the captions of their language that are there. */
  replace: CaptionsReplace,
};

/** What becomes of captions when others of their language are taken in. */
export type CaptionsReplace = "same" | "none";

/** A file of captions that is written. */
export type CaptionsSaveArgs = {
  /** Where, with the ending `srt`, `vtt` or `ass`. */
  path: string,
  /** In which languages; all captions where nothing is said. */
  tongues?: Tongues,
};

/** Its calls. */
export interface CaptionsCalls {
  /** Makes the captions of clips anew: the lines of their shots, each when it is said in the take. */
  "captions.align": { args: CaptionsAlignArgs; result: ProjectView };
  /** Takes captions in from a file of SRT, WebVTT or ASS. */
  "captions.import": { args: CaptionsImportArgs; result: ProjectView };
  /** Writes the captions into a file of SRT, WebVTT or ASS. */
  "captions.save": { args: CaptionsSaveArgs; result: null };
}
