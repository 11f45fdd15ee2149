//! The frame of a video file at a moment.
//!
//! It is the last one that appeared at or before the moment, whatever was asked for before: a decoder is brought to the
//! keyframe at or before it, frames that need pictures from before that keyframe are thrown away, and the rest is decoded
//! until the first frame behind the moment. Reading on never seeks, and what was decoded last is kept.

use std::{path::Path, sync::Arc};

use ffmpeg_next::frame;

use super::{
    cache::Cache,
    decode::{Decoding, Timed, unreadable},
    turn::Turn,
};
use crate::{Result, Ticks};

/// Fewer frames than this are decoded rather than jumped over: a decoder that starts anew needs about as many to get going.
const NEAR: i64 = 12;
/// On the way to a frame further off, pictures that no other one needs are left out until so many frames before it. Those
/// after that are kept, as a hand that scrubs backwards wants them next.
const RUN_UP: i64 = 16;
/// Where a file has no list of keyframes, a jump over more seconds than this is worth looking for one.
const FAR_SECS: i64 = 10;

/// An open video file. Times within are in units of its track.
pub(super) struct VideoSource {
    decoding: Decoding,
    /// Seconds of one unit, as a fraction.
    unit: (i64, i64),
    turn: Turn,
    /// How long a frame lasts on average.
    step: i64,
    /// How many pixels the first frame has.
    pixels: i64,
    /// When the first frame appears.
    first: i64,
    /// The moment zero of this source: when the file says that its picture starts, which its sound is counted from too. That
    /// is nearly always its first frame.
    zero: i64,
    cache: Cache,
    /// The newest frame, of which is not known how long it is seen.
    newest: Option<Timed>,
}

/// A decoded frame and what the file says about it.
pub(super) struct Shown {
    /// As stored.
    pub(super) frame: Arc<frame::Video>,
    /// How it is turned to be seen.
    pub(super) turn: Turn,
    /// Width by height, as seen.
    pub(super) shape: f64,
    /// Whether it is the frame of that moment and not just one near it.
    pub(super) exact: bool,
}

impl VideoSource {
    /// Opens a file and decodes its first frame. At most `room` bytes of frames are kept (and always one frame).
    pub(super) fn open(path: &Path, room: usize) -> Result<Self> {
        let mut decoding = Decoding::open(path)?;
        let first = decoding.next()?.ok_or_else(|| unreadable(path, "there are no pictures in it".into()))?;
        Ok(Self {
            unit: decoding.unit(),
            turn: decoding.turn(),
            step: decoding.step(),
            pixels: (i64::from(first.1.width()) * i64::from(first.1.height())).max(1),
            first: first.0,
            zero: decoding.said_start().unwrap_or(first.0),
            decoding,
            cache: Cache::new(room),
            newest: Some(first),
        })
    }

    /// Changes how many bytes of frames may be kept.
    pub(super) fn set_room(&mut self, room: usize) {
        self.cache.shrink(room);
    }

    /// The frame that is seen at this moment of the file: the first one before it appears, the last one behind the end.
    pub(super) fn at(&mut self, moment: Ticks) -> Result<Shown> {
        let target = self.units(moment);
        if let Some(frame) = self.cache.get(target) {
            return Ok(self.shown(frame, true));
        }
        let run_up = target.saturating_sub(RUN_UP.saturating_mul(self.step));
        if !self.worth_reading_on(target) {
            self.seek(target, run_up)?;
        } else if self.newest.as_ref().is_some_and(|(newest, _)| *newest < run_up) {
            self.decoding.hurry = run_up;
        }
        self.read_to(target)
    }

    /// The frame at this moment if no more than about so many pixels must be decoded for it, or else the keyframe before it.
    pub(super) fn near(&mut self, moment: Ticks, pixels: u32) -> Result<Shown> {
        let target = self.units(moment);
        if let Some(frame) = self.cache.get(target) {
            return Ok(self.shown(frame, true));
        }
        let frames = i64::from(pixels) / self.pixels;
        let within = frames.saturating_mul(self.step);
        let is_close = |time: i64| (0..=within).contains(&target.saturating_sub(time));
        if !self.newest.as_ref().is_some_and(|(time, _)| is_close(*time)) {
            self.seek(target, i64::MIN)?;
        }
        match &self.newest {
            Some((time, frame)) if *time <= target && !is_close(*time) => {
                let frame = Arc::clone(frame);
                Ok(self.shown(frame, false))
            }
            _ => self.read_to(target),
        }
    }

