//! Brings a model here: from a hub's cache, a folder, or over the network.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use gallop_protocol::Digest;

use super::catalog::{Entry, FileKind, Precision};
use super::fetch::Effort;
use super::flow::{Control, Meter, Progress, Work};
use super::http::{Http, Patience};
use super::obtain::From;
use super::pin::Pins;
use super::record::{Record, Store, has};
use super::shards::{self, Index};
use super::source::Source;
use super::token::{HUB, Token};
use super::{cache, local};
use crate::{Code, coded};

/// How a model is pulled.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the files are, the best place first.
    pub sources: Vec<Source>,
    /// The user's token.
    pub token: Option<Token>,
    /// A cache of the hub's own tools; files that are there are used in place.
    pub cache: Option<PathBuf>,
    /// What is done with files in a folder.
    pub folder_use: FolderUse,
    /// What the weights become on arrival, where that is not what the catalog says. What is here already stays as it is.
    pub precision: Option<Precision>,
    /// Requests at the same time.
    pub connections: usize,
    /// How often in a row a request may bring nothing before the next source is asked.
    pub tries: u32,
    /// The wait after the first failure; it doubles each time.
    pub backoff: Duration,
    /// How long a server may take to answer a call.
    pub connect_limit: Duration,
    /// How long a server may send nothing in the middle of a file.
    pub stall_limit: Duration,
}

/// What is done with files in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderUse {
    /// They are copied: the folder may go away.
    Copy,
    /// They are used where they lie.
    InPlace,
}

impl Options {
    /// The usual way from these sources.
    pub fn new(sources: Vec<Source>) -> Self {
        Self {
            sources,
            token: None,
            cache: None,
            folder_use: FolderUse::Copy,
            precision: None,
            connections: 4,
            tries: 6,
            backoff: Duration::from_secs(1),
            connect_limit: Duration::from_secs(20),
            stall_limit: Duration::from_secs(30),
        }
    }
}

/// How a pull ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled {
    /// Everything is here.
    Whole,
    /// The user stopped it; the next pull goes on.
    Stopped,
}

/// A file to be brought here.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub path: String,
    pub local: String,
    pub tensors: Vec<String>,
    pub bytes: Option<u64>,
    pub sha256: Option<Digest>,
}

/// One pull.
pub(super) struct Pull<'a> {
    pub store: &'a Store,
    pub entry: &'a Entry,
    pub options: &'a Options,
    pub control: &'a Control,
    pub http: Http,
    pub effort: Effort,
    /// The commits that files are taken from.
    pub pins: Pins,
    /// Bytes that this pull has fetched.
    pub fetched: AtomicU64,
    /// Bytes that were here before, or are by now, of files that are whole.
    whole: AtomicU64,
    total: AtomicU64,
    meter: Mutex<Meter>,
    tell: &'a (dyn Fn(&Progress) + Sync),
}

/// Brings a model here, or the rest of it.
///
/// # Errors
/// [`Code::Licence`]: its licence has not been accepted. [`Code::Gated`]: the hub wants its terms accepted; the message
/// says where. [`Code::DiskFull`]: there is no room; nothing was fetched for which there is none. Otherwise no source gave
/// a file; what has come is kept, and the next pull goes on from it.
pub fn pull(
    store: &Store,
    entry: &Entry,
    options: &Options,
    control: &Control,
    tell: &(dyn Fn(&Progress) + Sync),
) -> anyhow::Result<Pulled> {
    if store.accepted(entry)?.is_none() {
        let (licence, id) = (&entry.licence, &entry.id);
        let why = format!(
            "the licence of `{id}` has not been accepted yet: {}. {} Read it, then accept it: {}",
            licence.name, licence.summary, licence.url
        );
        return Err(coded(Code::Licence, why));
    }
    if options.precision.is_some() && entry.convert.is_none() {
        return Err(coded(Code::Input, format!("`{}` is kept as it comes: it has no other precision", entry.id)));
    }
    let folder = store.folder(entry);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make this folder: {}", folder.display()))?;
    let _lock = store.lock(entry)?;
    store.sweep_drafts(entry)?;
    let patience = Patience { connect: options.connect_limit, stall: options.stall_limit };
    let pull = Pull {
        store,
        entry,
        options,
        control,
        http: Http::new(options.token.clone(), patience),
        pins: Pins::begin(entry, &store.record(entry)?),
        effort: Effort { connections: options.connections, tries: options.tries.max(1), backoff: options.backoff },
        fetched: AtomicU64::new(0),
        whole: AtomicU64::new(0),
        total: AtomicU64::new(0),
        meter: Mutex::default(),
        tell,
    };
    pull.run()
}

