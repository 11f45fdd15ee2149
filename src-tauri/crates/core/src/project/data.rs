//! What a project says: the content of `project.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gallop_protocol::recipe::{Model, Recipe, Reference};
use gallop_protocol::shot::Shot;
use gallop_protocol::{Digest, Id};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::cast::{Character, MediaItem, Score};
use super::mention::{Played, play};
use crate::timeline::{Clip, Timeline};

use crate::{Code, coded};

/// Version of `project.json`. It rises when an older Gallop would misunderstand, not when a field is added.
pub const FORMAT: u32 = 1;

/// What a project says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectData {
    /// Version of this format.
    pub format: u32,
    /// Names the project, also when its folder is moved.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// Shape of its clips, as in `9:16`.
    pub aspect: String,
    /// The model that its shots are made with.
    pub model: String,
    /// The shots, in their order.
    #[serde(default)]
    pub shots: Vec<ShotEntry>,
    /// Who appears in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cast: Vec<Character>,
    /// What is seen when. Where there is none yet, the shots stand for it in their order: see [`Self::timeline`].
    #[serde(default, rename = "timeline", skip_serializing_if = "Option::is_none")]
    pub cut: Option<Timeline>,
    /// What its author thought of takes, by their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scores: BTreeMap<Id, Score>,
    /// The files at hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub library: Vec<MediaItem>,
    /// Fields that this version does not know. They are kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A shot of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredShot", into = "StoredShot")]
pub struct ShotEntry {
    /// Names the shot.
    pub id: Id,
    /// What is to be seen and heard.
    pub shot: Shot,
    /// Length; the model's usual one where nothing is said.
    pub seconds: Option<f32>,
    /// Decides all noise; a new one for each take where nothing is said.
    pub seed: Option<u64>,
    /// The reference picture.
    pub image: Option<MediaRef>,
    /// The voice track.
    pub voice: Option<MediaRef>,
    /// The take that is used. It may be gone.
    pub chosen_take: Option<Id>,
    /// What people call the shot.
    pub title: Option<String>,
    /// Width and height of its takes in pixels; the model's for the project's shape where nothing is said.
    pub size: Option<[u32; 2]>,
    /// How many frames it had when its clips were last brought to its length.
    pub fitted: Option<u32>,
    /// Fields that this version does not know. They are kept.
    pub other: Map<String, Value>,
    /// As [`Self::other`], inside `shot`.
    pub shot_other: Map<String, Value>,
}

/// A file that was taken into the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MediaRef {
    /// SHA-256 of its content; also its name in the folder `media`.
    pub sha256: Digest,
    /// Its name where it came from, without folders.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Fields that this version does not know. They are kept.
    #[serde(flatten)]
    #[ts(skip)]
    pub other: Map<String, Value>,
}

/// What is said about a new project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProject {
    /// What people call it.
    pub name: String,
    /// Shape of its clips, as in `9:16`.
    pub aspect: String,
    /// The model that its shots are made with.
    pub model: String,
}