    /// The last time at or before a moment, not before the first frame.
    fn units(&self, moment: Ticks) -> i64 {
        // Containers round times to their unit, often a millisecond: half of one does not make a frame late.
        let slack = (i128::from(Ticks::PER_SECOND) * i128::from(self.unit.0) / i128::from(self.unit.1) / 2)
            .min(i128::from(Ticks::PER_SECOND) / 1000);
        let ticks = i128::from(moment.0) + slack;
        let per_unit = i128::from(self.unit.0) * i128::from(Ticks::PER_SECOND);
        let units = (ticks * i128::from(self.unit.1)).div_euclid(per_unit) + i128::from(self.zero);
        // One less than the most there is, so that the last frame is seen until then.
        let units = units.min(i128::from(i64::MAX) - 1);
        i64::try_from(units).unwrap_or(i64::MIN).max(self.first)
    }

    fn shown(&self, frame: Arc<frame::Video>, exact: bool) -> Shown {
        let (width, height) = (f64::from(frame.width().max(1)), f64::from(frame.height().max(1)));
        let (width, height) = self.turn.size((width * self.decoding.pixel_aspect(&frame), height));
        Shown { frame, turn: self.turn, shape: width / height, exact }
    }

    /// Decodes until the first frame behind `target` and returns the one before it.
    fn read_to(&mut self, target: i64) -> Result<Shown> {
        loop {
            let next = match self.decoding.next() {
                Ok(next) => next,
                Err(error) => {
                    // What the decoder holds now depends on how it came here.
                    self.newest = None;
                    return Err(error);
                }
            };
            let until = next.as_ref().map_or(i64::MAX, |(time, _)| *time);
            let newest = std::mem::replace(&mut self.newest, next);
            let Some((time, frame)) = newest else {
                return Err(self.decoding.damaged("it shows nothing when it is read again"));
            };
            // Behind a frame that was shown in a hurry, others may have been left out.
            if time >= self.decoding.hurry {
                self.cache.put(time, until, Arc::clone(&frame));
            }
            if until > target {
                return Ok(self.shown(frame, true));
            }
        }
    }

    /// Whether decoding on gets to `target` sooner than a jump would.
    fn worth_reading_on(&self, target: i64) -> bool {
        let Some((newest, _)) = self.newest else { return false };
        let ahead = target.saturating_sub(newest);
        if ahead < 0 {
            return false;
        }
        let near = NEAR.saturating_mul(self.step);
        let far = FAR_SECS.saturating_mul(self.unit.1) / self.unit.0;
        match self.decoding.listed_key(target) {
            _ if ahead <= near => true,
            Some((key, _)) if key > newest => key.saturating_sub(newest) <= near,
            Some((_, true)) => true,
            _ => ahead <= far,
        }
    }

    /// Brings the decoder to a keyframe from which `target` can be decoded, with its first frame the newest. On the way from
    /// there, pictures before `hurry` may be left out.
    fn seek(&mut self, target: i64, hurry: i64) -> Result<()> {
        self.decoding.hurry = hurry;
        let mut back = self.unit.1 / self.unit.0 + 1;
        let mut aim = target;
        if let Some((key, _)) = self.decoding.listed_key(target).filter(|_| self.decoding.needs_a_run_up()) {
            aim = key.saturating_sub(back);
        }
        loop {
            if aim <= self.first || !self.jump(aim) {
                if !self.jump(self.first) || self.decode_one()?.is_none_or(|time| time > self.first) {
                    self.decoding.restart()?;
                    self.decode_one()?;
                }
                return Ok(());
            }
            match self.decode_one()? {
                Some(time) if time <= target => return Ok(()),
                _ if self.decoding.is_from_start() => return Ok(()),
                // The container's list or its guess was wrong, or frames behind the keyframe cannot be shown yet.
                _ => {
                    aim = aim.min(self.decoding.key().unwrap_or(aim)).saturating_sub(back);
                    back = back.saturating_mul(2);
                }
            }
        }
    }

    fn jump(&mut self, time: i64) -> bool {
        self.newest = None;
        self.decoding.jump(time)
    }

    /// Makes the next frame the newest. Returns when it appears.
    fn decode_one(&mut self) -> Result<Option<i64>> {
        self.newest = None;
        self.newest = self.decoding.next()?;
        Ok(self.newest.as_ref().map(|(time, _)| *time))
    }
}
