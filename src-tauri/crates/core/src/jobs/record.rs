//! What lies of a job in its take's folder, so that the queue can be made again from the projects.

use anyhow::Context as _;
use gallop_protocol::Id;
use gallop_protocol::message::{Checkpoint, Order};
use serde::{Deserialize, Serialize};

use super::job::Job;
use crate::take::TakeFolder;
use crate::{Code, coded};

/// Version of `job.json`.
pub const FORMAT: u32 = 1;

/// A job as it lies in its take's folder, exactly as long as it is unfinished. Where the folder is says the project; the
/// state is the database's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Version of this format.
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

    /// The record in a take's folder; nothing where there is none.
    ///
    /// # Errors
    /// There is one, but it is damaged, of a newer Gallop, or that of another take.
    pub fn read(folder: &TakeFolder) -> anyhow::Result<Option<Self>> {
        #[derive(Deserialize)]
        struct Version {
            format: u64,
        }
        let refuse = |why: String| Err(coded(Code::Input, format!("{why}: {}", folder.folder().display())));
        let Some(Version { format }) = folder.read_job()? else { return Ok(None) };
        if format > u64::from(FORMAT) {
            return refuse(format!("this job was added by a newer Gallop (format {format}); update Gallop"));
        }
        let Some(mut record) = folder.read_job::<Self>()? else { return Ok(None) };
        if record.id != folder.id() {
            return refuse(format!("the record of the job {} lies in the folder of another", record.id));
        }
        record.order.checkpoints.clear();
        Ok(Some(record))
    }
}

/// The folder of a job's take, made where it is not there.
fn folder(job: &Job) -> anyhow::Result<TakeFolder> {
    TakeFolder::create(&job.project, job.id)
}

/// Whether the take of a job is complete: then the job is as good as done.
pub(super) fn is_complete(job: &Job) -> anyhow::Result<bool> {
    let take = TakeFolder::find(&job.project, job.id)?.map(|folder| folder.read()).transpose()?;
    Ok(take.flatten().is_some())
}

/// Writes the record of a job, over an older one.
pub(super) fn write(job: &Job) -> anyhow::Result<()> {
    folder(job)?.write_job(&JobRecord::of(job))
}

/// Removes the record of a job that came to its end. One that stays, on a disk that is gone, say, does no harm: a take
/// that is complete goes before it, and a job that is in the database is not taken from it again.
pub(super) fn remove(job: &Job) {
    if let Ok(Some(folder)) = TakeFolder::find(&job.project, job.id) {
        folder.remove_job().ok();
        // Only an empty folder: that of a job which never ran.
        std::fs::remove_dir(folder.folder()).ok();
    }
}

/// Removes what earlier runs of a job left, because it was made for another order.
pub(super) fn remove_checkpoints(job: &Job) -> anyhow::Result<()> {
    let Some(folder) = TakeFolder::find(&job.project, job.id)? else { return Ok(()) };
    for path in Checkpoint::ALL.map(|checkpoint| folder.path(checkpoint)) {
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
        self.jobs.push(job);
        write(job)
    }

    /// Lets them stay.
    pub(super) fn keep(mut self) {
        self.jobs.clear();
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        self.jobs.iter().for_each(|job| remove(job));
    }
}
