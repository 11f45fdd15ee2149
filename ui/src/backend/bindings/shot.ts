// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Goal, Id, MediaRef, Named, Shot } from "./shared";

/** Something that this model makes badly. */
export type Advice = {
  /** What. */
  kind: AdviceKind,
  /** What stands in its sentence: numbers, and words of the prompt. */
  values: { [key in string]: AdviceValue },
  /** The shot with it put right, where that can be done without guessing. */
  repair: Shot | null,
};

/** What a model makes badly. */
export type AdviceKind = "too_short" | "too_long" | "cut_off" | "camera_move" | "several_shots" | "negative" | "large_motion" | "speech_in_description" | "text_in_picture" | "not_english" | "unknown_character" | "seconds_out_of_range" | "speech_too_long";

/** A value in a sentence. */
export type AdviceValue = string | number;

/** How a forecast is known. */
export type Basis = "measured" | "probe" | "unknown";

/** What is to be checked: a shot of the project, with changes that are not made yet; or one that is in no project. */
export type CheckArgs = {
  /** The shot. */
  id?: Id,
  /** What is to be seen and heard, instead of what the shot says. */
  shot?: Shot,
  /** Length, instead of the shot's; `null` for the model's usual one. */
  seconds?: number | null,
  /** Width and height, instead of the shot's; `null` for the model's. */
  size?: [number, number] | null,
  /** How far it would be made; a draft where nothing is said. */
  goal?: Goal,
};

/** What a shot will cost. */
export type Estimate = {
  /** How long it will take. */
  seconds: number | null,
  /** The most memory that it will take. */
  peak_bytes: number | null,
  /** The memory that there is for it. */
  budget_bytes: number | null,
  /** What the card will draw. */
  energy_wh: number | null,
  /** Width and height. */
  size: [number, number] | null,
  /** How that is known. */
  basis: Basis,
};

/** How long a line takes. */
export type LineCheck = {
  /** To say it. */
  seconds: number,
  /** Whether it is over before the clip is, the lines before it said first. */
  fits: boolean,
  /** By how much it is too late, in seconds. */
  over_by: number,
};

/** A new shot. */
export type ShotAddArgs = {
  /** What is to be seen and heard. */
  shot?: Shot,
  /** The reference picture. */
  image?: MediaRef,
  /** The voice track. */
  voice?: MediaRef,
  /** Length. */
  seconds?: number,
  /** What people call it. */
  title?: string,
  /** The frame of the timeline where its clip goes; at the end where it is left out. `null`: not on the timeline. */
  at?: number | null,
  /** The clip or shot that it comes behind; goes before `at`. */
  after?: Id,
};

/** What is known of a shot before it is made. */
export type ShotCheck = {
  /** How long it will be. */
  seconds: number,
  /** How long its lines take, all together with the pauses between them. */
  spoken_seconds: number,
  /** Its lines, in their order. */
  lines: Array<LineCheck>,
  /** What this model makes badly. */
  advice: Array<Advice>,
  /** What it will cost; nothing where it cannot be made as it stands. */
  estimate: Estimate | null,
  /** Why it cannot be made as it stands. */
  problem: string | null,
  /** The prompt as the model will get it, characters put in their places. */
  prompt: string | null,
};

/** Which take of a shot is used. */
export type ShotChooseArgs = {
  /** The shot. */
  shot: Id,
  /** The take; `null` for the newest. */
  take: Id | null,
};

/** Where the story goes on. */
export type ShotContinueArgs = {
  /** The clip whose last picture is the first of the new shot. */
  clip: Id,
};

/** Changes of a shot. */
export type ShotEditArgs = {
  /** The shot. */
  id: Id,
  /** What is to be seen and heard. */
  shot?: Shot,
  /** Length; `null` for the model's usual one. */
  seconds?: number | null,
  /** What decides all noise, below 2^53; `null` for a new one for each take. */
  seed?: number | null,
  /** The reference picture; `null` for none. */
  image?: MediaRef | null,
  /** The voice track; `null` for none. */
  voice?: MediaRef | null,
  /** What people call it; `null` for nothing. */
  title?: string | null,
  /** Width and height of its takes; `null` for the model's. */
  size?: [number, number] | null,
};

/** Its calls. */
export interface ShotCalls {
  /** Adds a shot, and puts it on the timeline. */
  "shot.add": { args: ShotAddArgs; result: Id };
  /** Changes a shot. Edits of the same field in a row are undone as one. */
  "shot.edit": { args: ShotEditArgs; result: null };
  /** Takes a shot away, with its clips. Its takes stay in the library. */
  "shot.remove": { args: Named; result: null };
  /** Adds a copy of a shot behind it. */
  "shot.duplicate": { args: Named; result: Id };
  /** Tells how long the lines take, what this model will make badly, and what it will cost. */
  "shot.check": { args: CheckArgs; result: ShotCheck };
  /** Says which take of a shot is used; none for the newest. */
  "shot.choose_take": { args: ShotChooseArgs; result: null };
  /** Adds a shot behind a clip that begins with the last picture of it. */
  "shot.continue_from": { args: ShotContinueArgs; result: Id };
}
