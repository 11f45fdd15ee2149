// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Id, Nothing, ProjectView } from "./shared";

/** A new project. */
export type ProjectCreateArgs = {
  /** What people call it. */
  name: string,
  /** Shape of its clips, as in `9:16`. */
  aspect: string,
  /** The model that its shots are made with. */
  model: string,
  /** The folder that its folder goes into; the usual one where nothing is said. */
  folder?: string,
};

/** Changes of what holds for the whole project. */
export type ProjectEditArgs = {
  /** What people call it. */
  name?: string,
  /** Shape of its clips. */
  aspect?: string,
  /** The model that its shots are made with. */
  model?: string,
};

/** A project's folder. */
export type ProjectFolderArgs = {
  /** The folder. */
  folder: string,
};

/** A project in the list of all. */
export type ProjectSummary = {
  /** Its name for programs. */
  id: Id,
  /** Its folder. */
  folder: string,
  /** Its name for people. */
  name: string,
  /** Shape of its clips; nothing where the project cannot be read. */
  aspect: string | null,
  /** How many shots it has. */
  shots: number,
  /** How many takes the library knows of it. */
  takes: number,
  /** When it was last saved. */
  changed_unix_ms: number | null,
  /** A picture of it, below the media server's address. */
  poster: string | null,
  /** Why it cannot be opened, where that is known: its folder is gone, say. */
  trouble: string | null,
};

/** Its calls. */
export interface ProjectCalls {
  /** All projects that are known, the last saved first. */
  "project.list": { args: Nothing; result: Array<ProjectSummary> };
  /** Makes a project and opens it. */
  "project.create": { args: ProjectCreateArgs; result: ProjectView };
  /** Makes a copy of the sample project and opens it. */
  "project.sample": { args: Nothing; result: ProjectView };
  /** Opens a project; the one that was open is closed. */
  "project.open": { args: ProjectFolderArgs; result: ProjectView };
  /** Closes the project. */
  "project.close": { args: Nothing; result: null };
  /** Takes a project out of the list. Its folder stays. */
  "project.forget": { args: ProjectFolderArgs; result: null };
  /** The open project. */
  "project.get": { args: Nothing; result: ProjectView | null };
  /** Takes the last edit back. */
  "project.undo": { args: Nothing; result: ProjectView };
  /** Makes the edit that was taken back again. */
  "project.redo": { args: Nothing; result: ProjectView };
  /** Changes what holds for the whole project. */
  "project.edit": { args: ProjectEditArgs; result: ProjectView };
}
