// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

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
  path: string, } | { "id": "no_recipe",
  /** The file. */
  path: string, } | { "id": "name_taken",
  /** The name. */
  name: string, } | { "id": "not_a_token" } | { "id": "shot_unmade",
  /** Its number, from 1. */
  number: number, } | { "id": "take_gone",
  /** The number of its shot, from 1. */
  number: number, } | { "id": "file_gone",
  /** Its name. */
  name: string, } | { "id": "no_take" } | { "id": "no_latents" } | { "id": "draft_wanted" } | { "id": "nothing_on_timeline" } | { "id": "no_preset" } | { "id": "no_captions",
  /** The language. */
  language: Language, } | { "id": "nothing_said" } | { "id": "captions_outside" } | { "id": "export_running" } | { "id": "export_elsewhere" } | { "id": "engine_no_start",
  /** Its name. */
  engine: string,
  /** Why, as the system says it. */
  why: string, } | { "id": "place_taken",
  /** The folder. */
  path: string, } | { "id": "missing",
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

/** The SHA-256 of a file's content, written as 64 hexadecimal digits. */
export type Digest = string;

/** What a track of sounds does while somebody speaks. */
export type Duck = "under_speech" | "off";

/** How a picture is brought to another shape. */
export type Fit = "contain" | "cover" | "blur" | "stretch";

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

/** How far a job goes. */
export type Goal = "draft" | "final";

/**
 * The name of a project, a shot, a take or a job: unique everywhere, and later ones sort after earlier ones (UUID
 * version 7). It is safe as the name of a folder.
 */
export type Id = string;

/** A language that the model speaks. Written as its code. */
export type Language = "zh" | "yue" | "en" | "ja" | "ko" | "de" | "fr";

/** A spoken line. */
export type Line = {
  /** Who speaks, in about five words; see [`Shot::compose`] for what is taken otherwise. */
  speaker: string | null,
  /** The language of the line. */
  language: Language,
  /** What is said. */
  text: string,
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

/** A place with a name. */
export type Marker = {
  /** Names the marker. */
  id: Id,
  /** The frame of the timeline. */
  frame: number,
  /** Its name for people. */
  text: string,
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

/** Something that has a name for programs, and nothing else that matters here. */
export type Named = {
  /** Its id. */
  id: Id,
};

/** No arguments: `{}`, or nothing at all. */
export type Nothing = Record<string, never>;

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

/** What went wrong, as it crosses to a user interface. */
export type Refusal = {
  /** What kind of failure it is. */
  code: Code,
  /** Why, and what to do about it, in one line. */
  message: string,
  /** The same for those who tell it in another language. */
  detail?: Detail,
};

/** How often a take was liked best, of how often it was looked at beside others. */
export type Score = {
  /** How often it was liked best. */
  wins: number,
  /** How often it was looked at beside others. */
  seen: number,
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

/** The stages of a run, in their order. */
export type Stage = "load" | "text" | "reference" | "denoise" | "upscale" | "decode_audio" | "decode_video";

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

/** Whose captions are read: of one language, or of one with another below it. */
export type Tongues = {
  /** The language of the captions. */
  first: Language,
  /** The language below it. */
  second?: Language,
};

/** Whether the main track closes its gaps. */
export type Track = "magnetic" | "free";
