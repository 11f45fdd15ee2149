//! What lies in a model's folder, where it came from, and how sure we are of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::Digest;
use serde::{Deserialize, Serialize};

use super::catalog::{Entry, check_path};
use crate::clock::now_unix_ms;
use crate::places::Places;
use crate::{Code, coded, files, inside};

pub(super) const FILE_NAME: &str = "store.json";
const LICENCES: &str = "licences.json";
/// A folder that holds the models, instead of the one among Gallop's data; the engine looks there too.
pub const MODEL_DIR: &str = "GALLOP_MODEL_DIR";

/// The models on this machine.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// What lies in a model's folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of the file.
    pub format: u32,
    /// The commit that the source told, and that every file comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The branch that the commit was the newest of, where the entry names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The files that are whole, by their path in the folder.
    pub files: BTreeMap<String, Kept>,
}

/// A file that is whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Its length.
    pub bytes: u64,
    /// Its hash.
    pub sha256: Digest,
    /// How sure it is that this is what the authors published.
    pub trust: Trust,
    /// What it was made from, where it was changed on arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<Original>,
    /// Where it came from.
    pub source: String,
    /// The file outside of this folder that is used in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place: Option<PathBuf>,
    /// When it came.
    pub unix_ms: u64,
}

/// A file as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Its length.
    pub bytes: u64,
    /// Its hash.
    pub sha256: Digest,
}

/// How sure it is that a file is what the authors published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Its hash is the catalog's.
    Catalog,
    /// Its hash is the one that the source told.
    Source,
    /// Nothing told a hash; what came was recorded, and a later change will be noticed.
    Recorded,
}

impl Store {
    /// The models of this user.
    pub fn of_this_user(places: &Places) -> Self {
        let named = std::env::var_os(MODEL_DIR).filter(|folder| !folder.is_empty());
        Self::at(named.map_or_else(|| places.data.join("models"), PathBuf::from))
    }

    /// The models in this folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that holds the models.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a model, whether it is there or not.
    pub fn folder(&self, entry: &Entry) -> PathBuf {
        self.root.join(&entry.id)
    }

    /// What lies there.
    ///
    /// # Errors
    /// The record is damaged; the message says what to do.
    pub fn record(&self, entry: &Entry) -> anyhow::Result<Record> {
        let path = self.folder(entry).join(FILE_NAME);
        let Some(bytes) = inside::read(&path, 16 << 20)? else { return Ok(Record { format: 1, ..Record::default() }) };
        let record: Record = serde_json::from_slice(&bytes).map_err(|error| {
            let todo = "remove it and pull again; files that are there are checked and not fetched anew";
            coded(Code::Input, format!("the list of a model's files is damaged ({error}); {todo}: {}", path.display()))
        })?;
        for file in record.files.keys() {
            check_path(file).map_err(|why| coded(Code::Input, format!("the list {why}: {}", path.display())))?;
        }
        Ok(record)
    }

    pub(super) fn save(&self, entry: &Entry, record: &Record) -> anyhow::Result<()> {
        files::write_json(&self.folder(entry).join(FILE_NAME), record)
    }

