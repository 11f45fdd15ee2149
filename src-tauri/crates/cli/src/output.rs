//! Whether a file can be put where the user wants it: asked before a minute of work, not after.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::error::usage;

/// Checks that `path` ends in `.extension`, is no folder, and that its folder takes new files.
pub fn check(path: &Path, extension: &str) -> anyhow::Result<()> {
    if !path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension)) {
        return Err(usage(format!("the name must end in .{extension}: {}", path.display())));
    }
    check_place(path)
}

/// Checks that `path` is no folder and that its folder takes new files.
pub fn check_place(path: &Path) -> anyhow::Result<()> {
    if path.is_dir() {
        bail!("this is a folder; add a file name to it: {}", path.display());
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        bail!("there is no such folder to put the file in; make it first: {}", folder.display());
    }
    temporary_in(folder).map(drop)
}

/// Lets `write` make a file under a temporary name beside `path` and then puts it in place, so that there is never half
/// a file.
pub fn replace(path: &Path, write: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let temporary = temporary_in(folder_of(path))?.into_temp_path();
    write(&temporary)?;
    temporary.persist(path).map_err(|error| error.error).with_context(|| format!("cannot write: {}", path.display()))
}

fn temporary_in(folder: &Path) -> anyhow::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gallop-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(folder).map_err(|error| {
        let reason = error.source_text();
        anyhow::anyhow!("cannot write in this folder ({reason}): {}", folder.display())
    })
}

/// The system's words without the path that `tempfile` adds.
trait SourceText {
    fn source_text(&self) -> String;
}

impl SourceText for std::io::Error {
    fn source_text(&self) -> String {
        self.raw_os_error().map_or_else(|| self.kind().to_string(), |code| Self::from_raw_os_error(code).to_string())
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_checked() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(check(&folder.path().join("a.mp4"), "mp4").is_ok());
        assert!(check(&folder.path().join("a.MP4"), "mp4").is_ok());
        assert!(check(&folder.path().join("a.mkv"), "mp4").is_err());
        assert!(check_place(folder.path()).is_err());
        assert!(check_place(&folder.path().join("none/a.mp4")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0, "nothing is left behind");
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("draft");
        std::fs::write(&path, "old").expect("written");
        assert!(replace(&path, |_| bail!("no")).is_err());
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "old");
        replace(&path, |temporary| Ok(std::fs::write(temporary, "new")?)).expect("replaced");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1);
    }
}
