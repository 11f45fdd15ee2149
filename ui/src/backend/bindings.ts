// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

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

/** What the user wants of a job that is running. The runner passes it on to the engine. */
export type Ask = "pause" | "cancel";

/** A part of a sound file on a track. */
export type AudioItem = {
  /** Names the item. */
  id: Id,
  /** The file. */
  media: MediaRef,
  /** The frame of the timeline on which it begins. */
  start: number,
  /** Where in the file it begins, in frames. */
  in: number,
  /** Where in the file it ends, in frames. */
  out: number,
  /** How much louder or softer it is. */
  gain_db: number,
  /** Frames over which it comes up. */
  fade_in: number,
  /** Frames over which it goes away. */
  fade_out: number,
};

/** What a track of sounds is for. */
export type AudioKind = "music" | "voice";

/** Sounds in a row. */
export type AudioTrack = {
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
  /** The sounds, in order, never over each other. */
  items: Array<AudioItem>,
};

/** How a forecast is known. */
export type Basis = "measured" | "probe" | "unknown";

/** Words that are read. They lie on frames of their clip's take, and so go where the clip goes. */
export type Caption = {
  /** Names the caption. */
  id: Id,
  /** Its clip. */
  clip: Id,
  /** The first frame of the take on which it is read. */
  from: number,
  /** The frame of the take behind the last one. */
  to: number,
  /** The words. */
  text: string,
  /** Their language. */
  language: Language,
};

/** A character as it shall be. */
export type CastPutArgs = {
  /** The character. */
  character: Character,
};

/** Somebody who appears in several shots: `@name` in a description, or as a speaker, stands for all that is said here. */
export type Character = {
  /** Names the character for programs. */
  id: Id,
  /** Names the character for people, and behind `@`. */
  name: string,
  /** How they look: the reference picture of shots that have none of their own. */
  picture: MediaRef | null,
  /** How they sound, in about five words: stands for `@name` as a speaker. */
  voice: string,
  /** How they look, in words: stands for `@name` in a description. */
  prompt: string,
};

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

/** A part of a shot's take on the main track. */
export type Clip = {
  /** Names the clip. */
  id: Id,
  /** The shot whose take is seen. */
  shot: Id,
  /** The frame of the timeline on which it begins. */
  start: number,
  /** The first frame of the take that is seen. */
  in: number,
  /** The frame of the take behind the last one that is seen. */
  out: number,
};

/** Kinds of failure that a user interface acts on. A code exists only where one does. */
export type Code = "input" | "project_busy" | "project_newer" | "media_missing" | "job_state" | "no_engine" | "gated" | "licence" | "disk_full" | "internal";

/** What a clip took. */
export type Cost = {
  /** From the order to the clip. */
  seconds: number,
  /** The same by stage. */
  stages: { [key in Stage]?: number },
  /** The most main memory that the engine held. */
  peak_memory_bytes: number | null,
  /** The most graphics memory that the engine held. */
  peak_device_bytes: number | null,
  /** What the card drew, where it tells. */
  energy_wh: number | null,
};

/** What is done with damaged files. */
export type DamagedFiles = "keep" | "forget";

/** Where the networks run. */
export type Device = {
  /** `cpu` or `cuda`. */
  kind: string,
  /** What the maker calls it. */
  name: string,
  /** Its memory, where the system tells. */
  memory_bytes: number | null,
};

/** The SHA-256 of a file's content, written as 64 hexadecimal digits. */
export type Digest = string;

/** The doctor's report. */
export type DoctorReport = {
  /** The report of `gallop doctor --json`. */
  report: unknown,
};

/** What is wanted of the doctor. */
export type DoctorReportArgs = {
  /** Whether speed is measured. */
  probe: Probe,
};

/** What a track of sounds does while somebody speaks. */
export type Duck = "under_speech" | "off";

/** An end of a clip. */
export type Edge = "in" | "out";

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

