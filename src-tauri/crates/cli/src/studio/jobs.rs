//! `gallop jobs`.

use gallop_core::jobs::{Filter, Job, Place, State};
use gallop_core::project::ProjectData;
use gallop_engine::complete::any_seed;
use gallop_protocol::Id;

use super::args::{DuplicateArgs, EditArgs, HistoryArgs, JobNames, JobsCommand, JobsListArgs, MoveArgs};
use super::{Desk, names, print_json, print_lines, watch};
use crate::report::{Format, duration};
use crate::words;

/// Works on the queue.
pub fn run(command: JobsCommand) -> anyhow::Result<()> {
    let desk = Desk::open()?;
    match command {
        JobsCommand::List(args) => list(&desk, &args),
        JobsCommand::History(args) => history(&desk, &args),
        JobsCommand::Run(args) => watch::work_off(&desk, None, Format::of_flag(args.json)),
        JobsCommand::Pause(names) => each(&desk, &names, |id| desk.queue.pause(id)),
        JobsCommand::Resume(names) => each(&desk, &names, |id| desk.queue.resume(id)),
        JobsCommand::Cancel(names) => each(&desk, &names, |id| desk.queue.cancel(id)),
        JobsCommand::Retry(names) => each(&desk, &names, |id| desk.queue.retry(id)),
        JobsCommand::Move(args) => put(&desk, &args),
        JobsCommand::Edit(args) => edit(&desk, &args),
        JobsCommand::Duplicate(args) => duplicate(&desk, &args),
    }
}

fn list(desk: &Desk, args: &JobsListArgs) -> anyhow::Result<()> {
    let jobs = desk.queue.list(&Filter::states(State::UNFINISHED))?;
    if args.json {
        return print_json(&jobs);
    }
    if jobs.is_empty() {
        return print_lines(["The queue is empty.".to_owned()]);
    }
    print_lines(jobs.iter().map(line))
}

fn history(desk: &Desk, args: &HistoryArgs) -> anyhow::Result<()> {
    let jobs = desk.queue.history(args.limit)?;
    if args.json {
        return print_json(&jobs);
    }
    print_lines(jobs.iter().map(line))
}

/// A job in a line.
pub fn line(job: &Job) -> String {
    let project = ProjectData::read(&job.project).map_or("?".to_owned(), |data| data.name);
    let words: String = job.order.recipe.shot.description.chars().take(48).collect();
    let mut line = format!("{}  {:<9}  {project}: {words}", job.id.short(), job.state.name());
    if let Some(cost) = &job.cost {
        line += &format!(", made in {}", duration(cost.seconds));
        if let Some(bytes) = cost.peak_device_bytes.or(cost.peak_memory_bytes) {
            line += &format!(", {} at most", gallop_engine::machine::size(bytes));
        }
        if let Some(joules) = cost.energy_joules {
            line += &format!(", {:.1} Wh", joules / 3600.0);
        }
    }
    if let Some(failure) = &job.failure {
        line += &format!(": {}", failure.message);
    }
    line
}

fn each(desk: &Desk, names: &JobNames, change: impl Fn(Id) -> anyhow::Result<Job>) -> anyhow::Result<()> {
    let jobs: Vec<_> = names.jobs.iter().map(|name| find(desk, name)).collect::<anyhow::Result<_>>()?;
    let changed: Vec<_> = jobs.into_iter().map(change).collect::<anyhow::Result<_>>()?;
    print_lines(changed.iter().map(line))
}

fn put(desk: &Desk, args: &MoveArgs) -> anyhow::Result<()> {
    let place = match (&args.before, &args.after) {
        (Some(other), _) => Place::Before(find(desk, other)?),
        (None, Some(other)) => Place::After(find(desk, other)?),
        (None, None) if args.front => Place::Front,
        (None, None) => Place::End,
    };
    let job = desk.queue.move_to(find(desk, &args.job)?, place)?;
    print_lines([line(&job)])
}

fn edit(desk: &Desk, args: &EditArgs) -> anyhow::Result<()> {
    let job = desk.queue.edit(find(desk, &args.job)?, |order| {
        words::put(&args.words, &mut order.recipe.shot)?;
        order.recipe.seconds = args.seconds.or(order.recipe.seconds);
        order.recipe.seed = args.seed.or(order.recipe.seed);
        Ok(())
    })?;
    print_lines([line(&job)])
}

fn duplicate(desk: &Desk, args: &DuplicateArgs) -> anyhow::Result<()> {
    let job = desk.queue.duplicate(find(desk, &args.job)?, args.seed.unwrap_or_else(any_seed))?;
    print_lines([line(&job)])
}

fn find(desk: &Desk, name: &str) -> anyhow::Result<Id> {
    names::find("job", name, desk.queue.list(&Filter::states(State::ALL))?.into_iter().map(|job| job.id))
}
