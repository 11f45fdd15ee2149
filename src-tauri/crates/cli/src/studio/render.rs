//! `gallop render`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use gallop_core::jobs::NewJob;
use gallop_core::library::Library;
use gallop_core::project::ProjectData;
use gallop_core::take::{Take, TakeFolder};
use gallop_engine::complete::any_seed;
use gallop_protocol::Id;
use gallop_protocol::message::{Checkpoint, Goal, Order};
use gallop_protocol::recipe::Recipe;

use super::args::RenderArgs;
use super::{Desk, jobs, names, print_json, print_lines, project, watch};
use crate::error::usage;
use crate::report::Format;

/// Puts the wanted takes into the queue and, unless they are for later, works it off until they are there.
pub fn run(args: &RenderArgs) -> anyhow::Result<()> {
    let desk = Desk::open()?;
    let project = project::find(&args.project);
    let data = ProjectData::read(&project)?;
    let wanted = Wanted { args, project: &project, data: &data };
    let jobs = match &args.finish {
        Some(take) => vec![wanted.finish(take)?],
        None => wanted.takes()?,
    };
    Library::new(desk.database.clone()).index_project(&project)?;
    let added = desk.queue.add(jobs)?;
    if !args.later {
        return watch::work_off(&desk, Some(added.iter().map(|job| job.id).collect()), Format::of_flag(args.json));
    }
    if args.json { print_json(&added) } else { print_lines(added.iter().map(jobs::line)) }
}

/// What is to be made of which project.
struct Wanted<'a> {
    args: &'a RenderArgs,
    project: &'a Path,
    data: &'a ProjectData,
}

impl Wanted<'_> {
    /// A job for each take of each shot.
    fn takes(&self) -> anyhow::Result<Vec<NewJob>> {
        let Self { args, data, .. } = self;
        if data.shots.is_empty() {
            bail!("the project has no shots; add one with `gallop shot add`: {}", self.project.display());
        }
        let numbers = if args.shot.is_empty() { (1..=data.shots.len()).collect() } else { args.shot.clone() };
        let mut jobs = Vec::new();
        for number in numbers {
            let entry = number.checked_sub(1).and_then(|index| data.shots.get(index));
            let Some(entry) = entry else {
                return Err(usage(format!("there is no shot {number}; the project has {}", data.shots.len())));
            };
            let first = args.seed.or(entry.seed);
            for take in 0..u64::from(args.takes) {
                let seed = first.map_or_else(any_seed, |first| first.wrapping_add(take));
                let recipe = Recipe { seed: Some(seed), ..data.recipe(entry.id)? };
                jobs.push(self.job(entry.id, recipe, if args.draft { Goal::Draft } else { Goal::Final }));
            }
        }
        Ok(jobs)
    }

    /// A job that finishes the draft of the take that ends in `name`.
    fn finish(&self, name: &str) -> anyhow::Result<NewJob> {
        if self.args.size.is_none() {
            return Err(usage("--finish needs the final size; give it with --size, as in --size 1080x1920"));
        }
        let draft = take(self.project, name)?;
        let recipe = Recipe { size: None, ..draft.recipe };
        Ok(NewJob { parent: Some(draft.id), ..self.job(draft.shot, recipe, Goal::Final) })
    }

    fn job(&self, shot: Id, mut recipe: Recipe, goal: Goal) -> NewJob {
        if let Some(size) = self.args.size {
            recipe.size = Some([size.width, size.height]);
        }
        let order = Order { recipe, goal, checkpoints: BTreeMap::new() };
        NewJob { project: self.project.to_owned(), project_id: self.data.id, shot, order, parent: None }
    }
}

/// The take of a project that ends in `name`, with its draft.
fn take(project: &Path, name: &str) -> anyhow::Result<Take> {
    let found = TakeFolder::list(project)?.takes;
    let id = names::find("take", name, found.iter().map(|take| take.id))?;
    let take = found.into_iter().find(|take| take.id == id).context("the take is gone")?;
    let draft = TakeFolder::find(project, id)?.map(|folder| folder.path(Checkpoint::Draft));
    match draft.filter(|path| path.is_file()) {
        Some(_) => Ok(take),
        None => bail!("the take has no latents any more, so it cannot be finished: {name}"),
    }
}
