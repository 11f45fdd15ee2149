//! The one SQLite file of this user: the queue and the library index.
//!
//! What a call reports as done is on the disk: the file runs in WAL mode and syncs at every commit. Several processes use
//! it at once; a write waits for another process's write. Everything in it can be made again from the project folders,
//! except the order of the waiting jobs and the history of jobs that left no take.

mod open;
mod schema;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Transaction, TransactionBehavior};

use crate::places::Places;
use crate::{Code, coded};

/// The file's name in the data folder.
pub const FILE: &str = "gallop.db";

/// The open file. Clones share it, and threads may share a clone.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    connection: Mutex<Connection>,
    path: PathBuf,
    /// Locked as long as the file is open, so that nobody moves it aside under us. It must outlive the connection.
    _in_use: File,
}

impl Database {
    /// Opens the file, and makes it where there is none.
    ///
    /// A damaged file is moved aside and a new one made; [`Self::damaged`] tells until the library has been rebuilt.
    ///
    /// # Errors
    /// The file was written by a newer Gallop (it is left as it is), the folder cannot be written, or the file is damaged
    /// while another program has it open.
    pub fn open(places: &Places) -> anyhow::Result<Self> {
        let path = std::path::absolute(places.data.join(FILE))?;
        let (connection, in_use) = open::open(&path).map_err(|error| explain(error, &path))?;
        Ok(Self { shared: Arc::new(Shared { connection: Mutex::new(connection), path, _in_use: in_use }) })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// The damaged file that this one stands in for, until the library has been rebuilt.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn damaged(&self) -> anyhow::Result<Option<PathBuf>> {
        let query = "SELECT value FROM notes WHERE name = 'damaged'";
        let found = self.read(|connection| Ok(connection.query_row(query, [], |row| row.get(0)).optional()?))?;
        Ok(found.map(|name: String| self.path().with_file_name(name)))
    }

    /// A number that rises with every change, whoever makes it. It compares only with earlier answers of this `Database`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn changes(&self) -> anyhow::Result<u64> {
        self.read(|connection| {
            // The first counts what other connections committed, the second what this one wrote.
            let foreign: i64 = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
            Ok(foreign.cast_unsigned().wrapping_add(connection.total_changes()))
        })
    }

    /// Looks something up.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> anyhow::Result<T>) -> anyhow::Result<T> {
        work(&self.connection()).map_err(|error| explain(error, self.path()))
    }

    /// Changes something, all of it or nothing. The write lock is held from the first line of `work`, so that what it reads
    /// stays true. `work` must not use the database by another way.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut connection = self.connection();
        let run = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        run(&mut connection).map_err(|error| explain(error, self.path()))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked left no half transaction: it was rolled back on its way out.
        self.shared.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one name of a folder, however the user wrote it: one folder under two names would count twice.
///
/// # Errors
/// As [`text`]; or it is no name at all.
pub(crate) fn resolved(folder: &Path) -> anyhow::Result<PathBuf> {
    let folder = match folder.canonicalize() {
        // On Windows that is a name which many programs do not take.
        Ok(real) if cfg!(not(windows)) => real,
        _ => std::path::absolute(folder)
            .with_context(|| format!("this is not the name of a folder: {}", folder.display()))?,
    };
    text(&folder).map(PathBuf::from)
}

/// A folder as text.
///
/// # Errors
/// Its name is not Unicode: neither the database nor a program that reads our JSON could name it.
pub(crate) fn text(folder: &Path) -> anyhow::Result<&str> {
    folder.to_str().ok_or_else(|| {
        let why = "the folder's name has characters that are not Unicode; rename it";
        coded(Code::Input, format!("{why}: {}", folder.display()))
    })
}

/// A time as SQLite keeps it. A number from a hostile file may be beyond that; the last moment is as good.
pub(crate) fn to_sql_ms(unix_ms: u64) -> i64 {
    i64::try_from(unix_ms).unwrap_or(i64::MAX)
}

/// A time as [`to_sql_ms`] kept it.
pub(crate) fn from_sql_ms(unix_ms: i64) -> u64 {
    u64::try_from(unix_ms).unwrap_or(0)
}

/// Says what to do about an error of SQLite.
fn explain(error: anyhow::Error, path: &Path) -> anyhow::Error {
    let advice = match error.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code) {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the queue's file is damaged: close every Gallop, start it again, then run `gallop library rebuild`"
        }
        Some(ErrorCode::DiskFull) => "the disk is full: make room, then try again",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another Gallop has been writing to the queue for long: try again"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the queue's file cannot be written: see that you own the file and its folder"
        }
        Some(_) => "the queue's file cannot be used",
        None => return error,
    };
    error.context(format!("{advice}: {}", path.display()))
}
