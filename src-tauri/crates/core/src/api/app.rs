//! The studio as a whole, and what the user chose of the interface.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;
use super::value::Nothing;
use crate::runner::EngineStatus;

/// What the studio is, and what it has to work with.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct AppStatus {
    /// Of the program.
    pub version: String,
    /// Where it keeps what is not in a project.
    pub places: PlacesView,
    /// Where new projects go unless somebody says otherwise.
    pub projects_folder: String,
    /// Address of the media server, with a slash at its end; nothing where none runs.
    pub media_url: Option<String>,
    /// Who works the queue off.
    pub runner: RunnerState,
    /// The engines of the settings, as far as this process runs them.
    pub engines: Vec<EngineStatus>,
    /// What can be made with as far as is known: of all engines that ever answered, and the model in the box.
    pub models: Vec<UsableModel>,
    /// Room on the disk of the projects folder.
    pub free_bytes: Option<u64>,
    /// Whether nobody has been through the first screen yet.
    pub first_run: bool,
    /// The folder of the project that was open last, if it is still there.
    pub last_project: Option<String>,
    /// What is wrong with the studio itself: a queue that had to be made anew, say.
    pub troubles: Vec<String>,
}

/// A model that clips can be made with.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct UsableModel {
    /// Its name.
    pub name: String,
    /// Width and height of drafts by aspect.
    pub sizes: BTreeMap<String, [u32; 2]>,
    /// Shorter sides that a draft can be brought to.
    pub upscales: Vec<u32>,
    /// Shortest, longest and usual length in seconds.
    pub seconds: [f32; 3],
}

/// Where a studio keeps what is not in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PlacesView {
    /// The queue and the library index.
    pub data: String,
    /// What the user chose.
    pub config: String,
    /// What can be made again.
    pub cache: String,
    /// The models.
    pub models: String,
}

/// Who works the queue off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunnerState {
    /// This process.
    Own,
    /// Another process of this user.
    Elsewhere,
}

/// What the user chose of the interface. A field that is not known is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UiSettings {
    /// Dark or light.
    #[serde(default)]
    pub theme: Theme,
    /// In which language it speaks.
    #[serde(default)]
    pub language: UiLanguage,
    /// Name of the set of shortcuts.
    #[serde(default = "usual_shortcuts")]
    pub shortcuts: String,
    /// Whether somebody has been through the first screen.
    #[serde(default)]
    pub seen_first_run: bool,
    /// Sizes of panels, places of the playhead by project, and other numbers that only the interface knows.
    #[serde(default)]
    pub layout: BTreeMap<String, f64>,
    /// What this version does not know.
    #[serde(flatten)]
    #[ts(skip)]
    pub other: Map<String, Value>,
}

/// Dark or light.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// In which language an interface speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UiLanguage {
    /// As the system.
    #[default]
    System,
    /// English.
    En,
    /// 简体中文.
    Zh,
}

/// Changes of the settings.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
pub struct SetSettings {
    /// What changes, field by field. The numbers of the layout are added to those that are there.
    #[ts(type = "Partial<UiSettings> & Record<string, unknown>")]
    pub settings: Map<String, Value>,
}

fn usual_shortcuts() -> String {
    "short_video".into()
}

pub(super) fn status(_: &Studio, _: Nothing) -> anyhow::Result<AppStatus> {
    not_yet()
}

pub(super) fn settings(_: &Studio, _: Nothing) -> anyhow::Result<UiSettings> {
    not_yet()
}

pub(super) fn set_settings(_: &Studio, _: SetSettings) -> anyhow::Result<UiSettings> {
    not_yet()
}
