//! What `gallop doctor --json` prints: what a machine has, and what will run on it.
//!
//! One JSON object, [`Report`], on standard output; nothing else is printed there. The command ends with 0 where at least
//! one model makes clips here, with 1 where none does: the object is printed in both cases. Fields are added over time and
//! none changes its meaning while [`FORMAT`] stays; a reader ignores fields that it does not know. A number that could not
//! be found out is `null`, and a [`Note`] says why where there is more to say.
//!
//! Sizes are bytes, rates are bytes or floating-point operations a second, times are seconds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Version of this shape. It rises when an older reader would misunderstand, not when a field is added.
pub const FORMAT: u32 = 1;

/// What a machine has, and what will run on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "MachineReport")]
pub struct Report {
    /// Version of this shape.
    pub format: u32,
    /// Name and version of the program that looked.
    pub build: String,
    /// When it looked, in milliseconds since 1970.
    pub unix_ms: u64,
    /// Processor, memory, cards.
    pub machine: Machine,
    /// The disk that models lie on.
    pub disk: Disk,
    /// What reads and writes clips.
    pub media: Media,
    /// Engines that jobs could go to; none of them was started.
    pub engines: Vec<EngineFound>,
    /// Where things lie.
    pub places: Places,
    /// How fast this machine was measured to be, by device; empty until `gallop doctor --probe`.
    pub speed: Vec<Speed>,
    /// The models that are here, and those that can be downloaded.
    pub models: Vec<ModelFit>,
    /// What could not be found out, and what is not as it should be.
    pub notes: Vec<Note>,
}

/// Processor, memory, cards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "MachineFacts")]
pub struct Machine {
    /// The system and its kernel.
    pub system: String,
    /// The processor's name.
    pub cpu: Option<String>,
    /// Threads that run at once.
    pub threads: usize,
    /// Vector instructions that the matrix products can use, the widest last.
    pub vector: Vec<String>,
    /// Main memory, or what this process is allowed of it.
    pub ram_bytes: Option<u64>,
    /// Main memory that is free or can be freed now.
    pub ram_available_bytes: Option<u64>,
    /// Page file or swap partition; 0 where there is none.
    pub swap_bytes: Option<u64>,
    /// What is free of it.
    pub swap_free_bytes: Option<u64>,
    /// Version of the NVIDIA driver; none where it does not run.
    pub driver: Option<String>,
    /// NVIDIA cards.
    pub cards: Vec<Card>,
    /// Whether the program that looked was built with CUDA.
    pub built_with_cuda: bool,
}

/// An NVIDIA card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "GraphicsCard")]
pub struct Card {
    /// Its name.
    pub name: String,
    /// All of its memory.
    pub vram_bytes: Option<u64>,
    /// What is free of it now.
    pub vram_free_bytes: Option<u64>,
    /// Its generation, as in `9.0`.
    pub compute_capability: Option<String>,
}

/// The disk that models lie on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "DiskFacts")]
pub struct Disk {
    /// The folder that was looked at: the models', or the nearest one above it that is there.
    pub folder: String,
    /// What this user can still write there.
    pub free_bytes: Option<u64>,
    /// All of the disk.
    pub total_bytes: Option<u64>,
    /// How fast it is.
    pub test: DiskTest,
}

/// How fast a disk is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DiskTest {
    /// It was not to be measured.
    Skipped,
    /// It could not be measured.
    Failed {
        /// Why, in a sentence.
        reason: String,
    },
    /// A file was written, brought to the disk, read back past the system's cache, and is gone again.
    Measured {
        /// Length of that file.
        bytes: u64,
        /// Bytes a second, until they lay on the disk.
        write_bytes_per_second: f64,
        /// Bytes a second, from the disk; none where the system's cache cannot be avoided.
        read_bytes_per_second: Option<f64>,
    },
}

/// What reads and writes clips.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "MediaFacts")]
pub struct Media {
    /// Version of the FFmpeg libraries.
    pub ffmpeg: Option<String>,
    /// The H.264 encoder that clips are made with: the first one that opens here.
    pub h264_encoder: Option<String>,
    /// Encoders that are compiled in; one of a card may still not open.
    pub encoders: Vec<String>,
}

/// An engine that jobs could go to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EngineFound {
    /// What the user calls it.
    pub name: String,
    /// How it came to be known.
    pub kind: EngineKind,
    /// The program that is started, as a path where it was found.
    pub program: String,
    /// Whether that program is there. What it starts on another machine was not asked for.
    pub found: bool,
}

/// How an engine came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// This very program.
    ThisProgram,
    /// The settings name it.
    Settings,
    /// `gallop-cuda`, beside this program.
    Cuda,
}

/// Where things lie.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "PlacesFound")]
pub struct Places {
    /// The program.
    pub program: Option<String>,
    /// Downloaded models.
    pub models: Option<String>,
    /// The queue and the index of projects.
    pub data: Option<String>,
    /// What the user chose.
    pub config: Option<String>,
    /// What can be made again.
    pub cache: Option<String>,
    /// Folders of the projects that are known.
    pub projects: Vec<String>,
}

/// How fast a device was measured to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "MeasuredSpeed")]
pub struct Speed {
    /// `cpu` or `cuda`.
    pub device: String,
    /// When it was measured, in milliseconds since 1970.
    pub unix_ms: u64,
    /// What depends on the compute type.
    pub types: Vec<TypeSpeed>,
    /// Operations a second of a three-dimensional convolution.
    pub convolution_flops_per_second: f64,
    /// Bytes a second of a copy within the device's memory, read and written together.
    pub memory_bytes_per_second: f64,
    /// Bytes a second from main memory to the device; none for the processor itself.
    pub upload_bytes_per_second: Option<f64>,
}

