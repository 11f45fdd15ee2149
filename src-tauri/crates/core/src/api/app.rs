//! The studio as a whole, and what the user chose of the interface.

use std::collections::BTreeMap;

use gallop_protocol::shot::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::studio::Studio;
use super::value::Nothing;
use crate::database::Database;
use crate::disk::free_bytes;
use crate::places::Places;
use crate::runner::EngineStatus;
use crate::settings::Settings;
use crate::{Code, coded, project};

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
    /// The language of new spoken lines; the interface's own where nothing is said.
    #[serde(default)]
    pub spoken: Option<Language>,
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

/// How the interface is to look from its first picture on: part of [`UiSettings`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Dark or light.
    pub theme: Theme,
    /// In which language it speaks.
    pub language: UiLanguage,
}

impl Look {
    /// What this user chose; as the system looks where nothing can be read, which is told elsewhere.
    pub fn of_this_user(places: &Places) -> Self {
        let ui = Settings::load(places).and_then(|settings| ui_settings(&settings));
        ui.map(|ui| Self { theme: ui.theme, language: ui.language }).unwrap_or_default()
    }
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

/// The name of the interface's own part of the settings.
const UI: &str = "ui";
/// The name under which the folder of the last project is kept there.
const LAST_PROJECT: &str = "last_project";

pub(super) fn status(studio: &Studio, _: Nothing) -> anyhow::Result<AppStatus> {
    let settings = Settings::load(&studio.places);
    let mut troubles: Vec<String> = settings.as_ref().err().map(|error| format!("{error:#}")).into_iter().collect();
    troubles.extend(trouble(&studio.database));
    let ui = settings.as_ref().ok().and_then(|settings| settings.rest.get(UI)).and_then(Value::as_object);
    let last = ui.and_then(|ui| ui.get(LAST_PROJECT)?.as_str()).filter(|folder| is_project(folder));
    let text = |path: &std::path::Path| path.display().to_string();
    let places = &studio.places;
    let projects = places.projects();
    let board = studio.board();
    let model = |model: &gallop_protocol::message::ModelInfo| UsableModel {
        name: model.name.clone(),
        sizes: model.sizes.clone(),
        upscales: model.upscales.clone(),
        seconds: model.seconds,
    };
    Ok(AppStatus {
        version: env!("CARGO_PKG_VERSION").into(),
        places: PlacesView {
            data: text(&places.data),
            config: text(&places.config),
            cache: text(&places.cache),
            models: text(studio.store.root()),
        },
        projects_folder: text(&projects),
        media_url: studio.media_url(),
        runner: if board.is_some() { RunnerState::Own } else { RunnerState::Elsewhere },
        engines: board.map(|board| board.engines()).unwrap_or_default(),
        models: studio.models().all().map(model).collect(),
        free_bytes: projects.ancestors().find(|folder| folder.is_dir()).and_then(free_bytes),
        first_run: !ui.is_some_and(|ui| ui.get("seen_first_run").and_then(Value::as_bool).unwrap_or(false)),
        last_project: last.map(str::to_owned),
        troubles,
    })
}

pub(super) fn settings(studio: &Studio, _: Nothing) -> anyhow::Result<UiSettings> {
    ui_settings(&Settings::load(&studio.places)?)
}

pub(super) fn set_settings(studio: &Studio, args: SetSettings) -> anyhow::Result<UiSettings> {
    let mut settings = Settings::load(&studio.places)?;
    let mut ui = settings.rest.get(UI).and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, value) in args.settings {
        match (ui.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(more)) if name == "layout" => known.extend(more),
            (_, value) => drop(ui.insert(name, value)),
        }
    }
    settings.rest.insert(UI.into(), Value::Object(ui));
    // Before it is saved: what cannot be read again is not kept.
    let read = ui_settings(&settings)?;
    settings.save(&studio.places)?;
    Ok(read)
}

/// Remembers the project that is open, for the next start. Not worth an error.
pub(super) fn remember_project(studio: &Studio, folder: Option<&std::path::Path>) {
    let Ok(mut settings) = Settings::load(&studio.places) else { return };
    let ui = settings.rest.entry(UI).or_insert_with(|| Value::Object(Map::new()));
    let Some(ui) = ui.as_object_mut() else { return };
    let folder = folder.map(|folder| Value::String(folder.display().to_string()));
    if ui.get(LAST_PROJECT) != folder.as_ref() {
        match folder {
            Some(folder) => drop(ui.insert(LAST_PROJECT.into(), folder)),
            None => drop(ui.remove(LAST_PROJECT)),
        }
        settings.save(&studio.places).ok();
    }
}

fn ui_settings(settings: &Settings) -> anyhow::Result<UiSettings> {
    let ui = settings.rest.get(UI).cloned().unwrap_or_else(|| Value::Object(Map::new()));
    let unreadable = |error| coded(Code::Input, format!("the settings of the interface cannot be like this: {error}"));
    serde_json::from_value(ui).map_err(unreadable)
}

fn trouble(database: &Database) -> Option<String> {
    let damaged = database.damaged().ok()??;
    let why = "the list of projects and jobs was damaged and is made anew: open your projects once to have them in it";
    Some(format!("{why}; the old file is kept: {}", damaged.display()))
}

fn is_project(folder: &str) -> bool {
    std::path::Path::new(folder).join(project::FILE).is_file()
}