/// A shot as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredShot {
    id: Id,
    #[serde(default)]
    shot: StoredText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconds: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image: Option<MediaRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    voice: Option<MediaRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chosen_take: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<[u32; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fitted: Option<u32>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// A shot's words as they are stored.
#[derive(Default, Serialize, Deserialize)]
struct StoredText {
    #[serde(flatten)]
    shot: Shot,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl From<StoredShot> for ShotEntry {
    fn from(stored: StoredShot) -> Self {
        let StoredShot { id, shot, seconds, seed, image, voice, chosen_take, title, size, fitted, other } = stored;
        let StoredText { shot, other: shot_other } = shot;
        Self { id, shot, seconds, seed, image, voice, chosen_take, title, size, fitted, other, shot_other }
    }
}

impl From<ShotEntry> for StoredShot {
    fn from(entry: ShotEntry) -> Self {
        let ShotEntry { id, shot, seconds, seed, image, voice, chosen_take, title, size, fitted, other, shot_other } =
            entry;
        let shot = StoredText { shot, other: shot_other };
        Self { id, shot, seconds, seed, image, voice, chosen_take, title, size, fitted, other }
    }
}

impl ShotEntry {
    /// A new shot of these words.
    pub fn new(shot: Shot) -> Self {
        Self {
            id: Id::new(),
            shot,
            seconds: None,
            seed: None,
            image: None,
            voice: None,
            chosen_take: None,
            title: None,
            size: None,
            fitted: None,
            other: Map::new(),
            shot_other: Map::new(),
        }
    }

    /// The files that the shot refers to.
    pub fn media(&self) -> impl Iterator<Item = &MediaRef> {
        self.image.iter().chain(&self.voice)
    }
}

impl ProjectData {
    /// A project without shots.
    pub fn new(new: NewProject) -> Self {
        let NewProject { name, aspect, model } = new;
        Self {
            format: FORMAT,
            id: Id::new(),
            name,
            aspect,
            model,
            shots: Vec::new(),
            cast: Vec::new(),
            cut: None,
            scores: BTreeMap::new(),
            library: Vec::new(),
            other: Map::new(),
        }
    }

    /// Reads the project in `folder`, whoever has it open.
    ///
    /// # Errors
    /// It is no project, or one of a newer Gallop.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        super::stored::read(folder).map(|stored| stored.data)
    }

    /// Reads the bytes of a `project.json`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn from_json(json: &[u8]) -> anyhow::Result<Self> {
        super::stored::parse(json)
    }

    /// The bytes of a `project.json`, which [`Self::from_json`] takes.
    ///
    /// # Errors
    /// As [`Self::check`], or it is longer or nested deeper than what can be read.
    pub fn to_json(&self) -> anyhow::Result<Vec<u8>> {
        super::stored::render(self)
    }

    /// The shot of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn shot(&self, id: Id) -> anyhow::Result<&ShotEntry> {
        self.shots.iter().find(|entry| entry.id == id).ok_or_else(|| no_shot(id))
    }

    /// As [`Self::shot`], to be changed.
    ///
    /// # Errors
    /// There is none.
    pub fn shot_mut(&mut self, id: Id) -> anyhow::Result<&mut ShotEntry> {
        self.shots.iter_mut().find(|entry| entry.id == id).ok_or_else(|| no_shot(id))
    }

    /// The files that the project refers to, one as often as it is used.
    pub fn media(&self) -> impl Iterator<Item = &MediaRef> {
        let cast = self.cast.iter().filter_map(|character| character.picture.as_ref());
        let tracks = self.cut.iter().flat_map(|timeline| &timeline.tracks);
        let sounds = tracks.flat_map(|track| track.items.iter().map(|item| &item.media));
        let footage = self.cut.iter().flat_map(|timeline| &timeline.footage).map(|footage| &footage.media);
        self.shots.iter().flat_map(ShotEntry::media).chain(cast).chain(sounds).chain(footage)
    }

    /// What is seen when, where a shot is expected to have so many frames. A project that was never cut shows its shots in
    /// their order.
    pub fn timeline(&self, frames: impl Fn(&ShotEntry) -> u32) -> Timeline {
        if let Some(timeline) = &self.cut {
            return timeline.clone();
        }
        let mut start = 0;
        let clips = self.shots.iter().map(|entry| {
            // The shot's own id: it is the same whenever it is asked for.
            let clip = Clip { id: entry.id, start, ..Clip::of(entry.id, 0, frames(entry).max(1)) };
            start = clip.end();
            clip
        });
        Timeline { clips: clips.collect(), ..Timeline::default() }
    }

    /// Takes out of the timeline what refers to shots that are gone.
    pub(super) fn mend(&mut self) {
        if let Some(timeline) = &mut self.cut {
            let shots: BTreeSet<Id> = self.shots.iter().map(|entry| entry.id).collect();
            timeline.mend(|shot| shots.contains(&shot));
        }
    }

    /// What an engine is told to make for a shot, its characters put in their places. The engine completes what is not said
    /// here.
    ///
    /// # Errors
    /// There is no such shot.
    pub fn recipe(&self, shot: Id) -> anyhow::Result<Recipe> {
        let entry = self.shot(shot)?;
        let reference = |media: &MediaRef| Reference { file: media.name.clone(), sha256: Some(media.sha256) };
        let Played { shot, picture, .. } = play(&entry.shot, &self.cast);
        Ok(Recipe {
            seed: entry.seed,
            size: entry.size,
            aspect: Some(self.aspect.clone()),
            seconds: entry.seconds,
            model: Some(Model { name: self.model.clone(), sha256: None }),
            image: entry.image.as_ref().or(picture.as_ref()).map(reference),
            voice: entry.voice.as_ref().map(reference),
            ..Recipe::new(shot)
        })
    }

    /// Adds a shot, at the end of the timeline too where there is one.
    pub fn add_shot(&mut self, entry: ShotEntry, frames: u32) {
        if let Some(timeline) = &mut self.cut {
            let start = timeline.end();
            timeline.clips.push(Clip { start, ..Clip::of(entry.id, 0, frames.max(1)) });
        }
        self.shots.push(entry);
    }
}

fn no_shot(id: Id) -> anyhow::Error {
    coded(Code::Input, format!("the project has no shot {id}"))
}
