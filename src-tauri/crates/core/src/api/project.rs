//! Projects: making, opening, undo.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::Context as _;
use serde::Deserialize;
use ts_rs::TS;

use super::app::remember_project;
use super::open::Open;
use super::studio::Studio;
use super::value::Nothing;
use super::view::{ProjectSummary, ProjectView};
use crate::library::TakeFilter;
use crate::project::{self, NewProject, Project, ProjectData, folder_name};
use crate::{Code, Detail, coded, sample as sample_project, told};

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

pub(super) fn list(studio: &Studio, _: Nothing) -> anyhow::Result<Vec<ProjectSummary>> {
    let mut takes = std::collections::BTreeMap::<PathBuf, u32>::new();
    for take in studio.library.takes(&TakeFilter::default())? {
        *takes.entry(take.project).or_default() += 1;
    }
    let summary = |known: crate::library::ProjectEntry| {
        let file = known.folder.join(project::FILE);
        let changed = file.metadata().and_then(|metadata| metadata.modified()).ok();
        let changed = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
        let data = ProjectData::read(&known.folder);
        let takes = takes.get(&known.folder).copied().unwrap_or(0);
        ProjectSummary {
            id: known.id,
            folder: known.folder.display().to_string(),
            name: data.as_ref().map_or(known.name, |data| data.name.clone()),
            aspect: data.as_ref().ok().map(|data| data.aspect.clone()),
            shots: data.as_ref().map_or(0, |data| u32::try_from(data.shots.len()).unwrap_or(u32::MAX)),
            takes,
            changed_unix_ms: changed.map(|since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX)),
            poster: (takes > 0).then(|| format!("posters/{}.png", known.id)),
            trouble: data.err().map(|error| format!("{error:#}")),
        }
    };
    let mut projects: Vec<_> = studio.library.projects()?.into_iter().map(summary).collect();
    projects.sort_by_key(|project| std::cmp::Reverse(project.changed_unix_ms));
    Ok(projects)
}

pub(super) fn create(studio: &Studio, args: CreateArgs) -> anyhow::Result<ProjectView> {
    let CreateArgs { name, aspect, model, folder } = args;
    let parent = parent(studio, folder.as_deref())?;
    let folder = parent.join(folder_name(&name));
    let project = Project::create(&folder, NewProject { name: name.trim().to_owned(), aspect, model })?;
    put(studio, project)
}

pub(super) fn sample(studio: &Studio, _: Nothing) -> anyhow::Result<ProjectView> {
    let folder = sample_project::copy_to(&parent(studio, None)?)?;
    put(studio, Project::open(&folder)?)
}

pub(super) fn open(studio: &Studio, args: FolderArgs) -> anyhow::Result<ProjectView> {
    let folder = absolute(&args.folder)?;
    if studio.project_folder().as_ref() == Some(&folder) {
        return view(studio);
    }
    put(studio, Project::open(&folder)?)
}

pub(super) fn close(studio: &Studio, _: Nothing) -> anyhow::Result<()> {
    studio.set_open(None);
    remember_project(studio, None);
    studio.touch();
    Ok(())
}

pub(super) fn forget(studio: &Studio, args: FolderArgs) -> anyhow::Result<()> {
    studio.library.forget_project(&absolute(&args.folder)?)
}

pub(super) fn get(studio: &Studio, _: Nothing) -> anyhow::Result<Option<ProjectView>> {
    let revision = studio.revision();
    Ok(studio.open_project().as_ref().map(|open| open.view(revision)))
}

pub(super) fn undo(studio: &Studio, _: Nothing) -> anyhow::Result<ProjectView> {
    studio.change(|open| open.travel(Project::undo))?;
    view(studio)
}

pub(super) fn redo(studio: &Studio, _: Nothing) -> anyhow::Result<ProjectView> {
    studio.change(|open| open.travel(Project::redo))?;
    view(studio)
}

pub(super) fn edit(studio: &Studio, args: EditArgs) -> anyhow::Result<ProjectView> {
    let EditArgs { name, aspect, model } = args;
    let is_renamed = name.is_some();
    studio.change(|open| {
        open.edit("Project", |data| {
            data.name = name.map_or_else(|| data.name.clone(), |name| name.trim().to_owned());
            data.aspect = aspect.unwrap_or_else(|| data.aspect.clone());
            data.model = model.unwrap_or_else(|| data.model.clone());
            Ok(())
        })
    })?;
    if let Some(folder) = studio.project_folder().filter(|_| is_renamed) {
        studio.library.index_project(&folder)?;
    }
    view(studio)
}

/// The open project as it is seen.
pub(super) fn view(studio: &Studio) -> anyhow::Result<ProjectView> {
    let revision = studio.revision();
    studio.with_project(|open| Ok(open.view(revision)))
}

/// Puts a project in the place of the one that is open.
fn put(studio: &Studio, project: Project) -> anyhow::Result<ProjectView> {
    let folder = project.folder().to_owned();
    let opened = Open::new(project, studio.models())?;
    studio.library.index_project(&folder)?;
    index_takes(studio, &folder, &opened)?;
    studio.set_open(Some(opened));
    remember_project(studio, Some(&folder));
    studio.touch();
    view(studio)
}

/// Puts takes into the library that it does not know: the project comes from somewhere else.
fn index_takes(studio: &Studio, folder: &Path, open: &Open) -> anyhow::Result<()> {
    let filter = TakeFilter { project: Some(folder.to_owned()), ..TakeFilter::default() };
    let known: std::collections::BTreeSet<_> = studio.library.takes(&filter)?.into_iter().map(|take| take.id).collect();
    let new = open.reel.takes().filter(|seen| !known.contains(&seen.take.id));
    new.into_iter().try_for_each(|seen| studio.library.index_take(folder, open.project.data().id, &seen.take))
}

/// The folder that a new project goes into.
fn parent(studio: &Studio, folder: Option<&str>) -> anyhow::Result<PathBuf> {
    if let Some(folder) = folder.filter(|folder| !folder.trim().is_empty()) {
        let folder = absolute(folder)?;
        if !folder.is_dir() {
            return Err(told(Code::Input, Detail::NoFolder { path: folder }));
        }
        return Ok(folder);
    }
    let usual = studio.places.projects();
    std::fs::create_dir_all(&usual).with_context(|| format!("cannot make this folder: {}", usual.display()))?;
    // As it is found again when it is opened by its path.
    crate::database::resolved(&usual)
}

fn absolute(folder: &str) -> anyhow::Result<PathBuf> {
    if !Path::new(folder).is_absolute() {
        return Err(coded(Code::Input, format!("give the whole path of the folder, from the root: {folder}")));
    }
    crate::database::resolved(Path::new(folder))
}
