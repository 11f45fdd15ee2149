//! The timeline: which part of which shot's take is seen when, what is heard and read with it.
//!
//! Everything here is pure: a [`Timeline`] and an edit make another timeline, or a reason why not. All times are whole
//! frames at [`RATE`]; a range goes from its first frame to the one behind its last.
//!
//! A clip shows the take of a shot, or a film or picture from elsewhere ([`Footage`]).
//!
//! On a magnetic track there are no gaps: a clip begins where the one before it ends, whatever is done. On a free track
//! clips lie where they are put, in order and never over each other.

mod audio;
mod captions;
mod check;
mod clips;
mod edit;
mod footage;
mod free;
mod look;
mod pace;
mod style;
#[cfg(test)]
mod tests;

use gallop_protocol::Id;
use gallop_protocol::shot::{Language, Line};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::project::MediaRef;

pub use edit::{Edge, Gap, TimelineEdit, TrackSettings};
pub use footage::{Footage, FootageKind};
pub use look::{Area, Color, Fit, Look};
pub use pace::SPEEDS;
pub use style::{CaptionLook, CaptionPlace, CaptionStyle};

/// Frames of a second, of every timeline and every take.
pub const RATE: u32 = 25;
/// The longest timeline: a day.
pub const MAX_FRAMES: u32 = 24 * 3600 * RATE;

/// What is seen, heard and read when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Timeline {
    /// Whether the main track closes its gaps.
    pub track: Track,
    /// The main track, in order.
    pub clips: Vec<Clip>,
    /// Films and pictures from elsewhere that clips show.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Footage>>", optional)]
    pub footage: Vec<Footage>,
    /// What is read.
    pub captions: Vec<Caption>,
    /// How what is read looks.
    #[serde(skip_serializing_if = "CaptionStyle::is_plain")]
    #[ts(as = "Option<CaptionStyle>", optional)]
    pub caption_style: CaptionStyle,
    /// Music and voices.
    pub tracks: Vec<AudioTrack>,
    /// Places with a name, in order.
    pub markers: Vec<Marker>,
}

/// Whether the main track closes its gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// Each clip begins where the one before it ends.
    #[default]
    Magnetic,
    /// Clips lie where they are put.
    Free,
}

/// A part of a shot's take on the main track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Clip {
    /// Names the clip.
    pub id: Id,
    /// The shot whose take is seen, or the [`Footage`] that is.
    pub shot: Id,
    /// The frame of the timeline on which it begins.
    pub start: u32,
    /// The first frame of the take that is seen.
    pub r#in: u32,
    /// The frame of the take behind the last one that is seen.
    pub out: u32,
    /// How fast it runs: 2 is twice as fast as it was taken.
    #[serde(default = "pace::plain", skip_serializing_if = "pace::is_plain")]
    #[ts(as = "Option<f64>", optional)]
    pub speed: f64,
    /// How it is seen and heard.
    #[serde(default, skip_serializing_if = "Look::is_plain")]
    #[ts(as = "Option<Look>", optional)]
    pub look: Look,
}

impl Clip {
    /// A clip of these frames of what is seen, at the beginning of the timeline.
    pub fn of(shot: Id, first: u32, behind: u32) -> Self {
        let (id, speed, look) = (Id::new(), pace::PLAIN, Look::default());
        Self { id, shot, start: 0, r#in: first, out: behind, speed, look }
    }
}

/// Words that are read. They lie on frames of their clip's take, and so go where the clip goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Caption {
    /// Names the caption.
    pub id: Id,
    /// Its clip.
    pub clip: Id,
    /// The first frame of the take on which it is read.
    pub from: u32,
    /// The frame of the take behind the last one.
    pub to: u32,
    /// The words.
    pub text: String,
    /// Their language.
    pub language: Language,
}

/// Sounds in a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AudioTrack {
    /// Names the track.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub kind: AudioKind,
    /// How much louder or softer all of it is.
    #[serde(default)]
    pub gain_db: f32,
    /// What it does while somebody speaks.
    #[serde(default)]
    pub duck: Duck,
    /// The sounds, in order, never over each other.
    #[serde(default)]
    pub items: Vec<AudioItem>,
}

/// What a track of sounds is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AudioKind {
    /// Music and noises.
    Music,
    /// Somebody who speaks.
    Voice,
}

/// What a track of sounds does while somebody speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Duck {
    /// It gets softer.
    UnderSpeech,
    /// It stays as it is.
    #[default]
    Off,
}

/// A part of a sound file on a track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AudioItem {
    /// Names the item.
    pub id: Id,
    /// The file.
    pub media: MediaRef,
    /// The frame of the timeline on which it begins.
    pub start: u32,
    /// Where in the file it begins, in frames.
    pub r#in: u32,
    /// Where in the file it ends, in frames.
    pub out: u32,
    /// How much louder or softer it is.
    #[serde(default)]
    pub gain_db: f32,
    /// Frames over which it comes up.
    #[serde(default)]
    pub fade_in: u32,
    /// Frames over which it goes away.
    #[serde(default)]
    pub fade_out: u32,
}

impl AudioItem {
    /// How many frames of the timeline it takes.
    pub fn frames(&self) -> u32 {
        self.out.saturating_sub(self.r#in)
    }

    /// The frame of the timeline behind its last.
    pub fn end(&self) -> u32 {
        self.start.saturating_add(self.frames())
    }
}

/// A place with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Marker {
    /// Names the marker.
    pub id: Id,
    /// The frame of the timeline.
    pub frame: u32,
    /// Its name for people.
    pub text: String,
}

/// What an edit has to know of the shots.
pub trait Shots {
    /// How many frames the take has that is seen of a shot, or is expected to have; nothing where there is no such shot.
    fn frames(&self, shot: Id) -> Option<u32>;
    /// What is said in a shot.
    fn lines(&self, shot: Id) -> &[Line];
}

/// Frames of a take of so many seconds.
pub fn frames_of(seconds: f32) -> u32 {
    // As the model makes them: its decoder gives four at a time, and one before.
    (seconds.clamp(0.0, 3600.0) * RATE as f32).round() as u32 / 4 * 4 + 1
}
