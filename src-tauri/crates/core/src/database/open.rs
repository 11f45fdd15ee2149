//! Opening the file, whatever state it is in.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::schema;
use crate::clock::now_unix_ms;
use crate::{Code, coded, files};

/// How long a write waits for another process's write.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens or makes the file; the second value keeps others from moving it aside.
pub(super) fn open(path: &Path) -> anyhow::Result<(Connection, File)> {
    // One opens at a time: two that both found damage would move aside each other's new file.
    let opening = lock_file(&path.with_extension("opening"))?;
    opening.lock().with_context(|| format!("cannot lock: {}", path.display()))?;
    let in_use = lock_file(&path.with_extension("in-use"))?;
    let connection = match connect(path) {
        Err(error) if is_damage(&error) => {
            move_aside(path, &in_use)?;
            connect(path)?
        }
        other => other?,
    };
    in_use.lock_shared().with_context(|| format!("cannot lock: {}", path.display()))?;
    Ok((connection, in_use))
}

/// A file that is only ever locked. It stays: one that is removed could be locked twice under one name.
fn lock_file(path: &Path) -> anyhow::Result<File> {
    let opened = File::options().read(true).write(true).create(true).truncate(false).open(path);
    opened.with_context(|| format!("cannot write: {}", path.display()))
}

fn connect(path: &Path) -> anyhow::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // A file that is newer, or not ours, is told before anything is changed in it.
    let version = schema::version(&connection)?;
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(Damage(verdict).into());
    }
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if version == 0 && tables > 0 {
        return Err(Damage("it is a database of something else".into()).into());
    }
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // macOS's plain sync does not reach the disk; elsewhere these do nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;

    if version < schema::STEPS.len() {
        // Only one opens at a time, so that the version is still true.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        schema::migrate(&transaction, version)?;
        // Noted with the making of the new file, so that it is told even if this process dies before it could.
        if let Some(name) = (version == 0).then(|| newest_damaged(path)).flatten() {
            transaction.execute("INSERT INTO notes VALUES ('damaged', ?)", [name])?;
        }
        transaction.commit()?;
        path.parent().into_iter().for_each(files::sync_folder);
    }
    Ok(connection)
}

/// The file can be opened, but is not what was written.
#[derive(Debug)]
struct Damage(String);

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the queue's file is damaged ({})", self.0)
    }
}

impl std::error::Error for Damage {}

fn is_damage(error: &anyhow::Error) -> bool {
    let code = error.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    error.is::<Damage>() || matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn move_aside(path: &Path, in_use: &File) -> anyhow::Result<()> {
    match in_use.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let message = "the queue's file is damaged, and another Gallop has it open: close that one, then try again";
            return Err(coded(Code::Input, format!("{message}: {}", path.display())));
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock: {}", path.display()));
        }
    }
    let aside = unused(path);
    // The main file goes first: without it, SQLite drops a journal that a kill leaves behind.
    std::fs::rename(path, &aside).with_context(|| format!("cannot move aside: {}", path.display()))?;
    for suffix in ["-wal", "-shm"] {
        let (from, to) = (with_suffix(path, suffix), with_suffix(&aside, suffix));
        if from.exists() {
            std::fs::rename(&from, to).with_context(|| format!("cannot move aside: {}", from.display()))?;
        }
    }
    path.parent().into_iter().for_each(files::sync_folder);
    in_use.unlock().with_context(|| format!("cannot unlock: {}", path.display()))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A name for the damaged file; two damages in one second get different ones.
fn unused(path: &Path) -> PathBuf {
    let mut seconds = now_unix_ms() / 1000;
    loop {
        let aside = with_suffix(path, &format!(".damaged-{seconds}"));
        if !aside.exists() {
            return aside;
        }
        seconds += 1;
    }
}

/// The name of the last file that was moved aside.
fn newest_damaged(path: &Path) -> Option<String> {
    let prefix = format!("{}.damaged-", path.file_name()?.to_str()?);
    let names = std::fs::read_dir(path.parent()?).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let stamped = names.filter_map(|name| Some((name.strip_prefix(&prefix)?.parse::<u64>().ok()?, name)));
    stamped.max().map(|(_, name)| name)
}
