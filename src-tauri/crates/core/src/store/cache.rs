//! What the hub's own tools have fetched already: it is used where it lies.

use std::path::{Path, PathBuf};

use gallop_protocol::Digest;

use super::catalog::Entry;
use crate::inside;

/// The folder of the hub's own tools: `HF_HOME`, or the usual one.
pub(super) fn home() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("HF_HOME").or_else(|| {
        let caches =
            named("XDG_CACHE_HOME").or_else(|| Some(directories::BaseDirs::new()?.home_dir().join(".cache")))?;
        Some(caches.join("huggingface"))
    })
}

/// Where those tools keep files.
pub fn hub_cache() -> Option<PathBuf> {
    let named = std::env::var_os("HF_HUB_CACHE").filter(|value| !value.is_empty());
    named.map(PathBuf::from).or_else(|| home().map(|home| home.join("hub")))
}

/// A file in such a cache.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cached {
    pub path: PathBuf,
    pub bytes: u64,
    /// What its content should be, by the name under which the cache keeps it.
    pub sha256: Option<Digest>,
    /// The commit that it is of.
    pub commit: String,
}

/// Looks for a file at `commit`, or of the entry's revision as the cache knows it. The file's own path comes back, not
/// that of the link in the snapshot.
pub(super) fn find(cache: &Path, entry: &Entry, path: &str, commit: Option<&str>) -> Option<Cached> {
    let folder = cache.join(format!("models--{}", entry.repo.replace('/', "--")));
    let commit = match commit {
        Some(commit) => commit.to_owned(),
        None => {
            let known = inside::read(&folder.join("refs").join(&entry.revision), 4096).ok().flatten();
            known.map_or_else(|| entry.revision.clone(), |text| String::from_utf8_lossy(&text).trim().to_owned())
        }
    };
    super::catalog::check_path(&commit).ok()?;
    let file = std::fs::canonicalize(folder.join("snapshots").join(&commit).join(path)).ok()?;
    let bytes = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
    let sha256 = file.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
    Some(Cached { path: file, bytes, sha256, commit })
}
