//! What can be done to a timeline.

use gallop_protocol::Id;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AudioItem, AudioKind, Caption, CaptionStyle, Duck, FootageKind, Look, Marker, Shots, Timeline, Track};
use crate::project::MediaRef;

/// One edit. Frames that a hand can drag too far are brought back to where they may be; names of what is not there, and
/// things that cannot be, are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TimelineEdit {
    /// Puts a shot on the track, all of its take. Magnetic: before the first clip whose middle is right of `at`. Free: at
    /// that frame; where a clip lies there, at its nearer end, and what is in the way moves right.
    InsertClip {
        /// The shot.
        shot: Id,
        /// A frame of the timeline.
        at: u32,
    },
    /// Puts a film or a picture on the track, as [`Self::InsertClip`] does a shot.
    InsertFootage {
        /// The file.
        media: MediaRef,
        /// What it is.
        footage: FootageKind,
        /// Length of the film in frames; of a picture, how long it is to be seen.
        frames: u32,
        /// A frame of the timeline.
        at: u32,
    },
    /// Moves a clip, as [`Self::InsertClip`] on a track without it.
    Move {
        /// The clip.
        clip: Id,
        /// A frame of the timeline.
        to: u32,
    },
    /// Moves an end of a clip; the other stays. A magnetic track closes up or makes room.
    Trim {
        /// The clip.
        clip: Id,
        /// Which end.
        edge: Edge,
        /// A frame of the take.
        to: u32,
    },
    /// Moves the cut between a clip and the next, which must touch. Where one runs slower than it was taken, to the nearest of
    /// its frames.
    Roll {
        /// The clip before the cut.
        left: Id,
        /// Frames to the right, or to the left where negative.
        by: i32,
    },
    /// Shows another part of the take, at the same place and length.
    Slip {
        /// The clip.
        clip: Id,
        /// Frames later in the take, or earlier where negative.
        by: i32,
    },
    /// Cuts the clip at a frame in two; one that runs slower than it was taken, at the nearest of its frames.
    Split {
        /// A frame of the timeline, inside a clip.
        at: u32,
        /// That clip, for those who know it.
        #[serde(default)]
        #[ts(optional)]
        clip: Option<Id>,
    },
    /// Lets clips run faster or slower. They show the same part of their takes; a free track makes room.
    SetSpeed {
        /// The clips.
        clips: Vec<Id>,
        /// 1 as it was taken, 2 twice as fast; from 0.1 to 10.
        speed: f64,
    },
    /// Changes how clips are seen and heard.
    SetLook {
        /// The clips.
        clips: Vec<Id>,
        /// How they shall be.
        look: Look,
    },
    /// Takes clips away, with their captions.
    Delete {
        /// The clips.
        clips: Vec<Id>,
        /// What becomes of their room. A magnetic track closes it in any case.
        gap: Gap,
    },
    /// Puts a copy of a clip, with its captions, behind it.
    Duplicate {
        /// The clip.
        clip: Id,
    },
    /// Makes the main track magnetic, which closes its gaps, or free.
    SetTrack {
        /// How it shall be.
        track: Track,
    },
    /// Adds a caption, or replaces the one of this id.
    PutCaption {
        /// The caption.
        caption: Caption,
    },
    /// Takes a caption away.
    DeleteCaption {
        /// The caption.
        id: Id,
    },
    /// Changes how all captions look.
    SetCaptionStyle {
        /// How they shall look.
        style: CaptionStyle,
    },
    /// Makes the captions of a clip anew: the lines of its shot, each as long as it takes to say.
    CaptionsFromLines {
        /// The clip.
        clip: Id,
    },
    /// Puts a sound on a track, or on a new one.
    AddAudio {
        /// The track; a new one where there is none.
        track: Option<Id>,
        /// What a new track is for.
        kind_of_track: AudioKind,
        /// The file.
        media: MediaRef,
        /// A frame of the timeline.
        start: u32,
        /// Length of the file in frames.
        frames: u32,
    },
    /// Adds a sound, or replaces the one of this id, which may come from another track.
    PutAudio {
        /// The track.
        track: Id,
        /// The sound.
        item: AudioItem,
    },
    /// Takes a sound away.
    DeleteAudio {
        /// The sound.
        id: Id,
    },
    /// Adds a track for sounds, or changes the one of this id.
    PutTrack {
        /// What it shall be.
        track: TrackSettings,
    },
    /// Takes a track away, with its sounds.
    DeleteTrack {
        /// The track.
        id: Id,
    },
    /// Adds a marker, or replaces the one of this id.
    PutMarker {
        /// The marker.
        marker: Marker,
    },
    /// Takes a marker away.
    DeleteMarker {
        /// The marker.
        id: Id,
    },
}

