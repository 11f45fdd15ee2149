//! Projects: making, opening, undo.

use serde::Deserialize;
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;
use super::value::Nothing;
use super::view::{ProjectSummary, ProjectView};

/// A new project.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ProjectCreateArgs")]
pub struct CreateArgs {
    /// What people call it.
    pub name: String,
    /// Shape of its clips, as in `9:16`.
    pub aspect: String,
    /// The model that its shots are made with.
    pub model: String,
    /// The folder that its folder goes into; the usual one where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub folder: Option<String>,
}

/// A project's folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ProjectFolderArgs")]
pub struct FolderArgs {
    /// The folder.
    pub folder: String,
}

/// Changes of what holds for the whole project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "ProjectEditArgs")]
pub struct EditArgs {
    /// What people call it.
    #[ts(optional)]
    pub name: Option<String>,
    /// Shape of its clips.
    #[ts(optional)]
    pub aspect: Option<String>,
    /// The model that its shots are made with.
    #[ts(optional)]
    pub model: Option<String>,
}

pub(super) fn list(_: &Studio, _: Nothing) -> anyhow::Result<Vec<ProjectSummary>> {
    not_yet()
}

pub(super) fn create(_: &Studio, _: CreateArgs) -> anyhow::Result<ProjectView> {
    not_yet()
}

pub(super) fn sample(_: &Studio, _: Nothing) -> anyhow::Result<ProjectView> {
    not_yet()
}

pub(super) fn open(_: &Studio, _: FolderArgs) -> anyhow::Result<ProjectView> {
    not_yet()
}

pub(super) fn close(_: &Studio, _: Nothing) -> anyhow::Result<()> {
    not_yet()
}

pub(super) fn forget(_: &Studio, _: FolderArgs) -> anyhow::Result<()> {
    not_yet()
}

pub(super) fn get(_: &Studio, _: Nothing) -> anyhow::Result<Option<ProjectView>> {
    not_yet()
}

pub(super) fn undo(_: &Studio, _: Nothing) -> anyhow::Result<ProjectView> {
    not_yet()
}

pub(super) fn redo(_: &Studio, _: Nothing) -> anyhow::Result<ProjectView> {
    not_yet()
}

pub(super) fn edit(_: &Studio, _: EditArgs) -> anyhow::Result<ProjectView> {
    not_yet()
}
