//! The cast.

use serde::Deserialize;
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;
use super::value::Named;
use crate::project::Character;

/// A character as it shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "CastPutArgs")]
pub struct PutArgs {
    /// The character.
    pub character: Character,
}

pub(super) fn put(_: &Studio, _: PutArgs) -> anyhow::Result<()> {
    not_yet()
}

pub(super) fn remove(_: &Studio, _: Named) -> anyhow::Result<()> {
    not_yet()
}
