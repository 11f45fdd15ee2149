//! Projects, the queue and the library, from a terminal.

pub mod args;
mod film;
pub mod jobs;
pub mod library;
mod names;
mod progress;
pub mod project;
pub mod render;
pub mod shot;
mod watch;

use std::io::Write as _;

use gallop_core::database::Database;
use gallop_core::jobs::Queue;
use gallop_core::places::Places;
use serde::Serialize;

/// What this user has: the folders, the database, the queue in it.
pub struct Desk {
    /// The folders.
    pub places: Places,
    /// The database.
    pub database: Database,
    /// The queue.
    pub queue: Queue,
}

impl Desk {
    /// Opens it, and says so where the database had to be made anew.
    pub fn open() -> anyhow::Result<Self> {
        let places = Places::of_this_user()?;
        let database = Database::open(&places)?;
        if let Some(damaged) = database.damaged()? {
            eprintln!(
                "Note: the queue's file was damaged and is kept as it was; `gallop library rebuild` makes a new one from \
                 the projects: {}",
                damaged.display()
            );
        }
        let queue = Queue::new(database.clone());
        Ok(Self { places, database, queue })
    }
}

/// Prints a value for programs.
fn print_json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{}", serde_json::to_string(value)?)?)
}

/// Prints lines for people.
fn print_lines(lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    lines.into_iter().try_for_each(|line| writeln!(stdout, "{line}"))?;
    Ok(())
}
