//! What can be downloaded: one file of `models/catalog/` for each model, and the user's own beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gallop_protocol::{Digest, shown};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::places::Places;
use crate::{Code, coded};

/// Version of the entries.
pub const FORMAT: u32 = 1;

const BUILT_IN: &[(&str, &str)] = &[
    ("magihuman-distill", include_str!("../../../../../models/catalog/magihuman-distill.toml")),
    ("magihuman-base", include_str!("../../../../../models/catalog/magihuman-base.toml")),
    ("magihuman-540p", include_str!("../../../../../models/catalog/magihuman-540p.toml")),
    ("magihuman-1080p", include_str!("../../../../../models/catalog/magihuman-1080p.toml")),
    ("magihuman-turbo-vae", include_str!("../../../../../models/catalog/magihuman-turbo-vae.toml")),
    ("t5gemma-9b-encoder", include_str!("../../../../../models/catalog/t5gemma-9b-encoder.toml")),
    ("stable-audio-open-vae", include_str!("../../../../../models/catalog/stable-audio-open-vae.toml")),
    ("wan22-vae", include_str!("../../../../../models/catalog/wan22-vae.toml")),
];

/// A model that can be downloaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Version of the entry.
    pub format: u32,
    /// Its name on the command line and on the disk.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is for, in a sentence.
    pub summary: String,
    /// The repository at the hub.
    pub repo: String,
    /// The commit or branch.
    pub revision: String,
    /// The page for people: terms are accepted there.
    pub page: String,
    /// What must be agreed to.
    pub licence: Licence,
    /// Bytes to be fetched, about.
    pub download_bytes: u64,
    /// Bytes on the disk in the end, about.
    pub disk_bytes: u64,
    /// What is in the entry but could not be checked against the files themselves.
    #[serde(default)]
    pub unverified: Vec<String>,
    /// The models without which this one makes nothing.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The models that it uses where they are here.
    #[serde(default)]
    pub extras: Vec<String>,
    /// Bytes of its weights in memory, by precision.
    #[serde(default)]
    pub memory_bytes: BTreeMap<String, u64>,
    /// What it makes.
    #[serde(default)]
    pub makes: Option<Makes>,
    /// How its files are changed on arrival.
    #[serde(default)]
    pub convert: Option<Convert>,
    /// Where else the same files are.
    #[serde(default)]
    pub mirrors: Vec<Mirror>,
    /// The files.
    pub files: Vec<FileEntry>,
}

/// What must be agreed to before a model is fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Its name.
    pub name: String,
    /// Where its text is.
    pub url: String,
    /// What it asks for, in a sentence.
    pub summary: String,
    /// Who lets one in.
    pub gate: Gate,
}

/// Who lets one into a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Everybody may read it.
    None,
    /// Whoever accepts the terms on the page, at once.
    Automatic,
    /// Whoever accepts the terms on the page, once the owner agrees.
    Manual,
}

/// What a model makes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Makes {
    /// Sizes of the picture, as in `448x256`.
    #[serde(default)]
    pub sizes: Vec<String>,
    /// The longest clip that is known to work.
    pub longest_seconds: Option<f32>,
    /// The languages that it speaks.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// How files are changed on arrival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convert {
    /// What floats become, where nothing else is asked for.
    pub to: Precision,
    /// Tensors with one of these in their name stay as they are.
    #[serde(default)]
    pub keep: Vec<String>,
}

/// What floats can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32-bit floats: 16 bits with their range.
    Bf16,
    /// The matrices of linear layers: 8-bit integers with a scale for each row. What else is 32 bits wide as with
    /// [`Self::Bf16`].
    Int8,
}

/// Another place with the same files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirror {
    /// What stands before the repository in its addresses.
    pub endpoint: String,
    /// The repository there, where it has another name.
    pub repo: Option<String>,
    /// The revision there, where it has another name.
    pub revision: Option<String>,
}

/// A file, or the index of files in shards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Where it is in the repository.
    pub path: String,
    /// Its name here, where it is not all of the file.
    pub save_as: Option<String>,
    /// Its length.
    pub bytes: Option<u64>,
    /// Its hash. Where it is not known, what the source says is believed and recorded.
    pub sha256: Option<Digest>,
    /// Only the tensors whose names begin with one of these; all, where there is none.
    #[serde(default)]
    pub tensors: Vec<String>,
    /// What kind of file.
    #[serde(default)]
    pub kind: FileKind,
}

/// Kinds of files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A file that is fetched.
    #[default]
    File,
    /// An index of shards: those that are needed are fetched with it.
    Index,
}

impl FileEntry {
    /// Its path in the model's folder.
    pub fn local(&self) -> &str {
        self.save_as.as_deref().unwrap_or(&self.path)
    }
}

