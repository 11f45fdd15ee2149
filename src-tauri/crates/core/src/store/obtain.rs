//! One file from the first source that gives it whole.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::Digest;

use super::catalog::{Convert, FileEntry, check_path};
use super::fetch::{self, End, Facts, Fetch, ask};
use super::flow::Work;
use super::http::Remote;
use super::layout::Layout;
use super::peek::SeemsChanged;
use super::pull::{FolderUse, Pull, Target};
use super::record::{Kept, Original, Record, Trust};
use super::shards::{Index, MAX_INDEX_BYTES};
use super::source::Source;
use super::{convert, local, select};
use crate::clock::now_unix_ms;
use crate::{Code, code_of, files};

/// How often a file may change or be damaged at one source before the next one is asked.
const MAX_CHANGES: u32 = 2;

/// Where a file is, and which bytes of it are needed.
pub(super) enum From {
    Remote { remote: Remote, facts: Facts, layout: Layout },
    Folder { path: PathBuf, layout: Layout },
}

impl From {
    pub fn layout(&self) -> &Layout {
        match self {
            Self::Remote { layout, .. } | Self::Folder { layout, .. } => layout,
        }
    }
}

impl Pull<'_> {
    pub(super) fn is_in_place(&self, from: &From) -> bool {
        matches!(from, From::Folder { .. }) && self.options.folder_use == FolderUse::InPlace
    }

    /// The first source from `first` on that has the file; nothing where the user stopped it.
    ///
    /// # Errors
    /// None has it. The first reason is told, and a gate ends the search: its terms are not gone around at a mirror.
    pub(super) fn locate(&self, target: &Target, first: usize) -> anyhow::Result<Option<(usize, From)>> {
        let mut reason = None;
        for (index, source) in self.options.sources.iter().enumerate().skip(first) {
            let mut looked = self.look(target, source);
            for _ in 0..MAX_CHANGES {
                if looked.as_ref().is_err_and(|error| error.is::<SeemsChanged>()) {
                    looked = self.look(target, source);
                }
            }
            match looked {
                Ok(found) => return Ok(found.map(|from| (index, from))),
                Err(error) if code_of(&error) == Code::Gated => return Err(error),
                Err(error) => reason = reason.or(Some(error)),
            }
        }
        let none = || anyhow::anyhow!("there is no source for: {}", target.path);
        Err(reason.unwrap_or_else(none).context(format!("`{}` cannot be had", target.path)))
    }

    fn look(&self, target: &Target, source: &Source) -> anyhow::Result<Option<From>> {
        let check = |bytes: u64| match target.bytes {
            Some(expected) if expected != bytes => {
                anyhow::bail!("{source} has another file than the catalog's: {bytes} bytes instead of {expected}")
            }
            _ => Ok(()),
        };
        let pinned = self.pins.of(source.history());
        let Some(mut remote) = source.remote(self.entry, &target.path, pinned.as_deref()) else {
            let path = source.local(self.entry, &target.path, &target.local);
            let path = path.with_context(|| format!("it is not in this folder: {source}"))?;
            check(path.metadata().map_or(0, |metadata| metadata.len()))?;
            let layout = local::layout(&path, &target.tensors)?;
            return Ok(Some(From::Folder { path, layout }));
        };
        let asked = ask(&self.http, &remote, self.effort, self.control);
        let asked = match &pinned {
            Some(commit) => asked.with_context(|| {
                let (commit, id) = (commit.get(..12).unwrap_or(commit), &self.entry.id);
                format!(
                    "this pull began with commit {commit}; `gallop models remove {id}` lets the next take the newest"
                )
            }),
            None => asked,
        };
        let Some(mut facts) = asked? else { return Ok(None) };
        check(facts.identity.bytes)?;
        if let (Some(expected), Some(told)) = (target.sha256, facts.identity.sha256)
            && expected != told
        {
            anyhow::bail!("{source} has another file than the catalog's, by its hash");
        }
        facts.identity.sha256 = target.sha256.or(facts.identity.sha256);
        if let Some(commit) = facts.commit.as_deref().filter(|_| pinned.is_none()) {
            self.pins.pin(source.revision(self.entry), source.history(), commit);
            let pinned = self.pins.of(source.history());
            remote = source.remote(self.entry, &target.path, pinned.as_deref()).unwrap_or(remote);
            facts.identity.url.clone_from(&remote.url);
        }
        let layout = match target.tensors.is_empty() {
            true => Layout::whole(facts.identity.bytes),
            false => {
                let Some(header) = self.remote_header(&remote, &facts)? else { return Ok(None) };
                select::layout(&header, facts.identity.bytes, &target.tensors)
                    .with_context(|| format!("the header cannot be used: {}", remote.url))?
            }
        };
        Ok(Some(From::Remote { remote, facts, layout }))
    }

    /// The index of shards, from the first source that has it; nothing where the user stopped it.
    pub(super) fn index(&self, file: &FileEntry, record: &mut Record) -> anyhow::Result<Option<Index>> {
        let target = Target {
            path: file.path.clone(),
            local: file.local().to_owned(),
            tensors: Vec::new(),
            bytes: file.bytes,
            sha256: file.sha256,
        };
        let from = match self.cached(&target.path) {
            Some(cached) => {
                self.pins.take(self.entry, super::token::HUB, &cached.commit);
                From::Folder { path: cached.path, layout: Layout::whole(cached.bytes) }
            }
            None => {
                let Some((_, from)) = self.locate(&target, 0)? else { return Ok(None) };
                from
            }
        };
        let text = match &from {
            From::Folder { path, .. } => crate::inside::read(path, MAX_INDEX_BYTES)?.unwrap_or_default(),
            From::Remote { remote, facts, .. } => {
                let Some(text) = self.remote_index(remote, facts.clone())? else { return Ok(None) };
                text
            }
        };
        if file.sha256.is_some_and(|expected| expected != Digest::of(&text)) {
            anyhow::bail!("the index of the shards is another one than the catalog's, by its hash: {}", file.path);
        }
        let parsed = Index::parse(&text, &file.tensors)?;
        let kept = if file.tensors.is_empty() { text } else { serde_json::to_vec_pretty(&parsed)? };
        let path = self.place(&target)?;
        files::write(&path, &kept)?;
        let trust = if file.sha256.is_some() { Trust::Catalog } else { Trust::Recorded };
        self.note(&target, &from, (kept.len() as u64, Digest::of(&kept), trust), None, record)?;
        Ok(Some(parsed))
    }

    fn place(&self, target: &Target) -> anyhow::Result<PathBuf> {
        let path = self.store.folder(self.entry).join(&target.local);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make this folder: {}", folder.display()))?;
        }
        Ok(path)
    }

    /// Brings the file here, from the next sources too where this one fails. No, where the user stopped it.
    pub(super) fn obtain(
        &self,
        target: &Target,
        (mut index, mut from): (usize, From),
        record: &mut Record,
    ) -> anyhow::Result<bool> {
        let mut changes = 0;
        loop {
            let error = match self.obtain_from(target, &from, record) {
                Ok(Some(Got::Whole)) => return Ok(true),
                Ok(None) => return Ok(false),
                Ok(Some(got)) => {
                    // Where it only seemed to change, what is here is of use: the journal tells whose it is.
                    if got == Got::Damaged {
                        fetch::discard(&self.place(target)?)?;
                    }
                    changes += 1;
                    if changes <= MAX_CHANGES {
                        match self.locate(target, index)? {
                            Some(found) => (index, from) = found,
                            None => return Ok(false),
                        }
                        continue;
                    }
                    changes = 0;
                    let what =
                        if got == Got::Damaged { "does not have the hash that it should" } else { "keeps changing" };
                    anyhow::anyhow!("the file {what} at this source: {}", target.path)
                }
                Err(error) if matches!(code_of(&error), Code::DiskFull | Code::Gated | Code::Input) => {
                    return Err(error);
                }
                Err(error) => error,
            };
            match self.locate(target, index + 1) {
                Ok(Some(found)) => (index, from) = found,
                Ok(None) => return Ok(false),
                Err(other) if code_of(&other) == Code::Gated => return Err(other),
                // No other source: the reason why the last one failed is the one to know.
                Err(_) => return Err(error),
            }
        }
    }

    fn obtain_from(&self, target: &Target, from: &From, record: &mut Record) -> anyhow::Result<Option<Got>> {
        let path = self.place(target)?;
        match from {
            From::Folder { path: there, .. } if self.is_in_place(from) => {
                let is_used = self.use_in_place(target, there, target.sha256, record)?;
                anyhow::ensure!(is_used, "this file cannot be used in place: {}", there.display());
                Ok((!self.control.is_stopped()).then_some(Got::Whole))
            }
            From::Folder { path: there, layout } => {
                let here = std::cell::Cell::new(0);
                let go_on = |bytes: u64| {
                    here.set(here.get() + bytes);
                    self.fetched.fetch_add(bytes, std::sync::atomic::Ordering::SeqCst);
                    self.tell(&target.path, here.get());
                    self.control.pay(bytes);
                    !self.control.is_stopped()
                };
                let expected = if target.tensors.is_empty() { target.sha256 } else { None };
                let Some(digest) = local::copy(there, layout, &path, expected, &go_on)? else { return Ok(None) };
                let trust = if expected.is_some() { Trust::Catalog } else { Trust::Recorded };
                self.note(target, from, (layout.bytes(), digest, trust), None, record)?;
                Ok(Some(Got::Whole))
            }
            From::Remote { remote, facts, layout } => {
                let fetch = Fetch {
                    http: &self.http,
                    remote,
                    facts,
                    layout,
                    into: &path,
                    effort: self.effort,
                    control: self.control,
                    fetched: &self.fetched,
                    tell: &|here| self.tell(&target.path, here),
                };
                let digest = match fetch.run()? {
                    End::Whole(digest) => digest,
                    End::Stopped => return Ok(None),
                    End::Changed => return Ok(Some(Got::Changed)),
                };
                let expected = if target.tensors.is_empty() { facts.identity.sha256 } else { None };
                if expected.is_some_and(|expected| expected != digest) {
                    return Ok(Some(Got::Damaged));
                }
                let trust = match (target.sha256, expected) {
                    (Some(_), Some(_)) => Trust::Catalog,
                    (None, Some(_)) => Trust::Source,
                    _ => Trust::Recorded,
                };
                if let Some(commit) = facts.commit.as_ref().filter(|commit| check_path(commit).is_ok()) {
                    record.commit.get_or_insert_with(|| commit.clone());
                }
                // Noted first: after a kill in between, the whole part file is only hashed again, not fetched.
                self.note(target, from, (layout.bytes(), digest, trust), None, record)?;
                fetch::publish(&path)?;
                Ok(Some(Got::Whole))
            }
        }
    }

    fn note(
        &self,
        target: &Target,
        from: &From,
        (bytes, sha256, trust): (u64, Digest, Trust),
        in_place: Option<PathBuf>,
        record: &mut Record,
    ) -> anyhow::Result<()> {
        let source = match from {
            From::Remote { remote, .. } => remote.url.clone(),
            From::Folder { path, .. } => path.display().to_string(),
        };
        let kept = Kept { bytes, sha256, trust, made_from: None, source, in_place, unix_ms: now_unix_ms() };
        record.files.insert(target.local.clone(), kept);
        self.pins.note(self.entry, record);
        self.store.save(self.entry, record)
    }

    /// Puts a link to a file elsewhere, if its hash is right. No, where it is not or where links cannot be made.
    pub(super) fn use_in_place(
        &self,
        target: &Target,
        there: &Path,
        expected: Option<Digest>,
        record: &mut Record,
    ) -> anyhow::Result<bool> {
        let there = std::path::absolute(there).with_context(|| there.display().to_string())?;
        let cannot = || format!("cannot read: {}", there.display());
        let length = there.metadata().map_or(0, |found| found.len());
        let go_on = |read: u64| self.tell_work(Work::Check, &target.path, read, length);
        let Some(digest) = local::digest_counted(&there, &go_on).with_context(cannot)? else { return Ok(false) };
        if expected.is_some_and(|expected| expected != digest) {
            return Ok(false);
        }
        let path = self.place(target)?;
        super::record::remove_file(&path)?;
        if link(&there, &path).is_err() {
            return Ok(false);
        }
        let bytes = File::open(&path).and_then(|file| file.metadata()).with_context(cannot)?.len();
        let trust = match (target.sha256, expected) {
            (Some(_), _) => Trust::Catalog,
            (None, Some(_)) => Trust::Source,
            (None, None) => Trust::Recorded,
        };
        let source = there.display().to_string();
        let made_from = Some(Original { bytes, sha256: digest });
        let kept =
            Kept { bytes, sha256: digest, trust, made_from, source, in_place: Some(there), unix_ms: now_unix_ms() };
        record.files.insert(target.local.clone(), kept);
        self.store.save(self.entry, record)?;
        Ok(true)
    }

    /// Whether the file was being put in place after its conversion when the program ended.
    pub(super) fn is_half_converted(&self, target: &Target, kept: &Kept) -> bool {
        let length = self.store.folder(self.entry).join(&target.local).metadata().map(|found| found.len());
        kept.in_place.is_none()
            && kept.made_from.is_some_and(|original| length.is_ok_and(|length| length == original.bytes))
    }

    /// Converts a file if the entry says so and it is not done yet. No, where the user stopped it.
    pub(super) fn convert(&self, target: &Target, record: &mut Record) -> anyhow::Result<bool> {
        let (Some(how), Some(kept)) = (&self.conversion(), record.files.get(&target.local).cloned()) else {
            return Ok(true);
        };
        let is_done = kept.made_from.is_some() && self.is_as_recorded(target, &kept);
        if is_done || !target.local.ends_with(".safetensors") {
            return Ok(true);
        }
        let path = self.place(target)?;
        let original = kept.made_from.unwrap_or(Original { bytes: kept.bytes, sha256: kept.sha256 });
        let length = path.metadata().map_or(0, |found| found.len());
        let go_on = |through: u64| self.tell_work(Work::Convert, &target.path, through, length);
        let kept = match convert::convert(&path, how, &go_on)? {
            convert::Outcome::Stopped => return Ok(false),
            convert::Outcome::AsItIs => Kept { made_from: Some(original), ..kept },
            convert::Outcome::Made(made) => {
                let kept = Kept { bytes: made.bytes, sha256: made.sha256, made_from: Some(original), ..kept };
                // Noted first: after a kill in between, the original is known by its length and converted again.
                record.files.insert(target.local.clone(), kept);
                self.store.save(self.entry, record)?;
                return files::publish(&made.file, made.draft, &path).map(|()| true);
            }
        };
        record.files.insert(target.local.clone(), kept);
        self.store.save(self.entry, record)?;
        Ok(true)
    }

    /// How files are changed: as the entry says, into what the user asked for.
    fn conversion(&self) -> Option<Convert> {
        let how = self.entry.convert.clone()?;
        Some(Convert { to: self.options.precision.unwrap_or(how.to), ..how })
    }

    fn is_as_recorded(&self, target: &Target, kept: &Kept) -> bool {
        super::record::has(&self.store.folder(self.entry), &target.local, kept)
    }
}

/// What came of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Got {
    Whole,
    Changed,
    Damaged,
}

#[cfg(unix)]
fn link(there: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(there, path)
}

/// Symbolic links need special rights there; a second name does not.
#[cfg(not(unix))]
fn link(there: &Path, path: &Path) -> std::io::Result<()> {
    std::fs::hard_link(there, path)
}
