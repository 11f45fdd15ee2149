//! A take: what an engine made of a shot, in a folder of its own inside the project.
//!
//! ```text
//! takes/<id>/
//!   job.json               what is to be made; there exactly as long as the job is not finished
//!   draft.safetensors      checkpoints, each there as soon as its stage is
//!   upscaled.safetensors
//!   clip.mp4
//!   poster.png             the frame in the middle
//!   peaks.json             the outline of the sound
//!   take.json              written last: with it, the take exists
//! ```
//!
//! The folder has the id of the job that fills it. One program writes into it: first the one that adds the job, then the
//! one that runs it.

mod list;
#[cfg(test)]
mod tests;
mod view;
mod whole;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::message::{Checkpoint, Cost, Goal};
use gallop_protocol::recipe::Recipe;
use gallop_protocol::{Digest, Id};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Code, coded, files, inside};

pub use list::{Damaged, Takes};
pub use view::Peaks;

/// Version of `take.json`.
pub const FORMAT: u32 = 1;
/// The folder of a project in which its takes are.
pub const FOLDER: &str = "takes";
/// The file that makes a folder a take.
pub const FILE: &str = "take.json";
/// The file that tells what is to be made.
pub const JOB_FILE: &str = "job.json";

/// The longest file of words in a take's folder.
const MAX_BYTES: u64 = 16 << 20;
/// The last millisecond that is a date: the end of the year 9999.
const MAX_UNIX_MS: u64 = 253_402_300_799_999;

/// What is known of a take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// Version of this format.
    pub format: u32,
    /// Names the take, its folder, and the job that made it.
    pub id: Id,
    /// The shot that it was made of. It may be gone.
    pub shot: Id,
    /// All that the clip was made from.
    pub recipe: Recipe,
    /// How far it went.
    pub goal: Goal,
    /// The draft that it finishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// When it was complete.
    pub created_unix_ms: u64,
    /// What it took.
    #[serde(default)]
    pub cost: Cost,
}

/// The folder of a take, complete or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeFolder {
    folder: PathBuf,
    id: Id,
}

impl TakeFolder {
    /// Makes the folder of a take in the project in `project_folder`, where it is not there yet.
    ///
    /// # Errors
    /// The project cannot be written.
    pub fn create(project_folder: &Path, id: Id) -> anyhow::Result<Self> {
        let takes = project_folder.join(FOLDER);
        inside::make_folder(&takes)?;
        let folder = takes.join(id.to_string());
        inside::make_folder(&folder)?;
        Ok(Self { folder, id })
    }

    /// The folder of a take in the project in `project_folder`, if it is there.
    ///
    /// # Errors
    /// There is something else in its place.
    pub fn find(project_folder: &Path, id: Id) -> anyhow::Result<Option<Self>> {
        let takes = project_folder.join(FOLDER);
        let folder = takes.join(id.to_string());
        let is_there = inside::has_folder(&takes)? && inside::has_folder(&folder)?;
        Ok(is_there.then_some(Self { folder, id }))
    }

    /// All takes of the project in `project_folder`.
    ///
    /// # Errors
    /// The folder `takes` cannot be read. What is wrong with one take does not hide the others.
    pub fn list(project_folder: &Path) -> anyhow::Result<Takes> {
        list::list(project_folder)
    }

    /// The take's name.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a checkpoint is, or is to be put with [`files::publish`].
    pub fn path(&self, checkpoint: Checkpoint) -> PathBuf {
        self.folder.join(checkpoint.file_name())
    }

    /// Where the picture of the take is.
    pub fn poster_path(&self) -> PathBuf {
        self.folder.join(view::POSTER)
    }

