//! What an engine needs for a job, looked up in the project; or the take, where there is nothing left to make.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gallop_protocol::Digest;
use gallop_protocol::message::{Checkpoint, Cost, Order};
use gallop_protocol::recipe::{self, Recipe};

use super::spent::Spent;
use crate::clock::now_unix_ms;
use crate::jobs::Job;
use crate::project::{self, ProjectData, find_media};
use crate::take::{self, Take, TakeFolder};
use crate::{Code, coded};

/// What is left to do for a job.
pub enum Ready {
    /// Nothing: its take is complete.
    Complete(Take),
    /// The clip is there, and this take is to be made of it.
    Clip(Take, TakeFolder),
    /// The engine's work.
    Work(Brief),
}

/// What an engine needs.
pub struct Brief {
    /// The take's folder.
    pub folder: TakeFolder,
    /// The order, with what there is of the job already.
    pub order: Order,
    /// Where the files lie that the order names.
    pub files: BTreeMap<Digest, PathBuf>,
    /// What earlier runs took.
    pub spent: Spent,
}

/// Looks up what is left to do.
///
/// # Errors
/// [`Code::Input`] where the project, a reference or the draft is gone; or the project cannot be read.
pub fn prepare(job: &Job) -> anyhow::Result<Ready> {
    check_project(job)?;
    let folder = match TakeFolder::find(&job.project, job.id)? {
        Some(folder) => folder,
        None => TakeFolder::create(&job.project, job.id)?,
    };
    if let Some(take) = folder.read()? {
        return Ok(Ready::Complete(take));
    }
    folder.sweep();
    let spent = Spent::read(&folder);
    let mut checkpoints = folder.checkpoints()?;
    // A clip that does not say that it is of this job is made again.
    if checkpoints.remove(&Checkpoint::Clip).is_some()
        && let Some(recipe) = recipe_of_clip(&folder, &job.order)
    {
        let take = take_of(job, recipe, spent.with(Cost::default()));
        return Ok(Ready::Clip(take, folder));
    }
    let mut files: BTreeMap<_, _> =
        checkpoints.iter().map(|(checkpoint, digest)| (*digest, folder.path(*checkpoint))).collect();
    if !checkpoints.contains_key(&Checkpoint::Draft)
        && let Some((digest, path)) = parents_draft(job)?
    {
        checkpoints.insert(Checkpoint::Draft, digest);
        files.insert(digest, path);
    }
    files.extend(references(job)?);
    let order = Order { checkpoints, ..job.order.clone() };
    Ok(Ready::Work(Brief { folder, order, files, spent }))
}

/// The take that a job's clip makes.
pub fn take_of(job: &Job, recipe: Recipe, cost: Cost) -> Take {
    let Job { id, shot, parent, ref order, .. } = *job;
    Take { format: take::FORMAT, id, shot, recipe, goal: order.goal, parent, created_unix_ms: now_unix_ms(), cost }
}

/// The recipe inside the clip of a take, if it is one of this order.
pub fn recipe_of_clip(folder: &TakeFolder, order: &Order) -> Option<Recipe> {
    let metadata = gallop_media::read_metadata(&folder.path(Checkpoint::Clip)).ok()?;
    let made = Recipe::from_json(metadata.get(recipe::KEY)?).ok()?;
    let wanted = &order.recipe;
    ((&made.shot, made.seed) == (&wanted.shot, wanted.seed)).then_some(made)
}

fn check_project(job: &Job) -> anyhow::Result<()> {
    let refuse = |why: &str| {
        let folder = job.project.display();
        Err(coded(Code::Input, format!("{why}; put the project of this job back, then try it again: {folder}")))
    };
    if !job.project.join(project::FILE).is_file() {
        return refuse("there is no project in this folder any more");
    }
    // One that is damaged just now has its takes made all the same.
    match ProjectData::read(&job.project) {
        Ok(data) if data.id != job.project_id => refuse("there is another project in this folder now"),
        _ => Ok(()),
    }
}

/// The draft that a job finishes.
fn parents_draft(job: &Job) -> anyhow::Result<Option<(Digest, PathBuf)>> {
    let Some(parent) = job.parent else { return Ok(None) };
    let found = match TakeFolder::find(&job.project, parent)? {
        Some(folder) => {
            let path = folder.path(Checkpoint::Draft);
            folder.checkpoints()?.remove(&Checkpoint::Draft).map(|digest| (digest, path))
        }
        None => None,
    };
    found.map(Some).ok_or_else(|| {
        let folder = job.project.join(take::FOLDER).join(parent.to_string());
        let why = "the draft that this job finishes has no latents any more; make a new draft and finish that";
        coded(Code::Input, format!("{why}: {}", folder.display()))
    })
}

/// The files that the job's shot refers to.
fn references(job: &Job) -> anyhow::Result<Vec<(Digest, PathBuf)>> {
    let recipe = &job.order.recipe;
    let named = [("reference picture", &recipe.image), ("voice", &recipe.voice)];
    let mut found = Vec::new();
    for (what, reference) in named {
        let Some(reference) = reference else { continue };
        let name: String = reference.file.chars().take(100).collect();
        let gone = |why: &str| {
            let why = format!(
                "the {what} `{}` of this job {why}; import it again, then try the job again",
                name.escape_debug()
            );
            coded(Code::Input, format!("{why}: {}", job.project.display()))
        };
        let digest = reference.sha256.ok_or_else(|| gone("is not named by its content"))?;
        let path = find_media(&job.project, digest)?.ok_or_else(|| gone("is gone from the project"))?;
        found.push((digest, path));
    }
    Ok(found)
}
