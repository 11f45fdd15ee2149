//! Takes: removing them, and comparing them.

use gallop_protocol::Id;
use serde::Deserialize;
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;

/// Takes that are not wanted any more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "TakesRemoveArgs")]
pub struct RemoveArgs {
    /// The takes.
    pub takes: Vec<Id>,
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "TakesJudgeArgs")]
pub struct JudgeArgs {
    /// The take that was liked best.
    pub winner: Id,
    /// Those beside it.
    pub losers: Vec<Id>,
}

pub(super) fn remove(_: &Studio, _: RemoveArgs) -> anyhow::Result<()> {
    not_yet()
}

pub(super) fn judge(_: &Studio, _: JudgeArgs) -> anyhow::Result<()> {
    not_yet()
}
