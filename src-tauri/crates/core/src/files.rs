//! Files that are there whole or not at all, also after a power cut.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::TempPath;

use crate::{Code, Detail, told};

/// How the names of drafts begin.
pub(crate) const DRAFT_PREFIX: &str = ".gallop-";

/// Puts `bytes` at `path`, over an older file.
///
/// # Errors
/// The folder cannot be written, or the disk is full; the older file is untouched.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let cannot = || format!("cannot write: {}", path.display());
    let (mut file, draft) = draft(path)?;
    file.write_all(bytes).with_context(cannot)?;
    publish(&file, draft, path)
}

/// As [`write`], for a value as readable JSON.
///
/// # Errors
/// As [`write`].
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(value).with_context(|| path.display().to_string())?;
    text.push(b'\n');
    write(path, &text)
}

/// Reads a value from JSON.
///
/// # Errors
/// The file cannot be read, or is not such a value; the message names it.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read(path).with_context(|| format!("cannot read: {}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| anyhow::anyhow!("not readable ({error}): {}", path.display()))
}

/// A new file under a temporary name in the folder of `path`; it goes away unless [`publish`]ed.
///
/// # Errors
/// The folder cannot be written.
pub fn draft(path: &Path) -> anyhow::Result<(File, TempPath)> {
    let folder = folder_of(path);
    // Opened here and not by `tempfile`, whose files only their owner may read.
    let create = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
    let made = tempfile::Builder::new().prefix(DRAFT_PREFIX).suffix(".part").make_in(folder, create);
    let made = made.with_context(|| format!("cannot write in this folder: {}", folder.display()))?;
    Ok(made.into_parts())
}

/// Brings a draft to the disk and puts it at `path`, over an older file.
///
/// # Errors
/// The disk is full, or the file cannot be replaced.
pub fn publish(file: &File, draft: TempPath, path: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot write: {}", path.display());
    file.sync_all().with_context(cannot)?;
    draft.persist(path).map_err(|failed| failed.error).with_context(cannot)?;
    sync_folder(folder_of(path));
    Ok(())
}

/// Makes the names in a folder as durable as the data; a file system that cannot do this has done what it can.
pub fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Ok(folder) = File::open(folder) {
        folder.sync_all().ok();
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a folder for something new, or takes an empty one that is there. Returns whether it was made.
///
/// # Errors
/// There is something in it, or it cannot be made.
pub fn claim_folder(folder: &Path) -> anyhow::Result<bool> {
    match std::fs::create_dir(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let is_empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
            if is_empty { Ok(false) } else { Err(told(Code::Input, Detail::PlaceTaken { path: folder.to_owned() })) }
        }
        Err(error) => Err(error).with_context(|| format!("cannot make this folder: {}", folder.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_new_or_empty_folder_is_claimed() {
        let parent = tempfile::tempdir().expect("folder");
        let folder = parent.path().join("a");
        assert!(claim_folder(&folder).expect("made"));
        assert!(!claim_folder(&folder).expect("taken"));
        std::fs::write(folder.join("b"), "c").expect("written");
        let error = claim_folder(&folder).expect_err("refused");
        assert_eq!(crate::detail_of(&error), Some(Detail::PlaceTaken { path: folder.clone() }));
        let error = claim_folder(&folder.join("b/c")).expect_err("refused");
        assert!(format!("{error:#}").contains("cannot make this folder"), "{error:#}");
    }

    #[test]
    fn whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.json");
        write_json(&path, &[1, 2]).expect("written");
        assert_eq!(read_json::<Vec<u8>>(&path).expect("read"), [1, 2]);
        drop(draft(&path).expect("draft"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1, "an unpublished draft is gone");
        let error = read_json::<String>(&path).expect_err("another type").to_string();
        assert!(error.ends_with("a.json"), "{error}");
        assert!(write(&folder.path().join("none/a"), b"").is_err());
    }
}
