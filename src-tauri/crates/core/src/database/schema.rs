//! The tables, and the way to them from every earlier version.

use anyhow::Context as _;
use rusqlite::{Connection, Transaction};

use crate::{Code, coded};

/// What brings a file from version *n* to *n + 1*. A step that was released is never changed, only followed by another.
pub(super) const STEPS: &[&str] = &[include_str!("version_1.sql")];

/// The version of a file; 0 is an empty one.
///
/// # Errors
/// It is newer than this program, or unreadable.
pub(super) fn version(connection: &Connection) -> anyhow::Result<usize> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let version = usize::try_from(version).context("the version of the queue's file is below zero")?;
    if version > STEPS.len() {
        let known = STEPS.len();
        let message =
            format!("the queue was written by a newer Gallop (version {version}, this one knows {known}): update");
        return Err(coded(Code::Input, message));
    }
    Ok(version)
}

/// Goes the steps that are left.
pub(super) fn migrate(transaction: &Transaction<'_>, version: usize) -> anyhow::Result<()> {
    for step in STEPS.iter().skip(version) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", i64::try_from(STEPS.len())?)?;
    Ok(())
}
