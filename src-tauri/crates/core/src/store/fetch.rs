//! One file over HTTP: parts in parallel, each goes on at the byte where it broke, hashed in order while they come.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::Context as _;
use gallop_protocol::Digest;

use super::connections::{Halt, Shared};

use super::flow::Control;
use super::http::{Answer, Fault, Http, Remote, spare};
use super::journal::{Identity, Journal, journal_of, part_of};
use super::layout::Layout;
use crate::{Code, coded, files};

const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// What is known of a file before it is fetched.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub identity: Identity,
    /// The ETag that the hub tells before it sends us elsewhere. Where there is one it decides: the servers behind the
    /// hub may each have their own.
    pub linked: Option<String>,
    pub commit: Option<String>,
    /// Whether the source gives parts.
    pub gives_parts: bool,
}

impl Facts {
    /// The ETag under which a part is asked for: a server that has another file by now sends all of that.
    pub fn condition(&self) -> Option<&str> {
        if self.linked.is_some() { None } else { self.identity.etag.as_deref() }
    }

    /// Whether an answer is of the same file.
    pub fn is_same(&self, answer: &Answer) -> bool {
        let is_tagged_alike = match &self.linked {
            Some(linked) => answer.linked.etag.as_ref() == Some(linked),
            None => answer.etag == self.identity.etag,
        };
        let bytes = answer.part.map(|(_, total)| total).or(answer.length);
        is_tagged_alike && bytes.is_none_or(|bytes| bytes == self.identity.bytes)
    }
}

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub connections: usize,
    /// How often in a row nothing may come.
    pub tries: u32,
    /// The wait after the first of them; it doubles each time.
    pub backoff: Duration,
}

/// One file to be fetched.
pub(super) struct Fetch<'a> {
    pub http: &'a Http,
    pub remote: &'a Remote,
    pub facts: &'a Facts,
    pub layout: &'a Layout,
    pub into: &'a Path,
    pub effort: Effort,
    pub control: &'a Control,
    /// Bytes that came over the network, of all files.
    pub fetched: &'a AtomicU64,
    /// Hears how many bytes of this file are there.
    pub tell: &'a (dyn Fn(u64) + Sync),
}

/// How it ended, without an error.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All bytes are in the part file, which has this hash.
    Whole(Digest),
    /// The user stopped it.
    Stopped,
    /// The source has another file than before: what is here is of no use.
    Changed,
}

/// Asks a source about a file, trying again as long as that can help.
pub(super) fn ask(http: &Http, remote: &Remote, effort: Effort, control: &Control) -> anyhow::Result<Option<Facts>> {
    let (mut failures, mut is_doubted) = (0, false);
    loop {
        let fault = match http.get(remote, Some(&(0..1)), None) {
            Ok(answer) => match facts(&answer, remote) {
                // To believe once too soon that there are no parts costs the whole file.
                Some(facts) if !facts.gives_parts && !is_doubted => {
                    is_doubted = true;
                    continue;
                }
                Some(facts) => {
                    control.comes();
                    spare(answer.body);
                    return Ok(Some(facts));
                }
                None => Fault::again("the source does not tell how long the file is"),
            },
            Err(Fault::NoSuchPart { total: Some(0) }) => {
                let identity = Identity { bytes: 0, sha256: None, etag: None, url: remote.url.clone() };
                return Ok(Some(Facts { identity, linked: None, commit: None, gives_parts: true }));
            }
            Err(fault) => fault,
        };
        if !patient(fault, &mut failures, effort, control)? {
            return Ok(None);
        }
    }
}

fn facts(answer: &Answer, remote: &Remote) -> Option<Facts> {
    let (bytes, gives_parts) = match answer.part {
        Some((0, total)) => (total, true),
        Some(_) => return None,
        None => (answer.length?, false),
    };
    let sha256 =
        answer.linked.etag.as_ref().or(answer.etag.as_ref()).and_then(|etag| etag.trim_matches('"').parse().ok());
    let identity = Identity { bytes, sha256, etag: answer.etag.clone(), url: remote.url.clone() };
    Some(Facts { identity, linked: answer.linked.etag.clone(), commit: answer.linked.commit.clone(), gives_parts })
}

