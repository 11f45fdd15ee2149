// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Id } from "./shared";

/** What came of a comparison. */
export type TakesJudgeArgs = {
  /** The take that was liked best. */
  winner: Id,
  /** Those beside it. */
  losers: Array<Id>,
};

/** Takes that are not wanted any more. */
export type TakesRemoveArgs = {
  /** The takes. */
  takes: Array<Id>,
};

/** Its calls. */
export interface TakesCalls {
  /** Removes takes with their files. This cannot be undone. */
  "takes.remove": { args: TakesRemoveArgs; result: null };
  /** Notes which of several takes was liked best. */
  "takes.judge": { args: TakesJudgeArgs; result: null };
}
