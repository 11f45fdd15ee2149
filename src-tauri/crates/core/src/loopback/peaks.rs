//! The outline of a sound that was taken in: drawn once, then kept in the cache.

use std::path::{Path, PathBuf};

use gallop_media::Channels;
use gallop_protocol::Digest;

use crate::files;
use crate::take::Peaks;

/// Enough for an outline of fifty parts a second, and little memory for an hour of music.
const SAMPLE_RATE: u32 = 8_000;

/// The file with the outline; nothing where there is no sound that can be read.
pub fn of_sound(cache: &Path, sha256: Digest, sound: &Path) -> Option<PathBuf> {
    let folder = cache.join("peaks");
    let path = folder.join(format!("{sha256}.json"));
    if path.is_file() {
        return Some(path);
    }
    let sound = gallop_media::read_sound(sound, SAMPLE_RATE, Channels::Mono).ok()?;
    let outline = serde_json::to_vec(&Peaks::of(&sound)).ok()?;
    std::fs::create_dir_all(&folder).ok()?;
    files::write(&path, &outline).ok()?;
    Some(path)
}
