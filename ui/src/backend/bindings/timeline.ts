// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { AudioItem, AudioKind, Caption, CaptionStyle, Duck, FootageKind, Id, Look, Marker, MediaRef, ProjectView, Track } from "./shared";

/** An end of a clip. */
export type Edge = "in" | "out";

/** What becomes of the room of what is taken away. */
export type Gap = "close" | "leave";

/**
 * One edit. Frames that a hand can drag too far are brought back to where they may be; names of what is not there, and
 * things that cannot be, are refused.
 */
export type TimelineEdit = { "kind": "insert_clip",
  /** The shot. */
  shot: Id,
  /** A frame of the timeline. */
  at: number, } | { "kind": "insert_footage",
  /** The file. */
  media: MediaRef,
  /** What it is. */
  footage: FootageKind,
  /** Length of the film in frames; of a picture, how long it is to be seen. */
  frames: number,
  /** A frame of the timeline. */
  at: number, } | { "kind": "move",
  /** The clip. */
  clip: Id,
  /** A frame of the timeline. */
  to: number, } | { "kind": "trim",
  /** The clip. */
  clip: Id,
  /** Which end. */
  edge: Edge,
  /** A frame of the take. */
  to: number, } | { "kind": "roll",
  /** The clip before the cut. */
  left: Id,
  /** Frames to the right, or to the left where negative. */
  by: number, } | { "kind": "slip",
  /** The clip. */
  clip: Id,
  /** Frames later in the take, or earlier where negative. */
  by: number, } | { "kind": "split",
  /** A frame of the timeline, inside a clip. */
  at: number,
  /** That clip, for those who know it. */
  clip?: Id, } | { "kind": "set_speed",
  /** The clips. */
  clips: Array<Id>,
  /** 1 as it was taken, 2 twice as fast; from 0.1 to 10. */
  speed: number, } | { "kind": "set_look",
  /** The clips. */
  clips: Array<Id>,
  /** How they shall be. */
  look: Look, } | { "kind": "delete",
  /** The clips. */
  clips: Array<Id>,
  /** What becomes of their room. A magnetic track closes it in any case. */
  gap: Gap, } | { "kind": "duplicate",
  /** The clip. */
  clip: Id, } | { "kind": "set_track",
  /** How it shall be. */
  track: Track, } | { "kind": "put_caption",
  /** The caption. */
  caption: Caption, } | { "kind": "delete_caption",
  /** The caption. */
  id: Id, } | { "kind": "set_caption_style",
  /** How they shall look. */
  style: CaptionStyle, } | { "kind": "captions_from_lines",
  /** The clip. */
  clip: Id, } | { "kind": "add_audio",
  /** The track; a new one where there is none. */
  track: Id | null,
  /** What a new track is for. */
  kind_of_track: AudioKind,
  /** The file. */
  media: MediaRef,
  /** A frame of the timeline. */
  start: number,
  /** Length of the file in frames. */
  frames: number, } | { "kind": "put_audio",
  /** The track. */
  track: Id,
  /** The sound. */
  item: AudioItem, } | { "kind": "delete_audio",
  /** The sound. */
  id: Id, } | { "kind": "put_track",
  /** What it shall be. */
  track: TrackSettings, } | { "kind": "delete_track",
  /** The track. */
  id: Id, } | { "kind": "put_marker",
  /** The marker. */
  marker: Marker, } | { "kind": "delete_marker",
  /** The marker. */
  id: Id,
};

/** Edits of the timeline. */
export type TimelineEditArgs = {
  /** One after the other. */
  edits: Array<TimelineEdit>,
  /** Edits in a row with the same key are undone as one: the moves of one drag. */
  merge?: string,
};

/** A track without its sounds. */
export type TrackSettings = {
  /** Names the track. */
  id: Id,
  /** What people call it. */
  name: string,
  /** What it is for. */
  kind: AudioKind,
  /** How much louder or softer all of it is. */
  gain_db: number,
  /** What it does while somebody speaks. */
  duck: Duck,
};

/** Its calls. */
export interface TimelineCalls {
  /** Changes the timeline: all of the edits or none, as one step of undo. */
  "timeline.edit": { args: TimelineEditArgs; result: ProjectView };
}
