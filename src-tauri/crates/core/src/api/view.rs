//! What a user interface sees of a project.

use std::collections::BTreeMap;

use gallop_protocol::Id;
use gallop_protocol::message::{self, Goal, Stage};
use gallop_protocol::shot::Shot;
use serde::Serialize;
use ts_rs::TS;

use super::value::Pixels;
use crate::project::{Character, MediaItem, MediaRef, Score};
use crate::timeline::Timeline;

/// An open project, with all that hangs on it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ProjectView {
    /// Its name for programs.
    pub id: Id,
    /// Its folder.
    pub folder: String,
    /// Its name for people.
    pub name: String,
    /// Shape of its clips, as in `9:16`.
    pub aspect: String,
    /// The model that its shots are made with.
    pub model: String,
    /// Frames of a second, always 25.
    pub rate: u32,
    /// Rises with every change of what is seen here.
    pub revision: u64,
    /// What undo takes back.
    pub undo: Option<String>,
    /// What redo makes again.
    pub redo: Option<String>,
    /// The shots, in their order.
    pub shots: Vec<ShotView>,
    /// Who appears in them.
    pub cast: Vec<Character>,
    /// What is seen when.
    pub timeline: Timeline,
    /// All complete takes, the oldest first.
    pub takes: Vec<TakeView>,
    /// The files at hand.
    pub media: Vec<MediaItem>,
    /// What its author thought of takes, by their ids.
    pub scores: BTreeMap<Id, Score>,
}

/// A shot of a project.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ShotEntry")]
pub struct ShotView {
    /// Names the shot.
    pub id: Id,
    /// What is to be seen and heard.
    pub shot: Shot,
    /// Length; the model's usual one where nothing is said.
    pub seconds: Option<f32>,
    /// Decides all noise; a new one for each take where nothing is said.
    pub seed: Option<u64>,
    /// The reference picture.
    pub image: Option<MediaRef>,
    /// The voice track.
    pub voice: Option<MediaRef>,
    /// The take that was chosen. It may be gone.
    pub chosen_take: Option<Id>,
    /// What people call the shot.
    pub title: Option<String>,
    /// Width and height of its takes; the model's for the project's shape where nothing is said.
    pub size: Option<Pixels>,
    /// The take that is seen: the chosen one, else the newest.
    pub take: Option<Id>,
    /// Frames of that take, or how many it is expected to have.
    pub frames: u32,
    /// How many seconds each of its lines takes to say, in their order; 0 for one without words.
    pub line_seconds: Vec<f64>,
    /// Whether what the newest take was made of is still what the shot says.
    pub is_fresh: bool,
}

/// A take that is complete.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct TakeView {
    /// Its name.
    pub id: Id,
    /// The shot that it was made of. It may be gone.
    pub shot: Id,
    /// The draft that it finishes.
    pub parent: Option<Id>,
    /// How far it went.
    pub goal: Goal,
    /// What decided its noise.
    pub seed: Option<u64>,
    /// The model that made it.
    pub model: Option<String>,
    /// Width and height of its picture.
    pub size: Option<Pixels>,
    /// Frames of its clip.
    pub frames: u32,
    /// Length of its clip.
    pub seconds: f64,
    /// When it was made.
    pub created_unix_ms: u64,
    /// What it took.
    pub cost: CostView,
    /// The clip, below the media server's address.
    pub clip: String,
    /// The frame in its middle, below the media server's address.
    pub poster: String,
    /// The outline of its sound ([`Peaks`]), below the media server's address.
    ///
    /// [`Peaks`]: crate::take::Peaks
    pub peaks: String,
    /// What is wrong with its files, where something is.
    pub trouble: Option<String>,
    /// The prompt that the model was given.
    pub prompt: Option<String>,
    /// What was asked for.
    pub asked: Shot,
    /// Whether its draft is still there, so that it can be finished.
    pub can_finish: bool,
}

/// What a clip took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
#[ts(rename = "Cost")]
pub struct CostView {
    /// From the order to the clip.
    pub seconds: f64,
    /// The same by stage.
    pub stages: BTreeMap<Stage, f64>,
    /// The most main memory that the engine held.
    pub peak_memory_bytes: Option<u64>,
    /// The most graphics memory that the engine held.
    pub peak_device_bytes: Option<u64>,
    /// What the card drew, where it tells.
    pub energy_wh: Option<f64>,
}

impl From<&message::Cost> for CostView {
    fn from(cost: &message::Cost) -> Self {
        Self {
            seconds: cost.seconds,
            stages: cost.stages.clone(),
            peak_memory_bytes: cost.peak_memory_bytes,
            peak_device_bytes: cost.peak_device_bytes,
            energy_wh: cost.energy_joules.map(|joules| joules / 3600.0),
        }
    }
}

/// A project in the list of all.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ProjectSummary {
    /// Its name for programs.
    pub id: Id,
    /// Its folder.
    pub folder: String,
    /// Its name for people.
    pub name: String,
    /// Shape of its clips; nothing where the project cannot be read.
    pub aspect: Option<String>,
    /// How many shots it has.
    pub shots: u32,
    /// How many takes the library knows of it.
    pub takes: u32,
    /// When it was last saved.
    pub changed_unix_ms: Option<u64>,
    /// A picture of it, below the media server's address.
    pub poster: Option<String>,
    /// Why it cannot be opened, where that is known: its folder is gone, say.
    pub trouble: Option<String>,
}

/// A job of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct JobView {
    /// Its name, and that of the take it makes.
    pub id: Id,
    /// The folder of its project.
    pub project: String,
    /// Its project's name for people.
    pub project_name: String,
    /// Its shot.
    pub shot: Id,
    /// The shot's title, or the beginning of what is to be seen.
    pub shot_title: String,
    /// How far it goes.
    pub goal: Goal,
    /// The draft that it finishes.
    pub parent: Option<Id>,
    /// Where it is in its life.
    pub state: crate::jobs::State,
    /// What the user wants of it while it runs.
    pub asked: Option<crate::jobs::Ask>,
    /// How often an engine took it.
    pub attempts: u32,
    /// The engine that has it, or had it last.
    pub engine: Option<String>,
    /// Why it failed.
    pub failure: Option<crate::jobs::Failure>,
    /// Why no engine takes it, although it waits.
    pub hopeless: Option<crate::runner::Hopeless>,
    /// Where it is.
    pub step: Option<StepView>,
    /// How it looks now: a picture, below the media server's address.
    pub preview: Option<String>,
    /// When it was added.
    pub added_unix_ms: u64,
    /// When an engine last took it.
    pub started_unix_ms: Option<u64>,
    /// When it came to its end.
    pub finished_unix_ms: Option<u64>,
    /// What decides its noise.
    pub seed: Option<u64>,
    /// Length that is asked for.
    pub seconds: Option<f32>,
    /// Size that is asked for.
    pub size: Option<Pixels>,
    /// The model.
    pub model: Option<String>,
    /// What it took.
    pub cost: Option<CostView>,
}

/// Where a running job is.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Step")]
pub struct StepView {
    /// The stage.
    pub stage: Stage,
    /// Steps done.
    pub done: usize,
    /// Steps in all; 0 where the stage tells none.
    pub of: usize,
    /// What is left of the job, where clips like this one were made before; else of the stage.
    pub seconds_left: Option<f64>,
}
