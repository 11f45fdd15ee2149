//! Whether a file can be put where the user wants it: asked before a minute of work, not after.

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;

use crate::error::usage;

/// Checks that `path` ends in `.extension` and that a file can be put there.
pub fn check(path: &Path, extension: &str) -> anyhow::Result<()> {
    if !path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension)) {
        return Err(usage(format!("the name must end in .{extension}: {}", path.display())));
    }
    check_place(path)
}

/// Checks that a file can be put at `path`.
pub fn check_place(path: &Path) -> anyhow::Result<()> {
    Ok(gallop_media::check_place(path)?)
}

/// Lets `write` make a file under a temporary name beside `path` and then puts it in place, so that there is never half
/// a file.
pub fn replace(path: &Path, write: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = || format!("cannot write: {}", path.display());
    // Opened here and not by `tempfile`, whose files only their owner may read.
    let temporary = tempfile::Builder::new().prefix(".gallop-").make_in(folder, |path| File::create_new(path));
    let temporary = temporary.with_context(cannot)?.into_temp_path();
    write(&temporary)?;
    temporary.persist(path).map_err(|error| error.error).with_context(cannot)
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
        assert!(replace(&path, |_| anyhow::bail!("no")).is_err());
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "old");
        replace(&path, |temporary| Ok(std::fs::write(temporary, "new")?)).expect("replaced");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1);
    }
}
