//! The outline of a sound that was taken in: drawn once, then kept in the cache.

use std::path::{Path, PathBuf};

use gallop_protocol::Digest;

use crate::files;
use crate::take::Peaks;

/// The file with the outline; nothing where there is no sound that can be read.
pub fn of_sound(cache: &Path, sha256: Digest, sound: &Path) -> Option<PathBuf> {
    let folder = cache.join("peaks");
    let path = folder.join(format!("{sha256}.json"));
    if path.is_file() {
        return Some(path);
    }
    let outline = serde_json::to_vec(&Peaks::read(sound).ok()?).ok()?;
    std::fs::create_dir_all(&folder).ok()?;
    files::write(&path, &outline).ok()?;
    Some(path)
}
