//! A project: a folder `Name.gallop` that can be moved, zipped and put under version control.
//!
//! ```text
//! Name.gallop/
//!   project.json            what the project says: shots, aspect, model
//!   media/<sha256>.<ext>    files that were taken in
//!   takes/<id>/             see `take`
//! ```
//!
//! One program at a time has a project open and changes it; any may read it with [`ProjectData::read`]. Each change is on
//! disk when [`Project::edit`] returns, or was not made at all.

mod cast;
mod check;
mod data;
mod history;
mod lock;
mod media;
mod mention;
mod stored;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::Digest;

use self::history::{History, Way};
use self::lock::Lock;
use crate::{Code, coded, files, inside};

pub use cast::{Character, MediaItem, MediaKind, Score};
pub use data::{FORMAT, MediaRef, NewProject, ProjectData, ShotEntry};
pub use history::Edit;
pub use media::{MediaFile, find_media, import as import_media, media_files, media_path};
pub use mention::{Played, play};
pub use stored::FILE;

/// How the folder of a project ends.
pub const SUFFIX: &str = ".gallop";

/// A project that this program has open, and nobody else.
pub struct Project {
    folder: PathBuf,
    data: ProjectData,
    /// Of `project.json` as this program knows it.
    on_disk: Digest,
    history: History,
    _lock: Lock,
}

/// Whether another program changed `project.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// It is as this program left it.
    Same,
    /// It was changed; the change was taken over, and can be undone.
    Changed,
}

impl Project {
    /// Makes a new project and opens it. `folder` is not there yet, or is empty; the folder that it is in is there.
    ///
    /// # Errors
    /// There is something already, the folder cannot be written, or the project cannot be as it is wanted.
    pub fn create(folder: &Path, new: NewProject) -> anyhow::Result<Self> {
        let folder = absolute(folder)?;
        let data = ProjectData::new(new);
        let bytes = stored::render(&data)?;
        let is_made = files::claim_folder(&folder)?;
        let written = Lock::take(&folder).and_then(|lock| {
            files::write(&folder.join(FILE), &bytes)?;
            Ok(lock)
        });
        match written {
            Ok(lock) => {
                folder.parent().map(files::sync_folder);
                Ok(Self { folder, data, on_disk: Digest::of(&bytes), history: History::default(), _lock: lock })
            }
            Err(error) => {
                if is_made {
                    // A full disk, say: the name is free for the next try.
                    std::fs::remove_dir_all(&folder).ok();
                }
                Err(error)
            }
        }
    }

