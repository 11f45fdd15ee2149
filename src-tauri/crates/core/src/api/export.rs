//! Exports: presets, orders, the preview of what will be exported, and cuts for other programs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gallop_protocol::Id;
use gallop_protocol::message::Checkpoint;
use gallop_protocol::shot::Language;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::exports::ExportView;
use super::known::KnownModels;
use super::open::Open;
use super::reel::{Reel, Seen};
use super::studio::Studio;
use super::value::{Named, Nothing};
use crate::export::{Batch, Order, Preset, Presets, STATEMENT, STATEMENT_TEXT, Scene, Shown, Tongues, cues, own_size};
use crate::handover::{Cut, Handed, hand_over};
use crate::project::ProjectData;
use crate::take::TakeFolder;
use crate::{Code, Detail, told};

/// All presets, and what goes with them.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ExportPresets {
    /// The presets, in the order in which they are shown.
    pub presets: Vec<Preset>,
    /// What has to be agreed to by who leaves a label out that a law asks for.
    pub statement: LabelStatement,
    /// What is wrong with presets that the user wrote.
    pub troubles: Vec<String>,
}

/// What has to be agreed to by who leaves a label out that a law asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LabelStatement {
    /// Its name, which an order gives back.
    pub id: String,
    /// Its words.
    pub text: String,
}

/// Where a cut for other programs goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct HandoverArgs {
    /// The folder in which a folder is made for it.
    pub folder: String,
}

pub(super) fn presets(studio: &Studio, _: Nothing) -> anyhow::Result<ExportPresets> {
    let (presets, troubles) = Presets::of_this_user(&studio.places)?;
    let statement = LabelStatement { id: STATEMENT.to_owned(), text: STATEMENT_TEXT.to_owned() };
    Ok(ExportPresets { presets: presets.iter().cloned().collect(), statement, troubles })
}

pub(super) fn start(studio: &Studio, order: Order) -> anyhow::Result<ExportView> {
    let scene = scene_of_open(studio)?;
    let (presets, _) = Presets::of_this_user(&studio.places)?;
    let batch = Batch::new(&studio.places, order, scene, &presets)?;
    studio.exports.begin(studio, batch)
}

pub(super) fn list(studio: &Studio, _: Nothing) -> anyhow::Result<Vec<ExportView>> {
    Ok(studio.exports.list())
}

pub(super) fn cancel(studio: &Studio, args: Named) -> anyhow::Result<()> {
    studio.exports.cancel(args.id)
}

pub(super) fn retry(studio: &Studio, args: Named) -> anyhow::Result<ExportView> {
    studio.exports.retry(studio, args.id)
}

pub(super) fn remove(studio: &Studio, args: Named) -> anyhow::Result<()> {
    studio.exports.remove(args.id)
}

pub(super) fn handover(studio: &Studio, args: HandoverArgs) -> anyhow::Result<Handed> {
    let folder = PathBuf::from(&args.folder);
    if !folder.is_absolute() || !folder.is_dir() {
        return Err(told(Code::Input, Detail::NoFolder { path: folder }));
    }
    let (scene, data) = studio.with_project(|open| Ok((scene(open)?, open.project.data().clone())))?;
    hand_over_scene(&folder, &scene, &data)
}

/// Hands a scene over to other programs.
///
/// # Errors
/// As [`hand_over`].
pub fn hand_over_scene(folder: &Path, scene: &Scene, data: &ProjectData) -> anyhow::Result<Handed> {
    let cut = Cut::new(data, &scene.timeline, &scene.materials, own_size(&scene.aspect));
    let of = |first: Language| {
        let tongues = Tongues { first, second: None };
        (tongues.code(), cues(&scene.timeline, Some(tongues)))
    };
    let captions: Vec<_> = scene.languages().into_iter().map(of).collect();
    hand_over(folder, &cut, &captions)
}

/// What the open project would export now.
fn scene_of_open(studio: &Studio) -> anyhow::Result<Scene> {
    studio.with_project(|open| scene(open))
}

fn scene(open: &Open) -> anyhow::Result<Scene> {
    let data = open.project.data();
    let folder = open.project.folder();
    let shown = open.reel.shown(data);
    Scene::new(folder, data, timeline(open), &|shot| take_of(folder, shown.get(&shot)?))
}

pub(super) fn timeline(open: &Open) -> crate::timeline::Timeline {
    let lengths = open.lengths();
    open.project.data().timeline(|entry| lengths.get(&entry.id).copied().unwrap_or(1))
}

/// The clip of a take that is whole.
pub(super) fn take_of(folder: &Path, seen: &Seen) -> Option<Shown> {
    let found = TakeFolder::find(folder, seen.take.id).ok()??;
    let clip = found.path(Checkpoint::Clip);
    crate::inside::file_bytes(&clip).ok()??;
    Some(Shown { clip, model: seen.take.recipe.model.as_ref().map(|model| model.name.clone()) })
}

/// What the project in `folder` would export now, whoever has it open.
///
/// # Errors
/// It is no project; or as [`Scene::new`].
pub fn read_scene(folder: &Path) -> anyhow::Result<(Scene, ProjectData)> {
    let data = ProjectData::read(folder)?;
    let reel = Reel::default().look(folder);
    let shown = reel.shown(&data);
    let lengths: BTreeMap<Id, u32> = reel.lengths(&data, &KnownModels::default());
    let timeline = data.timeline(|entry| lengths.get(&entry.id).copied().unwrap_or(1));
    let scene = Scene::new(folder, &data, timeline, &|shot| take_of(folder, shown.get(&shot)?))?;
    Ok((scene, data))
}
