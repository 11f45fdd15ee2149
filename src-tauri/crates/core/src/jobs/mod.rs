//! The durable queue: what is to be made, what is being made, and what came of it.
//!
//! A job is a row in the database and, as long as it is unfinished, a record in the folder of its take. The row is the
//! truth; the record is there so that a lost database can be made again. Every change is one transaction, and what a call
//! reports as done survives the process and a power cut.
//!
//! ```text
//! add ──► Waiting ──claim──► Running ──finish──► Done
//!          │   ▲                │ └────fail────► Failed ──retry──► Waiting
//!        pause │                │
//!          ▼ resume         release ───────────► Waiting, or what the user asked for while it ran
//!         Paused
//!
//! cancel: Waiting, Paused or Failed ──► Cancelled ──retry──► Waiting
//! ```

mod add;
mod change;
mod job;
mod lock;
mod place;
mod record;
mod run;
mod state;
#[cfg(test)]
pub(crate) mod tests;

use gallop_protocol::Id;

use crate::database::Database;

pub(crate) use add::revive;
pub use job::{Failure, Filter, Job, NewJob};
pub(crate) use job::{folder_of, remove_unreadable};
pub use lock::RunnerLock;
pub use place::Place;
pub use record::JobRecord;
pub use run::{MOST_CRASHES, Release};
pub use state::{Ask, Change, State};

/// The queue of this user.
#[derive(Clone)]
pub struct Queue {
    database: Database,
}

impl Queue {
    /// The queue in a database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// One job.
    ///
    /// # Errors
    /// There is none of this id.
    pub fn get(&self, id: Id) -> anyhow::Result<Job> {
        self.database.read(|connection| job::get(connection, id))
    }

    /// Jobs in the order of their turns.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn list(&self, filter: &Filter) -> anyhow::Result<Vec<Job>> {
        self.database.read(|connection| job::select(connection, filter, "position, id"))
    }

    /// The last jobs that came to an end, the latest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn history(&self, limit: usize) -> anyhow::Result<Vec<Job>> {
        let ended = Filter::states([State::Done, State::Failed, State::Cancelled]);
        let sequence = format!("finished_unix_ms DESC, position DESC, id DESC LIMIT {limit}");
        self.database.read(|connection| job::select(connection, &ended, &sequence))
    }

    /// A number that rises with every change, whoever makes it: for those who show the queue. It compares only with earlier
    /// answers of this queue.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn changes(&self) -> anyhow::Result<u64> {
        self.database.changes()
    }
}
