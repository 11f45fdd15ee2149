//! Edits of the clips on the main track.

use gallop_protocol::Id;

use super::check::{close, refuse};
use super::edit::{Edge, Gap};
use super::{Caption, Clip, Look, MAX_FRAMES, Shots, Timeline, Track, free};
use crate::{Code, coded};

impl Timeline {
    /// Where a clip is in the order.
    pub(super) fn index(&self, id: Id) -> anyhow::Result<usize> {
        let found = self.clips.iter().position(|clip| clip.id == id);
        found.ok_or_else(|| coded(Code::Input, format!("there is no clip {id} on the timeline")))
    }

    /// A clip.
    ///
    /// # Errors
    /// [`Code::Input`]: there is none of this id.
    pub fn clip(&self, id: Id) -> anyhow::Result<&Clip> {
        let index = self.index(id)?;
        Ok(&self.clips[index])
    }

    /// The frame behind the last one of the main track.
    pub fn end(&self) -> u32 {
        self.clips.last().map_or(0, Clip::end)
    }

    pub(super) fn insert_clip(&mut self, shot: Id, at: u32, shots: &impl Shots) -> anyhow::Result<()> {
        let frames = shots.frames(shot).ok_or_else(|| coded(Code::Input, format!("the project has no shot {shot}")))?;
        self.place(Clip::of(shot, 0, frames.clamp(1, MAX_FRAMES)), at);
        Ok(())
    }

    pub(super) fn move_clip(&mut self, id: Id, to: u32) -> anyhow::Result<()> {
        let index = self.index(id)?;
        let clip = self.clips.remove(index);
        if self.track == Track::Magnetic {
            close(&mut self.clips);
        }
        self.place(clip, to);
        Ok(())
    }

