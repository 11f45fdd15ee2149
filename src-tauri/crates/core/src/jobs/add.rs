//! How jobs come into the queue.

use std::collections::BTreeMap;
use std::path::Path;

use gallop_protocol::Id;
use gallop_protocol::message::Order;
use rusqlite::Connection;

use super::job::{self, Job, NewJob};
use super::place::{self, Place};
use super::record::Fresh;
use super::state::{Change, State};
use super::{JobRecord, Queue};
use crate::clock::now_unix_ms;
use crate::database::resolved;
use crate::project::ProjectData;
use crate::{Code, coded, library};

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
        let mut projects = BTreeMap::new();
        let mut made = Vec::new();
        for job in jobs {
            let folder = resolved(&job.project)?;
            if !projects.contains_key(&folder) {
                projects.insert(folder.clone(), ProjectData::read(&folder)?);
            }
            if projects.get(&folder).is_some_and(|project| project.id != job.project_id) {
                let message = format!("the project in this folder is another one: {}", folder.display());
                return Err(coded(Code::Input, message));
            }
            made.push(waiting(NewJob { project: folder, order: checked(job.order)?, ..job }, now));
        }
        // Before the rows: what the queue has promised can be found in the folders too.
        let mut fresh = Fresh::default();
        for job in &made {
            fresh.put(job)?;
        }
        let added = self.database.write(|transaction| {
            for (folder, data) in &projects {
                library::put_project(transaction, folder, data.id, &data.name)?;
            }
            let mut added = Vec::new();
            for job in &made {
                let mut job = Job { position: place::end(transaction)?, ..job.clone() };
                if !job::insert(transaction, &job)? {
                    // A rebuild of the library found the record in between, and somebody may have resumed the job.
                    added.push(job::get(transaction, job.id)?);
                    continue;
                }
                if let Place::After(other) = place
                    // The other may have come to its turn since; then the copy stays at the end.
                    && job::get(transaction, other)?.state.after(Change::Move).is_some()
                {
                    place::put(transaction, &mut job, place)?;
                }
                added.push(job);
            }
            Ok(added)
        })?;
        fresh.keep();
        Ok(added)
    }
}

/// Puts a job that its record tells of behind all others, as a paused one; false where it is in the table already.
pub(crate) fn revive(
    connection: &Connection,
    project: &Path,
    project_id: Id,
    record: JobRecord,
) -> anyhow::Result<bool> {
    let JobRecord { id, shot, order, parent, added_unix_ms, .. } = record;
    let project = project.to_owned();
    let new = NewJob { project, project_id, shot, order, parent };
    let position = place::end(connection)?;
    job::insert(connection, &Job { id, state: State::Paused, position, ..waiting(new, added_unix_ms) })
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
