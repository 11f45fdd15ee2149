//! The presets that come along, and those that a user wrote.

use std::collections::BTreeMap;

use anyhow::Context as _;
use rust_embed::Embed;

use super::preset::Preset;
use crate::places::Places;
use crate::{Code, coded, inside};

/// `assets/presets`, as it lies there.
#[derive(Embed)]
#[folder = "../../../assets/presets"]
struct Shipped;

/// The folder in the user's settings for presets of one's own.
const FOLDER: &str = "presets";
/// The longest file that is read.
const MAX_BYTES: u64 = 1 << 20;
/// More presets than anybody has.
const MOST: usize = 500;
/// The order in which the shipped ones are shown; others follow by name.
const ORDER: [&str; 14] = [
    "douyin",
    "kuaishou",
    "xiaohongshu",
    "channels",
    "bilibili",
    "taobao-3x4",
    "taobao-1x1",
    "tiktok",
    "shorts",
    "reels",
    "x",
    "master",
    "archive",
    "wav",
];

/// All presets.
#[derive(Debug, Clone, Default)]
pub struct Presets(BTreeMap<String, Preset>);

impl Presets {
    /// Those that come along.
    ///
    /// # Errors
    /// One of them is damaged; a test sees to it that none is.
    pub fn shipped() -> anyhow::Result<Self> {
        let mut presets = BTreeMap::new();
        for file in Shipped::iter() {
            let Some(id) = file.strip_suffix(".toml") else { continue };
            let text = Shipped::get(&file).with_context(|| file.to_string())?.data;
            presets.insert(id.to_owned(), Preset::parse(id, std::str::from_utf8(&text)?)?);
        }
        Ok(Self(presets))
    }

    /// Those that come along and those in the folder `presets` of the user's settings, which stand in for shipped ones of
    /// their names. Of files that cannot be presets it tells why.
    ///
    /// # Errors
    /// As [`Self::shipped`].
    pub fn of_this_user(places: &Places) -> anyhow::Result<(Self, Vec<String>)> {
        let (mut presets, mut wrong) = (Self::shipped()?, Vec::new());
        let Ok(entries) = std::fs::read_dir(places.config.join(FOLDER)) else { return Ok((presets, wrong)) };
        for entry in entries.flatten().take(MOST) {
            let path = entry.path();
            let (Some(id), Some("toml")) = (
                path.file_stem().and_then(|stem| stem.to_str()),
                path.extension().and_then(|extension| extension.to_str()),
            ) else {
                continue;
            };
            let text = inside::read(&path, MAX_BYTES).map(Option::unwrap_or_default);
            let text = text.and_then(|text| Ok(String::from_utf8(text)?));
            match text.and_then(|text| Preset::parse(id, &text)) {
                Ok(preset) => drop(presets.0.insert(id.to_owned(), preset)),
                Err(error) => wrong.push(format!("{error:#}: {}", path.display())),
            }
        }
        Ok((presets, wrong))
    }

    /// A preset.
    ///
    /// # Errors
    /// [`Code::Input`]: there is none of this id; the message names those that there are.
    pub fn get(&self, id: &str) -> anyhow::Result<&Preset> {
        self.0.get(id).ok_or_else(|| {
            let known: Vec<_> = self.iter().map(|preset| preset.id.as_str()).collect();
            let id: String = id.chars().take(60).collect();
            coded(Code::Input, format!("there is no preset `{}`; choose of {}", id.escape_debug(), known.join(", ")))
        })
    }

    /// All of them, the shipped ones first.
    pub fn iter(&self) -> impl Iterator<Item = &Preset> {
        let place = |preset: &&Preset| ORDER.iter().position(|id| *id == preset.id).unwrap_or(ORDER.len());
        let mut presets: Vec<_> = self.0.values().collect();
        presets.sort_by_key(place);
        presets.into_iter()
    }
}
