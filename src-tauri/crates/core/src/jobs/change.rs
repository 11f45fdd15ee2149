//! What the user does to a job.

use gallop_protocol::Id;
use gallop_protocol::message::Order;
use rusqlite::Transaction;

use super::job::{self, Job};
use super::state::{Ask, Change, State};
use super::{Queue, add, record};
use crate::clock::now_unix_ms;
use crate::{Code, coded};

impl Queue {
    /// Holds a job back. One that runs is stopped by the runner, and goes on behind its last finished stage later.
    ///
    /// # Errors
    /// [`Code::JobState`] where it is neither waiting nor running, or is being cancelled.
    pub fn pause(&self, id: Id) -> anyhow::Result<Job> {
        self.change(id, Change::Pause, |job| {
            if job.state == State::Running {
                if job.asked == Some(Ask::Cancel) {
                    return Err(coded(Code::JobState, "the job is being cancelled: wait, then try it again"));
                }
                job.asked = Some(Ask::Pause);
            }
            Ok(())
        })
    }

    /// Lets a paused job wait for its turn again, at the place it had.
    ///
    /// # Errors
    /// [`Code::JobState`] where it is not paused and no pause was asked for.
    pub fn resume(&self, id: Id) -> anyhow::Result<Job> {
        self.change(id, Change::Resume, |job| {
            if job.state == State::Running && job.asked.take() != Some(Ask::Pause) {
                return Err(coded(Code::JobState, "the job is running: there is nothing to resume"));
            }
            Ok(())
        })
    }

    /// Gives a job up. One that runs is stopped by the runner. What it made so far stays in the take's folder, for a
    /// [`Self::retry`].
    ///
    /// # Errors
    /// [`Code::JobState`] where it is done or cancelled already.
    pub fn cancel(&self, id: Id) -> anyhow::Result<Job> {
        let job = self.change(id, Change::Cancel, |job| {
            if job.state == State::Running {
                job.asked = Some(Ask::Cancel);
            }
            Ok(())
        })?;
        if job.state == State::Cancelled {
            record::remove(&job);
        }
        Ok(job)
    }

    /// Tries a failed or cancelled job again. It goes on behind its last finished stage, and stands at the place it had.
    ///
    /// # Errors
    /// [`Code::JobState`] where it is neither; the take's folder cannot be written.
    pub fn retry(&self, id: Id) -> anyhow::Result<Job> {
        self.change(id, Change::Retry, |job| {
            (job.attempts, job.crashes, job.failure, job.finished_unix_ms) = (0, 0, None, None);
            if job.state == State::Cancelled { record::write(job) } else { Ok(()) }
        })
    }

    /// Changes what is wanted. What earlier runs left in the take's folder was made for the older order and goes.
    ///
    /// `edit` may be called again where another changes the job at the same time.
    ///
    /// # Errors
    /// [`Code::JobState`] where the job neither waits nor is paused, or is complete already; [`Code::Input`] for an order
    /// that [`Self::add`] would refuse, or that finishes a draft with anything but another size; `edit`'s own.
    pub fn edit(&self, id: Id, edit: impl Fn(&mut Order) -> anyhow::Result<()>) -> anyhow::Result<Job> {
        loop {
            let before = self.get(id)?;
            before.state.try_after(Change::Edit)?;
            let mut after = before.clone();
            edit(&mut after.order)?;
            after.order = add::checked(after.order)?;
            if after.order == before.order {
                return Ok(before);
            }
            if before.parent.is_some() && !differ_in_size(&before.order, &after.order) {
                let message =
                    "this job finishes a draft, so only its size can be changed: add a job of its own instead";
                return Err(coded(Code::Input, message));
            }
            if let Some(job) = self.database.write(|transaction| replace_order(transaction, &before, &after.order))? {
                return Ok(job);
            }
        }
    }

    /// One change by the table of states; `work` sees the job before its state changes.
    fn change(&self, id: Id, change: Change, work: impl FnOnce(&mut Job) -> anyhow::Result<()>) -> anyhow::Result<Job> {
        self.database.write(|transaction| {
            let mut job = job::get(transaction, id)?;
            let after = job.state.try_after(change)?;
            work(&mut job)?;
            if job.state != after && after == State::Cancelled {
                job.finished_unix_ms = Some(now_unix_ms());
            }
            job.state = after;
            job::update(transaction, &job)?;
            Ok(job)
        })
    }
}

/// Gives a job its new order, if it is still as it was seen.
fn replace_order(transaction: &Transaction<'_>, seen: &Job, order: &Order) -> anyhow::Result<Option<Job>> {
    let mut job = job::get(transaction, seen.id)?;
    job.state.try_after(Change::Edit)?;
    if job.order != seen.order {
        return Ok(None);
    }
    if record::is_complete(&job)? {
        return Err(coded(Code::JobState, "the clip of this job is complete already: duplicate the job instead"));
    }
    job.order = order.clone();
    job.crashes = 0;
    job::update(transaction, &job)?;
    // Before the commit: if that fails, these are made again, which costs time but never makes a wrong clip.
    record::remove_checkpoints(&job)?;
    record::write(&job)?;
    Ok(Some(job))
}

fn differ_in_size(one: &Order, other: &Order) -> bool {
    let mut other = other.clone();
    other.recipe.size = one.recipe.size;
    *one == other
}
