//! Who appears in a project, which files it has at hand, and what its author thought of takes.

use gallop_protocol::{Digest, Id};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::check::check_name;
use super::data::MediaRef;
use crate::{Code, coded};

/// The longest description of a character, in characters.
const MAX_TEXT: usize = 4_000;

/// Somebody who appears in several shots: `@name` in a description, or as a speaker, stands for all that is said here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Character {
    /// Names the character for programs.
    pub id: Id,
    /// Names the character for people, and behind `@`.
    pub name: String,
    /// How they look: the reference picture of shots that have none of their own.
    #[serde(default)]
    pub picture: Option<MediaRef>,
    /// How they sound, in about five words: stands for `@name` as a speaker.
    #[serde(default)]
    pub voice: String,
    /// How they look, in words: stands for `@name` in a description.
    #[serde(default)]
    pub prompt: String,
    /// Fields that this version does not know. They are kept.
    #[serde(flatten)]
    #[ts(skip)]
    pub other: Map<String, Value>,
}

impl Character {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        check_name("the name of a character", &self.name)?;
        let refuse = |why: String| Err(coded(Code::Input, format!("the character {} {why}", self.name.escape_debug())));
        if self.name.starts_with('@') || self.name.trim() != self.name {
            return refuse("has a name that begins with @, or with or ends in a blank; write it without".into());
        }
        if self.voice.chars().count() > MAX_TEXT || self.prompt.chars().count() > MAX_TEXT {
            return refuse(format!("is described in more than {MAX_TEXT} characters"));
        }
        self.picture.as_ref().map_or(Ok(()), |picture| picture.check("the picture of a character"))
    }
}

/// What a file in the project's folder `media` is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MediaItem {
    /// SHA-256 of its content; also its name in the folder `media`.
    pub sha256: Digest,
    /// Its name where it came from, without folders.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Picture, film or sound.
    pub kind: MediaKind,
    /// Width and height of a picture or film in pixels, as it is seen.
    #[serde(default)]
    pub size: Option<[u32; 2]>,
    /// Length of a film or sound in frames of the timeline.
    #[serde(default)]
    pub frames: Option<u32>,
    /// Pictures a second of a film.
    #[serde(default)]
    pub rate: Option<f64>,
    /// Whether a film has sound.
    #[serde(default)]
    pub has_sound: bool,
    /// Fields that this version does not know. They are kept.
    #[serde(flatten)]
    #[ts(skip)]
    pub other: Map<String, Value>,
}

/// Picture, film or sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Picture,
    /// A film, with or without sound.
    Film,
    /// A sound.
    Sound,
}

impl MediaItem {
    /// What shots and the timeline call it.
    pub fn reference(&self) -> MediaRef {
        MediaRef { sha256: self.sha256, name: self.name.clone(), bytes: self.bytes, other: Map::new() }
    }
}

/// How often a take was liked best, of how often it was looked at beside others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Score {
    /// How often it was liked best.
    pub wins: u32,
    /// How often it was looked at beside others.
    pub seen: u32,
}
