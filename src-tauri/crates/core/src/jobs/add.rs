//! How jobs come into the queue.

use std::path::{Path, PathBuf};

use gallop_protocol::Id;
use gallop_protocol::message::Order;
use rusqlite::Connection;

use super::job::{self, Job, NewJob};
use super::place::{self, Place};
use super::record::Fresh;
use super::state::{Change, State};
use super::{JobRecord, Queue};
use crate::database::{folder_text, now_unix_ms};
use crate::{Code, coded};

impl Queue {
    /// Adds jobs behind all others, in their order: all of them or none. Makes the folders of their takes.
    ///
    /// # Errors
    /// A shot cannot be made as it stands, an order has no seed, or a project's folder cannot be written.
    pub fn add(&self, jobs: Vec<NewJob>) -> anyhow::Result<Vec<Job>> {
        self.add_at(jobs, Place::End)
    }

    /// Adds a copy of a job with another seed, in any state of the first. It stands behind the first where that still
    /// waits, else behind all.
    ///
    /// A job that finishes a draft does not finish it with another seed: such a copy makes a draft of its own.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn duplicate(&self, id: Id, seed: u64) -> anyhow::Result<Job> {
        let Job { project, project_id, shot, mut order, parent, state, .. } = self.get(id)?;
        let parent = parent.filter(|_| order.recipe.seed == Some(seed));
        order.recipe.seed = Some(seed);
        let place = if state.after(Change::Move).is_some() { Place::After(id) } else { Place::End };
        let added = self.add_at(vec![NewJob { project, project_id, shot, order, parent }], place)?;
        added.into_iter().next().ok_or_else(|| anyhow::anyhow!("the copy was not added: {id}"))
    }

    fn add_at(&self, jobs: Vec<NewJob>, place: Place) -> anyhow::Result<Vec<Job>> {
        let now = now_unix_ms();
        let mut jobs = jobs.into_iter().map(|job| made(job, now)).collect::<anyhow::Result<Vec<_>>>()?;
        let records = jobs.clone();
        let mut fresh = Fresh::default();
        for job in &records {
            fresh.put(job)?;
        }
        self.database.write(|transaction| {
            for job in &mut jobs {
                insert_last(transaction, job)?;
            }
            if let (Place::After(other), [job]) = (place, jobs.as_mut_slice()) {
                // The other may have come to its turn since; then the copy stays at the end.
                let other_waits = job::get(transaction, other)?.state.after(Change::Move).is_some();
                return if other_waits { place::put(transaction, job, place) } else { Ok(()) };
            }
            Ok(())
        })?;
        fresh.keep();
        Ok(jobs)
    }
}

/// Puts a job that its record tells of behind all others, as a paused one; false where it is in the table already.
#[expect(dead_code, reason = "the library's rebuild comes next")]
pub(crate) fn revive(
    connection: &Connection,
    project: &Path,
    project_id: Id,
    record: JobRecord,
) -> anyhow::Result<bool> {
    let JobRecord { id, shot, order, parent, added_unix_ms, .. } = record;
    let new = NewJob { project: project.to_owned(), project_id, shot, order, parent };
    insert_last(connection, &mut Job { id, state: State::Paused, ..waiting(new, added_unix_ms) })
}

/// Puts a job into the table behind all others.
fn insert_last(connection: &Connection, job: &mut Job) -> anyhow::Result<bool> {
    job.position = place::end(connection)?;
    job::insert(connection, job)
}

fn made(job: NewJob, added_unix_ms: u64) -> anyhow::Result<Job> {
    let project = PathBuf::from(folder_text(&job.project)?);
    if !project.join("project.json").is_file() {
        return Err(coded(Code::Input, format!("there is no project in this folder: {}", project.display())));
    }
    let order = checked(job.order)?;
    Ok(waiting(NewJob { project, order, ..job }, added_unix_ms))
}

fn waiting(job: NewJob, added_unix_ms: u64) -> Job {
    let NewJob { project, project_id, shot, order, parent } = job;
    Job {
        id: Id::new(),
        project,
        project_id,
        shot,
        order,
        parent,
        state: State::Waiting,
        asked: None,
        position: 0,
        attempts: 0,
        crashes: 0,
        engine: None,
        failure: None,
        cost: None,
        added_unix_ms,
        started_unix_ms: None,
        finished_unix_ms: None,
    }
}

/// An order that an engine can begin with.
pub(super) fn checked(mut order: Order) -> anyhow::Result<Order> {
    order.recipe.shot.compose().map_err(|error| coded(Code::Input, error.to_string()))?;
    if order.recipe.seed.is_none() {
        return Err(coded(Code::Input, "the order has no seed: give it one, so that the clip can be made again"));
    }
    order.checkpoints.clear();
    Ok(order)
}