/** Something has happened. Each tells all that it is about, so that one that was missed does no harm. */
export type Event = { "type": "project",
  /** Of the project that is open now. */
  revision: number, } | { "type": "jobs",
  /** What waits, runs, is paused or has failed, in its order. */
  jobs: Array<JobView>, } | { "type": "step",
  /** The job. */
  job: Id,
  /** Where it is; nothing where only the picture is new. */
  step: Step | null,
  /** How it looks now: a picture, below the media server's address. */
  preview: string | null, } | { "type": "engines",
  /** All of them. */
  engines: Array<EngineStatus>, } | { "type": "models",
  /** The model. */
  id: string,
  /** How far it is; nothing where `models.list` tells all. */
  progress: Pull | null, } | { "type": "media_changed" } | { "type": "notice",
  /** One sentence. */
  text: string, } | { "type": "missed" };

/** Why a job failed. */
export type Failure = {
  /** What kind of failure it is. */
  code: FailureCode,
  /** Why, in words. */
  message: string,
};

/** Kinds of failure that the studio acts on. */
export type FailureCode = "input" | "model" | "out_of_memory" | "disk" | "internal";

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

/** What becomes of the room of what is taken away. */
export type Gap = "close" | "leave";

/** Who lets one into a repository. */
export type Gate = "none" | "automatic" | "manual";

/** How far a job goes. */
export type Goal = "draft" | "final";

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

/**
 * The name of a project, a shot, a take or a job: unique everywhere, and later ones sort after earlier ones (UUID
 * version 7). It is safe as the name of a folder.
 */
export type Id = string;

/** What is done with files in a folder. */
export type ImportedFiles = "copy" | "in_place";

/** Where a job is in its life. */
export type JobState = "waiting" | "paused" | "running" | "done" | "failed" | "cancelled";

/** A job of the queue. */
export type JobView = {
  /** Its name, and that of the take it makes. */
  id: Id,
  /** The folder of its project. */
  project: string,
  /** Its project's name for people. */
  project_name: string,
  /** Its shot. */
  shot: Id,
  /** The shot's title, or the beginning of what is to be seen. */
  shot_title: string,
  /** How far it goes. */
  goal: Goal,
  /** The draft that it finishes. */
  parent: Id | null,
  /** Where it is in its life. */
  state: JobState,
  /** What the user wants of it while it runs. */
  asked: Ask | null,
  /** How often an engine took it. */
  attempts: number,
  /** The engine that has it, or had it last. */
  engine: string | null,
  /** Why it failed. */
  failure: Failure | null,
  /** Where it is. */
  step: Step | null,
  /** How it looks now: a picture, below the media server's address. */
  preview: string | null,
  /** When it was added. */
  added_unix_ms: number,
  /** When an engine last took it. */
  started_unix_ms: number | null,
  /** When it came to its end. */
  finished_unix_ms: number | null,
  /** What decides its noise. */
  seed: number | null,
  /** Length that is asked for. */
  seconds: number | null,
  /** Size that is asked for. */
  size: [number, number] | null,
  /** The model. */
  model: string | null,
  /** What it took. */
  cost: Cost | null,
};

/** Takes that are wanted. */
export type JobsAddArgs = {
  /** Of these shots. */
  shots: Array<Id>,
  /** How many of each, each with another seed; one where nothing is said. */
  drafts?: number,
  /** How far they go. */
  goal: Goal,
  /** The first seed; each further one counts up. The shot's, or a new one each time, where nothing is said. */
  seed?: number,
};

/** A copy of a job. */
export type JobsDuplicateArgs = {
  /** The job. */
  id: Id,
  /** The copy's seed; a new one where nothing is said. */
  seed?: number,
};

/** Changes of a waiting job. */
export type JobsEditArgs = {
  /** The job. */
  id: Id,
  /** What is to be seen and heard. */
  shot?: Shot,
  /** What decides all noise, below 2^53. */
  seed?: number,
  /** Length; `null` for the model's usual one. */
  seconds?: number | null,
  /** Width and height; `null` for the model's. */
  size?: [number, number] | null,
};

