//! What the runner does to a job.

use gallop_protocol::Id;
use gallop_protocol::message::{Code, Cost};

use super::job::{self, Failure, Filter, Job};
use super::lock::RunnerLock;
use super::state::{Ask, Change, State};
use super::{Queue, record};
use crate::clock::now_unix_ms;

/// A job at which an engine dies this often without coming forward is not given to another.
pub const MOST_CRASHES: u32 = 3;

/// Why a job comes back from an engine without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Release {
    /// The engine was stopped on purpose: the studio closes, or the user asked.
    Stopped,
    /// The engine died. With its last words.
    Crashed(String),
}

impl Queue {
    /// Takes the first waiting job that fits, for an engine of this name. No job is ever given to two.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn claim(&self, engine: &str, mut fits: impl FnMut(&Job) -> bool) -> anyhow::Result<Option<Job>> {
        loop {
            // The database is not kept locked while `fits` thinks; so what it saw is compared afterwards.
            let waiting = self.list(&Filter::states([State::Waiting]))?;
            let Some(seen) = waiting.into_iter().find(|job| fits(job)) else { return Ok(None) };
            let claimed = self.database.write(|transaction| {
                let mut job = job::get(transaction, seen.id)?;
                let Some(after) = job.state.after(Change::Claim).filter(|_| job == seen) else { return Ok(None) };
                job.state = after;
                job.attempts = job.attempts.saturating_add(1);
                job.engine = Some(engine.to_owned());
                job.started_unix_ms = Some(now_unix_ms());
                job::update(transaction, &job)?;
                Ok(Some(job))
            })?;
            if claimed.is_some() {
                return Ok(claimed);
            }
        }
    }

    /// What the user wants of a running job; the runner looks at it between steps.
    ///
    /// # Errors
    /// There is no such job.
    pub fn asked(&self, id: Id) -> anyhow::Result<Option<Ask>> {
        Ok(self.get(id)?.asked)
    }

    /// A checkpoint of a running job is on disk: its crashes are counted from here.
    ///
    /// # Errors
    /// There is no such job.
    pub fn came_forward(&self, id: Id) -> anyhow::Result<()> {
        self.database.write(|transaction| {
            let mut job = job::get(transaction, id)?;
            if job.crashes > 0 {
                job.crashes = 0;
                job::update(transaction, &job)?;
            }
            Ok(())
        })
    }

    /// Takes a running job back from an engine. It waits again at its place, unless the user asked for something else, or
    /// engines died at it [`MOST_CRASHES`] times.
    ///
    /// # Errors
    /// [`Code::JobState`](crate::Code::JobState) where it is not running.
    pub fn release(&self, id: Id, why: &Release) -> anyhow::Result<Job> {
        self.leave(id, Change::Release, |job| {
            let Release::Crashed(last_words) = why else { return };
            job.crashes = job.crashes.saturating_add(1);
            if job.crashes >= MOST_CRASHES {
                let message = format!(
                    "the engine died {} times at this job; change it or the engine, then try it again. Its last words: {}",
                    job.crashes,
                    last_words.trim()
                );
                job.failure = Some(Failure { code: Code::Internal, message });
                job.state = State::Failed;
            }
        })
    }

    /// A running job is done: its take is complete and in the index.
    ///
    /// # Errors
    /// [`Code::JobState`](crate::Code::JobState) where it is not running.
    pub fn finish(&self, id: Id, cost: &Cost) -> anyhow::Result<Job> {
        self.leave(id, Change::Finish, |job| job.cost = Some(cost.clone()))
    }

    /// A running job cannot be made.
    ///
    /// # Errors
    /// [`Code::JobState`](crate::Code::JobState) where it is not running.
    pub fn fail(&self, id: Id, code: Code, message: &str) -> anyhow::Result<Job> {
        self.leave(id, Change::Fail, |job| job.failure = Some(Failure { code, message: message.to_owned() }))
    }

    /// Takes back all jobs that run by the database: whoever ran them is dead, for the lock is here. Tells which.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn recover(&self, _lock: &RunnerLock) -> anyhow::Result<Vec<Job>> {
        // That the studio died says nothing about the job: it is not counted as a crash.
        let running = self.list(&Filter::states([State::Running]))?;
        running.into_iter().map(|job| self.release(job.id, &Release::Stopped)).collect()
    }

    /// A running job stops running. `work` may give it another state than the table.
    fn leave(&self, id: Id, change: Change, work: impl FnOnce(&mut Job)) -> anyhow::Result<Job> {
        let job = self.database.write(|transaction| {
            let mut job = job::get(transaction, id)?;
            job.state = job.state.try_after(change)?;
            work(&mut job);
            // A clip that was made in spite of it is kept; anything else gives way to what the user asked for.
            if let Some(asked) = job.asked.take().filter(|_| job.state != State::Done) {
                job.state = asked.becomes();
            }
            if job.state != State::Failed {
                job.failure = None;
            }
            let ended = matches!(job.state, State::Done | State::Failed | State::Cancelled);
            job.finished_unix_ms = ended.then(now_unix_ms);
            job::update(transaction, &job)?;
            Ok(job)
        })?;
        if matches!(job.state, State::Done | State::Cancelled) {
            record::remove(&job);
        }
        Ok(job)
    }
}