    pub(super) fn trim(&mut self, id: Id, edge: Edge, to: u32, shots: &impl Shots) -> anyhow::Result<()> {
        let index = self.index(id)?;
        let room = self.room(index);
        let length = self.length(index, shots)?;
        let clip = &mut self.clips[index];
        match edge {
            Edge::In => {
                let end = clip.end();
                clip.r#in = to.clamp(clip.earliest(room.before), clip.out - 1);
                // The end of the clip stays where it is.
                clip.start = end.saturating_sub(clip.frames());
            }
            Edge::Out => clip.out = to.clamp(clip.r#in + 1, length.min(clip.latest(room.behind))),
        }
        Ok(())
    }

    pub(super) fn roll(&mut self, left: Id, by: i32, shots: &impl Shots) -> anyhow::Result<()> {
        let index = self.index(left)?;
        let (before, behind) = (self.clips[index], self.clips.get(index + 1).copied());
        let Some(behind) = behind.filter(|behind| behind.start == before.end()) else {
            return refuse("there is no clip directly behind this one: a cut is needed to roll".into());
        };
        let length = self.length(index, shots)?;
        // As far as both clips keep a frame, and neither leaves its take.
        let most =
            i64::from(before.frames_to(length).saturating_sub(before.frames())).min(i64::from(behind.frames()) - 1);
        let start = Clip { r#in: 0, ..behind }.frames_to(behind.r#in);
        let least = -(i64::from(before.frames()) - 1).min(i64::from(start));
        let by = i64::from(by).clamp(least.min(0), most.max(0));
        let cut = before.frame_after(shifted(before.frames(), by));
        let left = &mut self.clips[index];
        left.out = cut.clamp(before.r#in + 1, length);
        let start = left.end();
        let by = i64::from(start) - i64::from(before.end());
        let first = match by {
            by if by < 0 => behind.earliest(shifted(0, -by)),
            by => behind.frame_after(shifted(0, by)),
        };
        let right = &mut self.clips[index + 1];
        (right.r#in, right.start) = (first.min(behind.out - 1), start);
        free::part(&mut self.clips);
        Ok(())
    }

    pub(super) fn slip(&mut self, id: Id, by: i32, shots: &impl Shots) -> anyhow::Result<()> {
        let index = self.index(id)?;
        let length = self.length(index, shots)?;
        let clip = &mut self.clips[index];
        let by = i64::from(by).clamp(-i64::from(clip.r#in), i64::from(length - clip.out));
        let frames = clip.frames();
        clip.r#in = shifted(clip.r#in, by);
        clip.out = clip.frame_after(frames).clamp(clip.r#in + 1, length);
        free::part(&mut self.clips);
        Ok(())
    }

    pub(super) fn split(&mut self, at: u32, clip: Option<Id>) -> anyhow::Result<()> {
        let index = match clip {
            Some(id) => Some(self.index(id)?),
            None => self.clips.iter().position(|clip| clip.start < at && at < clip.end()),
        };
        let inside = index.filter(|index| self.clips[*index].start < at && at < self.clips[*index].end());
        let Some(index) = inside else {
            return refuse(format!("there is nothing to cut at frame {at}: a cut lies inside a clip"));
        };
        let left = &mut self.clips[index];
        if left.out - left.r#in < 2 {
            return refuse(format!("there is nothing to cut at frame {at}: the clip shows a single frame of its take"));
        }
        let cut = left.frame_after(at - left.start).clamp(left.r#in + 1, left.out - 1);
        let (part, whole) = (f64::from(cut - left.r#in), f64::from(left.out - left.r#in));
        let right = Clip { id: Id::new(), r#in: cut, ..*left };
        left.out = cut;
        let looks = left.look.split((part / whole) as f32);
        left.look = looks.0;
        let right = Clip { start: left.end(), look: looks.1, ..right };
        let left = left.id;
        self.clips.insert(index + 1, right);
        free::part(&mut self.clips);
        // What is read when stays the same: words over the cut are there on both sides.
        let mut of_right = Vec::new();
        for caption in self.captions.iter_mut().filter(|caption| caption.clip == left && caption.to > cut) {
            if caption.from >= cut {
                caption.clip = right.id;
                continue;
            }
            of_right.push(Caption { id: Id::new(), clip: right.id, from: cut, ..caption.clone() });
            caption.to = cut;
        }
        self.captions.extend(of_right);
        Ok(())
    }

    pub(super) fn set_speed(&mut self, ids: &[Id], speed: f64) -> anyhow::Result<()> {
        for id in ids {
            let index = self.index(*id)?;
            self.clips[index].speed = speed;
        }
        free::part(&mut self.clips);
        Ok(())
    }

    pub(super) fn set_look(&mut self, ids: &[Id], look: &Look) -> anyhow::Result<()> {
        for id in ids {
            let index = self.index(*id)?;
            self.clips[index].look = *look;
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, ids: &[Id], gap: Gap) -> anyhow::Result<()> {
        for id in ids {
            self.index(*id)?;
        }
        let (mut kept, mut gone) = (Vec::new(), 0);
        for clip in std::mem::take(&mut self.clips) {
            if ids.contains(&clip.id) {
                gone += clip.frames();
            } else {
                let start = if gap == Gap::Close { clip.start - gone } else { clip.start };
                kept.push(Clip { start, ..clip });
            }
        }
        self.clips = kept;
        self.captions.retain(|caption| !ids.contains(&caption.clip));
        Ok(())
    }

    pub(super) fn duplicate(&mut self, id: Id) -> anyhow::Result<()> {
        let index = self.index(id)?;
        let original = self.clips[index];
        let copy = Clip { id: Id::new(), start: original.end(), ..original };
        match self.track {
            Track::Magnetic => self.clips.insert(index + 1, copy),
            Track::Free => free::place(&mut self.clips, copy, original.end()),
        }
        let captions = self.captions.iter().filter(|caption| caption.clip == id);
        let copies: Vec<_> =
            captions.map(|caption| Caption { id: Id::new(), clip: copy.id, ..caption.clone() }).collect();
        self.captions.extend(copies);
        Ok(())
    }

    /// Brings the clips of a shot to its take, which had `before` frames (as far as that was known) and has `after` now.
    /// One that showed all of it shows all of it again; another keeps what there is of its part. Captions stay, also behind
    /// the end of a short take, where nothing shows them: they belong to the words of a longer one, which may come back.
    pub fn refit(&mut self, shot: Id, before: Option<u32>, after: u32) {
        let after = after.clamp(1, MAX_FRAMES);
        for index in 0..self.clips.len() {
            let room = self.room(index);
            let clip = &mut self.clips[index];
            if clip.shot != shot {
                continue;
            }
            let was_whole = clip.r#in == 0 && before == Some(clip.out);
            if was_whole {
                clip.out = after.min(clip.latest(room.behind)).max(1);
            } else if clip.out > after {
                clip.r#in = clip.r#in.min(after - 1);
                clip.out = after;
            }
        }
        self.settle();
    }

    /// Puts a clip, which is not on the track, at a frame.
    pub(super) fn place(&mut self, clip: Clip, at: u32) {
        let at = at.min(MAX_FRAMES);
        match self.track {
            Track::Magnetic => {
                let is_right =
                    |other: &Clip| u64::from(other.start) * 2 + u64::from(other.frames()) > u64::from(at) * 2;
                let index = self.clips.iter().position(is_right).unwrap_or(self.clips.len());
                self.clips.insert(index, clip);
            }
            Track::Free => free::place(&mut self.clips, clip, at),
        }
    }

    /// How many frames there are of what a clip shows.
    fn length(&self, index: usize, shots: &impl Shots) -> anyhow::Result<u32> {
        let Clip { shot, out, .. } = self.clips[index];
        let frames = self.source_frames(shot, shots);
        Ok(frames.ok_or_else(|| coded(Code::Input, format!("the project has no shot {shot}")))?.max(out))
    }

    /// How far the ends of a clip can move outwards before they meet another clip.
    fn room(&self, index: usize) -> Room {
        if self.track == Track::Magnetic {
            return Room { before: u32::MAX, behind: u32::MAX };
        }
        let clip = self.clips[index];
        let before = index.checked_sub(1).map_or(0, |before| self.clips[before].end());
        let behind = self.clips.get(index + 1).map_or(u32::MAX, |behind| behind.start);
        Room { before: clip.start - before, behind: behind - clip.end() }
    }
}

/// Frames beside a clip.
#[derive(Clone, Copy)]
struct Room {
    before: u32,
    behind: u32,
}

/// A frame further on; the caller has seen to it that it is one.
fn shifted(frame: u32, by: i64) -> u32 {
    u32::try_from(i64::from(frame) + by).unwrap_or(0)
}