    /// The checkpoints that are whole on disk. One that is cut off or is no such file is as good as not there: its stage
    /// runs again and replaces it.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn checkpoints(&self) -> anyhow::Result<BTreeMap<Checkpoint, Digest>> {
        let mut found = BTreeMap::new();
        for checkpoint in Checkpoint::ALL {
            let path = self.path(checkpoint);
            if whole::is_whole(checkpoint, &path)? {
                let digest = File::open(&path).and_then(|mut file| Digest::of_reader(&mut file));
                let digest = digest.with_context(|| format!("cannot read: {}", path.display()))?;
                found.insert(checkpoint, digest);
            }
        }
        Ok(found)
    }

    /// Makes a take of the clip that is in the folder: first its poster and peaks, then `take.json`. Doing it again does
    /// no harm.
    ///
    /// # Errors
    /// The clip is not there or cannot be decoded, or the folder cannot be written. Then there is no take.
    pub fn complete(&self, take: &Take) -> anyhow::Result<()> {
        take.check(self.id)?;
        inside::sweep(&self.folder);
        let clip = self.path(Checkpoint::Clip);
        if inside::file_bytes(&clip)?.is_none() {
            return Err(coded(Code::Input, format!("a take needs its clip: {}", clip.display())));
        }
        gallop_media::write_picture(&self.poster_path(), &view::poster(&clip)?)?;
        let peaks = serde_json::to_vec(&Peaks::read(&clip)?)?;
        files::write(&self.folder.join(view::PEAKS), &peaks)?;
        files::write_json(&self.folder.join(FILE), take)
    }

    /// The take; nothing where it is not complete.
    ///
    /// # Errors
    /// Its file is damaged, is another take's, or of a newer Gallop ([`Code::ProjectNewer`]).
    pub fn read(&self) -> anyhow::Result<Option<Take>> {
        #[derive(Deserialize)]
        struct Version {
            format: u64,
        }
        let path = self.folder.join(FILE);
        let Some(version) = read_json::<Version>(&path)? else { return Ok(None) };
        if version.format > u64::from(FORMAT) {
            let why = format!("this take was made by a newer Gallop (format {}); update Gallop", version.format);
            return Err(coded(Code::ProjectNewer, format!("{why}: {}", path.display())));
        }
        let Some(take) = read_json::<Take>(&path)? else { return Ok(None) };
        take.check(self.id).map_err(|error| coded(Code::Input, format!("{error}: {}", path.display())))?;
        Ok(Some(take))
    }

    /// The outline of the take's sound.
    ///
    /// # Errors
    /// There is none yet, or it is damaged.
    pub fn peaks(&self) -> anyhow::Result<Peaks> {
        let path = self.folder.join(view::PEAKS);
        let missing =
            || coded(Code::MediaMissing, format!("this take has no outline of its sound: {}", path.display()));
        read_json(&path)?.ok_or_else(missing)
    }

    /// What is to be made; nothing where the job is finished, or there was none.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn read_job<T: DeserializeOwned>(&self) -> anyhow::Result<Option<T>> {
        read_json(&self.folder.join(JOB_FILE))
    }

    /// Remembers what is to be made.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write_job<T: Serialize>(&self, job: &T) -> anyhow::Result<()> {
        files::write_json(&self.folder.join(JOB_FILE), job)
    }

    /// Forgets what was to be made. Doing it again does no harm.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn remove_job(&self) -> anyhow::Result<()> {
        let path = self.folder.join(JOB_FILE);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error).with_context(|| format!("cannot remove: {}", path.display())),
            Ok(()) => {
                files::sync_folder(&self.folder);
                Ok(())
            }
        }
    }

    /// Removes files that an interrupted run had not finished. Only for the one that runs the job.
    pub fn sweep(&self) {
        inside::sweep(&self.folder);
    }

    /// Removes the take with all its files. It is gone at once, also where removing its files is interrupted.
    ///
    /// # Errors
    /// The folder cannot be moved or removed.
    pub fn remove(self) -> anyhow::Result<()> {
        let cannot = || format!("cannot remove this take: {}", self.folder.display());
        let takes = self.folder.parent().with_context(cannot)?;
        list::sweep(takes);
        let gone = takes.join(format!("{}{}", list::GONE, self.id));
        std::fs::rename(&self.folder, &gone).with_context(cannot)?;
        files::sync_folder(takes);
        std::fs::remove_dir_all(&gone).with_context(cannot)
    }
}

impl Take {
    /// Whether this can be the take of this name.
    fn check(&self, id: Id) -> anyhow::Result<()> {
        let refuse = |why: String| Err(coded(Code::Input, why));
        match self {
            Self { format, .. } if *format != FORMAT => {
                refuse(format!("a take of this Gallop has the format {FORMAT}, not {format}"))
            }
            Self { id: own, .. } if *own != id => refuse(format!("this is the take {own}, not {id}")),
            Self { created_unix_ms, .. } if *created_unix_ms > MAX_UNIX_MS => {
                refuse(format!("this take's time is no date: {created_unix_ms}"))
            }
            _ => Ok(()),
        }
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Option<T>> {
    let Some(text) = inside::read(path, MAX_BYTES)? else { return Ok(None) };
    match serde_json::from_slice(&text) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(coded(Code::Input, format!("this file is damaged ({error}): {}", path.display()))),
    }
}
