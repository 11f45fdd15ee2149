// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */

import type { Detail, Digest, Id, Named, Nothing, Tongues } from "./shared";

/** A kind of file of captions. */
export type CaptionFile = "srt" | "vtt";

/** Where captions are seen. */
export type CaptionUse = "both" | "picture" | "files" | "nowhere";

/** A picture that stands for a clip. */
export type Cover = {
  /** Its shape, as it stands in the file's name: `9x16`. */
  name: string,
  /** Width and height in pixels. */
  size: [number, number],
};

/** What encodes. */
export type EncoderChoice = "software" | "hardware";

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

/** What a platform refuses. */
export type Limits = {
  /** The shortest clip. */
  shortest_secs: number | null,
  /** The longest. */
  longest_secs: number | null,
  /** The largest file. */
  most_bytes: number | null,
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

/** The algorithm of a key. */
export type SigningAlgorithm = "es256" | "es384" | "ed25519" | "ps256";

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

/** How much can be written under a clip, in characters. */
export type TextLimits = {
  /** Of the title; nothing where there is none. */
  title: number | null,
  /** Of the text below. */
  body: number | null,
  /** How many topics can be named. */
  topics: number | null,
};

/** Its calls. */
export interface ExportCalls {
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
}
