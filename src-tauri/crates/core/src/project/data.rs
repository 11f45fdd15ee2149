//! What a project says: the content of `project.json`.

use std::collections::BTreeSet;
use std::path::Path;

use gallop_protocol::recipe::{Model, Recipe, Reference};
use gallop_protocol::shot::Shot;
use gallop_protocol::{Digest, Id};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Code, coded};

/// Version of `project.json`. It rises when an older Gallop would misunderstand, not when a field is added.
pub const FORMAT: u32 = 1;

/// More shots than anybody has.
const MAX_SHOTS: usize = 10_000;
/// More seconds than any model makes.
const MAX_SECONDS: f32 = 600.0;
/// The longest name, in characters.
const MAX_NAME: usize = 200;

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
    /// Fields that this version does not know. They are kept.
    pub other: Map<String, Value>,
    /// As [`Self::other`], inside `shot`.
    pub shot_other: Map<String, Value>,
}

/// A file that was taken into the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRef {
    /// SHA-256 of its content; also its name in the folder `media`.
    pub sha256: Digest,
    /// Its name where it came from, without folders.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Fields that this version does not know. They are kept.
    #[serde(flatten)]
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
        let StoredShot { id, shot, seconds, seed, image, voice, chosen_take, other } = stored;
        Self { id, shot: shot.shot, seconds, seed, image, voice, chosen_take, other, shot_other: shot.other }
    }
}

impl From<ShotEntry> for StoredShot {
    fn from(entry: ShotEntry) -> Self {
        let ShotEntry { id, shot, seconds, seed, image, voice, chosen_take, other, shot_other } = entry;
        Self { id, shot: StoredText { shot, other: shot_other }, seconds, seed, image, voice, chosen_take, other }
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
        Self { format: FORMAT, id: Id::new(), name, aspect, model, shots: Vec::new(), other: Map::new() }
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
        self.shots.iter().flat_map(ShotEntry::media)
    }

    /// What an engine is told to make for a shot. The engine completes what is not said here.
    ///
    /// # Errors
    /// There is no such shot.
    pub fn recipe(&self, shot: Id) -> anyhow::Result<Recipe> {
        let entry = self.shot(shot)?;
        let reference = |media: &MediaRef| Reference { file: media.name.clone(), sha256: Some(media.sha256) };
        Ok(Recipe {
            seed: entry.seed,
            aspect: Some(self.aspect.clone()),
            seconds: entry.seconds,
            model: Some(Model { name: self.model.clone(), sha256: None }),
            image: entry.image.as_ref().map(reference),
            voice: entry.voice.as_ref().map(reference),
            ..Recipe::new(entry.shot.clone())
        })
    }

    /// Whether this can be a project.
    ///
    /// # Errors
    /// It cannot; the message says what to change.
    pub fn check(&self) -> anyhow::Result<()> {
        let refuse = |why: String| Err(coded(Code::Input, why));
        if self.format != FORMAT {
            return refuse(format!("a project of this Gallop has the format {FORMAT}, not {}", self.format));
        }
        check_name("the project's name", &self.name)?;
        check_name("the model's name", &self.model)?;
        if !is_bare(&self.model) {
            return refuse(format!("a model's name is no path: {}", self.model.escape_debug()));
        }
        if !is_aspect(&self.aspect) {
            return refuse(format!("an aspect is written as 9:16, not as {}", self.aspect.escape_debug()));
        }
        if self.shots.len() > MAX_SHOTS {
            return refuse(format!("a project has {MAX_SHOTS} shots at most, not {}", self.shots.len()));
        }
        let mut ids = BTreeSet::new();
        for (number, entry) in (1..).zip(&self.shots) {
            if !ids.insert(entry.id) {
                return refuse(format!(
                    "shot {number} has the id of another shot; give it one of its own: {}",
                    entry.id
                ));
            }
            if let Some(seconds) = entry.seconds.filter(|seconds| !(*seconds > 0.0 && *seconds <= MAX_SECONDS)) {
                return refuse(format!("shot {number} is to be {seconds} seconds long; ask for 0 to {MAX_SECONDS}"));
            }
            for media in entry.media() {
                check_name(&format!("shot {number}: the name of a file"), &media.name)?;
                if !is_bare(&media.name) || media.bytes == 0 {
                    let name = media.name.escape_debug();
                    return refuse(format!("shot {number} refers to what is no imported file: {name}"));
                }
            }
        }
        Ok(())
    }
}

fn no_shot(id: Id) -> anyhow::Error {
    coded(Code::Input, format!("the project has no shot {id}"))
}

fn check_name(what: &str, name: &str) -> anyhow::Result<()> {
    let why = match name {
        name if name.trim().is_empty() => "is empty".to_owned(),
        name if name.chars().count() > MAX_NAME => format!("is longer than {MAX_NAME} characters"),
        name if name.contains(char::is_control) => "has characters that cannot be seen".to_owned(),
        _ => return Ok(()),
    };
    Err(coded(Code::Input, format!("{what} {why}; choose another")))
}

/// Whether a name leads nowhere when it is joined to a folder.
pub(super) fn is_bare(name: &str) -> bool {
    !name.contains(['/', '\\', ':']) && !matches!(name, "." | "..")
}

fn is_aspect(aspect: &str) -> bool {
    let is_side = |side: &str| side.len() <= 4 && side.bytes().all(|digit| digit.is_ascii_digit());
    let is_positive = |side: &str| side.parse().is_ok_and(|side: u32| side > 0);
    let sides = aspect.split_once(':');
    sides.is_some_and(|(w, h)| [w, h].into_iter().all(|side| is_side(side) && is_positive(side)))
}