/// An end of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// Its beginning.
    In,
    /// Its end.
    Out,
}

/// What becomes of the room of what is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// What comes behind it closes up.
    Close,
    /// It stays empty.
    Leave,
}

/// A track without its sounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TrackSettings {
    /// Names the track.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub kind: AudioKind,
    /// How much louder or softer all of it is.
    pub gain_db: f32,
    /// What it does while somebody speaks.
    pub duck: Duck,
}

impl TimelineEdit {
    /// What the edit is called in the history.
    pub fn label(&self) -> &'static str {
        match self {
            Self::InsertClip { .. } | Self::InsertFootage { .. } => "Add a clip",
            Self::Move { .. } => "Move a clip",
            Self::Trim { .. } => "Trim",
            Self::Roll { .. } => "Roll",
            Self::Slip { .. } => "Slip",
            Self::Split { .. } => "Split",
            Self::SetSpeed { .. } => "Speed",
            Self::SetLook { .. } => "Look",
            Self::Delete { .. } => "Delete",
            Self::Duplicate { .. } => "Duplicate",
            Self::SetTrack { .. } => "Main track",
            Self::PutCaption { .. }
            | Self::DeleteCaption { .. }
            | Self::SetCaptionStyle { .. }
            | Self::CaptionsFromLines { .. } => "Captions",
            Self::AddAudio { .. } | Self::PutAudio { .. } | Self::DeleteAudio { .. } => "Sound",
            Self::PutTrack { .. } | Self::DeleteTrack { .. } => "Track",
            Self::PutMarker { .. } | Self::DeleteMarker { .. } => "Marker",
        }
    }
}

impl Timeline {
    /// The timeline after an edit.
    ///
    /// # Errors
    /// [`Code::Input`](crate::Code::Input): what it names is not there, or what it makes cannot be.
    pub fn after(&self, edit: &TimelineEdit, shots: &impl Shots) -> anyhow::Result<Self> {
        let mut after = self.clone();
        match edit {
            TimelineEdit::InsertClip { shot, at } => after.insert_clip(*shot, *at, shots)?,
            TimelineEdit::InsertFootage { media, footage, frames, at } => {
                after.insert_footage(media, *footage, *frames, *at)?;
            }
            TimelineEdit::Move { clip, to } => after.move_clip(*clip, *to)?,
            TimelineEdit::Trim { clip, edge, to } => after.trim(*clip, *edge, *to, shots)?,
            TimelineEdit::Roll { left, by } => after.roll(*left, *by, shots)?,
            TimelineEdit::Slip { clip, by } => after.slip(*clip, *by, shots)?,
            TimelineEdit::Split { at, clip } => after.split(*at, *clip)?,
            TimelineEdit::SetSpeed { clips, speed } => after.set_speed(clips, *speed)?,
            TimelineEdit::SetLook { clips, look } => after.set_look(clips, look)?,
            TimelineEdit::Delete { clips, gap } => after.delete(clips, *gap)?,
            TimelineEdit::Duplicate { clip } => after.duplicate(*clip)?,
            TimelineEdit::SetTrack { track } => after.track = *track,
            TimelineEdit::PutCaption { caption } => after.put_caption(caption, shots)?,
            TimelineEdit::DeleteCaption { id } => after.delete_caption(*id)?,
            TimelineEdit::SetCaptionStyle { style } => after.caption_style = *style,
            TimelineEdit::CaptionsFromLines { clip } => after.captions_from_lines(*clip, shots)?,
            TimelineEdit::AddAudio { track, kind_of_track, media, start, frames } => {
                after.add_audio(*track, *kind_of_track, media, *start, *frames)?;
            }
            TimelineEdit::PutAudio { track, item } => after.put_audio(*track, item)?,
            TimelineEdit::DeleteAudio { id } => after.delete_audio(*id)?,
            TimelineEdit::PutTrack { track } => after.put_track(track),
            TimelineEdit::DeleteTrack { id } => after.delete_track(*id)?,
            TimelineEdit::PutMarker { marker } => after.put_marker(marker),
            TimelineEdit::DeleteMarker { id } => after.delete_marker(*id)?,
        }
        after.settle();
        after.check()?;
        Ok(after)
    }
}
