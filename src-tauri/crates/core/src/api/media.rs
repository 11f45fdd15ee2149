//! Files that are taken into a project.

use gallop_protocol::{Digest, Id};
use serde::Deserialize;
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;
use super::value::Patch;
use crate::project::MediaItem;

/// Files to be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "MediaImportArgs")]
pub struct ImportArgs {
    /// Where they are.
    pub paths: Vec<String>,
}

/// A clip that Gallop made.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "MediaClipArgs")]
pub struct ClipArgs {
    /// Where it is.
    pub path: String,
    /// The frame of the timeline where its shot goes; at the end where it is left out. `null`: not on the timeline.
    #[serde(default)]
    #[ts(as = "Option<u32>", optional = nullable)]
    pub at: Patch<u32>,
}

/// A file of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "MediaRemoveArgs")]
pub struct RemoveArgs {
    /// The file.
    pub sha256: Digest,
}

pub(super) fn import(_: &Studio, _: ImportArgs) -> anyhow::Result<Vec<MediaItem>> {
    not_yet()
}

pub(super) fn shot_of_clip(_: &Studio, _: ClipArgs) -> anyhow::Result<Id> {
    not_yet()
}

pub(super) fn remove(_: &Studio, _: RemoveArgs) -> anyhow::Result<()> {
    not_yet()
}
