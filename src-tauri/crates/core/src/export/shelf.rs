//! Batches on the disk: `exports/<id>.json` in the data folder. Who works on one holds `exports/<id>.lock`; a batch whose
//! holder died is there as it was, and can go on.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use anyhow::Context as _;
use gallop_protocol::Id;

use super::batch::{Batch, FORMAT};
use crate::places::Places;
use crate::{Code, Detail, coded, files, inside, told};

/// Batches that are kept; the oldest finished ones go first.
const MOST: usize = 100;
/// The longest file that is read.
const MAX_BYTES: u64 = 64 << 20;

/// Where batches are kept.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
}

/// The right to work on a batch, until it is dropped.
#[derive(Debug)]
pub struct Held {
    file: File,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Said aloud: a process that is just being started may hold a copy of the file for a moment longer.
        self.file.unlock().ok();
    }
}

impl Shelf {
    /// Of a user.
    pub fn new(places: &Places) -> Self {
        Self { folder: places.data.join("exports") }
    }

    /// All batches, the latest first. What cannot be read is left out: it is not ours, or damaged, and stays as it is.
    pub fn list(&self) -> Vec<Batch> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let ids = entries.flatten().filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_suffix(".json")?.parse::<Id>().ok()
        });
        let mut batches: Vec<Batch> = ids.filter_map(|id| self.get(id).ok()).collect();
        batches.sort_by_key(|batch| std::cmp::Reverse((batch.added_unix_ms, batch.id)));
        batches
    }

    /// A batch.
    ///
    /// # Errors
    /// [`Code::Input`]: there is none of this id, or it is damaged or of a newer Gallop.
    pub fn get(&self, id: Id) -> anyhow::Result<Batch> {
        let path = self.path(id, "json");
        let missing = || coded(Code::Input, format!("there is no export {id}"));
        let text = inside::read(&path, MAX_BYTES)?.ok_or_else(missing)?;
        let damaged = |error| coded(Code::Input, format!("this file is damaged ({error}): {}", path.display()));
        let batch: Batch = serde_json::from_slice(&text).map_err(damaged)?;
        if batch.format != FORMAT || batch.id != id {
            let why = "this export is of another Gallop, or not the one that its name says";
            return Err(coded(Code::Input, format!("{why}: {}", path.display())));
        }
        Ok(batch)
    }

    /// Keeps a batch as it is now.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn put(&self, batch: &Batch) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("cannot make this folder: {}", self.folder.display()))?;
        files::write_json(&self.path(batch.id, "json"), batch)
    }

    /// Forgets a batch that nobody works on. Its files stay where they are.
    ///
    /// # Errors
    /// Somebody works on it, or it cannot be removed.
    pub fn remove(&self, id: Id) -> anyhow::Result<()> {
        let held = self.hold(id)?.ok_or_else(|| told(Code::JobState, Detail::ExportRunning))?;
        let path = self.path(id, "json");
        std::fs::remove_file(&path).with_context(|| format!("cannot remove: {}", path.display()))?;
        drop(held);
        // Whoever took the lock in between finds no batch.
        std::fs::remove_file(self.path(id, "lock")).ok();
        Ok(())
    }

    /// Forgets the oldest batches that nobody works on, where there are too many.
    pub fn tidy(&self) {
        for batch in self.list().into_iter().skip(MOST) {
            self.remove(batch.id).ok();
        }
    }

    /// Takes the right to work on a batch; nothing where another has it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn hold(&self, id: Id) -> anyhow::Result<Option<Held>> {
        let path = self.path(id, "lock");
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("cannot make this folder: {}", self.folder.display()))?;
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.with_context(|| format!("cannot write: {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Held { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock: {}", path.display())),
        }
    }

    fn path(&self, id: Id, ending: &str) -> PathBuf {
        self.folder.join(format!("{id}.{ending}"))
    }
}
