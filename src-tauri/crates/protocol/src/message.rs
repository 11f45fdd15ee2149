//! Commands to an engine and events from it.
//!
//! ```text
//! studio                                   engine
//!   Hello ─────────────────────────────────►
//!   ◄───────────────────────────────── Hello      device, models; versions are compared
//!   Submit{job, order} ────────────────────►
//!   ◄───────────────────────── Need{job, …}      files of the order that the engine does not have
//!   Blob{…}+bytes … ───────────────────────►
//!   ◄─────────────────────── Begun{job, recipe}   the order, completed
//!   ◄──── Started, Step, Preview+png, Finished    per stage
//!   ◄── Blob{…}+bytes …, Checkpoint{job, stage}   what the stage made
//!   Stored{job, checkpoint} ───────────────►      it is on disk; only now the next stage begins
//!   ◄──────────────────────────── Done{job, cost}
//! ```
//!
//! An engine keeps nothing that matters: whatever it loses, the studio has the last checkpoint and submits again, to this
//! engine or another. It ends when its input ends. `Cancel` stops a job between two steps; `Shutdown` ends the engine
//! after that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::recipe::Recipe;
use crate::{Digest, Id};

/// Version of this protocol. Both sides must speak the same.
pub const VERSION: u32 = 1;

/// Bytes of a file that travel in one frame at most.
pub const BLOB_BYTES: usize = 1 << 20;

/// What a studio tells an engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// The first word.
    Hello {
        /// [`VERSION`] of the speaker.
        protocol: u32,
        /// Name and version of the program that speaks.
        build: String,
    },
    /// A clip is wanted.
    Submit {
        /// Names the job from now on.
        job: Id,
        /// What is wanted.
        order: Box<Order>,
    },
    /// A piece of a file, with its bytes. Pieces come in order.
    Blob(Piece),
    /// A file that the engine needs is not to be had.
    Absent {
        /// The file.
        blob: Digest,
        /// Why, in one line.
        reason: String,
    },
    /// A checkpoint is on disk.
    Stored {
        /// The job.
        job: Id,
        /// The checkpoint.
        checkpoint: Checkpoint,
    },
    /// The job is not wanted any more.
    Cancel {
        /// The job.
        job: Id,
    },
    /// End.
    Shutdown,
}

/// What an engine tells a studio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first word.
    Hello(Hello),
    /// The engine lacks files of the order.
    Need {
        /// The job.
        job: Id,
        /// The files.
        blobs: Vec<Digest>,
    },
    /// The job begins; this is what will be made.
    Begun {
        /// The job.
        job: Id,
        /// The order's recipe, completed.
        recipe: Box<Recipe>,
    },
    /// A stage begins.
    Started {
        /// The job.
        job: Id,
        /// The stage.
        stage: Stage,
        /// Its steps; 0 where it tells none.
        steps: usize,
    },
    /// A step is done.
    Step {
        /// The job.
        job: Id,
        /// The stage.
        stage: Stage,
        /// Steps done.
        done: usize,
        /// Steps in all.
        total: usize,
        /// What is left of this stage at the pace so far.
        seconds_left: f64,
    },
    /// The clip as it looks now, with its bytes: one small PNG picture.
    Preview {
        /// The job.
        job: Id,
    },
    /// A stage is finished.
    Finished {
        /// The job.
        job: Id,
        /// The stage.
        stage: Stage,
        /// How long it took.
        seconds: f64,
    },
    /// The work goes on, but not exactly as asked.
    Notice {
        /// The job.
        job: Id,
        /// One sentence.
        text: String,
    },
    /// A piece of a file, with its bytes. Pieces come in order, before the checkpoint that names the file.
    Blob(Piece),
    /// The result of a stage. The engine goes on when it is [`Command::Stored`].
    Checkpoint {
        /// The job.
        job: Id,
        /// What it is.
        checkpoint: Checkpoint,
        /// Its file.
        blob: Digest,
    },
    /// The job is finished; its clip was the last checkpoint.
    Done {
        /// The job.
        job: Id,
        /// What it took.
        cost: Cost,
    },
    /// The job failed.
    Failed {
        /// The job.
        job: Id,
        /// What kind of failure it is.
        code: Code,
        /// Why, in one line.
        message: String,
    },
    /// The job was stopped.
    Cancelled {
        /// The job.
        job: Id,
    },
}

/// What an engine is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Hello {
    /// [`VERSION`] of the speaker.
    pub protocol: u32,
    /// Name and version of the program that speaks.
    pub build: String,
    /// Where the networks run.
    pub device: Device,
    /// What can be made with.
    pub models: Vec<ModelInfo>,
}

/// Where the networks run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Device {
    /// `cpu` or `cuda`.
    pub kind: String,
    /// What the maker calls it.
    pub name: String,
    /// Its memory, where the system tells.
    pub memory_bytes: Option<u64>,
}

/// A model that an engine has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// SHA-256 over its files.
    pub sha256: String,
    /// Width and height of drafts by aspect.
    pub sizes: BTreeMap<String, [u32; 2]>,
    /// Shorter sides that a draft can be brought to.
    pub upscales: Vec<u32>,
    /// Shortest, longest and usual length in seconds.
    pub seconds: [f32; 3],
}

/// What is wanted of an engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// What the clip is made from. At least shot and seed; the engine completes the rest.
    pub recipe: Recipe,
    /// How far to go.
    pub goal: Goal,
    /// What earlier runs of this job left, or the draft that is to be finished.
    #[serde(default)]
    pub checkpoints: BTreeMap<Checkpoint, Digest>,
}

/// How far a job goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The clip at the size of the model's base stage.
    Draft,
    /// The clip at the recipe's size.
    Final,
}

/// Results that are kept, so that a job that was interrupted goes on behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checkpoint {
    /// Latents of picture and sound at the base size.
    Draft,
    /// Latents of the picture at the final size.
    Upscaled,
    /// The decoded clip.
    Clip,
}

impl Checkpoint {
    /// All of them, in the order they are made.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Upscaled, Self::Clip];

    /// The name of its file in a take's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Draft => "draft.safetensors",
            Self::Upscaled => "upscaled.safetensors",
            Self::Clip => "clip.mp4",
        }
    }
}

/// The stages of a run, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Weights are opened and checked.
    Load,
    /// The prompt becomes text features.
    Text,
    /// The reference picture and the given voice become latents.
    Reference,
    /// Noise becomes the latents of picture and sound.
    Denoise,
    /// The latents are refined at a larger size.
    Upscale,
    /// Audio latents become sound.
    DecodeAudio,
    /// Video latents become frames.
    DecodeVideo,
}

/// A piece of a file. Its bytes are the frame's attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The file.
    pub blob: Digest,
    /// Where in the file the piece begins.
    pub offset: u64,
    /// Size of the whole file.
    pub size: u64,
}

/// What a clip took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// From the order to the clip, waiting for the studio left out; runs that were interrupted count with what they finished.
    pub seconds: f64,
    /// The same by stage.
    #[serde(default)]
    pub stages: BTreeMap<Stage, f64>,
    /// The most main memory that the engine held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
    /// The most graphics memory that the engine held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_device_bytes: Option<u64>,
    /// What the card drew, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_joules: Option<f64>,
}

/// Kinds of failure that the studio acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(rename = "FailureCode")]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The order itself: nothing helps but changing it.
    Input,
    /// The model that the order names is not here, or is not whole.
    Model,
    /// Memory of the card or the machine was not enough.
    OutOfMemory,
    /// The disk of the engine is full or cannot be written.
    Disk,
    /// Anything else; another try may succeed.
    Internal,
}
