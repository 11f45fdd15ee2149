//! All takes of a project.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::Id;

use super::{FOLDER, Take, TakeFolder};
use crate::inside;

/// How the name of the folder of a removed take begins, until its files are gone.
pub(super) const GONE: &str = ".gone-";

/// What is in the folder `takes` of a project. The oldest stands first.
#[derive(Debug, Default)]
pub struct Takes {
    /// The takes.
    pub takes: Vec<Take>,
    /// Folders of takes that are not complete: their jobs wait, run or failed, or were cancelled.
    pub unfinished: Vec<TakeFolder>,
    /// What cannot be read. Nothing was changed in it.
    pub damaged: Vec<Damaged>,
}

/// A folder that should be a take, but cannot be read.
#[derive(Debug)]
pub struct Damaged {
    /// The folder.
    pub folder: PathBuf,
    /// What is wrong.
    pub error: anyhow::Error,
}

pub(super) fn list(project_folder: &Path) -> anyhow::Result<Takes> {
    let mut found = Takes::default();
    let takes = project_folder.join(FOLDER);
    if !inside::has_folder(&takes)? {
        return Ok(found);
    }
    let cannot = || format!("cannot read this folder: {}", takes.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&takes).with_context(cannot)? {
        names.push(entry.with_context(cannot)?.file_name());
    }
    // Ids sort by time.
    names.sort();
    for name in names {
        let folder = takes.join(&name);
        let name = name.to_string_lossy();
        // Files and hidden folders are the system's, or what is left of a removed take.
        if name.starts_with('.') || folder.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        match read(project_folder, &name) {
            Ok((_, Some(take))) => found.takes.push(take),
            Ok((folder, None)) => found.unfinished.push(folder),
            Err(error) => found.damaged.push(Damaged { folder, error }),
        }
    }
    Ok(found)
}

/// Removes what is left of takes whose removal was interrupted.
pub(super) fn sweep(takes: &Path) {
    let Ok(entries) = std::fs::read_dir(takes) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_prefix(GONE)).and_then(|id| id.parse::<Id>().ok());
        if id.is_some() && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            // Hidden and without use; the next removal tries again.
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}

fn read(project_folder: &Path, name: &str) -> anyhow::Result<(TakeFolder, Option<Take>)> {
    let id: Option<Id> = name.parse().ok();
    // An id can be written in several ways; a folder has the one that `create` gives it.
    let id = id.filter(|id| id.to_string() == name).context("this folder has not the name of a take")?;
    let folder = TakeFolder::find(project_folder, id)?.context("this folder is gone")?;
    let take = folder.read()?;
    Ok((folder, take))
}