    /// Whether every file of the entry is there, as far as names and lengths tell.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub fn state(&self, entry: &Entry) -> anyhow::Result<State> {
        let record = self.record(entry)?;
        let here: u64 = record.files.values().map(|kept| kept.bytes).sum();
        let folder = self.folder(entry);
        let is_whole = entry.files.iter().all(|file| record.files.contains_key(file.local()))
            && record.files.iter().all(|(path, kept)| has(&folder, path, kept))
            && super::shards::are_here(&folder, entry, &record);
        Ok(match (is_whole, here) {
            (true, bytes) => State::Whole { bytes },
            (false, 0) if !has_parts(&folder) => State::Absent,
            (false, bytes) => State::Partial { bytes },
        })
    }

    /// When the licence was accepted, if it was.
    ///
    /// # Errors
    /// The list of licences cannot be read.
    pub fn accepted(&self, entry: &Entry) -> anyhow::Result<Option<u64>> {
        Ok(self.licences()?.get(&licence_key(entry)).copied())
    }

    /// Notes that the user accepts the entry's licence.
    ///
    /// # Errors
    /// The list of licences cannot be written.
    pub fn accept(&self, entry: &Entry) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.root)
            .with_context(|| format!("cannot make this folder: {}", self.root.display()))?;
        let mut licences = self.licences()?;
        licences.insert(licence_key(entry), now_unix_ms());
        files::write_json(&self.root.join(LICENCES), &licences)
    }

    fn licences(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let path = self.root.join(LICENCES);
        if path.exists() { files::read_json(&path) } else { Ok(BTreeMap::new()) }
    }

    /// Checks every file of a model against its hash, at the speed of the disk.
    ///
    /// # Errors
    /// The record is damaged, or `go_on` said no.
    pub fn verify(&self, entry: &Entry, go_on: &dyn Fn() -> bool) -> anyhow::Result<Vec<(String, Verdict)>> {
        let (record, folder) = (self.record(entry)?, self.folder(entry));
        let mut verdicts = Vec::new();
        for (path, kept) in &record.files {
            let verdict = match super::local::digest(&folder.join(path), go_on) {
                Ok(Some(digest)) if digest == kept.sha256 => Verdict::Whole(kept.trust),
                Ok(Some(_)) => Verdict::Changed,
                Ok(None) => return Err(anyhow::anyhow!("stopped before all files were checked")),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Verdict::Missing,
                Err(error) => Verdict::Unreadable(error.to_string()),
            };
            verdicts.push((path.clone(), verdict));
        }
        for file in entry.files.iter().filter(|file| !record.files.contains_key(file.local())) {
            verdicts.push((file.local().to_owned(), Verdict::Missing));
        }
        Ok(verdicts)
    }

    /// Forgets a file that was found to be damaged, so that the next pull fetches it again.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn forget(&self, entry: &Entry, file: &str) -> anyhow::Result<()> {
        let mut record = self.record(entry)?;
        if record.files.remove(file).is_some() {
            remove_file(&self.folder(entry).join(file))?;
            self.save(entry, &record)?;
        }
        Ok(())
    }

    /// Removes a model: what Gallop put there and what is unfinished, and nothing else. Files used in place elsewhere
    /// stay there. Tells how many bytes are free again.
    ///
    /// # Errors
    /// A pull of it is running, or a file cannot be removed.
    pub fn remove(&self, entry: &Entry) -> anyhow::Result<u64> {
        let folder = self.folder(entry);
        if !folder.is_dir() {
            return Ok(0);
        }
        let lock = self.lock(entry)?;
        let record = self.record(entry)?;
        let mut freed = 0;
        for (path, kept) in &record.files {
            freed += if kept.in_place.is_none() { kept.bytes } else { 0 };
            remove_file(&folder.join(path))?;
        }
        self.sweep(entry, |_| true)?;
        remove_file(&folder.join(FILE_NAME))?;
        drop(lock);
        remove_file(&folder.join(LOCK))?;
        remove_empty(&folder);
        Ok(freed)
    }

    /// Removes what a killed process had begun to write beside the files. What has come of a download stays.
    pub(super) fn sweep_drafts(&self, entry: &Entry) -> anyhow::Result<()> {
        self.sweep(entry, |name| name.starts_with(files::DRAFT_PREFIX))
    }

    fn sweep(&self, entry: &Entry, is_swept: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        let is_swept = |path: &Path| path.file_name().is_some_and(|name| is_swept(&name.to_string_lossy()));
        parts(&self.folder(entry)).iter().filter(|path| is_swept(path)).try_for_each(|path| remove_file(path))
    }

    /// Keeps other programs from pulling the same model; the system gives it back when this one ends in any way.
    pub(super) fn lock(&self, entry: &Entry) -> anyhow::Result<std::fs::File> {
        let path = self.folder(entry).join(LOCK);
        let cannot = || format!("cannot write: {}", path.display());
        let file =
            std::fs::File::options().create(true).truncate(false).write(true).open(&path).with_context(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => {
                Err(coded(Code::Input, format!("another Gallop is fetching `{}` right now", entry.id)))
            }
            Err(std::fs::TryLockError::Error(error)) => Err(error).with_context(cannot),
        }
    }
}

const LOCK: &str = ".lock";

/// How much of a model is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing.
    Absent,
    /// Some of it; the next pull goes on.
    Partial {
        /// Of whole files.
        bytes: u64,
    },
    /// All of it.
    Whole {
        /// Of all files.
        bytes: u64,
    },
}

/// What a check found of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is what was put there.
    Whole(Trust),
    /// Its content is another one.
    Changed,
    /// It is not there.
    Missing,
    /// It cannot be read.
    Unreadable(String),
}

/// Whether a kept file is still there with its length.
pub(super) fn has(folder: &Path, path: &str, kept: &Kept) -> bool {
    folder.join(path).metadata().is_ok_and(|found| found.is_file() && found.len() == kept.bytes)
}

fn licence_key(entry: &Entry) -> String {
    // Another text under the same model is to be accepted anew.
    format!("{} {}", entry.id, entry.licence.url)
}

pub(super) fn remove_file(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove: {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn has_parts(folder: &Path) -> bool {
    !parts(folder).is_empty()
}

/// What unfinished downloads left in a folder and those inside it; links are not followed.
fn parts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(parts(&path)),
            Ok(kind) if kind.is_file() && (name.ends_with(".part") || name.ends_with(".journal")) => found.push(path),
            _ => {}
        }
    }
    found
}

/// Removes folders that hold nothing any more.
fn remove_empty(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty(&entry.path());
        }
    }
    // It stays where the user put something into it.
    std::fs::remove_dir(folder).ok();
}
