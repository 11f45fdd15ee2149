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

/** A rectangle in fractions of a picture; (0, 0) is its top left. */
export type Area = {
  /** Left edge. */
  x: number,
  /** Upper edge. */
  y: number,
  /** Width. */
  w: number,
  /** Height. */
  h: number,
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

/** A kind of file of captions. */
export type CaptionFile = "srt" | "vtt";

/** A kind of caption. */
export type CaptionLook = "plain" | "box" | "highlight" | "karaoke";

/** Where captions stand, in what the platform leaves free. */
export type CaptionPlace = "top" | "middle" | "bottom";

/** How the captions of a timeline look. */
export type CaptionStyle = {
  /** The kind of caption. */
  look: CaptionLook,
  /** Height of a Chinese character, as a part of the picture's width or, if less, 0.8 of its height: 0.02 to 0.2. */
  size: number,
  /** Colour of the letters: red, green, blue. */
  color: [number, number, number],
  /** Colour of the word that is said, and of what was sung. */
  accent: [number, number, number],
  /** Colour of the outline, and of the box. */
  edge: [number, number, number],
  /** How much of the picture the box hides: 0 to 1. */
  box_opacity: number,
  /** Where they stand. */
  place: CaptionPlace,
  /** The most lines at once: 1 to 4. */
  max_lines: number,
  /** Size of the second language below, as a part of the first one's: 0.5 to 1. */
  translation_size: number,
};

/** Where captions are seen. */
export type CaptionUse = "both" | "picture" | "files" | "nowhere";

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
  /** The shot whose take is seen, or the [`Footage`] that is. */
  shot: Id,
  /** The frame of the timeline on which it begins. */
  start: number,
  /** The first frame of the take that is seen. */
  in: number,
  /** The frame of the take behind the last one that is seen. */
  out: number,
  /** How fast it runs: 2 is twice as fast as it was taken. */
  speed?: number,
  /** How it is seen and heard. */
  look?: Look,
};

/** Kinds of failure that a user interface acts on. A code exists only where one does. */
export type Code = "input" | "project_busy" | "project_newer" | "media_missing" | "job_state" | "no_engine" | "gated" | "licence" | "disk_full" | "internal";

/** Simple changes of colour. All zeros change nothing. */
export type ColorChange = {
  /** Darker below 0, lighter above: −1 to 1. */
  brightness: number,
  /** Flatter below 0, harder above: −1 to 1. */
  contrast: number,
  /** Greyer below 0, more colourful above: −1 to 1. */
  saturation: number,
  /** Towards blue below 0, towards orange above: −1 to 1. */
  warmth: number,
};

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

/** A picture that stands for a clip. */
export type Cover = {
  /** Its shape, as it stands in the file's name: `9x16`. */
  name: string,
  /** Width and height in pixels. */
  size: [number, number],
};

/** What is done with damaged files. */
export type DamagedFiles = "keep" | "forget";

