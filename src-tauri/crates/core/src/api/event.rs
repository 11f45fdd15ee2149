//! What a studio tells those who watch.

use gallop_protocol::Id;
use serde::Serialize;
use ts_rs::TS;

use super::exports::ExportStep;
use super::models::PullView;
use super::view::{JobView, StepView};
use crate::runner::EngineStatus;

/// Something has happened. Each tells all that it is about, so that one that was missed does no harm.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The open project is not as it was, or is another, or there is none: `project.get` tells.
    Project {
        /// Of the project that is open now.
        revision: u64,
    },
    /// The queue has changed.
    Jobs {
        /// What waits, runs, is paused or has failed, in its order.
        jobs: Vec<JobView>,
    },
    /// A job has come forward.
    Step {
        /// The job.
        job: Id,
        /// Where it is; nothing where only the picture is new.
        step: Option<StepView>,
        /// How it looks now: a picture, below the media server's address.
        preview: Option<String>,
    },
    /// An engine does something else.
    Engines {
        /// All of them.
        engines: Vec<EngineStatus>,
    },
    /// A model is coming, has come, or is gone.
    Models {
        /// The model.
        id: String,
        /// How far it is; nothing where `models.list` tells all.
        progress: Option<PullView>,
    },
    /// An export has begun, come to its next clip, or ended: `export.list` tells.
    Exports,
    /// A clip of an export has come forward.
    ExportStep {
        /// The export.
        export: Id,
        /// The place of the clip in it.
        item: usize,
        /// How far it is.
        step: ExportStep,
    },
    /// Files in the open project have come or gone.
    MediaChanged,
    /// Something that the user should know.
    Notice {
        /// One sentence.
        text: String,
    },
    /// Events were lost on the way to a slow listener: everything should be asked for again.
    Missed,
}