/** Drafts that are to be finished. */
export type JobsFinishArgs = {
  /** The drafts. */
  takes: Array<Id>,
  /** Width and height; the largest that the model makes of them where nothing is said. */
  size?: [number, number],
};

/** How much of the past. */
export type JobsHistoryArgs = {
  /** So many at most; 50 where nothing is said. */
  limit?: number,
};

/** Another turn. */
export type JobsMoveArgs = {
  /** The job. */
  id: Id,
  /** Where to. */
  place: Place,
};

/** A language that the model speaks. Written as its code. */
export type Language = "zh" | "yue" | "en" | "ja" | "ko" | "de" | "fr";

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

/** A spoken line. */
export type Line = {
  /** Who speaks, in about five words; see [`Shot::compose`] for what is taken otherwise. */
  speaker: string | null,
  /** The language of the line. */
  language: Language,
  /** What is said. */
  text: string,
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

/** A place with a name. */
export type Marker = {
  /** Names the marker. */
  id: Id,
  /** The frame of the timeline. */
  frame: number,
  /** Its name for people. */
  text: string,
};

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

/** What a file in the project's folder `media` is. */
export type MediaItem = {
  /** SHA-256 of its content; also its name in the folder `media`. */
  sha256: Digest,
  /** Its name where it came from, without folders. */
  name: string,
  /** Its size. */
  bytes: number,
  /** Picture or sound. */
  kind: MediaKind,
  /** Width and height of a picture in pixels. */
  size: [number, number] | null,
  /** Length of a sound in frames of the timeline. */
  frames: number | null,
};

/** Picture or sound. */
export type MediaKind = "picture" | "sound";

/** A file that was taken into the project. */
export type MediaRef = {
  /** SHA-256 of its content; also its name in the folder `media`. */
  sha256: Digest,
  /** Its name where it came from, without folders. */
  name: string,
  /** Its size. */
  bytes: number,
};

/** A file of the library. */
export type MediaRemoveArgs = {
  /** The file. */
  sha256: Digest,
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

/** A check of a model. */
export type ModelsVerifyArgs = {
  /** The model. */
  id: string,
  /** What is done with files that are damaged; they stay where nothing is said. */
  damaged: DamagedFiles,
};

/** Something that has a name for programs, and nothing else that matters here. */
export type Named = {
  /** Its id. */
  id: Id,
};

/** No arguments: `{}`, or nothing at all. */
export type Nothing = Record<string, never>;

/** The outline of a sound. */
export type Peaks = {
  /** Parts of a second. */
  per_second: number,
  /** The lowest and the highest sample of each part over all channels, full scale at ±127. */
  peaks: Array<[number, number]>,
};

/** A place in the queue: `"front"`, `"end"`, `{ before: id }` or `{ after: id }`. */
export type Place = "front" | "end" | { "before": Id } | { "after": Id };

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

/** Whether speed is measured. */
export type Probe = "kept" | "run";

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

/** An open project, with all that hangs on it. */
export type ProjectView = {
  /** Its name for programs. */
  id: Id,
  /** Its folder. */
  folder: string,
  /** Its name for people. */
  name: string,
  /** Shape of its clips, as in `9:16`. */
  aspect: string,
  /** The model that its shots are made with. */
  model: string,
  /** Frames of a second, always 25. */
  rate: number,
  /** Rises with every change of what is seen here. */
  revision: number,
  /** What undo takes back. */
  undo: string | null,
  /** What redo makes again. */
  redo: string | null,
  /** The shots, in their order. */
  shots: Array<ShotEntry>,
  /** Who appears in them. */
  cast: Array<Character>,
  /** What is seen when. */
  timeline: Timeline,
  /** All complete takes, the oldest first. */
  takes: Array<TakeView>,
  /** The files at hand. */
  media: Array<MediaItem>,
  /** What its author thought of takes, by their ids. */
  scores: { [key in Id]: Score },
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
  /** Why it failed. */
  failure: Refusal | null,
};

/** What a pull does. */
export type PullState = "running" | "paused" | "done" | "failed";

/** What a pull does with a file. */
export type PullWork = "fetch" | "check" | "convert";

/** What went wrong, as it crosses to a user interface. */
export type Refusal = {
  /** What kind of failure it is. */
  code: Code,
  /** Why, and what to do about it, in one line. */
  message: string,
};

/** Who works the queue off. */
export type RunnerState = "own" | "elsewhere";

/** How often a take was liked best, of how often it was looked at beside others. */
export type Score = {
  /** How often it was liked best. */
  wins: number,
  /** How often it was looked at beside others. */
  seen: number,
};

/** Changes of the settings. */
export type SetSettings = {
  /** What changes, field by field. The numbers of the layout are added to those that are there. */
  settings: Partial<UiSettings> & Record<string, unknown>,
};

/** The parts of a shot that are put into words. */
export type Shot = {
  /** What is to be seen. English works best with the released model. */
  description: string,
  /** What is said, in order. */
  lines: Array<Line>,
  /** The most prominent sound beside the voices. */
  sound: string | null,
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

/** A shot of a project. */
export type ShotEntry = {
  /** Names the shot. */
  id: Id,
  /** What is to be seen and heard. */
  shot: Shot,
  /** Length; the model's usual one where nothing is said. */
  seconds: number | null,
  /** Decides all noise; a new one for each take where nothing is said. */
  seed: number | null,
  /** The reference picture. */
  image: MediaRef | null,
  /** The voice track. */
  voice: MediaRef | null,
  /** The take that was chosen. It may be gone. */
  chosen_take: Id | null,
  /** What people call the shot. */
  title: string | null,
  /** Width and height of its takes; the model's for the project's shape where nothing is said. */
  size: [number, number] | null,
  /** The take that is seen: the chosen one, else the newest. */
  take: Id | null,
  /** Frames of that take, or how many it is expected to have. */
  frames: number,
  /** Whether what the newest take was made of is still what the shot says. */
  is_fresh: boolean,
};

/** The stages of a run, in their order. */
export type Stage = "load" | "text" | "reference" | "denoise" | "upscale" | "decode_audio" | "decode_video";

/** Where a running job is. */
export type Step = {
  /** The stage. */
  stage: Stage,
  /** Steps done. */
  done: number,
  /** Steps in all; 0 where the stage tells none. */
  of: number,
  /** What is left of the job, where clips like this one were made before; else of the stage. */
  seconds_left: number | null,
};

/** A take that is complete. */
export type TakeView = {
  /** Its name. */
  id: Id,
  /** The shot that it was made of. It may be gone. */
  shot: Id,
  /** The draft that it finishes. */
  parent: Id | null,
  /** How far it went. */
  goal: Goal,
  /** What decided its noise. */
  seed: number | null,
  /** The model that made it. */
  model: string | null,
  /** Width and height of its picture. */
  size: [number, number] | null,
  /** Frames of its clip. */
  frames: number,
  /** Length of its clip. */
  seconds: number,
  /** When it was made. */
  created_unix_ms: number,
  /** What it took. */
  cost: Cost,
  /** The clip, below the media server's address. */
  clip: string,
  /** The frame in its middle, below the media server's address. */
  poster: string,
  /**
   * The outline of its sound ([`Peaks`]), below the media server's address.
   *
   * [`Peaks`]: crate::take::Peaks
   */
  peaks: string,
  /** What is wrong with its files, where something is. */
  trouble: string | null,
  /** The prompt that the model was given. */
  prompt: string | null,
  /** What was asked for. */
  asked: Shot,
  /** Whether its draft is still there, so that it can be finished. */
  can_finish: boolean,
};

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

/** Dark or light. */
export type Theme = "system" | "dark" | "light";

/** What is seen, heard and read when. */
export type Timeline = {
  /** Whether the main track closes its gaps. */
  track: Track,
  /** The main track, in order. */
  clips: Array<Clip>,
  /** What is read. */
  captions: Array<Caption>,
  /** Music and voices. */
  tracks: Array<AudioTrack>,
  /** Places with a name, in order. */
  markers: Array<Marker>,
};

/**
 * One edit. Frames that a hand can drag too far are brought back to where they may be; names of what is not there, and
 * things that cannot be, are refused.
 */
export type TimelineEdit = { "kind": "insert_clip",
  /** The shot. */
  shot: Id,
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
  clip?: Id, } | { "kind": "delete",
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
  id: Id, } | { "kind": "captions_from_lines",
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

/** Whether the main track closes its gaps. */
export type Track = "magnetic" | "free";

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

/** In which language an interface speaks. */
export type UiLanguage = "system" | "en" | "zh";

/** What the user chose of the interface. A field that is not known is kept. */
export type UiSettings = {
  /** Dark or light. */
  theme: Theme,
  /** In which language it speaks. */
  language: UiLanguage,
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

/** The calls of the studio. */
export interface Calls {
  /** What the studio is, and what it has to work with. */
  "app.status": { args: Nothing; result: AppStatus };
  /** What the user chose of the interface. */
  "app.settings": { args: Nothing; result: UiSettings };
  /** Changes what the user chose; what is left out stays, and fields that are not known are kept. */
  "app.set_settings": { args: SetSettings; result: UiSettings };
  /** What this machine has, and what will run on it how fast. */
  "doctor.report": { args: DoctorReportArgs; result: DoctorReport };
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
  /** Adds a character, or changes the one of this id. */
  "cast.put": { args: CastPutArgs; result: null };
  /** Takes a character away. Shots that name it keep its name. */
  "cast.remove": { args: Named; result: null };
  /** Takes pictures and sounds into the project. */
  "media.import": { args: MediaImportArgs; result: Array<MediaItem> };
  /** Makes a shot of what a clip says that it was made from. */
  "media.shot_of_clip": { args: MediaClipArgs; result: Id };
  /** Takes a file out of the library; where a shot or the timeline uses it, it stays on the disk. */
  "media.remove": { args: MediaRemoveArgs; result: null };
  /** Changes the timeline: all of the edits or none, as one step of undo. */
  "timeline.edit": { args: TimelineEditArgs; result: ProjectView };
  /** Removes takes with their files. This cannot be undone. */
  "takes.remove": { args: TakesRemoveArgs; result: null };
  /** Notes which of several takes was liked best. */
  "takes.judge": { args: TakesJudgeArgs; result: null };
  /** Puts takes of shots into the queue. */
  "jobs.add": { args: JobsAddArgs; result: Array<JobView> };
  /** Puts the finishing of drafts into the queue. */
  "jobs.finish": { args: JobsFinishArgs; result: Array<JobView> };
  /** What waits, runs, is paused or has failed, in its order. */
  "jobs.list": { args: Nothing; result: Array<JobView> };
  /** What came to its end, the latest first. */
  "jobs.history": { args: JobsHistoryArgs; result: Array<JobView> };
  /** Holds a job back. */
  "jobs.pause": { args: Named; result: JobView };
  /** Lets a paused job wait for its turn again. */
  "jobs.resume": { args: Named; result: JobView };
  /** Gives a job up. */
  "jobs.cancel": { args: Named; result: JobView };
  /** Tries a failed or cancelled job again. */
  "jobs.retry": { args: Named; result: JobView };
  /** Adds a copy of a job with another seed. */
  "jobs.duplicate": { args: JobsDuplicateArgs; result: JobView };
  /** Gives a job another turn. */
  "jobs.move": { args: JobsMoveArgs; result: JobView };
  /** Changes what a waiting job makes. */
  "jobs.edit": { args: JobsEditArgs; result: JobView };
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
  /** The folder of a model. */
  "models.where": { args: ModelsModelArgs; result: string };
}