impl Entry {
    /// Reads an entry and checks it: it may come from a stranger.
    ///
    /// # Errors
    /// [`Code::Input`]: it is not readable, of a newer Gallop, or would write outside of its folder.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let refuse = |why: String| coded(Code::Input, shown(&why));
        let unreadable = |error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line =
                before.map(|before| format!(" in line {}", before.matches('\n').count() + 1)).unwrap_or_default();
            refuse(format!("not a catalog entry ({}{line})", error.message()))
        };
        let table: toml::Table = text.parse().map_err(unreadable)?;
        if table.get("format").and_then(toml::Value::as_integer).is_some_and(|format| format > FORMAT.into()) {
            return Err(refuse("this catalog entry is for a newer Gallop".into()));
        }
        let entry: Self = toml::from_str(text).map_err(unreadable)?;
        entry.check().map_err(|why| refuse(format!("the catalog entry `{}` {why}", entry.id)))?;
        Ok(entry)
    }

    fn check(&self) -> Result<(), String> {
        if !is_plain(&self.id) || self.id.len() > 64 {
            return Err("needs an id of letters, digits and dashes".into());
        }
        let is_address = |address: &String| address.starts_with("https://") && !address.contains(char::is_whitespace);
        if ![&self.page, &self.licence.url].into_iter().all(is_address) {
            return Err("needs https addresses for its page and its licence".into());
        }
        let repos = self.mirrors.iter().filter_map(|mirror| mirror.repo.as_ref()).chain([&self.repo]);
        if let Some(bad) = repos.into_iter().find(|repo| check_path(repo).is_err()) {
            return Err(format!("names a repository that cannot be: {}", shown(bad)));
        }
        let revisions = self.mirrors.iter().filter_map(|mirror| mirror.revision.as_ref()).chain([&self.revision]);
        if let Some(bad) = revisions.into_iter().find(|revision| !is_plain(revision)) {
            return Err(format!("names a revision that cannot be: {}", shown(bad)));
        }
        if self.files.is_empty() {
            return Err("has no files".into());
        }
        let mut locals = BTreeSet::new();
        for file in &self.files {
            for path in [file.path.as_str(), file.local()] {
                check_path(path)?;
            }
            // Compared as a file system that does not know capitals does.
            if !locals.insert(file.local().to_lowercase()) {
                return Err(format!("has two files at {}", file.local()));
            }
        }
        Ok(())
    }
}

/// Checks that a path from outside stays in its folder on every system, and needs no escapes in an address.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    let endings = [".part", ".journal", ".lock"];
    let is_good = !path.is_empty()
        && path.len() <= 240
        && path.split('/').all(is_plain)
        && path != super::record::FILE_NAME
        && !endings.iter().any(|ending| path.to_ascii_lowercase().ends_with(ending));
    if is_good { Ok(()) } else { Err(format!("names a file that cannot be: {}", shown(path))) }
}

/// A name without anything that a file system or an address reads in another way.
fn is_plain(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4
            && ["com", "lpt"].iter().any(|port| stem.starts_with(port))
            && stem.ends_with(|last: char| last.is_ascii_digit()));
    !name.is_empty()
        && !is_device
        && !name.starts_with(['.', '-'])
        && !name.ends_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// All models that can be downloaded.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// The entries in their order.
    pub entries: Vec<Entry>,
    /// Files of the user that are no entries, and why.
    pub troubles: Vec<String>,
}

impl Catalog {
    /// The entries in this program, and those of the user in `<config>/catalog/`, which come first.
    pub fn of_this_user(places: &Places) -> Self {
        let mut catalog = Self::default();
        let folder = places.config.join("catalog");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "toml")) {
            match read(file) {
                Ok(entry) => catalog.entries.push(entry),
                Err(error) => catalog.troubles.push(format!("{error:#}: {}", file.display())),
            }
        }
        for (id, text) in BUILT_IN {
            match Entry::parse(text) {
                Ok(entry) if catalog.get(id).is_err() => catalog.entries.push(entry),
                Ok(_) => {}
                Err(error) => catalog.troubles.push(format!("{error:#}")),
            }
        }
        catalog
    }

    /// The entry with this id.
    ///
    /// # Errors
    /// [`Code::Input`]: there is none; the message names those that are there.
    pub fn get(&self, id: &str) -> anyhow::Result<&Entry> {
        self.entries.iter().find(|entry| entry.id == id).ok_or_else(|| {
            let known: Vec<_> = self.entries.iter().map(|entry| entry.id.as_str()).collect();
            coded(Code::Input, format!("there is no model `{id}` in the catalog; there are: {}", known.join(", ")))
        })
    }
}

fn read(file: &Path) -> anyhow::Result<Entry> {
    let bytes = crate::inside::read(file, 1 << 20)?.unwrap_or_default();
    Entry::parse(&String::from_utf8_lossy(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_in_this_program_are_good() {
        let folder = tempfile::tempdir().expect("folder");
        let catalog = Catalog::of_this_user(&Places::under(folder.path()));
        assert_eq!(catalog.troubles, [""; 0]);
        let ids: Vec<_> = catalog.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, BUILT_IN.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        for entry in &catalog.entries {
            assert!(entry.needs.iter().chain(&entry.extras).all(|id| catalog.get(id).is_ok()), "{}", entry.id);
            let is_known = entry.files.iter().all(|file| file.sha256.is_some());
            assert!(is_known || !entry.unverified.is_empty(), "{} says what could not be checked", entry.id);
        }
        assert!(catalog.get("nope").expect_err("unknown").to_string().contains("wan22-vae"));
    }

    #[test]
    fn strangers_stay_in_their_folder() {
        let good = include_str!("../../../../../models/catalog/wan22-vae.toml");
        Entry::parse(good).expect("good");
        for bad in [
            "../a",
            "/a",
            "a/../b",
            "a\\\\b",
            "c:a",
            "a//b",
            "",
            ".",
            "a/.git",
            "nul",
            "a/COM1.txt",
            "a b",
            "ä",
            "a?x",
            "a%2e",
            "a.part",
            "store.json",
            "-a",
        ] {
            let text = good.replace("path = \"Wan2.2_VAE.pth\"", &format!("path = \"{bad}\""));
            assert_ne!(text, good);
            let error = Entry::parse(&text).expect_err(bad);
            assert_eq!(crate::code_of(&error), Code::Input, "{bad}");
        }
        for (from, to) in
            [("format = 1", "format = 2"), ("id = \"wan22-vae\"", "id = \"../x\""), ("format = 1", "format = 1\nx = 2")]
        {
            assert!(Entry::parse(&good.replacen(from, to, 1)).is_err(), "{to}");
        }
    }
}
