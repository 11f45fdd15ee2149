//! The timeline of the open project.

use serde::Deserialize;
use ts_rs::TS;

use super::open::ShotsOf;
use super::studio::Studio;
use super::view::ProjectView;
use crate::project::Edit;
use crate::timeline::TimelineEdit;
use crate::{Code, coded};

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

pub(super) fn edit(studio: &Studio, args: EditArgs) -> anyhow::Result<ProjectView> {
    let EditArgs { edits, merge } = args;
    let Some(first) = edits.first() else { return Err(coded(Code::Input, "there is no edit in this list")) };
    let label = first.label();
    let edit = match merge {
        Some(key) => Edit::merging(label, format!("timeline {key}")),
        None => Edit::from(label),
    };
    studio.change(|open| {
        let lengths = open.lengths();
        open.edit(edit, |data| {
            for edit in &edits {
                if let TimelineEdit::AddAudio { media, .. } | TimelineEdit::InsertFootage { media, .. } = edit {
                    super::shot::check_media(data, [media])?;
                }
                if let TimelineEdit::PutAudio { item, .. } = edit {
                    super::shot::check_media(data, [&item.media])?;
                }
            }
            let shots = ShotsOf::new(data, lengths);
            let mut timeline = data.cut.take().unwrap_or_default();
            for edit in &edits {
                timeline = timeline.after(edit, &shots)?;
            }
            data.cut = Some(timeline);
            Ok(())
        })
    })?;
    super::project::view(studio)
}