    /// Opens a project, which nobody else then can.
    ///
    /// # Errors
    /// [`Code::ProjectBusy`] if it is open elsewhere, [`Code::ProjectNewer`] if it is of a newer Gallop; it is no
    /// project, or cannot be written.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let folder = absolute(folder)?;
        // Read first: what is no project of ours is left as it is, without so much as a lock.
        stored::read(&folder)?;
        let lock = Lock::take(&folder)?;
        inside::sweep(&folder);
        let media = folder.join("media");
        if inside::has_folder(&media)? {
            inside::sweep(&media);
        }
        let stored::Stored { data, digest } = stored::read(&folder)?;
        Ok(Self { folder, data, on_disk: digest, history: History::default(), _lock: lock })
    }

    /// Its folder, from the root.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it says.
    pub fn data(&self) -> &ProjectData {
        &self.data
    }

    /// Changes the project. When this returns, the change is on disk and can be undone; after an error nothing has
    /// changed. A change that changes nothing leaves no trace.
    ///
    /// # Errors
    /// `change` refuses, what it made cannot be a project, or it cannot be saved.
    pub fn edit<R>(
        &mut self,
        edit: impl Into<Edit>,
        change: impl FnOnce(&mut ProjectData) -> anyhow::Result<R>,
    ) -> anyhow::Result<R> {
        self.refresh()?;
        let mut after = self.data.clone();
        let result = change(&mut after)?;
        after.mend();
        if after != self.data {
            self.save(&after)?;
            self.history.push(edit.into(), &self.data);
            self.data = after;
        }
        Ok(result)
    }

    /// Changes the project without a step that could be undone: for what follows from the world and not from its author,
    /// such as the length of a take that has just been made.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub fn adapt(&mut self, change: impl FnOnce(&mut ProjectData)) -> anyhow::Result<()> {
        self.refresh()?;
        let mut after = self.data.clone();
        change(&mut after);
        after.mend();
        if after != self.data {
            self.save(&after)?;
            self.data = after;
        }
        Ok(())
    }

    /// Takes the last edit back and tells its label; nothing where there is none.
    ///
    /// # Errors
    /// It cannot be saved; nothing has changed.
    pub fn undo(&mut self) -> anyhow::Result<Option<String>> {
        self.travel(Way::Back)
    }

    /// Makes the last edit that was taken back again, and tells its label; nothing where there is none.
    ///
    /// # Errors
    /// It cannot be saved; nothing has changed.
    pub fn redo(&mut self) -> anyhow::Result<Option<String>> {
        self.travel(Way::Forth)
    }

    /// The label of the edit that [`Self::undo`] takes back.
    pub fn undo_label(&self) -> Option<&str> {
        self.history.label(Way::Back)
    }

    /// The label of the edit that [`Self::redo`] makes again.
    pub fn redo_label(&self) -> Option<&str> {
        self.history.label(Way::Forth)
    }

    /// Takes over what another program, such as a text editor, wrote into `project.json`. Each edit does this first.
    ///
    /// # Errors
    /// What it wrote is no project, or not this one.
    pub fn refresh(&mut self) -> anyhow::Result<Refreshed> {
        // A file that was removed is written again by the next edit.
        if stored::digest(&self.folder)?.is_none_or(|digest| digest == self.on_disk) {
            return Ok(Refreshed::Same);
        }
        let changed = stored::read(&self.folder).context("another program changed the project")?;
        if changed.data.id != self.data.id {
            let why = "another project was put into the folder of this one; close it and open it again";
            return Err(coded(Code::Input, format!("{why}: {}", self.folder.display())));
        }
        if changed.data != self.data {
            self.history.push("Changed by another program".into(), &self.data);
        }
        (self.data, self.on_disk) = (changed.data, changed.digest);
        Ok(Refreshed::Changed)
    }

    /// Takes a file into the project, by copying it. A shot refers to it by what is returned.
    ///
    /// # Errors
    /// It is no file, is empty, or cannot be read or written.
    pub fn import_media(&self, file: &Path) -> anyhow::Result<MediaRef> {
        import_media(&self.folder, file)
    }

    /// Where a file is that was taken in.
    ///
    /// # Errors
    /// [`Code::MediaMissing`] if it is not there with its size.
    pub fn media_path(&self, media: &MediaRef) -> anyhow::Result<PathBuf> {
        media_path(&self.folder, media)
    }

    /// The files in `media` that are not at hand, and that no shot, character, timeline, step of undo or redo, take or
    /// unfinished job refers to.
    ///
    /// # Errors
    /// The folders cannot be read.
    pub fn unused_media(&self) -> anyhow::Result<Vec<MediaFile>> {
        let mut used: BTreeSet<Digest> = media::named_by_takes(&self.folder)?;
        used.extend(self.data.media().chain(self.history.media()).map(|media| media.sha256));
        used.extend(self.data.library.iter().map(|item| item.sha256));
        let mut files = media_files(&self.folder)?;
        files.retain(|file| !used.contains(&file.sha256));
        Ok(files)
    }

    /// Removes a file of [`Self::unused_media`] from the disk; false where it is none of them.
    ///
    /// # Errors
    /// The folders cannot be read, or the file cannot be removed.
    pub fn remove_if_unused(&self, sha256: Digest) -> anyhow::Result<bool> {
        let Some(file) = self.unused_media()?.into_iter().find(|file| file.sha256 == sha256) else { return Ok(false) };
        std::fs::remove_file(&file.path).with_context(|| format!("cannot remove: {}", file.path.display()))?;
        Ok(true)
    }

    fn travel(&mut self, way: Way) -> anyhow::Result<Option<String>> {
        self.refresh()?;
        let Some(mut there) = self.history.peek(way) else { return Ok(None) };
        there.scores.clone_from(&self.data.scores);
        there.library.clone_from(&self.data.library);
        self.save(&there)?;
        let label = self.history.step(way, &self.data);
        self.data = there;
        Ok(label)
    }

    fn save(&mut self, data: &ProjectData) -> anyhow::Result<()> {
        if data.id != self.data.id {
            return Err(coded(Code::Input, "a project keeps its id for ever"));
        }
        let bytes = stored::render(data)?;
        files::write(&self.folder.join(FILE), &bytes)?;
        self.on_disk = Digest::of(&bytes);
        Ok(())
    }
}

impl std::fmt::Debug for Project {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Project").field("folder", &self.folder).field("name", &self.data.name).finish_non_exhaustive()
    }
}

/// The name of the folder of a project of this name, as every system takes it.
pub fn folder_name(name: &str) -> String {
    let safe = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        letter if letter.is_control() => '-',
        letter => letter,
    };
    // Most systems take 255 bytes.
    let mut safe: String = name.trim().chars().map(safe).collect();
    while safe.len() > 200 {
        safe.pop();
    }
    let safe = safe.trim_matches(['.', '-', ' ']);
    // Devices to some systems, whatever stands behind the first full stop.
    let start = safe.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let is_port = |port| start.strip_prefix(port).is_some_and(|number| number.len() == 1);
    let is_device = ["CON", "PRN", "AUX", "NUL"].contains(&start.as_str()) || is_port("COM") || is_port("LPT");
    match safe {
        "" => format!("Project{SUFFIX}"),
        safe if is_device => format!("_{safe}{SUFFIX}"),
        safe => format!("{safe}{SUFFIX}"),
    }
}

fn absolute(folder: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(folder).with_context(|| format!("this is not the name of a folder: {}", folder.display()))
}
