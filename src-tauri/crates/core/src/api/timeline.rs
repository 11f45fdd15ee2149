//! The timeline of the open project.

use serde::Deserialize;
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;
use super::view::ProjectView;
use crate::timeline::TimelineEdit;

/// Edits of the timeline.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "TimelineEditArgs")]
pub struct EditArgs {
    /// One after the other.
    pub edits: Vec<TimelineEdit>,
    /// Edits in a row with the same key are undone as one: the moves of one drag.
    #[serde(default)]
    #[ts(optional)]
    pub merge: Option<String>,
}

pub(super) fn edit(_: &Studio, _: EditArgs) -> anyhow::Result<ProjectView> {
    not_yet()
}