/// How fast a device was measured to be in one compute type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TypeSpeed {
    /// `f32` or `bf16`.
    pub precision: String,
    /// Operations a second of a product of matrices.
    pub product_flops_per_second: f64,
    /// Operations a second of attention.
    pub attention_flops_per_second: f64,
}

/// Whether something runs here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "MachineFit")]
pub enum Fit {
    /// It runs.
    Runs,
    /// It runs, but takes more than [`SLOW`] seconds for each second of clip, or there is a sign that it will be slow.
    RunsSlowly,
    /// It does not run as things are.
    DoesNotRun,
}

/// Seconds of work for a second of clip, above which something runs slowly: five minutes for a clip of five seconds.
pub const SLOW: f64 = 60.0;

/// A model, and whether it runs here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelFit {
    /// Its name on the command line.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is.
    pub kind: ModelKind,
    /// How much of it is here.
    pub presence: Presence,
    /// How its best size fits.
    pub fit: Fit,
    /// Why it does not run, or not well, the most important first. [`ReasonCode::NotMeasured`] may stand beside
    /// [`Fit::Runs`].
    pub reasons: Vec<Reason>,
    /// The sizes that it makes; for a part of other models, what it takes in one clip of theirs.
    pub sizes: Vec<SizeFit>,
}

/// What a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// It makes clips.
    Clips,
    /// It makes the clips of another model larger.
    Upscaler,
    /// Other models need it.
    Part,
    /// Nothing is known of what it does.
    Unknown,
}

/// How much of a model is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Presence {
    /// Nothing.
    Absent,
    /// Some of it.
    Partial {
        /// What is here.
        bytes: u64,
    },
    /// All of it.
    Whole {
        /// What is here.
        bytes: u64,
    },
    /// The list of its files cannot be read.
    Unreadable,
}

/// A size of clip, and whether it can be made here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SizeFit {
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Length of the clip that the other fields tell about.
    pub clip_seconds: f32,
    /// Whether it runs.
    pub fit: Fit,
    /// Where the networks run: `cpu` or `cuda`.
    pub device: String,
    /// The compute type: `f32` or `bf16`. None where it does not run.
    pub precision: Option<String>,
    /// How networks are kept in memory, in words. None where it does not run.
    pub how: Option<String>,
    /// Expected peak on the card, of the smallest plan where none fits.
    pub vram_bytes: Option<u64>,
    /// Expected peak in main memory, of the smallest plan where none fits.
    pub ram_bytes: Option<u64>,
    /// About how long it takes, without loading; none until it was measured. See [`Report::speed`].
    pub seconds: Option<f64>,
    /// About how long it takes to read all weights from the disk; none until that was measured.
    pub loading_seconds: Option<f64>,
    /// The longest clip of this size that fits, in whole seconds, up to the longest that the model makes.
    pub longest_seconds: Option<u32>,
    /// Why it does not run, or not well, the most important first.
    pub reasons: Vec<Reason>,
}

/// Why something does not run, or not well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "FitReason")]
pub struct Reason {
    /// For programs.
    pub code: ReasonCode,
    /// For people: one sentence that says what would help.
    pub text: String,
}

/// Kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The card's memory is too small.
    VramTooSmall,
    /// The card's memory would do, but something else uses it now.
    VramInUse,
    /// Main memory is too small.
    RamTooSmall,
    /// Main memory would do, but something else uses it now.
    RamInUse,
    /// The disk is too small.
    DiskTooSmall,
    /// There is no NVIDIA card, and without one it does not run.
    NoCard,
    /// There is an NVIDIA card, and no driver that runs.
    NoDriver,
    /// There is an NVIDIA card, and no engine here that can use it.
    CardUnused,
    /// Clips cannot be encoded.
    NoEncoder,
    /// It was measured to be slow here.
    Slow,
    /// The processor has none of the vector instructions that Gallop is fast with.
    NoVectorInstructions,
    /// How long it takes is not known until this machine is measured.
    NotMeasured,
    /// Another model that it needs does not run here.
    NeedsAnother,
    /// Its description or its files cannot be read.
    Unreadable,
    /// Nothing is known of what it needs.
    Unknown,
}

/// What could not be found out, or is not as it should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ReportNote")]
pub struct Note {
    /// What it is about: `cards`, `disk`, `media`, `settings`, `places`, `catalog`, `models`, `projects` or `speed`.
    pub about: String,
    /// One sentence.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_as_documented() {
        let reason = Reason { code: ReasonCode::VramInUse, text: "Close the game.".into() };
        let size = SizeFit {
            size: [448, 256],
            clip_seconds: 5.0,
            fit: Fit::RunsSlowly,
            device: "cuda".into(),
            precision: Some("bf16".into()),
            how: None,
            vram_bytes: Some(1),
            ram_bytes: None,
            seconds: Some(2.5),
            loading_seconds: None,
            longest_seconds: Some(10),
            reasons: vec![reason],
        };
        let value = serde_json::to_value(&size).expect("JSON");
        let expected = serde_json::json!({
            "size": [448, 256], "clip_seconds": 5.0, "fit": "runs_slowly", "device": "cuda", "precision": "bf16",
            "how": null, "vram_bytes": 1, "ram_bytes": null, "seconds": 2.5, "loading_seconds": null,
            "longest_seconds": 10, "reasons": [{"code": "vram_in_use", "text": "Close the game."}]
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<SizeFit>(value).expect("read"), size);
        let tagged = serde_json::to_value((DiskTest::Skipped, Presence::Whole { bytes: 7 }, EngineKind::ThisProgram));
        let expected = serde_json::json!([{"state": "skipped"}, {"state": "whole", "bytes": 7}, "this_program"]);
        assert_eq!(tagged.expect("JSON"), expected);
    }
}
