//! One commit for all files of a pull: a branch may move while 60 GB come.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::catalog::Entry;
use super::record::Record;
use super::token::HUB;

/// The commits that the files of a pull are taken from, by whose they are ([`super::Source::history`]): the one that the
/// first answer named, or that an earlier pull of the same branch began with.
#[derive(Debug, Default)]
pub(super) struct Pins {
    commits: Mutex<BTreeMap<String, String>>,
}

impl Pins {
    /// What is pinned from the beginning, because files of it lie here already.
    pub fn begin(entry: &Entry, record: &Record) -> Self {
        let pins = Self::default();
        if let Some(commit) = record.commit.as_ref().filter(|_| record.branch.as_ref() == Some(&entry.revision)) {
            pins.pin(&entry.revision, HUB, commit);
        }
        pins
    }

    /// The commit that all files of this history are taken from.
    pub fn of(&self, history: &str) -> Option<String> {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner).get(history).cloned()
    }

    /// Hears which commit an answer named: the first one stays. A revision that is a commit needs no pin.
    pub fn pin(&self, revision: &str, history: &str, commit: &str) {
        // What a stranger sends goes into addresses.
        if is_commit(commit) && !is_commit(revision) {
            let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
            commits.entry(history.to_owned()).or_insert_with(|| commit.to_owned());
        }
    }

    /// As [`Self::pin`], for the entry's own revision.
    pub fn take(&self, entry: &Entry, history: &str, commit: &str) {
        self.pin(&entry.revision, history, commit);
    }

    /// Writes the hub's commit into the record; whether that changed it.
    pub fn note(&self, entry: &Entry, record: &mut Record) -> bool {
        let Some(commit) = self.of(HUB) else { return false };
        let branch = Some(entry.revision.clone());
        if record.commit.as_ref() == Some(&commit) && record.branch == branch {
            return false;
        }
        (record.commit, record.branch) = (Some(commit), branch);
        true
    }
}

/// Whether this names a commit, and so always the same files.
pub(super) fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_commit_stays() {
        let [one, two] = ["1", "2"].map(|digit| digit.repeat(40));
        let mut entry = Entry::parse(include_str!("../../../../../models/catalog/wan22-vae.toml")).expect("an entry");
        entry.revision = "main".into();
        let (pins, mut record) = (Pins::default(), Record::default());
        for bad in ["", "main", "../../x", &"g".repeat(40)] {
            pins.take(&entry, HUB, bad);
        }
        assert!(!pins.note(&entry, &mut record));
        pins.take(&entry, HUB, &one);
        pins.take(&entry, HUB, &two);
        pins.pin("master", "https://mirror.example", &two);
        assert_eq!((pins.of(HUB), pins.of("https://mirror.example")), (Some(one.clone()), Some(two)));
        assert!(pins.note(&entry, &mut record) && !pins.note(&entry, &mut record));
        assert_eq!(Pins::begin(&entry, &record).of(HUB), Some(one.clone()));
        // Another branch, or a revision that cannot move.
        entry.revision = "next".into();
        assert_eq!(Pins::begin(&entry, &record).of(HUB), None);
        entry.revision = one.clone();
        pins.take(&entry, "other", &one);
        assert_eq!(pins.of("other"), None);
    }
}
