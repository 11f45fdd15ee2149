//! Shots: adding, editing, choosing a take.

use gallop_protocol::Id;
use gallop_protocol::shot::Shot;
use serde::Deserialize;
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;
use super::value::{Named, Patch, Pixels};
use crate::project::MediaRef;

/// A new shot.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "ShotAddArgs")]
pub struct AddArgs {
    /// What is to be seen and heard.
    #[ts(optional)]
    pub shot: Option<Shot>,
    /// The reference picture.
    #[ts(optional)]
    pub image: Option<MediaRef>,
    /// The voice track.
    #[ts(optional)]
    pub voice: Option<MediaRef>,
    /// Length.
    #[ts(optional)]
    pub seconds: Option<f32>,
    /// What people call it.
    #[ts(optional)]
    pub title: Option<String>,
    /// The frame of the timeline where its clip goes; at the end where it is left out. `null`: not on the timeline.
    #[ts(as = "Option<u32>", optional = nullable)]
    pub at: Patch<u32>,
    /// The clip or shot that it comes behind; goes before `at`.
    #[ts(optional)]
    pub after: Option<Id>,
}

/// Changes of a shot.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "ShotEditArgs")]
pub struct EditArgs {
    /// The shot.
    pub id: Id,
    /// What is to be seen and heard.
    #[serde(default)]
    #[ts(optional)]
    pub shot: Option<Shot>,
    /// Length; `null` for the model's usual one.
    #[serde(default)]
    #[ts(as = "Option<f32>", optional = nullable)]
    pub seconds: Patch<f32>,
    /// What decides all noise, below 2^53; `null` for a new one for each take.
    #[serde(default)]
    #[ts(as = "Option<u64>", optional = nullable)]
    pub seed: Patch<u64>,
    /// The reference picture; `null` for none.
    #[serde(default)]
    #[ts(as = "Option<MediaRef>", optional = nullable)]
    pub image: Patch<MediaRef>,
    /// The voice track; `null` for none.
    #[serde(default)]
    #[ts(as = "Option<MediaRef>", optional = nullable)]
    pub voice: Patch<MediaRef>,
    /// What people call it; `null` for nothing.
    #[serde(default)]
    #[ts(as = "Option<String>", optional = nullable)]
    pub title: Patch<String>,
    /// Width and height of its takes; `null` for the model's.
    #[serde(default)]
    #[ts(as = "Option<Pixels>", optional = nullable)]
    pub size: Patch<Pixels>,
}

/// Which take of a shot is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ShotChooseArgs")]
pub struct ChooseArgs {
    /// The shot.
    pub shot: Id,
    /// The take; `null` for the newest.
    pub take: Option<Id>,
}

/// Where the story goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ShotContinueArgs")]
pub struct ContinueArgs {
    /// The clip whose last picture is the first of the new shot.
    pub clip: Id,
}

pub(super) fn add(_: &Studio, _: AddArgs) -> anyhow::Result<Id> {
    not_yet()
}

pub(super) fn edit(_: &Studio, _: EditArgs) -> anyhow::Result<()> {
    not_yet()
}

pub(super) fn remove(_: &Studio, _: Named) -> anyhow::Result<()> {
    not_yet()
}

pub(super) fn duplicate(_: &Studio, _: Named) -> anyhow::Result<Id> {
    not_yet()
}

pub(super) fn choose_take(_: &Studio, _: ChooseArgs) -> anyhow::Result<()> {
    not_yet()
}

pub(super) fn continue_from(_: &Studio, _: ContinueArgs) -> anyhow::Result<Id> {
    not_yet()
}
