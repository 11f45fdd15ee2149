//! Exports as they are told: an order, its clips, and how far each is.

use gallop_media::export::Phase;
use gallop_protocol::Id;
use serde::Serialize;
use ts_rs::TS;

use crate::detail::Detail;
use crate::export::{Batch, Entry, EntryState, KitReport, Tongues};

/// An order, and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Export")]
pub struct ExportView {
    /// Its name for programs.
    pub id: Id,
    /// The folder of its project.
    pub project: String,
    /// Its project's name for people.
    pub project_name: String,
    /// When it was ordered.
    pub added_unix_ms: u64,
    /// The folder that its clips go into.
    pub folder: String,
    /// How far it is.
    pub state: ExportBatchState,
    /// Its clips.
    pub items: Vec<ExportItem>,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportBatchState {
    /// Another one is being made before it.
    Waiting,
    /// It is being made.
    Running,
    /// All its clips are there.
    Done,
    /// Some of its clips could not be made.
    Failed,
    /// The user broke it off.
    Cancelled,
    /// The program ended while it was being made: it can go on.
    Interrupted,
}

/// A clip of an order.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ExportItem {
    /// Its preset.
    pub preset: String,
    /// The languages of its captions.
    pub tongues: Option<Tongues>,
    /// The folder with its files.
    pub folder: String,
    /// How far it is.
    pub state: EntryState,
    /// How far it is while it is being made.
    pub step: Option<ExportStep>,
    /// Why it failed.
    pub failure: Option<String>,
    /// The same for those who tell it in another language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub detail: Option<Detail>,
    /// What came of it.
    pub report: Option<KitReport>,
}

/// How far a clip is.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ExportStep {
    /// What is being done.
    pub phase: ExportPhase,
    /// How much of the clip is done: 0 to 1.
    pub fraction: f64,
    /// What is left of it; nothing at its beginning.
    pub seconds_left: Option<f64>,
    /// The picture that was written last, below the media server's address.
    pub preview: Option<String>,
}

/// What is being done for a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportPhase {
    /// Its sound is measured.
    Measure,
    /// Pictures and sound are written.
    Write,
    /// It is labelled, and signed where somebody signs.
    Label,
    /// It is read back.
    Check,
}

impl From<Phase> for ExportPhase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Measure => Self::Measure,
            Phase::Write => Self::Write,
            Phase::Label => Self::Label,
            Phase::Check => Self::Check,
        }
    }
}

/// Who works on a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Here,
    Elsewhere,
    Nobody,
}

/// How far a batch is, for whoever looks at it.
pub(super) fn view(batch: &Batch, who: Who, step: Option<&(usize, ExportStep)>) -> ExportView {
    let any = |state| batch.entries.iter().any(|entry| entry.state == state);
    let is_open = any(EntryState::Waiting) || any(EntryState::Running);
    let state = match who {
        // Not over before it was let go: only then it can be made again.
        Who::Here | Who::Elsewhere if any(EntryState::Running) || any(EntryState::Done) || !is_open => {
            ExportBatchState::Running
        }
        Who::Here | Who::Elsewhere => ExportBatchState::Waiting,
        _ if is_open => ExportBatchState::Interrupted,
        _ if any(EntryState::Failed) => ExportBatchState::Failed,
        _ if any(EntryState::Cancelled) => ExportBatchState::Cancelled,
        _ => ExportBatchState::Done,
    };
    let item = |(index, entry): (usize, &Entry)| ExportItem {
        preset: entry.item.preset.clone(),
        tongues: entry.item.tongues,
        folder: entry.item.folder.display().to_string(),
        state: entry.state,
        step: step.filter(|(at, _)| *at == index).map(|(_, step)| step.clone()),
        failure: entry.failure.clone(),
        detail: entry.detail.clone(),
        report: entry.report.clone().map(|report| KitReport { details: serde_json::Value::Null, ..report }),
    };
    ExportView {
        id: batch.id,
        project: batch.scene.folder.display().to_string(),
        project_name: batch.scene.name.clone(),
        added_unix_ms: batch.added_unix_ms,
        folder: batch.order.folder.clone(),
        state,
        items: batch.entries.iter().enumerate().map(item).collect(),
    }
}
