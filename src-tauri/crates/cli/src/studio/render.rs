//! `gallop render`: takes. What it writes of them is in `film`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, bail};
use gallop_core::jobs::{Filter, Job, NewJob, State};
use gallop_core::library::Library;
use gallop_core::project::ProjectData;
use gallop_core::take::{Take, TakeFolder};
use gallop_engine::complete::any_seed;
use gallop_protocol::Id;
use gallop_protocol::message::{Checkpoint, Goal, Order};
use gallop_protocol::recipe::Recipe;

use super::args::RenderArgs;
use super::film::Output;
use super::{Desk, jobs, names, print_json, print_lines, project, watch};
use crate::error::usage;
use crate::report::Format;

/// Puts the wanted takes into the queue and, unless they are for later, works it off until they are there. Then writes what
/// they show.
pub fn run(args: &RenderArgs) -> anyhow::Result<()> {
    // What cannot be written is refused before anything is made.
    let output = args.output.as_deref().map(|place| Output::new(place, args.frame)).transpose()?;
    let desk = Desk::open()?;
    let project = project::find(&args.project);
    let data = ProjectData::read(&project)?;
    let wanted = Wanted { args, desk: &desk, project: &project, data: &data };
    let Takes { fresh, begun } = match &args.finish {
        Some(take) => Takes { fresh: vec![wanted.finish(take)?], begun: Vec::new() },
        None => wanted.takes()?,
    };
    Library::new(desk.database.clone()).index_project(&project)?;
    let added = desk.queue.add(fresh)?;
    if args.later {
        return if args.json { print_json(&added) } else { print_lines(added.iter().map(jobs::line)) };
    }
    let jobs: Vec<_> = begun.into_iter().chain(added.iter().map(|job| job.id)).collect();
    let format = Format::of_flag(args.json);
    if !jobs.is_empty() {
        watch::work_off(&desk, Some(jobs), format)?;
    } else if output.is_none() && format == Format::Human {
        eprintln!("Every shot has a take. `--shot 2` makes another one of a shot, `-o film.mp4` writes the timeline.");
    }
    output.map_or(Ok(()), |output| output.write(&desk.places, &project, format))
}

/// The takes that are wanted.
struct Takes {
    fresh: Vec<NewJob>,
    /// Those that wait in the queue already, or are being made.
    begun: Vec<Id>,
}

/// What is to be made of which project.
struct Wanted<'a> {
    args: &'a RenderArgs,
    desk: &'a Desk,
    project: &'a Path,
    data: &'a ProjectData,
}

impl Wanted<'_> {
    /// A job for each take of each shot; where nothing is said, for each shot that has none.
    fn takes(&self) -> anyhow::Result<Takes> {
        let Self { args, data, .. } = self;
        if data.shots.is_empty() {
            bail!("the project has no shots; add one with `gallop shot add`: {}", self.project.display());
        }
        let numbers = if args.shot.is_empty() { (1..=data.shots.len()).collect() } else { args.shot.clone() };
        let is_for_more = !args.shot.is_empty() || args.takes.is_some() || args.seed.is_some();
        let (made, begun) = if is_for_more { Default::default() } else { self.known()? };
        let mut jobs = Vec::new();
        for number in numbers {
            let entry = number.checked_sub(1).and_then(|index| data.shots.get(index));
            let Some(entry) = entry else {
                return Err(usage(format!("there is no shot {number}; the project has {}", data.shots.len())));
            };
            if made.contains(&entry.id) || begun.contains_key(&entry.id) {
                continue;
            }
            let first = args.seed.or(entry.seed);
            for take in 0..u64::from(args.takes.unwrap_or(1)) {
                let seed = first.map_or_else(any_seed, |first| first.wrapping_add(take));
                let recipe = Recipe { seed: Some(seed), ..data.recipe(entry.id)? };
                jobs.push(self.job(entry.id, recipe, if args.draft { Goal::Draft } else { Goal::Final }));
            }
        }
        Ok(Takes { fresh: jobs, begun: begun.into_values().collect() })
    }

    /// The shots that have a take, and those of which one waits or is being made, as after a run that was broken off.
    fn known(&self) -> anyhow::Result<(BTreeSet<Id>, BTreeMap<Id, Id>)> {
        let made: BTreeSet<Id> = TakeFolder::list(self.project)?.takes.into_iter().map(|take| take.shot).collect();
        let shots: BTreeSet<Id> = self.data.shots.iter().map(|entry| entry.id).collect();
        let jobs = self.desk.queue.list(&Filter::states([State::Waiting, State::Running]))?;
        let of_missing =
            |job: &Job| job.project_id == self.data.id && shots.contains(&job.shot) && !made.contains(&job.shot);
        let begun = jobs.into_iter().filter(of_missing).map(|job| (job.shot, job.id)).collect();
        Ok((made, begun))
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
