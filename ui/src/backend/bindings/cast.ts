// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Character, Named } from "./shared";

/** A character as it shall be. */
export type CastPutArgs = {
  /** The character. */
  character: Character,
};

/** Its calls. */
export interface CastCalls {
  /** Adds a character, or changes the one of this id. */
  "cast.put": { args: CastPutArgs; result: null };
  /** Takes a character away. Shots that name it keep its name. */
  "cast.remove": { args: Named; result: null };
}
