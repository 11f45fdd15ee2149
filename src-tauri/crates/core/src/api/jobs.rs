//! The queue.

use gallop_protocol::Id;
use gallop_protocol::message::Goal;
use gallop_protocol::shot::Shot;
use serde::Deserialize;
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;
use super::value::{Named, Nothing, Patch, Pixels};
use super::view::JobView;

/// Takes that are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "JobsAddArgs")]
pub struct AddArgs {
    /// Of these shots.
    pub shots: Vec<Id>,
    /// How many of each, each with another seed; one where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub drafts: Option<u32>,
    /// How far they go.
    pub goal: Goal,
    /// The first seed; each further one counts up. The shot's, or a new one each time, where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub seed: Option<u64>,
}

/// Drafts that are to be finished.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "JobsFinishArgs")]
pub struct FinishArgs {
    /// The drafts.
    pub takes: Vec<Id>,
    /// Width and height; the largest that the model makes of them where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub size: Option<Pixels>,
}

/// How much of the past.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "JobsHistoryArgs")]
pub struct HistoryArgs {
    /// So many at most; 50 where nothing is said.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A copy of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "JobsDuplicateArgs")]
pub struct DuplicateArgs {
    /// The job.
    pub id: Id,
    /// The copy's seed; a new one where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub seed: Option<u64>,
}

/// Another turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "JobsMoveArgs")]
pub struct MoveArgs {
    /// The job.
    pub id: Id,
    /// Where to.
    pub place: PlaceArg,
}

/// A place in the queue: `"front"`, `"end"`, `{ before: id }` or `{ after: id }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "Place")]
pub enum PlaceArg {
    /// Before all others.
    Front,
    /// Behind all others.
    End,
    /// Directly before this job.
    Before(Id),
    /// Directly behind this job.
    After(Id),
}

/// Changes of a waiting job.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "JobsEditArgs")]
pub struct EditArgs {
    /// The job.
    pub id: Id,
    /// What is to be seen and heard.
    #[serde(default)]
    #[ts(optional)]
    pub shot: Option<Shot>,
    /// What decides all noise, below 2^53.
    #[serde(default)]
    #[ts(optional)]
    pub seed: Option<u64>,
    /// Length; `null` for the model's usual one.
    #[serde(default)]
    #[ts(as = "Option<f32>", optional = nullable)]
    pub seconds: Patch<f32>,
    /// Width and height; `null` for the model's.
    #[serde(default)]
    #[ts(as = "Option<Pixels>", optional = nullable)]
    pub size: Patch<Pixels>,
}

pub(super) fn add(_: &Studio, _: AddArgs) -> anyhow::Result<Vec<JobView>> {
    not_yet()
}

pub(super) fn finish(_: &Studio, _: FinishArgs) -> anyhow::Result<Vec<JobView>> {
    not_yet()
}

pub(super) fn list(_: &Studio, _: Nothing) -> anyhow::Result<Vec<JobView>> {
    not_yet()
}

pub(super) fn history(_: &Studio, _: HistoryArgs) -> anyhow::Result<Vec<JobView>> {
    not_yet()
}

pub(super) fn pause(_: &Studio, _: Named) -> anyhow::Result<JobView> {
    not_yet()
}

pub(super) fn resume(_: &Studio, _: Named) -> anyhow::Result<JobView> {
    not_yet()
}

pub(super) fn cancel(_: &Studio, _: Named) -> anyhow::Result<JobView> {
    not_yet()
}

pub(super) fn retry(_: &Studio, _: Named) -> anyhow::Result<JobView> {
    not_yet()
}

pub(super) fn duplicate(_: &Studio, _: DuplicateArgs) -> anyhow::Result<JobView> {
    not_yet()
}

pub(super) fn put(_: &Studio, _: MoveArgs) -> anyhow::Result<JobView> {
    not_yet()
}

pub(super) fn edit(_: &Studio, _: EditArgs) -> anyhow::Result<JobView> {
    not_yet()
}
