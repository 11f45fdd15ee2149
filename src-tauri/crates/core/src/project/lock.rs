//! One writer at a time.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::clock::now_unix_ms;
use crate::{Code, coded, files, inside};

/// Locked while a project is open. The system unlocks it when the holder dies; the file stays, for removing it would
/// let two programs lock two files of one name.
const LOCK: &str = ".lock";
/// Tells who holds the lock. A file of its own, because some systems let nobody read a locked one.
const HOLDER: &str = ".lock.json";

/// The right to write into a project, until it is dropped.
pub(super) struct Lock {
    holder: PathBuf,
    file: File,
}

/// Who has a project open.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    program: String,
    process: u32,
    #[serde(default)]
    host: Option<String>,
    since_unix_ms: u64,
}

impl Lock {
    /// Locks the project in `folder`.
    pub(super) fn take(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(LOCK);
        // Looked at first: a pipe would hold us, a link would lead away.
        inside::file_bytes(&path)?;
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.with_context(|| format!("cannot write in this project: {}", folder.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(folder)),
            Err(TryLockError::Error(error)) => {
                let why = format!("this disk cannot guard a project against two writers ({error}); copy it to another");
                return Err(coded(Code::Input, format!("{why}: {}", folder.display())));
            }
        }
        let holder = folder.join(HOLDER);
        if files::write_json(&holder, &Holder::this_program()).is_err() {
            // On a full disk a project can still be opened, to take something out of it. An old note would tell lies.
            std::fs::remove_file(&holder).ok();
        }
        Ok(Self { holder, file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody believes what stands there once the lock is free.
        std::fs::remove_file(&self.holder).ok();
        // Closing alone would wait for a child process that is just being started and has not let go of our files yet.
        self.file.unlock().ok();
    }
}

impl Holder {
    fn this_program() -> Self {
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        Self {
            program: program.unwrap_or_else(|| "gallop".into()),
            process: std::process::id(),
            host: host(),
            since_unix_ms: now_unix_ms(),
        }
    }
}

fn busy(folder: &Path) -> anyhow::Error {
    let note = inside::read(&folder.join(HOLDER), 1 << 16).ok().flatten();
    let holder: Option<Holder> = note.and_then(|note| serde_json::from_slice(&note).ok());
    let who = holder.map_or_else(
        || "another program".to_owned(),
        |holder| {
            let host = holder.host.map(|host| format!(" on {}", host.escape_debug())).unwrap_or_default();
            let minutes = now_unix_ms().saturating_sub(holder.since_unix_ms) / 60_000;
            let since = match minutes {
                0 => "just now".to_owned(),
                1..120 => format!("{minutes} minutes ago"),
                _ => format!("{} hours ago", minutes / 60),
            };
            format!("{} (process {}{host}, opened {since})", holder.program.escape_debug(), holder.process)
        },
    );
    coded(Code::ProjectBusy, format!("this project is open in {who}; close it there first: {}", folder.display()))
}

fn host() -> Option<String> {
    let name = std::env::var("COMPUTERNAME").or_else(|_| std::fs::read_to_string("/proc/sys/kernel/hostname"));
    name.ok().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}