impl Pull<'_> {
    fn run(&self) -> anyhow::Result<Pulled> {
        let folder = self.store.folder(self.entry);
        let mut record = self.store.record(self.entry)?;
        let Some(targets) = self.targets(&mut record)? else { return Ok(Pulled::Stopped) };

        let mut missing = Vec::new();
        for target in targets {
            match record.files.get(&target.local).cloned() {
                Some(kept) if has(&folder, &target.local, &kept) => {
                    self.whole.fetch_add(kept.bytes, Ordering::SeqCst);
                    self.total.fetch_add(kept.bytes, Ordering::SeqCst);
                }
                Some(kept) if self.is_half_converted(&target, &kept) => {}
                _ if self.use_cached(&target, &mut record)? => {}
                _ => match self.locate(&target, 0)? {
                    Some(found) => missing.push((target, found)),
                    None => return Ok(Pulled::Stopped),
                },
            }
            if self.control.is_stopped() {
                return Ok(Pulled::Stopped);
            }
        }
        self.check_room(&missing)?;
        // Before the first byte: after a kill, the next pull goes on with the same commit.
        if !missing.is_empty() && self.pins.note(self.entry, &mut record) {
            self.store.save(self.entry, &record)?;
        }
        for (_, (_, from)) in &missing {
            self.total.fetch_add(from.layout().bytes(), Ordering::SeqCst);
        }
        for (target, found) in missing {
            let bytes = found.1.layout().bytes();
            if !self.obtain(&target, found, &mut record)? || !self.convert(&target, &mut record)? {
                return Ok(Pulled::Stopped);
            }
            self.whole.fetch_add(bytes, Ordering::SeqCst);
        }
        // What an earlier pull brought but did not come to convert.
        for local in record.files.keys().cloned().collect::<Vec<_>>() {
            let target = Target { path: local.clone(), local, tensors: Vec::new(), bytes: None, sha256: None };
            if !self.convert(&target, &mut record)? {
                return Ok(Pulled::Stopped);
            }
        }
        Ok(Pulled::Whole)
    }

    /// All files that are needed, the shards of indexes among them; nothing where the user stopped it.
    fn targets(&self, record: &mut Record) -> anyhow::Result<Option<Vec<Target>>> {
        let mut targets = Vec::new();
        for file in &self.entry.files {
            if file.kind == FileKind::File {
                targets.push(Target {
                    path: file.path.clone(),
                    local: file.local().to_owned(),
                    tensors: file.tensors.clone(),
                    bytes: file.bytes,
                    sha256: file.sha256,
                });
                continue;
            }
            let path = self.store.folder(self.entry).join(file.local());
            let kept = record.files.get(file.local());
            let index = match kept.and_then(|_| std::fs::read(&path).ok()) {
                Some(text) => Index::parse(&text, &file.tensors)?,
                None => {
                    let Some(index) = self.index(file, record)? else { return Ok(None) };
                    index
                }
            };
            targets.extend(index.files().into_iter().map(|shard| Target {
                path: shards::beside(&file.path, shard),
                local: shards::beside(file.local(), shard),
                tensors: file.tensors.clone(),
                bytes: None,
                sha256: None,
            }));
        }
        Ok(Some(targets))
    }

    /// Uses a file of the hub's own tools where it lies, if it is the one that is wanted.
    fn use_cached(&self, target: &Target, record: &mut Record) -> anyhow::Result<bool> {
        let Some(found) = self.cached(&target.path) else { return Ok(false) };
        if target.bytes.is_some_and(|bytes| bytes != found.bytes) || !target.tensors.is_empty() {
            return Ok(false);
        }
        let expected = target.sha256.or(found.sha256);
        let is_used = self.use_in_place(target, &found.path, expected, record)?;
        if is_used {
            self.pins.take(self.entry, HUB, &found.commit);
        }
        Ok(is_used)
    }

    /// A file in the cache of the hub's own tools, of the commit that this pull takes its files from.
    pub(super) fn cached(&self, path: &str) -> Option<cache::Cached> {
        let pinned = self.pins.of(HUB);
        cache::find(self.options.cache.as_deref()?, self.entry, path, pinned.as_deref())
    }

    fn check_room(&self, missing: &[(Target, (usize, From))]) -> anyhow::Result<()> {
        let folder = self.store.folder(self.entry);
        let bytes = |target: &Target, from: &From| {
            from.layout().bytes().saturating_sub(allocated(&super::journal::part_of(&folder.join(&target.local))))
        };
        let copied = missing.iter().filter(|(_, (_, from))| !self.is_in_place(from));
        let needed: Vec<u64> = copied.map(|(target, (_, from))| bytes(target, from)).collect();
        let (sum, largest) = (needed.iter().sum::<u64>(), needed.iter().max().copied().unwrap_or(0));
        // A converted file goes down to its share, to half at best, before the next one comes.
        let share = (self.entry.disk_bytes as f64 / self.entry.download_bytes.max(1) as f64).clamp(0.5, 1.0);
        let sum = if self.entry.convert.is_some() { (sum as f64 * share) as u64 + largest } else { sum };
        local::check_room(&folder, sum)
    }

    /// Tells how far it is, while so many bytes of a file are here.
    pub(super) fn tell(&self, file: &str, here: u64) {
        let fetched = self.fetched.load(Ordering::SeqCst);
        let rate = self.meter.lock().map_or(None, |mut meter| meter.rate(Instant::now(), fetched));
        let (total, done) = (self.total.load(Ordering::SeqCst), self.whole.load(Ordering::SeqCst) + here);
        let left = rate.filter(|rate| *rate > 0.0).map(|rate| total.saturating_sub(done) as f64 / rate);
        (self.tell)(&Progress {
            work: Work::Fetch,
            file: file.to_owned(),
            done_bytes: done,
            total_bytes: total,
            fetched_bytes: fetched,
            bytes_per_second: rate,
            seconds_left: left,
        });
    }

    /// Tells how much of a file on this machine is through, and whether to go on.
    pub(super) fn tell_work(&self, work: Work, file: &str, through: u64, bytes: u64) -> bool {
        (self.tell)(&Progress {
            work,
            file: file.to_owned(),
            done_bytes: through,
            total_bytes: bytes,
            fetched_bytes: self.fetched.load(Ordering::SeqCst),
            bytes_per_second: None,
            seconds_left: None,
        });
        !self.control.is_stopped()
    }
}

/// Bytes that a file takes of the disk; less than its length where it has holes.
#[cfg(unix)]
fn allocated(path: &std::path::Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    path.metadata().map_or(0, |metadata| metadata.blocks() * 512)
}

#[cfg(not(unix))]
fn allocated(_path: &std::path::Path) -> u64 {
    0
}
