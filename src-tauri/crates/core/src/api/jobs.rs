//! The queue.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gallop_protocol::Id;
use gallop_protocol::message::{Goal, Order};
use gallop_protocol::recipe::Recipe;
use gallop_protocol::shot::Shot;
use serde::Deserialize;
use ts_rs::TS;

use super::known::final_size;
use super::shot::MAX_SEED;
use super::studio::Studio;
use super::value::{Named, Nothing, Patch, Pixels};
use super::view::{JobView, StepView};
use crate::jobs::{Filter, Job, NewJob, Place, State};
use crate::project::ProjectData;
use crate::runner::JobNews;
use crate::{Code, Detail, coded, told};

/// Takes that are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "JobsAddArgs")]
pub struct AddArgs {
    /// Of these shots.
    pub shots: Vec<Id>,
    /// How many of each, each with another seed; one where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub drafts: Option<u32>,
    /// How far they go.
    pub goal: Goal,
    /// The first seed; each further one counts up. The shot's, or a new one each time, where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub seed: Option<u64>,
}

/// Drafts that are to be finished.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "JobsFinishArgs")]
pub struct FinishArgs {
    /// The drafts.
    pub takes: Vec<Id>,
    /// Width and height; the largest that the model makes of them where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub size: Option<Pixels>,
}

