//! Who may run jobs.

use std::fs::{File, TryLockError};

use anyhow::Context as _;

use crate::places::Places;

/// The right to run the jobs of this user. One process has it at a time; the system takes it back when that process ends,
/// however it ends.
#[derive(Debug)]
pub struct RunnerLock {
    file: File,
}

impl RunnerLock {
    /// Takes it; none where another has it.
    ///
    /// # Errors
    /// The data folder cannot be written.
    pub fn try_take(places: &Places) -> anyhow::Result<Option<Self>> {
        let path = places.data.join("runner.lock");
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.with_context(|| format!("cannot write: {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock: {}", path.display())),
        }
    }
}

impl Drop for RunnerLock {
    fn drop(&mut self) {
        // Said aloud: a process that is just being started may hold a copy of the file for a moment longer.
        self.file.unlock().ok();
    }
}