/** What is wrong, exactly. */
export type Detail = { "id": "no_project" } | { "id": "no_folder",
  /** The folder. */
  path: string, } | { "id": "not_a_project",
  /** The folder. */
  path: string, } | { "id": "empty_file",
  /** The file. */
  path: string, } | { "id": "long_file",
  /** Its name. */
  name: string,
  /** Gibibytes that one may have. */
  most: number, } | { "id": "not_media",
  /** The file. */
  path: string, } | { "id": "own_clip",
  /** The file. */
  path: string, } | { "id": "shot_unmade",
  /** Its number, from 1. */
  number: number, } | { "id": "take_gone",
  /** The number of its shot, from 1. */
  number: number, } | { "id": "file_gone",
  /** Its name. */
  name: string, } | { "id": "no_take" } | { "id": "no_latents" } | { "id": "draft_wanted" } | { "id": "nothing_on_timeline" } | { "id": "no_preset" } | { "id": "no_captions",
  /** The language. */
  language: Language, } | { "id": "nothing_said" } | { "id": "export_running" } | { "id": "export_elsewhere" } | { "id": "engine_no_start",
  /** Its name. */
  engine: string,
  /** Why, as the system says it. */
  why: string, } | { "id": "missing",
  /** The file. */
  path: string, } | { "id": "unreadable_picture",
  /** What was found, as its reader says it. */
  why: string,
  /** The file. */
  path: string, } | { "id": "unreadable",
  /** What was found, as its reader says it. */
  why: string,
  /** The file. */
  path: string, } | { "id": "no_sound",
  /** The file. */
  path: string, } | { "id": "picture_too_small",
  /** Pixels across. */
  width: number,
  /** Pixels down. */
  height: number,
  /** Pixels that a side must have. */
  least: number, } | { "id": "picture_too_large",
  /** Pixels across. */
  width: number,
  /** Pixels down. */
  height: number,
  /** Pixels that a side may have. */
  most: number, } | { "id": "disk_full",
  /** The file that was to be written. */
  path: string, } | { "id": "no_place",
  /** The place. */
  path: string, } | { "id": "no_encoder",
  /** As in "H.264". */
  kind: string, } | { "id": "no_font",
  /** Its family. */
  family: string, } | { "id": "no_letters",
  /** Its family. */
  family: string,
  /** The letters. */
  characters: string, } | { "id": "check_failed",
  /** What differs. */
  why: string,
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

/** The SHA-256 of a file's content, written as 64 hexadecimal digits. */
export type Digest = string;

/** The disk that models lie on. */
export type DiskFacts = {
  /** The folder that was looked at: the models', or the nearest one above it that is there. */
  folder: string,
  /** What this user can still write there. */
  free_bytes: number | null,
  /** All of the disk. */
  total_bytes: number | null,
  /** How fast it is. */
  test: DiskTest,
};

/** How fast a disk is. */
export type DiskTest = { "state": "skipped" } | { "state": "failed",
  /** Why, in a sentence. */
  reason: string, } | { "state": "measured",
  /** Length of that file. */
  bytes: number,
  /** Bytes a second, until they lay on the disk. */
  write_bytes_per_second: number,
  /** Bytes a second, from the disk; none where the system's cache cannot be avoided. */
  read_bytes_per_second: number | null,
};

/** The doctor's report. */
export type DoctorReport = {
  /** The report of `gallop doctor --json`. */
  report: MachineReport,
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

/** What encodes. */
export type EncoderChoice = "software" | "hardware";

/** An engine that jobs could go to. */
export type EngineFound = {
  /** What the user calls it. */
  name: string,
  /** How it came to be known. */
  kind: EngineKind,
  /** The program that is started, as a path where it was found. */
  program: string,
  /** Whether that program is there. What it starts on another machine was not asked for. */
  found: boolean,
};

/** How an engine came to be known. */
export type EngineKind = "this_program" | "settings" | "cuda";

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
  progress: Pull | null, } | { "type": "exports" } | { "type": "export_step",
  /** The export. */
  export: Id,
  /** The place of the clip in it. */
  item: number,
  /** How far it is. */
  step: ExportStep, } | { "type": "media_changed" } | { "type": "notice",
  /** One sentence. */
  text: string, } | { "type": "missed" };

/** An order, and how far it is. */
export type Export = {
  /** Its name for programs. */
  id: Id,
  /** The folder of its project. */
  project: string,
  /** Its project's name for people. */
  project_name: string,
  /** When it was ordered. */
  added_unix_ms: number,
  /** The folder that its clips go into. */
  folder: string,
  /** How far it is. */
  state: ExportBatchState,
  /** Its clips. */
  items: Array<ExportItem>,
};

/** How far an order is. */
export type ExportBatchState = "waiting" | "running" | "done" | "failed" | "cancelled" | "interrupted";

/** Whether something is as it should be. */
export type ExportCheck = {
  /** What was looked at. */
  what: ExportChecked,
  /** What was found. */
  found: ExportFound,
  /** The same in a sentence. */
  says: string,
};

/** What was looked at. */
export type ExportChecked = "length" | "size" | "offset" | "loudness" | "peak" | "black" | "frozen" | "visible_label" | "file_labels" | "signature";

/** What was measured in a finished clip. */
export type ExportFacts = {
  /** Its length. */
  seconds: number,
  /** Its size. */
  bytes: number,
  /** How many pictures; 0 for sound alone. */
  frames: number,
  /** How much later the sound comes than the picture, in milliseconds; nothing where it cannot be told. */
  offset_ms: number | null,
  /** How loud it is, in LUFS; nothing for silence. */
  lufs: number | null,
  /** Its highest true peak, in dB of full scale. */
  true_peak_db: number | null,
  /** What encoded the pictures. */
  encoder: string | null,
};

/** What a check found. */
export type ExportFound = "good" | "look" | "wrong" | "nothing";

/** A clip of an order. */
export type ExportItem = {
  /** Its preset. */
  preset: string,
  /** The languages of its captions. */
  tongues: Tongues | null,
  /** The folder with its files. */
  folder: string,
  /** How far it is. */
  state: ExportState,
  /** How far it is while it is being made. */
  step: ExportStep | null,
  /** Why it failed. */
  failure: string | null,
  /** The same for those who tell it in another language. */
  detail?: Detail,
  /** What came of it. */
  report: ExportReport | null,
};

/** What holds a key. */
export type ExportKey = { "kind": "file",
  /** Where it is. */
  path: string, } | { "kind": "command",
  /** The program. */
  program: string,
  /** What it is called with. */
  arguments: Array<string>,
};

/** Whether the pictures of an export say that AI made them. */
export type ExportLabel = { "kind": "usual" } | { "kind": "with" } | { "kind": "without",
  /** The name of the statement. */
  agreed?: string,
};

/** Who is said to have made exports, and who signs them. */
export type ExportMaker = {
  /**
   * The producer in the labels of files: a registered code of 27 characters, or a name without blanks; Gallop where nothing
   * is said.
   */
  producer: string | null,
  /** Who signs by C2PA; nobody where nothing is said. */
  signer: ExportSigner | null,
};

/** What is to be exported. */
export type ExportOrder = {
  /** The presets. */
  presets: Array<string>,
  /**
   * Files are made of each of these. Where there are none, all captions are read, or, where some are translations of
   * others, those in the most used language.
   */
  languages: Array<Tongues>,
  /** The folder in which a folder is made for each file with what belongs to it. */
  folder: string,
  /** How the files are called; as the project where nothing is said. */
  name?: string,
  /** Where captions are seen. */
  captions: CaptionUse,
  /** Whether the pictures say that AI made them. The file always does. */
  label: ExportLabel,
  /** The frame of the timeline that covers show; one from the first third where nothing is said. */
  cover_frame?: number,
  /** Whether the encoder of a graphics card may be used. */
  encoder: EncoderChoice,
};

/** What is being done for a clip. */
export type ExportPhase = "measure" | "write" | "label" | "check";

/** All presets, and what goes with them. */
export type ExportPresets = {
  /** The presets, in the order in which they are shown. */
  presets: Array<Preset>,
  /** What has to be agreed to by who leaves a label out that a law asks for. */
  statement: LabelStatement,
  /** What is wrong with presets that the user wrote. */
  troubles: Array<string>,
};

/** What is known of a finished clip: `report.json` beside it. */
export type ExportReport = {
  /** Version of this format. */
  format: number,
  /** Of all that the clip was made from. While it is the same, and the files are, the clip is not made again. */
  fingerprint: Digest,
  /** The preset. */
  preset: string,
  /** The languages of its captions. */
  tongues: Tongues | null,
  /** When it was made. */
  made_unix_ms: number,
  /** The files, the clip first. */
  files: Array<ExportedFile>,
  /** What was measured in the finished clip. */
  facts: ExportFacts,
  /** Whether it is as it should be. */
  checks: Array<ExportCheck>,
  /** How the user has to say to the platform that AI made it. */
  declare: string | null,
};

/** What signs. The key is the user's own. */
export type ExportSigner = {
  /** The file with the certificates in PEM, the signer's first. */
  certificates: string,
  /** The algorithm of the key. */
  algorithm: SigningAlgorithm,
  /** What holds the key. */
  key: ExportKey,
};

/** How far a clip of a batch is. */
export type ExportState = "waiting" | "running" | "done" | "failed" | "cancelled";

/** How far a clip is. */
export type ExportStep = {
  /** What is being done. */
  phase: ExportPhase,
  /** How much of the clip is done: 0 to 1. */
  fraction: number,
  /** What is left of it; nothing at its beginning. */
  seconds_left: number | null,
  /** The picture that was written last, below the media server's address. */
  preview: string | null,
};

/** A file of an export. */
export type ExportedFile = {
  /** Its name in the folder. */
  name: string,
  /** Its size. */
  bytes: number,
  /** SHA-256 of its content. */
  sha256: Digest,
};

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

/** How a picture is brought to another shape. */
export type Fit = "contain" | "cover" | "blur" | "stretch";

/** Why something does not run, or not well. */
export type FitReason = {
  /** For programs. */
  code: ReasonCode,
  /** For people: one sentence that says what would help. */
  text: string,
};

/** A film or a picture that was taken into the project, and that clips show as they do the take of a shot. */
export type Footage = {
  /** Names it. Clips say this where others name their shot. */
  id: Id,
  /** The file. */
  media: MediaRef,
  /** What it is. */
  kind: FootageKind,
  /** Length of a film, in frames of the timeline; of a picture, as long as a clip of it can be. */
  frames: number,
};

/** What the file of a clip is. */
export type FootageKind = "film" | "still";

/** What becomes of the room of what is taken away. */
export type Gap = "close" | "leave";

/** Who lets one into a repository. */
export type Gate = "none" | "automatic" | "manual";

/** How far a job goes. */
export type Goal = "draft" | "final";

/** An NVIDIA card. */
export type GraphicsCard = {
  /** Its name. */
  name: string,
  /** All of its memory. */
  vram_bytes: number | null,
  /** What is free of it now. */
  vram_free_bytes: number | null,
  /** Its generation, as in `9.0`. */
  compute_capability: string | null,
};

/** What was handed over. */
export type Handed = {
  /** The folder. */
  folder: string,
  /** The cut in OpenTimelineIO. */
  otio: string,
  /** The cut in Final Cut Pro XML. */
  fcpxml: string,
  /** Captions, by language. */
  captions: Array<string>,
  /** How many files of pictures and sound there are in `media`. */
  files: number,
};

/** Where a cut for other programs goes. */
export type HandoverArgs = {
  /** The folder in which a folder is made for it. */
  folder: string,
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

/** Why no engine takes a job that waits: what stands against each of them. There are no engines where there are no obstacles. */
export type Hopeless = {
  /** The model of the job; nothing where any would do. */
  model: string | null,
  /** What stands against each engine of the settings. */
  obstacles: Array<Obstacle>,
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
  /** Why no engine takes it, although it waits. */
  hopeless: Hopeless | null,
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

/** The visible label that says that AI made a clip. What says so in the file is always there. */
export type LabelPolicy = {
  /** Whether it must be there. */
  visible: LabelWish,
  /** What it says. */
  text: LabelText,
  /** How long it is seen from the first frame on. */
  seconds: number,
};

/** What has to be agreed to by who leaves a label out that a law asks for. */
export type LabelStatement = {
  /** Its name, which an order gives back. */
  id: string,
  /** Its words. */
  text: string,
};

/** What a label says. */
export type LabelText = "chinese" | "english";

/** Whether a label must be there. */
export type LabelWish = "required" | "offered";

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

/** What a platform refuses. */
export type Limits = {
  /** The shortest clip. */
  shortest_secs: number | null,
  /** The longest. */
  longest_secs: number | null,
  /** The largest file. */
  most_bytes: number | null,
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

/** How a clip is seen and heard. As [`Default`] says, all of it fills the picture and nothing is changed. */
export type Look = {
  /**
   * How it is brought to the picture's shape. Where nothing is said, the picture is filled if no more than a third of the
   * clip is lost by that, and else has a blurred copy at its sides.
   */
  fit: Fit | null,
  /** The part of the clip that is seen when it begins. */
  crop: Area,
  /** The part that is seen when it ends, where it is another one: a pan or a zoom. */
  crop_to: Area | null,
  /** Where it lies in the picture. */
  frame: Area,
  /** How much of it covers what lies below: 0 to 1. */
  opacity: number,
  /** Frames over which picture and sound come. */
  fade_in: number,
  /** Frames over which picture and sound go. */
  fade_out: number,
  /**
   * Frames over which it takes the place of the clip that ends where it begins. That one goes on below it, with what its
   * take has left, and then with its last picture.
   */
  cross_fade: number,
  /** What is done to its colours. */
  color: ColorChange,
  /** How much louder or softer its own sound is; at −96 it is silent. */
  gain_db: number,
};

/** Processor, memory, cards. */
export type MachineFacts = {
  /** The system and its kernel. */
  system: string,
  /** The processor's name. */
  cpu: string | null,
  /** Threads that run at once. */
  threads: number,
  /** Vector instructions that the matrix products can use, the widest last. */
  vector: Array<string>,
  /** Main memory, or what this process is allowed of it. */
  ram_bytes: number | null,
  /** Main memory that is free or can be freed now. */
  ram_available_bytes: number | null,
  /** Page file or swap partition; 0 where there is none. */
  swap_bytes: number | null,
  /** What is free of it. */
  swap_free_bytes: number | null,
  /** Version of the NVIDIA driver; none where it does not run. */
  driver: string | null,
  /** NVIDIA cards. */
  cards: Array<GraphicsCard>,
  /** Whether the program that looked was built with CUDA. */
  built_with_cuda: boolean,
};

/** Whether something runs here. */
export type MachineFit = "runs" | "runs_slowly" | "does_not_run";

/** What a machine has, and what will run on it. */
export type MachineReport = {
  /** Version of this shape. */
  format: number,
  /** Name and version of the program that looked. */
  build: string,
  /** When it looked, in milliseconds since 1970. */
  unix_ms: number,
  /** Processor, memory, cards. */
  machine: MachineFacts,
  /** The disk that models lie on. */
  disk: DiskFacts,
  /** What reads and writes clips. */
  media: MediaFacts,
  /** Engines that jobs could go to; none of them was started. */
  engines: Array<EngineFound>,
  /** Where things lie. */
  places: PlacesFound,
  /** How fast this machine was measured to be, by device; empty until `gallop doctor --probe`. */
  speed: Array<MeasuredSpeed>,
  /** The models that are here, and those that can be downloaded. */
  models: Array<ModelFit>,
  /** What could not be found out, and what is not as it should be. */
  notes: Array<ReportNote>,
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

/** How fast a device was measured to be. */
export type MeasuredSpeed = {
  /** `cpu` or `cuda`. */
  device: string,
  /** When it was measured, in milliseconds since 1970. */
  unix_ms: number,
  /** What depends on the compute type. */
  types: Array<TypeSpeed>,
  /** Operations a second of a three-dimensional convolution. */
  convolution_flops_per_second: number,
  /** Bytes a second of a copy within the device's memory, read and written together. */
  memory_bytes_per_second: number,
  /** Bytes a second from main memory to the device; none for the processor itself. */
  upload_bytes_per_second: number | null,
};

/** A clip that Gallop made. */
export type MediaClipArgs = {
  /** Where it is. */
  path: string,
  /** The frame of the timeline where its shot goes; at the end where it is left out. `null`: not on the timeline. */
  at?: number | null,
};

/** What reads and writes clips. */
export type MediaFacts = {
  /** Version of the FFmpeg libraries. */
  ffmpeg: string | null,
  /** The H.264 encoder that clips are made with: the first one that opens here. */
  h264_encoder: string | null,
  /** Encoders that are compiled in; one of a card may still not open. */
  encoders: Array<string>,
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
  /** Picture, film or sound. */
  kind: MediaKind,
  /** Width and height of a picture or film in pixels, as it is seen. */
  size: [number, number] | null,
  /** Length of a film or sound in frames of the timeline. */
  frames: number | null,
  /** Pictures a second of a film. */
  rate: number | null,
  /** Whether a film has sound. */
  has_sound: boolean,
};

/** Picture, film or sound. */
export type MediaKind = "picture" | "film" | "sound";

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

/** A model, and whether it runs here. */
export type ModelFit = {
  /** Its name on the command line. */
  id: string,
  /** Its name for people. */
  name: string,
  /** What it is. */
  kind: ModelKind,
  /** How much of it is here. */
  presence: Presence,
  /** How its best size fits. */
  fit: MachineFit,
  /**
   * Why it does not run, or not well, the most important first. [`ReasonCode::NotMeasured`] may stand beside
   * [`Fit::Runs`].
   */
  reasons: Array<FitReason>,
  /** The sizes that it makes; for a part of other models, what it takes in one clip of theirs. */
  sizes: Array<SizeFit>,
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

/** What a model is. */
export type ModelKind = "clips" | "upscaler" | "part" | "unknown";

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

/** Something that has a name for programs, and nothing else that matters here. */
export type Named = {
  /** Its id. */
  id: Id,
};

/** No arguments: `{}`, or nothing at all. */
export type Nothing = Record<string, never>;

/** Why an engine does not take a job. */
export type Obstacle = { "kind": "no_start",
  /** The engine. */
  engine: string,
  /** One sentence. */
  why: string, } | { "kind": "no_model",
  /** The engine. */
  engine: string,
  /** The models that it has. */
  models: Array<string>,
  /** What it last wrote to its standard error: why a model is left out, say. */
  words: Array<string>,
};

/** The outline of a sound. */
export type Peaks = {
  /** Parts of a second. */
  per_second: number,
  /** The lowest and the highest sample of each part over all channels, full scale at ±127. */
  peaks: Array<[number, number]>,
};

/** What pictures a platform takes. */
export type PicturePreset = {
  /** Width and height in pixels; the project's own shape where nothing is said. */
  size: [number, number] | null,
  /** Frames per second that are taken. A project has 25: where they are not among these, the first is used. */
  rates: Array<number>,
  /** How they are stored. */
  codec: string,
  /** Constant rate factor; less is better. Of no meaning to what is stored without loss. */
  crf: number,
  /** At most so many bits per second. */
  max_bit_rate: number | null,
  /** At most so many seconds from key frame to key frame. */
  key_frame_secs: number,
};

/** A place in the queue: `"front"`, `"end"`, `{ before: id }` or `{ after: id }`. */
export type Place = "front" | "end" | { "before": Id } | { "after": Id };

/** Where things lie. */
export type PlacesFound = {
  /** The program. */
  program: string | null,
  /** Downloaded models. */
  models: string | null,
  /** The queue and the index of projects. */
  data: string | null,
  /** What the user chose. */
  config: string | null,
  /** What can be made again. */
  cache: string | null,
  /** Folders of the projects that are known. */
  projects: Array<string>,
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

/** How much of a model is here. */
export type Presence = { "state": "absent" } | { "state": "partial",
  /** What is here. */
  bytes: number, } | { "state": "whole",
  /** What is here. */
  bytes: number, } | { "state": "unreadable" };

/** What a platform takes, and what it is given. */
export type Preset = {
  /** Version of this format. */
  format: number,
  /** Names it for programs. */
  id: string,
  /** Its name for people. */
  name: string,
  /** What it is for, in a sentence. */
  summary: string,
  /** The kind of file. */
  container: string,
  /** Files of captions that the platform takes beside the clip. */
  caption_files: Array<CaptionFile>,
  /** How the user has to say to the platform that AI made the clip. */
  declare: string | null,
  /** The pictures; nothing for sound alone. */
  picture: PicturePreset | null,
  /** The sound. */
  sound: SoundPreset,
  /** What the platform covers with its own buttons and words, in pixels of the picture. */
  safe: SafeArea | null,
  /** The visible label that says that AI made it. */
  label: LabelPolicy | null,
  /** What the platform refuses. */
  limits: Limits,
  /** How much can be written under a clip. */
  text: TextLimits,
  /** Pictures that stand for the clip. */
  covers: Array<Cover>,
  /** Where the numbers come from. */
  sources: Array<PresetSource>,
};

/** Where numbers come from. */
export type PresetSource = {
  /** Which, as in `picture.size`; `text` is all that is in `text`. */
  of: Array<string>,
  /** What the source says. */
  says: string,
  /** Where. */
  url: string | null,
  /** Whether it was read where the platform itself says so, or measured by us. */
  verified: boolean,
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
  /** Why nothing comes right now and it is tried again, in words; nothing while something comes. */
  waits: string | null,
  /** Why it failed. */
  failure: Refusal | null,
};

/** What a pull does. */
export type PullState = "running" | "paused" | "done" | "failed";

/** What a pull does with a file. */
export type PullWork = "fetch" | "check" | "convert";

/** Kinds of reasons. */
export type ReasonCode = "vram_too_small" | "vram_in_use" | "ram_too_small" | "ram_in_use" | "disk_too_small" | "no_card" | "no_driver" | "card_unused" | "no_encoder" | "slow" | "no_vector_instructions" | "not_measured" | "needs_another" | "unreadable" | "unknown";

/** What went wrong, as it crosses to a user interface. */
export type Refusal = {
  /** What kind of failure it is. */
  code: Code,
  /** Why, and what to do about it, in one line. */
  message: string,
  /** The same for those who tell it in another language. */
  detail?: Detail,
};

/** What could not be found out, or is not as it should be. */
export type ReportNote = {
  /** What it is about: `cards`, `disk`, `media`, `settings`, `places`, `catalog`, `models`, `projects` or `speed`. */
  about: string,
  /** One sentence. */
  text: string,
};

/** Who works the queue off. */
export type RunnerState = "own" | "elsewhere";

/** Pixels at each side that a platform covers with its own buttons and words. */
export type SafeArea = {
  /** Above. */
  top: number,
  /** Below. */
  bottom: number,
  /** At the left. */
  left: number,
  /** At the right. */
  right: number,
};

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
  /** How many seconds each of its lines takes to say, in their order; 0 for one without words. */
  line_seconds: Array<number>,
  /** Whether what the newest take was made of is still what the shot says. */
  is_fresh: boolean,
};

/** The algorithm of a key. */
export type SigningAlgorithm = "es256" | "es384" | "ed25519" | "ps256";

/** A size of clip, and whether it can be made here. */
export type SizeFit = {
  /** Width and height in pixels. */
  size: [number, number],
  /** Length of the clip that the other fields tell about. */
  clip_seconds: number,
  /** Whether it runs. */
  fit: MachineFit,
  /** Where the networks run: `cpu` or `cuda`. */
  device: string,
  /** The compute type: `f32` or `bf16`. None where it does not run. */
  precision: string | null,
  /** How networks are kept in memory, in words. None where it does not run. */
  how: string | null,
  /** Expected peak on the card, of the smallest plan where none fits. */
  vram_bytes: number | null,
  /** Expected peak in main memory, of the smallest plan where none fits. */
  ram_bytes: number | null,
  /** About how long it takes, without loading; none until it was measured. See [`Report::speed`]. */
  seconds: number | null,
  /** About how long it takes to read all weights from the disk; none until that was measured. */
  loading_seconds: number | null,
  /** The longest clip of this size that fits, in whole seconds, up to the longest that the model makes. */
  longest_seconds: number | null,
  /** Why it does not run, or not well, the most important first. */
  reasons: Array<FitReason>,
};

/** What sound a platform takes. It always has two channels at 48 kHz. */
export type SoundPreset = {
  /** How it is stored. */
  codec: string,
  /** Bits per second, where it is not stored without loss. */
  bit_rate: number,
  /** How loud it is made, in LUFS; as it was mixed where nothing is said. */
  integrated_lufs: number | null,
  /** Its highest true peak, in dB of full scale. */
  true_peak_db: number | null,
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

/** How much can be written under a clip, in characters. */
export type TextLimits = {
  /** Of the title; nothing where there is none. */
  title: number | null,
  /** Of the text below. */
  body: number | null,
  /** How many topics can be named. */
  topics: number | null,
};

/** Dark or light. */
export type Theme = "system" | "dark" | "light";

/** What is seen, heard and read when. */
export type Timeline = {
  /** Whether the main track closes its gaps. */
  track: Track,
  /** The main track, in order. */
  clips: Array<Clip>,
  /** Films and pictures from elsewhere that clips show. */
  footage?: Array<Footage>,
  /** What is read. */
  captions: Array<Caption>,
  /** How what is read looks. */
  caption_style?: CaptionStyle,
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

/** Whose captions are read: of one language, or of one with another below it. */
export type Tongues = {
  /** The language of the captions. */
  first: Language,
  /** The language below it. */
  second?: Language,
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

/** How fast a device was measured to be in one compute type. */
export type TypeSpeed = {
  /** `f32` or `bf16`. */
  precision: string,
  /** Operations a second of a product of matrices. */
  product_flops_per_second: number,
  /** Operations a second of attention. */
  attention_flops_per_second: number,
};

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
  /** Makes the captions of clips anew: the lines of their shots, each when it is said in the take. */
  "captions.align": { args: CaptionsAlignArgs; result: ProjectView };
  /** Takes captions in from a file of SRT, WebVTT or ASS. */
  "captions.import": { args: CaptionsImportArgs; result: ProjectView };
  /** Writes the captions into a file of SRT, WebVTT or ASS. */
  "captions.save": { args: CaptionsSaveArgs; result: null };
  /** What can be exported for: platforms, masters, sound. */
  "export.presets": { args: Nothing; result: ExportPresets };
  /** Begins to export the open project. */
  "export.start": { args: ExportOrder; result: Export };
  /** All exports, the latest first. */
  "export.list": { args: Nothing; result: Array<Export> };
  /** Breaks an export off. The clips that are done stay. */
  "export.cancel": { args: Named; result: null };
  /** Goes on with an export: what is done and whole is not made again. */
  "export.retry": { args: Named; result: Export };
  /** Forgets an export. Its files stay. */
  "export.remove": { args: Named; result: null };
  /** Who is said to have made exports, and who signs them. */
  "export.maker": { args: Nothing; result: ExportMaker };
  /** Changes who is said to have made exports, and who signs them. Who signs is tried at once. */
  "export.set_maker": { args: ExportMaker; result: ExportMaker };
  /** Hands the cut over to other programs: OTIO and FCPXML, in a folder with the files. */
  "export.handover": { args: HandoverArgs; result: Handed };
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
  /** Lets engines that lacked a model for a job look for it once more. */
  "models.look_again": { args: Nothing; result: null };
  /** The folder of a model. */
  "models.where": { args: ModelsModelArgs; result: string };
  /** Where the token for models with a gate lies; the token itself is never told. */
  "models.token": { args: Nothing; result: TokenView };
  /** Puts the token into this system's keychain, or with `null` forgets it. */
  "models.set_token": { args: ModelsSetTokenArgs; result: TokenView };
}