/// How much of the past.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "JobsHistoryArgs")]
pub struct HistoryArgs {
    /// So many at most; 50 where nothing is said.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A copy of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "JobsDuplicateArgs")]
pub struct DuplicateArgs {
    /// The job.
    pub id: Id,
    /// The copy's seed; a new one where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub seed: Option<u64>,
}

/// Another turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "JobsMoveArgs")]
pub struct MoveArgs {
    /// The job.
    pub id: Id,
    /// Where to.
    pub place: PlaceArg,
}

/// A place in the queue: `"front"`, `"end"`, `{ before: id }` or `{ after: id }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "Place")]
pub enum PlaceArg {
    /// Before all others.
    Front,
    /// Behind all others.
    End,
    /// Directly before this job.
    Before(Id),
    /// Directly behind this job.
    After(Id),
}

/// Changes of a waiting job.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "JobsEditArgs")]
pub struct EditArgs {
    /// The job.
    pub id: Id,
    /// What is to be seen and heard.
    #[serde(default)]
    #[ts(optional)]
    pub shot: Option<Shot>,
    /// What decides all noise, below 2^53.
    #[serde(default)]
    #[ts(optional)]
    pub seed: Option<u64>,
    /// Length; `null` for the model's usual one.
    #[serde(default)]
    #[ts(as = "Option<f32>", optional = nullable)]
    pub seconds: Patch<f32>,
    /// Width and height; `null` for the model's.
    #[serde(default)]
    #[ts(as = "Option<Pixels>", optional = nullable)]
    pub size: Patch<Pixels>,
}

/// Takes that one call may ask for.
const MOST: usize = 1000;
/// Letters of a description that stand for a title.
const TITLE: usize = 60;

pub(super) fn add(studio: &Studio, args: AddArgs) -> anyhow::Result<Vec<JobView>> {
    let AddArgs { shots, drafts, goal, seed } = args;
    let count = drafts.unwrap_or(1);
    let total = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(shots.len());
    if total == 0 || total > MOST {
        return Err(coded(Code::Input, format!("ask for 1 to {MOST} takes at once, not {total}")));
    }
    check_seed(seed)?;
    let (folder, data) = project(studio)?;
    let models = studio.models();
    let mut jobs = Vec::new();
    for shot in shots {
        let mut recipe = data.recipe(shot)?;
        if goal == Goal::Final && recipe.size.is_none() {
            let name = recipe.model.as_ref().map(|model| model.name.as_str()).unwrap_or_default();
            recipe.size = models.usual_size(name, recipe.aspect.as_deref().unwrap_or_default(), goal);
        }
        let first = seed.or(recipe.seed);
        for take in 0..u64::from(count) {
            let seed = first.map_or_else(any_seed, |first| first.wrapping_add(take) & MAX_SEED);
            let recipe = Recipe { seed: Some(seed), ..recipe.clone() };
            jobs.push(new_job(&folder, &data, shot, recipe, goal, None));
        }
    }
    put_in(studio, jobs)
}

pub(super) fn finish(studio: &Studio, args: FinishArgs) -> anyhow::Result<Vec<JobView>> {
    if args.takes.is_empty() || args.takes.len() > MOST {
        return Err(coded(Code::Input, format!("choose 1 to {MOST} drafts to be finished")));
    }
    let drafts = studio.with_project(|open| {
        let found = args.takes.iter().map(|take| {
            let seen = open.reel.get(*take).cloned();
            let seen = seen.ok_or_else(|| coded(Code::Input, format!("the project has no take {take}")))?;
            if !seen.has_draft {
                return Err(told(Code::Input, Detail::NoLatents));
            }
            Ok(seen)
        });
        found.collect::<anyhow::Result<Vec<_>>>()
    })?;
    let (folder, data) = project(studio)?;
    let models = studio.models();
    let jobs = drafts.iter().map(|draft| {
        let made = &draft.take.recipe;
        let name = made.model.as_ref().map(|model| model.name.as_str()).unwrap_or_default();
        let size = match (args.size, made.size, models.get(name)) {
            (Some(size), ..) => size,
            (None, Some(size), Some(model)) => final_size(size, &model.upscales),
            _ => {
                let why = format!("no engine has told yet how large `{name}` makes its clips; say the size");
                return Err(coded(Code::Input, why));
            }
        };
        let recipe = Recipe { size: Some(size), ..made.clone() };
        Ok(new_job(&folder, &data, draft.take.shot, recipe, Goal::Final, Some(draft.take.id)))
    });
    put_in(studio, jobs.collect::<anyhow::Result<_>>()?)
}

pub(super) fn list(studio: &Studio, _: Nothing) -> anyhow::Result<Vec<JobView>> {
    unfinished(studio)
}

/// What waits, runs, is paused or has failed, in its order.
pub(super) fn unfinished(studio: &Studio) -> anyhow::Result<Vec<JobView>> {
    let jobs = studio.queue.list(&Filter::states(State::UNFINISHED))?;
    Ok(views(studio, &jobs))
}

pub(super) fn history(studio: &Studio, args: HistoryArgs) -> anyhow::Result<Vec<JobView>> {
    let limit = args.limit.unwrap_or(50).min(1000);
    Ok(views(studio, &studio.queue.history(limit as usize)?))
}

pub(super) fn pause(studio: &Studio, args: Named) -> anyhow::Result<JobView> {
    one(studio, studio.queue.pause(args.id)?)
}

pub(super) fn resume(studio: &Studio, args: Named) -> anyhow::Result<JobView> {
    one(studio, studio.queue.resume(args.id)?)
}

pub(super) fn cancel(studio: &Studio, args: Named) -> anyhow::Result<JobView> {
    one(studio, studio.queue.cancel(args.id)?)
}

pub(super) fn retry(studio: &Studio, args: Named) -> anyhow::Result<JobView> {
    one(studio, studio.queue.retry(args.id)?)
}

pub(super) fn duplicate(studio: &Studio, args: DuplicateArgs) -> anyhow::Result<JobView> {
    check_seed(args.seed)?;
    one(studio, studio.queue.duplicate(args.id, args.seed.unwrap_or_else(any_seed))?)
}

pub(super) fn put(studio: &Studio, args: MoveArgs) -> anyhow::Result<JobView> {
    let place = match args.place {
        PlaceArg::Front => Place::Front,
        PlaceArg::End => Place::End,
        PlaceArg::Before(other) => Place::Before(other),
        PlaceArg::After(other) => Place::After(other),
    };
    one(studio, studio.queue.move_to(args.id, place)?)
}

pub(super) fn edit(studio: &Studio, args: EditArgs) -> anyhow::Result<JobView> {
    let EditArgs { id, shot, seed, seconds, size } = args;
    check_seed(seed)?;
    let job = studio.queue.edit(id, |order| {
        let recipe = &mut order.recipe;
        if let Some(shot) = shot.as_ref().filter(|shot| **shot != recipe.shot) {
            recipe.shot = shot.clone();
            // What was composed from the old words, and made from them, is not the new ones'.
            (recipe.prompt, recipe.latents) = (None, None);
        }
        recipe.seed = seed.or(recipe.seed);
        seconds.clone().put(&mut recipe.seconds);
        size.clone().put(&mut recipe.size);
        Ok(())
    })?;
    one(studio, job)
}

/// Where the news of a job say that it is.
pub(super) fn step_of(news: &JobNews) -> Option<StepView> {
    match *news {
        JobNews::Started { stage, steps, seconds_left } => Some(StepView { stage, done: 0, of: steps, seconds_left }),
        JobNews::Step { stage, done, total, stage_seconds_left, seconds_left } => {
            Some(StepView { stage, done, of: total, seconds_left: seconds_left.or(Some(stage_seconds_left)) })
        }
        _ => None,
    }
}

/// Where the picture of a running job is, below the media server's address. The number only tells it from older ones.
pub(super) fn preview_path(job: Id, number: u64) -> String {
    format!("previews/{job}.png?{number}")
}

/// A seed that nobody has chosen.
pub(super) fn any_seed() -> u64 {
    // 32 bits, as everybody's seeds: they can be read out to somebody.
    let mut bytes = [0; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u32::from_le_bytes(bytes).into(),
        Err(_) => crate::clock::now_unix_ms() & u64::from(u32::MAX),
    }
}

fn check_seed(seed: Option<u64>) -> anyhow::Result<()> {
    match seed {
        Some(seed) if seed > MAX_SEED => Err(coded(Code::Input, format!("a seed is a number from 0 to {MAX_SEED}"))),
        _ => Ok(()),
    }
}

fn project(studio: &Studio) -> anyhow::Result<(PathBuf, ProjectData)> {
    studio.with_project(|open| Ok((open.project.folder().to_owned(), open.project.data().clone())))
}

fn new_job(
    folder: &std::path::Path,
    data: &ProjectData,
    shot: Id,
    recipe: Recipe,
    goal: Goal,
    parent: Option<Id>,
) -> NewJob {
    let order = Order { recipe, goal, checkpoints: BTreeMap::new() };
    NewJob { project: folder.to_owned(), project_id: data.id, shot, order, parent }
}

fn put_in(studio: &Studio, jobs: Vec<NewJob>) -> anyhow::Result<Vec<JobView>> {
    let added = studio.queue.add(jobs)?;
    Ok(views(studio, &added))
}

fn one(studio: &Studio, job: Job) -> anyhow::Result<JobView> {
    let mut views = views(studio, &[job]);
    views.pop().ok_or_else(|| anyhow::anyhow!("the job is gone"))
}

fn views(studio: &Studio, jobs: &[Job]) -> Vec<JobView> {
    let names = studio.project_names();
    let titles: BTreeMap<Id, String> = match studio.open_project().as_ref() {
        Some(open) => {
            open.project.data().shots.iter().filter_map(|entry| Some((entry.id, entry.title.clone()?))).collect()
        }
        None => BTreeMap::new(),
    };
    let board = studio.board();
    let view = |job: &Job| {
        let recipe = &job.order.recipe;
        let beginning = || recipe.shot.description.lines().next().unwrap_or_default().chars().take(TITLE).collect();
        let folder_name = || job.project.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_running = job.state == State::Running;
        let waiting = board.as_ref().filter(|_| job.state == State::Waiting);
        let hopeless = waiting.and_then(|board| board.hopeless(job));
        let board = board.as_ref().filter(|_| is_running);
        JobView {
            id: job.id,
            project: job.project.display().to_string(),
            project_name: names.get(&job.project).cloned().unwrap_or_else(folder_name),
            shot: job.shot,
            shot_title: titles.get(&job.shot).cloned().unwrap_or_else(beginning),
            goal: job.order.goal,
            parent: job.parent,
            state: job.state,
            asked: job.asked,
            attempts: job.attempts,
            engine: job.engine.clone(),
            failure: job.failure.clone(),
            hopeless,
            step: board.and_then(|board| board.step(job.id)).as_ref().and_then(step_of),
            preview: board
                .and_then(|board| board.preview(job.id))
                .map(|picture| preview_path(job.id, picture.len() as u64)),
            added_unix_ms: job.added_unix_ms,
            started_unix_ms: job.started_unix_ms,
            finished_unix_ms: job.finished_unix_ms,
            seed: recipe.seed,
            seconds: recipe.seconds,
            size: recipe.size,
            model: recipe.model.as_ref().map(|model| model.name.clone()),
            cost: job.cost.as_ref().map(Into::into),
        }
    };
    jobs.iter().map(view).collect()
}
