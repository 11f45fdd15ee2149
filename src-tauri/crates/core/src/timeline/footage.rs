//! Films and pictures from elsewhere on the main track.

use gallop_protocol::Id;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::check::refuse;
use super::{Clip, MAX_FRAMES, RATE, Shots, Timeline};
use crate::project::MediaRef;

/// A picture has no beginning. Its clips begin so far in it, so that both of their ends can be drawn outwards.
const INTO_STILL: u32 = 60 * RATE;

/// A film or a picture that was taken into the project, and that clips show as they do the take of a shot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Footage {
    /// Names it. Clips say this where others name their shot.
    pub id: Id,
    /// The file.
    pub media: MediaRef,
    /// What it is.
    pub kind: FootageKind,
    /// Length of a film, in frames of the timeline; of a picture, as long as a clip of it can be.
    pub frames: u32,
}

/// What the file of a clip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FootageKind {
    /// A film, with or without sound.
    Film,
    /// A picture that stands still.
    Still,
}

impl Timeline {
    /// The film or picture of this id.
    pub fn footage(&self, id: Id) -> Option<&Footage> {
        self.footage.iter().find(|footage| footage.id == id)
    }

    /// How many frames there are of what a clip shows; nothing where it shows nothing that is there.
    pub(super) fn source_frames(&self, source: Id, shots: &impl Shots) -> Option<u32> {
        let frames = self.footage(source).map(|footage| footage.frames).or_else(|| shots.frames(source))?;
        Some(frames.clamp(1, MAX_FRAMES))
    }

    pub(super) fn insert_footage(
        &mut self,
        media: &MediaRef,
        kind: FootageKind,
        frames: u32,
        at: u32,
    ) -> anyhow::Result<()> {
        if frames == 0 || frames > MAX_FRAMES - INTO_STILL {
            return refuse(format!("a clip has at least a frame, and at most a day of them, not {frames}"));
        }
        let (length, first) = match kind {
            FootageKind::Film => (frames, 0),
            FootageKind::Still => (MAX_FRAMES, INTO_STILL),
        };
        let alike = |known: &&Footage| known.media == *media && known.kind == kind && known.frames == length;
        let id = match self.footage.iter().find(alike) {
            Some(known) => known.id,
            None => {
                let id = Id::new();
                self.footage.push(Footage { id, media: media.clone(), kind, frames: length });
                id
            }
        };
        self.place(Clip::of(id, first, first + frames), at);
        Ok(())
    }
}