/// Waits before the next try; no more where the user stopped it.
///
/// # Errors
/// Another try has no point, or there were enough.
pub(super) fn patient(fault: Fault, failures: &mut u32, effort: Effort, control: &Control) -> anyhow::Result<bool> {
    let (why, after) = match fault {
        Fault::Again { why, after } => (why, after),
        Fault::NoSuchPart { .. } => ("the source does not have that part of the file".into(), None),
        Fault::Refused(error) => return Err(error),
    };
    *failures += 1;
    if *failures >= effort.tries {
        anyhow::bail!("{why}; it was tried {failures} times, and what has come is kept: pull again to go on");
    }
    let backoff = effort.backoff.saturating_mul(1 << (*failures - 1).min(16)).min(LONGEST_BACKOFF);
    control.wait(&why, after.unwrap_or(backoff));
    Ok(!control.is_stopped())
}

impl Fetch<'_> {
    /// Fetches what is missing. The part file stays for the caller to publish, or for the next try.
    ///
    /// # Errors
    /// The source gave up, or the disk did.
    pub fn run(&self) -> anyhow::Result<End> {
        self.layout.check()?;
        let (part_path, journal_path) = (part_of(self.into), journal_of(self.into));
        let cannot = || format!("cannot write: {}", part_path.display());
        let part = File::options().create(true).truncate(false).read(true).write(true).open(&part_path);
        let part = part.with_context(cannot)?;
        let segments = self.layout.segments();
        let identity = &self.facts.identity;
        let is_sized = part.metadata().with_context(cannot)?.len() == self.layout.bytes();
        let known = if is_sized { Journal::read(&journal_path, self.layout, identity, &segments) } else { None };
        let done = match known {
            Some(done) => done,
            None => {
                // The old counters go first, so that they are never read beside an empty file.
                remove(&journal_path)?;
                part.set_len(0)
                    .and_then(|()| part.set_len(self.layout.bytes()))
                    .map_err(|error| disk(error, self.into))?;
                vec![0; segments.len()]
            }
        };
        (&part).write_all(&self.layout.head).map_err(|error| disk(error, self.into))?;
        let journal = Journal::begin(&journal_path, self.layout, identity, &done)?;
        let shared = Shared::new(self, segments, done, journal, part);
        let mut connections = if self.facts.gives_parts { self.effort.connections.max(1) } else { 0 };
        loop {
            let digest = shared.fill(connections);
            let halt = shared.take_halt();
            return match (halt, digest) {
                (Some(Halt::NoParts), _) if connections > 0 => {
                    connections = 0;
                    continue;
                }
                (None | Some(Halt::NoParts), Some(digest)) => {
                    Ok(End::Whole(digest.with_context(|| format!("cannot read: {}", part_path.display()))?))
                }
                (Some(Halt::Stopped), _) => Ok(End::Stopped),
                (Some(Halt::Changed), _) => Ok(End::Changed),
                (Some(Halt::Failed(error)), _) => Err(error),
                (_, None) => Err(anyhow::anyhow!("the download ended before its end: {}", self.into.display())),
            };
        }
    }
}

/// Brings a whole part file to its place.
///
/// # Errors
/// It cannot be moved there.
pub(super) fn publish(path: &Path) -> anyhow::Result<()> {
    let part = part_of(path);
    let cannot = || format!("cannot write: {}", path.display());
    let file = File::options().write(true).open(&part).with_context(cannot)?;
    // Not as a draft, which would be removed where this fails: it may be hours of somebody's line.
    file.sync_all().and_then(|()| std::fs::rename(&part, path)).with_context(cannot)?;
    path.parent().map(files::sync_folder);
    remove(&journal_of(path))
}

/// Throws away what has come of a file.
///
/// # Errors
/// It cannot be removed.
pub(super) fn discard(path: &Path) -> anyhow::Result<()> {
    // In this order: a journal without its part says nothing, a part without its journal is not believed.
    remove(&journal_of(path))?;
    remove(&part_of(path))
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove: {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// A failed write; a full disk is told as such.
pub(super) fn disk(error: std::io::Error, path: &Path) -> anyhow::Error {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        let why = "the disk is full; make room and pull again, it goes on from here";
        return coded(Code::DiskFull, format!("{why} ({error}): {}", path.display()));
    }
    anyhow::Error::from(error).context(format!("cannot write: {}", path.display()))
}
