//! What lies of a job in its take's folder, so that the queue can be made again from the projects.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::Id;
use gallop_protocol::message::{Checkpoint, Order};
use serde::{Deserialize, Serialize};

use super::job::Job;
use crate::{Code, coded, files};

/// The name of the file. It is there exactly as long as the job is unfinished.
pub const FILE: &str = "job.json";
/// Version of the file.
pub const FORMAT: u32 = 1;
/// No honest record is longer.
const MOST_BYTES: u64 = 4 << 20;

/// A job as it lies in its take's folder. Where the folder is says the project; the state is the database's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Version of the file.
    pub format: u32,
    /// Its name, and that of the take.
    pub id: Id,
    /// Its shot.
    pub shot: Id,
    /// What is wanted.
    pub order: Order,
    /// The draft that it finishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// When it was added.
    pub added_unix_ms: u64,
}

impl JobRecord {
    /// Of a job.
    pub fn of(job: &Job) -> Self {
        let Job { id, shot, order, parent, added_unix_ms, .. } = job.clone();
        Self { format: FORMAT, id, shot, order, parent, added_unix_ms }
    }

    /// Reads the record in a take's folder; none where there is none.
    ///
    /// # Errors
    /// There is one, but it is not readable, of a newer Gallop, or that of another take.
    pub fn read(take_folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = take_folder.join(FILE);
        let found = match std::fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read: {}", path.display())),
        };
        anyhow::ensure!(found.is_file() && found.len() <= MOST_BYTES, "not a job's record: {}", path.display());
        let mut record: Self = files::read_json(&path)?;
        let (format, own) = (record.format, Some(record.id.to_string()));
        anyhow::ensure!(format <= FORMAT, "this job was added by a newer Gallop (format {format}): {}", path.display());
        let is_own = take_folder.file_name().and_then(std::ffi::OsStr::to_str) == own.as_deref();
        anyhow::ensure!(is_own, "this record is that of another take: {}", path.display());
        record.order.checkpoints.clear();
        Ok(Some(record))
    }
}

/// The folder of a job's take.
pub(super) fn folder(job: &Job) -> PathBuf {
    job.project.join("takes").join(job.id.to_string())
}

/// Whether the take of a job is complete: then the job is as good as done.
pub(super) fn is_complete(job: &Job) -> bool {
    folder(job).join("take.json").exists()
}

/// Writes the record of a job, over an older one.
pub(super) fn write(job: &Job) -> anyhow::Result<()> {
    files::write_json(&folder(job).join(FILE), &JobRecord::of(job))
}

/// As [`write`], also where the take's folder is gone.
pub(super) fn write_again(job: &Job) -> anyhow::Result<()> {
    let folder = folder(job);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make this folder: {}", folder.display()))?;
    write(job)
}

/// Removes the record of a job that came to its end. One that stays, on a disk that is gone, say, does no harm: a take
/// that is complete goes before it, and a job that is in the database is not taken from it again.
pub(super) fn remove(job: &Job) {
    std::fs::remove_file(folder(job).join(FILE)).ok();
}

/// Removes what earlier runs of a job left, because it was made for another order.
pub(super) fn remove_checkpoints(job: &Job) -> anyhow::Result<()> {
    for checkpoint in Checkpoint::ALL {
        let path = folder(job).join(checkpoint.file_name());
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove: {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Folders and records of new jobs, which go away again unless they are kept.
#[derive(Default)]
pub(super) struct Fresh<'a> {
    jobs: Vec<&'a Job>,
}

impl<'a> Fresh<'a> {
    /// Makes the folder of a new job and writes its record.
    pub(super) fn put(&mut self, job: &'a Job) -> anyhow::Result<()> {
        let takes = job.project.join("takes");
        let is_link = std::fs::symlink_metadata(&takes).is_ok_and(|found| found.is_symlink());
        if is_link {
            let message =
                format!("the project's folder of takes is a link; put the folder itself there: {}", takes.display());
            return Err(coded(Code::Input, message));
        }
        let folder = folder(job);
        let cannot = || format!("cannot make this folder: {}", folder.display());
        std::fs::create_dir_all(&takes).with_context(cannot)?;
        std::fs::create_dir(&folder).with_context(cannot)?;
        self.jobs.push(job);
        write(job)?;
        files::sync_folder(&takes);
        files::sync_folder(&job.project);
        Ok(())
    }

    /// Lets them stay.
    pub(super) fn keep(mut self) {
        self.jobs.clear();
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        for job in &self.jobs {
            remove(job);
            // Only an empty folder: nothing but the record was ours.
            std::fs::remove_dir(folder(job)).ok();
        }
    }
}
