//! Time without rounding.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use crate::FrameRate;

/// A moment or a length, in flicks: 1/705,600,000 of a second, which frames at 24, 25, 30, 50, 60 and 24000/1001 a second
/// and samples at 44.1 and 48 kHz all divide without a rest (<https://github.com/facebookarchive/Flicks>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticks(pub i64);

impl Ticks {
    /// Flicks of a second.
    pub const PER_SECOND: i64 = 705_600_000;
    /// No time.
    pub const ZERO: Self = Self(0);

    /// So many whole frames.
    pub fn of_frames(frames: u64, rate: FrameRate) -> Self {
        Self(ratio(frames, u64::from(rate.den), u64::from(rate.num)))
    }

    /// So many samples.
    pub fn of_samples(samples: u64, sample_rate: u32) -> Self {
        Self(ratio(samples, 1, u64::from(sample_rate)))
    }

    /// The nearest to so many seconds; a number that is none counts as 0.
    pub fn of_secs(secs: f64) -> Self {
        Self((secs * Self::PER_SECOND as f64).round() as i64)
    }

    /// In seconds.
    pub fn secs(self) -> f64 {
        self.0 as f64 / Self::PER_SECOND as f64
    }

    /// The frame that is seen at this moment: 0 before the first.
    pub fn frame(self, rate: FrameRate) -> u64 {
        self.count(u128::from(rate.num), u128::from(rate.den))
    }

    /// The sample that is heard at this moment: 0 before the first.
    pub fn sample(self, sample_rate: u32) -> u64 {
        self.count(u128::from(sample_rate), 1)
    }

    /// How many whole `num`/`den` of a second fit.
    fn count(self, num: u128, den: u128) -> u64 {
        let ticks = u128::from(self.0.max(0).unsigned_abs());
        let whole = ticks * num / (den.max(1) * Self::PER_SECOND as u128);
        u64::try_from(whole).unwrap_or(u64::MAX)
    }
}

/// `count * num / den` seconds, to the nearest flick; the most there is where that would be more.
fn ratio(count: u64, num: u64, den: u64) -> i64 {
    let den = u128::from(den.max(1));
    let ticks = (u128::from(count) * u128::from(num) * Ticks::PER_SECOND as u128 * 2 + den) / (den * 2);
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

impl Add for Ticks {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Ticks {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_samples_come_back_exactly() {
        for (num, den) in [(24, 1), (25, 1), (30, 1), (50, 1), (60, 1), (24_000, 1001), (30_000, 1001)] {
            let rate = FrameRate { num, den };
            for frame in [0, 1, 2, 1_000, 86_400 * 60] {
                assert_eq!(Ticks::of_frames(frame, rate).frame(rate), frame, "{num}/{den}");
            }
        }
        for rate in [44_100, 48_000] {
            for sample in [0, 1, 44_099, 48_000 * 86_400] {
                assert_eq!(Ticks::of_samples(sample, rate).sample(rate), sample, "{rate}");
            }
        }
    }

    #[test]
    fn a_frame_lasts_until_the_next_begins() {
        let rate = FrameRate::whole(25);
        let second = Ticks::of_frames(2, rate);
        assert_eq!((second - Ticks(1)).frame(rate), 1);
        assert_eq!(Ticks(-1).frame(rate), 0);
    }

    #[test]
    fn what_is_too_long_stays_the_longest() {
        assert_eq!(Ticks::of_frames(u64::MAX, FrameRate { num: 1, den: 1 }), Ticks(i64::MAX));
        assert_eq!(Ticks(i64::MAX) + Ticks(1), Ticks(i64::MAX));
        assert_eq!(Ticks::of_secs(f64::NAN), Ticks::ZERO);
    }
}
