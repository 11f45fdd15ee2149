//! What lies inside a project's folder. A project may come from a stranger, so a link in it is never followed: nothing
//! outside is read, written or removed through it.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use anyhow::Context as _;

use crate::{Code, coded, files};

/// The size of the file at `path`; nothing where there is none.
///
/// # Errors
/// There is something else: a link, a folder, a pipe.
pub(crate) fn file_bytes(path: &Path) -> anyhow::Result<Option<u64>> {
    match found(path)? {
        None => Ok(None),
        Some(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Some(metadata) => Err(not_a(path, "file", &metadata)),
    }
}

/// Whether there is a folder at `path`.
///
/// # Errors
/// There is something else: a link, a file.
pub(crate) fn has_folder(path: &Path) -> anyhow::Result<bool> {
    match found(path)? {
        None => Ok(false),
        Some(metadata) if metadata.is_dir() => Ok(true),
        Some(metadata) => Err(not_a(path, "folder", &metadata)),
    }
}

/// Makes the folder at `path` if it is not there.
///
/// # Errors
/// There is something else, or the folder cannot be made.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    if has_folder(path)? {
        return Ok(());
    }
    match std::fs::create_dir(path) {
        // Somebody else was faster; what he made is looked at.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && has_folder(path)? => {}
        made => made.with_context(|| format!("cannot make this folder: {}", path.display()))?,
    }
    path.parent().map(files::sync_folder);
    Ok(())
}

/// The content of a file of at most `limit` bytes; nothing where there is none.
///
/// # Errors
/// It is no file, it is longer, or it cannot be read.
pub(crate) fn read(path: &Path, limit: u64) -> anyhow::Result<Option<Vec<u8>>> {
    if file_bytes(path)?.is_none() {
        return Ok(None);
    }
    let cannot = || format!("cannot read: {}", path.display());
    let mut bytes = Vec::new();
    File::open(path).with_context(cannot)?.take(limit + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > limit {
        let why = format!("this file is longer than the {} MiB that are read of one: {}", limit >> 20, path.display());
        return Err(coded(Code::Input, why));
    }
    Ok(Some(bytes))
}

/// Removes what an interrupted program left of files that it had not finished. Only for a folder that nobody else
/// writes into.
pub(crate) fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_draft = entry.file_name().to_str().is_some_and(|name| name.starts_with(".gallop-"));
        if is_draft && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // What stays is only in the way of nobody.
            std::fs::remove_file(entry.path()).ok();
        }
    }
}

fn found(path: &Path) -> anyhow::Result<Option<Metadata>> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot look at: {}", path.display())),
    }
}

fn not_a(path: &Path, wanted: &str, found: &Metadata) -> anyhow::Error {
    let what = match found {
        found if found.is_symlink() => "a link, and links in a project are not followed",
        found if found.is_dir() => "a folder",
        found if found.is_file() => "a file",
        _ => "a pipe or a device",
    };
    coded(Code::Input, format!("there should be a {wanted} of the project, but it is {what}: {}", path.display()))
}
