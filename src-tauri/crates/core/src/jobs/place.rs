//! Whose turn is when.

use gallop_protocol::Id;
use rusqlite::Connection;

use super::Queue;
use super::job::{self, Job};
use super::state::Change;

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    Front,
    /// Directly before this job.
    Before(Id),
    /// Directly behind this job.
    After(Id),
    /// Behind all others.
    End,
}

impl Queue {
    /// Gives a job another turn.
    ///
    /// # Errors
    /// [`Code::JobState`](crate::Code::JobState) unless it, and the job it is put beside, wait or are paused.
    pub fn move_to(&self, id: Id, place: Place) -> anyhow::Result<Job> {
        self.database.write(|transaction| {
            let mut job = job::get(transaction, id)?;
            put(transaction, &mut job, place)?;
            Ok(job)
        })
    }
}

/// Puts a job, which is in the table, at a place.
pub(super) fn put(connection: &Connection, job: &mut Job, place: Place) -> anyhow::Result<()> {
    job.state.try_after(Change::Move)?;
    job.position = match place {
        Place::Front => {
            connection.query_row("SELECT coalesce(min(position), 0) - 1 FROM jobs", [], |row| row.get(0))?
        }
        Place::End => end(connection)?,
        Place::Before(other) | Place::After(other) if other == job.id => return Ok(()),
        Place::Before(other) => free(connection, beside(connection, other)?)?,
        Place::After(other) => free(connection, beside(connection, other)? + 1)?,
    };
    job::update(connection, job)
}

/// The position behind all others.
pub(super) fn end(connection: &Connection) -> anyhow::Result<i64> {
    Ok(connection.query_row("SELECT coalesce(max(position), 0) + 1 FROM jobs", [], |row| row.get(0))?)
}

fn beside(connection: &Connection, other: Id) -> anyhow::Result<i64> {
    let other = job::get(connection, other)?;
    other.state.try_after(Change::Move)?;
    Ok(other.position)
}

/// Frees a position: all that stand there and later go one further.
fn free(connection: &Connection, position: i64) -> anyhow::Result<i64> {
    connection.execute("UPDATE jobs SET position = position + 1 WHERE position >= ?", [position])?;
    Ok(position)
}
