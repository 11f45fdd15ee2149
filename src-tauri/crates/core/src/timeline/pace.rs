//! Frames of a take against frames of the timeline, where a clip runs faster or slower than it was taken.
//!
//! Frame *f* of a take that runs *s* times as fast is at frame *round(f / s)* of a timeline that began with its first one. A
//! clip takes as many frames as lie between those of its ends, and so two halves of a clip take together what it took.

use super::Clip;

/// From a tenth of the speed to ten times as fast.
pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=10.0;
/// As it was taken.
pub(super) const PLAIN: f64 = 1.0;

pub(super) fn plain() -> f64 {
    PLAIN
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
pub(super) fn is_plain(speed: &f64) -> bool {
    *speed == PLAIN
}

impl Clip {
    /// How many frames of the timeline it takes.
    pub fn frames(&self) -> u32 {
        if self.r#in >= self.out { 0 } else { self.frames_to(self.out).max(1) }
    }

    /// The frame of the timeline behind its last.
    pub fn end(&self) -> u32 {
        self.start.saturating_add(self.frames())
    }

    /// How many frames of the timeline lie between its first and this frame of its take; 0 for one before it.
    pub fn frames_to(&self, frame: u32) -> u32 {
        self.at_speed(frame).saturating_sub(self.at_speed(self.r#in))
    }

    /// The frame of its take that is seen so many frames of the timeline behind its first.
    pub fn frame_after(&self, frames: u32) -> u32 {
        let near = (f64::from(self.r#in) + f64::from(frames) * self.speed).round() as u32;
        // Rounding twice may miss by one.
        let others = [near, near.saturating_sub(1), near.saturating_add(1)];
        others.into_iter().min_by_key(|frame| self.frames_to(*frame).abs_diff(frames)).unwrap_or(near)
    }

    /// The earliest frame of its take that it can begin with, where it may take so many frames more of the timeline.
    pub(super) fn earliest(&self, room: u32) -> u32 {
        let far = (f64::from(room) * self.speed).ceil() as u32;
        let first = self.r#in.saturating_sub(far.saturating_add(1));
        let is_near = |frame: &u32| self.at_speed(self.r#in) - self.at_speed(*frame) <= room;
        (first..self.r#in).take(3).find(is_near).unwrap_or(self.r#in)
    }

    /// The last frame of its take that it can end before, where it may take so many frames more of the timeline.
    pub(super) fn latest(&self, room: u32) -> u32 {
        let far = (f64::from(room) * self.speed).ceil() as u32;
        let last = self.out.saturating_add(far.saturating_add(1));
        let is_near = |frame: &u32| self.at_speed(*frame) - self.at_speed(self.out) <= room;
        (self.out..=last).rev().take(3).find(is_near).unwrap_or(self.out)
    }

    fn at_speed(&self, frame: u32) -> u32 {
        (f64::from(frame) / self.speed).round() as u32
    }
}
