//! How far a download came, kept beside it so that it goes on at the byte after a kill, and at the last flush after a
//! power cut.
//!
//! What a killed process wrote is still in the system's memory and reaches the disk; what was written before a power cut
//! may not have. So two counters stand for each segment: bytes written, and bytes that are surely on the disk. The first
//! is believed only while the machine has not been started anew.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::Digest;
use serde::{Deserialize, Serialize};

use super::layout::{Layout, Segment};
use crate::files;

const VERSION: u32 = 1;
/// The head is a line of JSON, filled up to this with spaces; the counters follow.
const HEAD_BYTES: usize = 1024;
const COUNTER_BYTES: usize = 16;
/// As many segments as a file of 32 TB has. A longer journal is not ours.
const LONGEST: u64 = 16 << 20;

/// What tells a remote file from another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub bytes: u64,
    /// Of the whole remote file, where the source or the catalog tells it.
    pub sha256: Option<Digest>,
    pub etag: Option<String>,
    /// Whose ETag it is: two servers have different ones for the same file.
    pub url: String,
}

impl Identity {
    /// Whether bytes of one can go on with bytes of the other.
    pub fn is_same(&self, other: &Self) -> bool {
        self.bytes == other.bytes
            && match (self.sha256, other.sha256) {
                (Some(one), Some(other)) => one == other,
                _ => self.etag.is_some() && self.etag == other.etag && self.url == other.url,
            }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    version: u32,
    layout: Digest,
    identity: Identity,
    boot: String,
}

pub(super) struct Journal {
    file: File,
}

impl Journal {
    /// How many bytes of each segment are there, if the journal is of this very download.
    pub fn read(path: &Path, layout: &Layout, identity: &Identity, segments: &[Segment]) -> Option<Vec<u64>> {
        if path.metadata().ok()?.len() > LONGEST {
            return None;
        }
        let bytes = std::fs::read(path).ok()?;
        let (head, counters) = bytes.split_at_checked(HEAD_BYTES)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        if head.version != VERSION || head.layout != layout.digest() || !head.identity.is_same(identity) {
            return None;
        }
        let is_same_boot = boot().is_some_and(|boot| boot == head.boot);
        let (counters, _) = counters.as_chunks::<COUNTER_BYTES>();
        let done = counters.iter().zip(segments).map(|(counter, segment)| {
            let value = u128::from_le_bytes(*counter);
            let (written, synced) = (value as u64, (value >> 64) as u64);
            Some(if is_same_boot { written } else { synced }).filter(|done| *done <= segment.bytes)
        });
        let done: Option<Vec<u64>> = done.collect();
        done.filter(|done| done.len() == segments.len() && counters.len() == segments.len())
    }

    /// Begins a journal at what is there already.
    pub fn begin(path: &Path, layout: &Layout, identity: &Identity, done: &[u64]) -> anyhow::Result<Self> {
        let boot = boot().unwrap_or_default();
        let head = Head { version: VERSION, layout: layout.digest(), identity: identity.clone(), boot };
        let mut bytes = serde_json::to_vec(&head)?;
        anyhow::ensure!(bytes.len() < HEAD_BYTES, "the address of the file is too long: {}", identity.url);
        bytes.resize(HEAD_BYTES, b' ');
        for done in done {
            bytes.extend(done.to_le_bytes());
            bytes.extend(done.to_le_bytes());
        }
        files::write(path, &bytes)?;
        let file = File::options().write(true).open(path).with_context(|| path.display().to_string())?;
        Ok(Self { file })
    }

    /// Notes that so much of a segment has been written.
    pub fn written(&self, segment: usize, bytes: u64) -> std::io::Result<()> {
        self.put(segment, 0, bytes)
    }

    /// Notes that so much of a segment is on the disk for good.
    pub fn synced(&self, segment: usize, bytes: u64) -> std::io::Result<()> {
        self.put(segment, 8, bytes)
    }

    fn put(&self, segment: usize, offset: usize, value: u64) -> std::io::Result<()> {
        write_at(&self.file, (HEAD_BYTES + segment * COUNTER_BYTES + offset) as u64, &value.to_le_bytes())
    }
}

/// Several connections do this at once, often.
#[cfg(unix)]
fn write_at(file: &File, at: u64, bytes: &[u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, at: u64, bytes: &[u8]) -> std::io::Result<()> {
    let count = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
    if count == bytes.len() { Ok(()) } else { Err(std::io::ErrorKind::WriteZero.into()) }
}

/// Where the unfinished content of `path` lies.
pub(super) fn part_of(path: &Path) -> PathBuf {
    beside(path, ".part")
}

/// Where its journal lies.
pub(super) fn journal_of(path: &Path) -> PathBuf {
    beside(path, ".journal")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// What changes each time the machine starts; nothing where the system does not tell.
fn boot() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(boot.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity { bytes: 80 << 20, sha256: None, etag: Some("\"a\"".into()), url: "http://a/b".into() }
    }

    #[test]
    fn it_tells_how_far_it_came_and_of_what() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.journal");
        let layout = Layout::whole(80 << 20);
        let segments = layout.segments();
        let journal = Journal::begin(&path, &layout, &identity(), &[0, 5, 0]).expect("begun");
        journal.written(0, 7).expect("noted");
        journal.synced(0, 3).expect("noted");
        journal.written(2, 1).expect("noted");
        let read = |identity: &Identity| Journal::read(&path, &layout, identity, &segments);
        let expected = if boot().is_some() { vec![7, 5, 1] } else { vec![3, 5, 0] };
        assert_eq!(read(&identity()), Some(expected));

        let text = std::fs::read(&path).expect("read");
        let boot = boot().unwrap_or_default();
        let later = String::from_utf8_lossy(&text[..HEAD_BYTES]).replace(&boot, &"x".repeat(boot.len()));
        std::fs::write(&path, [later.as_bytes(), &text[HEAD_BYTES..]].concat()).expect("written");
        assert_eq!(read(&identity()), Some(vec![3, 5, 0]), "after a power cut only what was flushed counts");

        let digest = Some(Digest::of("x"));
        for other in [
            Identity { etag: Some("\"b\"".into()), ..identity() },
            Identity { etag: None, ..identity() },
            Identity { url: "http://b/b".into(), ..identity() },
            Identity { bytes: 1, ..identity() },
            Identity { etag: None, sha256: digest, ..identity() },
        ] {
            assert_eq!(read(&other), None, "{other:?}");
        }
        journal.written(0, 40 << 20).expect("noted");
        journal.synced(0, 40 << 20).expect("noted");
        assert_eq!(read(&identity()), None, "more than a segment holds");
        std::fs::write(&path, &text[..HEAD_BYTES + 20]).expect("written");
        assert_eq!(read(&identity()), None, "cut off");
        std::fs::write(&path, "{").expect("written");
        assert_eq!(read(&identity()), None);
    }
}
