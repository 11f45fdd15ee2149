// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Id, Language, Nothing } from "./shared";

/** What the studio is, and what it has to work with. */
export type AppStatus = {
  /** Of the program. */
  version: string,
  /** Where it keeps what is not in a project. */
  places: PlacesView,
  /** Where new projects go unless somebody says otherwise. */
  projects_folder: string,
  /** Address of the media server, with a slash at its end; nothing where none runs. */
  media_url: string | null,
  /** Who works the queue off. */
  runner: RunnerState,
  /** The engines of the settings, as far as this process runs them. */
  engines: Array<EngineStatus>,
  /** What can be made with as far as is known: of all engines that ever answered, and the model in the box. */
  models: Array<UsableModel>,
  /** Room on the disk of the projects folder. */
  free_bytes: number | null,
  /** Whether nobody has been through the first screen yet. */
  first_run: boolean,
  /** The folder of the project that was open last, if it is still there. */
  last_project: string | null,
  /** What is wrong with the studio itself: a queue that had to be made anew, say. */
  troubles: Array<string>,
};

/** Where the networks run. */
export type Device = {
  /** `cpu` or `cuda`. */
  kind: string,
  /** What the maker calls it. */
  name: string,
  /** Its memory, where the system tells. */
  memory_bytes: number | null,
};

/** What an engine does. */
export type EngineState = { "state": "off" } | { "state": "starting" } | { "state": "idle" } | { "state": "working",
  /** On this job. */
  job: Id, } | { "state": "lost",
  /** One sentence. */
  why: string,
  /** How often in a row it could not be started; 0 for one that was lost over its work. */
  failed_starts: number,
};

/** An engine of the settings, as it is now. */
export type EngineStatus = {
  /** Its name. */
  name: string,
  /** What it does. */
  state: EngineState,
  /** What it is, where it has ever answered. */
  hello: Hello | null,
  /** What it last wrote to its standard error, where it takes none of the jobs that wait: why a model is left out, say. */
  words: Array<string>,
};

/** What an engine is. */
export type Hello = {
  /** [`VERSION`] of the speaker. */
  protocol: number,
  /** Name and version of the program that speaks. */
  build: string,
  /** Where the networks run. */
  device: Device,
  /** What can be made with. */
  models: Array<ModelInfo>,
};

/** A model that an engine has. */
export type ModelInfo = {
  /** Its name. */
  name: string,
  /** SHA-256 over its files. */
  sha256: string,
  /** Width and height of drafts by aspect. */
  sizes: { [key in string]: [number, number] },
  /** Shorter sides that a draft can be brought to. */
  upscales: Array<number>,
  /** Shortest, longest and usual length in seconds. */
  seconds: [number, number, number],
};

/** Where a studio keeps what is not in a project. */
export type PlacesView = {
  /** The queue and the library index. */
  data: string,
  /** What the user chose. */
  config: string,
  /** What can be made again. */
  cache: string,
  /** The models. */
  models: string,
};

/** Who works the queue off. */
export type RunnerState = "own" | "elsewhere";

/** Changes of the settings. */
export type SetSettings = {
  /** What changes, field by field. The numbers of the layout are added to those that are there. */
  settings: Partial<UiSettings> & Record<string, unknown>,
};

/** Dark or light. */
export type Theme = "system" | "dark" | "light";

/** In which language an interface speaks. */
export type UiLanguage = "system" | "en" | "zh";

/** What the user chose of the interface. A field that is not known is kept. */
export type UiSettings = {
  /** Dark or light. */
  theme: Theme,
  /** In which language it speaks. */
  language: UiLanguage,
  /** The language of new spoken lines; the interface's own where nothing is said. */
  spoken: Language | null,
  /** Name of the set of shortcuts. */
  shortcuts: string,
  /** Whether somebody has been through the first screen. */
  seen_first_run: boolean,
  /** Sizes of panels, places of the playhead by project, and other numbers that only the interface knows. */
  layout: { [key in string]: number },
};

/** A model that clips can be made with. */
export type UsableModel = {
  /** Its name. */
  name: string,
  /** Width and height of drafts by aspect. */
  sizes: { [key in string]: [number, number] },
  /** Shorter sides that a draft can be brought to. */
  upscales: Array<number>,
  /** Shortest, longest and usual length in seconds. */
  seconds: [number, number, number],
};

/** Its calls. */
export interface AppCalls {
  /** What the studio is, and what it has to work with. */
  "app.status": { args: Nothing; result: AppStatus };
  /** What the user chose of the interface. */
  "app.settings": { args: Nothing; result: UiSettings };
  /** Changes what the user chose; what is left out stays, and fields that are not known are kept. */
  "app.set_settings": { args: SetSettings; result: UiSettings };
}
