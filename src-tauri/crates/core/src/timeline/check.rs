//! What a timeline must be, whoever wrote it.

use std::collections::BTreeSet;

use gallop_protocol::Id;

use super::{AudioItem, AudioTrack, Clip, Footage, MAX_FRAMES, SPEEDS, Timeline, Track};
use crate::{Code, coded};

/// More of anything than anybody has.
const MOST: usize = 20_000;
/// More tracks than anybody has.
const MOST_TRACKS: usize = 100;
/// The longest name or caption, in characters.
const MAX_TEXT: usize = 2_000;
/// Louder or softer than this is a mistake.
const GAIN_DB: std::ops::RangeInclusive<f32> = -96.0..=24.0;

impl Timeline {
    /// Whether this can be a timeline.
    ///
    /// # Errors
    /// [`Code::Input`]: it cannot; the message says why.
    pub fn check(&self) -> anyhow::Result<()> {
        let mut ids = Ids::default();
        let Self { track, clips, footage, captions, caption_style, tracks, markers } = self;
        caption_style.check()?;
        let lists = [clips.len(), footage.len(), captions.len(), markers.len()];
        if lists.into_iter().any(|length| length > MOST) || tracks.len() > MOST_TRACKS {
            return refuse(format!(
                "a timeline has at most {MOST} clips, captions and markers and {MOST_TRACKS} tracks"
            ));
        }
        let mut end = 0;
        for clip in clips {
            ids.add(clip.id)?;
            check_clip(clip)?;
            if clip.start < end || (*track == Track::Magnetic && clip.start != end) {
                return refuse(format!(
                    "the clip {} begins at frame {}, but the one before ends at {end}",
                    clip.id, clip.start
                ));
            }
            end = clip.end();
        }
        for Footage { id, media, kind: _, frames } in footage {
            ids.add(*id)?;
            media.check("a clip of the timeline")?;
            check_range("a clip", 0, 0, *frames)?;
        }
        for caption in captions {
            ids.add(caption.id)?;
            check_range("a caption", 0, caption.from, caption.to)?;
            check_text("a caption", &caption.text)?;
            if !clips.iter().any(|clip| clip.id == caption.clip) {
                return refuse(format!("the caption {} is of a clip that is not there", caption.id));
            }
        }
        for track in tracks {
            check_track(track, &mut ids)?;
        }
        for marker in markers {
            ids.add(marker.id)?;
            check_text("a marker", &marker.text)?;
            if marker.frame > MAX_FRAMES {
                return refuse(format!("a marker lies at frame {}, beyond a day", marker.frame));
            }
        }
        Ok(())
    }

    /// Brings everything into its order, and closes the gaps of a magnetic track.
    pub(super) fn settle(&mut self) {
        if self.track == Track::Magnetic {
            close(&mut self.clips);
        }
        for track in &mut self.tracks {
            track.items.sort_by_key(|item| item.start);
        }
        self.markers.sort_by_key(|marker| marker.frame);
        let seen: BTreeSet<Id> = self.clips.iter().map(|clip| clip.shot).collect();
        self.footage.retain(|footage| seen.contains(&footage.id));
        let place = |id: Id| self.clips.iter().position(|clip| clip.id == id);
        let mut captions: Vec<_> =
            std::mem::take(&mut self.captions).into_iter().map(|one| (place(one.clip), one)).collect();
        captions.sort_by_key(|(place, caption)| (*place, caption.from));
        self.captions = captions.into_iter().map(|(_, caption)| caption).collect();
    }

    /// Takes out what refers to shots that are not there any more, and brings what is left into its order: an older
    /// Gallop, or an editor, may have taken a shot away and not known of the timeline.
    pub fn mend(&mut self, has_shot: impl Fn(Id) -> bool) {
        let footage: BTreeSet<Id> = self.footage.iter().map(|footage| footage.id).collect();
        self.clips.retain(|clip| has_shot(clip.shot) || footage.contains(&clip.shot));
        let clips: BTreeSet<Id> = self.clips.iter().map(|clip| clip.id).collect();
        self.captions.retain(|caption| clips.contains(&caption.clip));
        self.settle();
    }
}

/// Lets each clip begin where the one before it ends.
pub(super) fn close(clips: &mut [Clip]) {
    let mut end = 0;
    for clip in clips {
        clip.start = end;
        end = clip.end();
    }
}

fn check_track(track: &AudioTrack, ids: &mut Ids) -> anyhow::Result<()> {
    ids.add(track.id)?;
    check_text("a track", &track.name)?;
    check_gain(track.gain_db)?;
    let mut end = 0;
    for item in &track.items {
        let AudioItem { id, media, start, r#in, out, gain_db, fade_in, fade_out } = item;
        ids.add(*id)?;
        check_range("a sound", *start, *r#in, *out)?;
        check_gain(*gain_db)?;
        media.check("a sound of the timeline")?;
        if fade_in.saturating_add(*fade_out) > item.frames() {
            return refuse(format!("the fades of a sound are longer than it is: {id}"));
        }
        if *start < end {
            return refuse(format!("two sounds would lie over each other at frame {start}; put one on another track"));
        }
        end = item.end();
    }
    Ok(())
}

fn check_clip(clip: &Clip) -> anyhow::Result<()> {
    let Clip { start, r#in, out, speed, look, .. } = clip;
    check_range("a clip", 0, *r#in, *out)?;
    if !SPEEDS.contains(speed) {
        let (least, most) = (SPEEDS.start(), SPEEDS.end());
        return refuse(format!("a clip runs from {least} to {most} times as fast as it was taken, not {speed}"));
    }
    if *start > MAX_FRAMES || clip.frames() > MAX_FRAMES - start {
        return refuse("a clip would reach beyond a day".into());
    }
    look.check()
}

fn check_range(what: &str, start: u32, first: u32, behind: u32) -> anyhow::Result<()> {
    if first >= behind {
        return refuse(format!("{what} needs at least one frame, not {first} to {behind}"));
    }
    if behind > MAX_FRAMES || start > MAX_FRAMES - (behind - first) {
        return refuse(format!("{what} would reach beyond a day"));
    }
    Ok(())
}

pub(super) fn check_gain(gain_db: f32) -> anyhow::Result<()> {
    if GAIN_DB.contains(&gain_db) {
        return Ok(());
    }
    refuse(format!("a gain goes from {} to {} dB, not {gain_db}", GAIN_DB.start(), GAIN_DB.end()))
}

fn check_text(what: &str, text: &str) -> anyhow::Result<()> {
    if text.chars().count() > MAX_TEXT {
        return refuse(format!("the words of {what} are longer than {MAX_TEXT} characters"));
    }
    if text.contains('\0') {
        return refuse(format!("the words of {what} have characters that cannot be seen"));
    }
    Ok(())
}

pub(super) fn refuse<T>(why: String) -> anyhow::Result<T> {
    Err(coded(Code::Input, why))
}

/// Names that are there already.
#[derive(Default)]
struct Ids(BTreeSet<Id>);

impl Ids {
    fn add(&mut self, id: Id) -> anyhow::Result<()> {
        if self.0.insert(id) { Ok(()) } else { refuse(format!("two things on the timeline have the id {id}")) }
    }
}
