//! How much later sound and pictures come in a file than they went in: measured, not computed.
//!
//! Some of what goes into the encoders is remembered, and looked for in the finished file: frames by how they look when
//! small, sound by the shift at which it fits best.

use std::path::Path;

use ffmpeg_next::frame;

use crate::{
    Error, FrameRate, Result, Ticks,
    encode::RATE,
    inspect::{Gray, Shrink, apart, gray},
    render::{Graph, Mixer},
};

/// So many frames are remembered, from the first on.
const FRAMES: usize = 2_000;
/// So much sound is remembered, from the first on: 30 s.
const SAMPLES: usize = 30 * RATE as usize;
/// So much of it is looked for, where it is loudest: half a second.
const WINDOW: usize = RATE as usize / 2;
/// Sound is looked for this much earlier and later: 50 ms.
const REACH: usize = RATE as usize / 20;
/// Frames are looked for this much earlier and later.
const FRAME_REACH: i64 = 3;
/// Sound that fits worse than this, of 1, is not the same.
const ALIKE: f64 = 0.5;
/// What fits worse by no more than this fits as well: a coded tone against itself, a few periods off.
const TIE: f64 = 0.01;

/// What went in.
pub(super) struct Reference {
    shrink: Shrink,
    frames: Vec<Gray>,
    /// Left and right together.
    sound: Vec<f32>,
    /// So many samples at the beginning are replaced by the encoder's priming.
    priming: usize,
}

impl Reference {
    /// So many frames of the file are needed to compare.
    pub(super) const REMEMBERED: usize = FRAMES + FRAME_REACH as usize;

    pub(super) fn new(priming: u64) -> Self {
        Self { shrink: gray(), frames: Vec::new(), sound: Vec::new(), priming: priming.min(1 << 20) as usize }
    }

    /// Remembers a frame.
    pub(super) fn see(&mut self, frame: &frame::Video) -> Result<()> {
        if self.frames.len() < FRAMES {
            let small = self.shrink.run(frame);
            self.frames.push(small.map_err(|why| Error::Spec(format!("a frame could not be remembered ({why})")))?);
        }
        Ok(())
    }

    /// Remembers sound.
    pub(super) fn hear(&mut self, sound: &[Vec<f32>; 2]) {
        let room = SAMPLES - self.sound.len();
        self.sound.extend(sound[0].iter().zip(&sound[1]).take(room).map(|(left, right)| left + right));
    }

    /// How many frames later the pictures come; none if they stand still so that nothing can be told. `shown` are those of
    /// the file, from the first on.
    pub(super) fn frame_lag(&self, shown: &[Gray]) -> Option<i64> {
        let cost = |lag: i64| {
            let pairs = self.frames.iter().enumerate().filter_map(|(number, put)| {
                let found = shown.get(usize::try_from(number as i64 + lag).ok()?)?;
                Some(apart(put, found))
            });
            let (sum, count) = pairs.fold((0.0, 0_u32), |(sum, count), apart| (sum + apart, count + 1));
            (count > 0).then(|| sum / f64::from(count))
        };
        let costs: Vec<(i64, f64)> = (-FRAME_REACH..=FRAME_REACH).filter_map(|lag| Some((lag, cost(lag)?))).collect();
        let best = costs.iter().min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.abs().cmp(&b.0.abs())))?;
        let worst = costs.iter().map(|(_, cost)| *cost).fold(0.0, f64::max);
        // Pictures that hardly change fit everywhere.
        (worst > best.1 + 0.05).then_some(best.0)
    }

    /// How much of the frames that were remembered are not those of the file, of 255 and on average.
    pub(super) fn worst_frame(&self, shown: &[Gray]) -> f64 {
        self.frames.iter().zip(shown).map(|(put, found)| apart(put, found)).fold(0.0, f64::max)
    }

    /// How much later the sound of the file comes, in seconds; none if it is silent or too short to be told.
    pub(super) fn sound_lag(&self, path: &Path) -> Result<Option<f64>> {
        let Some(from) = self.loudest() else { return Ok(None) };
        let Some(put) = self.sound.get(from..from + WINDOW) else { return Ok(None) };
        let begin = from.saturating_sub(REACH);
        let length = from - begin + WINDOW + REACH;
        let duration = Ticks::of_samples((from + WINDOW + 2 * REACH) as u64, RATE);
        let [left, right] = Mixer::new(&Graph::of_sound(path, duration))?.mix(begin as u64, length)?;
        let found: Vec<f32> = left.iter().zip(&right).map(|(left, right)| left + right).collect();
        let on_time = from - begin;
        Ok(shift(put, &found, on_time).map(|at| (at as f64 - on_time as f64) / f64::from(RATE)))
    }

    /// Where the loudest stretch of [`WINDOW`] begins; none for silence.
    fn loudest(&self) -> Option<usize> {
        let step = RATE as usize / 100;
        let energy = |part: &[f32]| part.iter().map(|sample| f64::from(sample * sample)).sum::<f64>();
        let last = self.sound.len().checked_sub(WINDOW)?;
        let places = (self.priming.max(step)..=last).step_by(step);
        let (at, energy) = places
            .filter_map(|at| Some((at, energy(self.sound.get(at..at + WINDOW)?))))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        // -60 dB of full scale, on average.
        (energy / WINDOW as f64 > 4e-6).then_some(at)
    }
}

/// Where in `found` `put` fits best, by normalised correlation; none if it fits nowhere. A tone fits as well a period earlier
/// or later: of places that are alike, the one nearest to `near`.
fn shift(put: &[f32], found: &[f32], near: usize) -> Option<usize> {
    let own: f64 = put.iter().map(|sample| f64::from(sample * sample)).sum();
    let places = 0..=found.len().checked_sub(put.len())?;
    let fit = |at: usize| {
        let part = found.get(at..at + put.len())?;
        let (mut together, mut other) = (0.0_f64, 0.0_f64);
        // Sums of some thousand products in single precision, those sums in double.
        for (a, b) in put.chunks(1 << 12).zip(part.chunks(1 << 12)) {
            together += f64::from(a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>());
            other += f64::from(b.iter().map(|b| b * b).sum::<f32>());
        }
        (other > 0.0).then(|| together / (own * other).sqrt())
    };
    let fits: Vec<f64> = places.map(|at| fit(at).unwrap_or(0.0)).collect();
    let best = fits.iter().copied().max_by(f64::total_cmp).filter(|best| *best >= ALIKE)?;
    let at = |at: usize| fits.get(at).copied().unwrap_or(0.0);
    let is_peak =
        |place: usize| at(place) >= at(place + 1) && place.checked_sub(1).is_none_or(|before| at(place) >= at(before));
    let alike = (0..fits.len()).filter(|place| at(*place) >= best - TIE && is_peak(*place));
    alike.min_by_key(|place| place.abs_diff(near))
}

/// How much later the sound comes than the picture. Pictures that stand still count as on time: their count and times were
/// checked.
pub(super) fn offset(sound_secs: Option<f64>, frames: Option<i64>, fps: FrameRate) -> Option<f64> {
    sound_secs.map(|sound| sound - frames.unwrap_or(0) as f64 / fps.per_second().max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize) -> Vec<f32> {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn a_shift_is_found_to_the_sample() {
        let long = noise(12_000);
        for at in [0, 1, 777, 4_000] {
            let put: Vec<f32> = long[at..at + 8_000].iter().map(|sample| sample * 0.3).collect();
            assert_eq!(shift(&put, &long, 2_000), Some(at));
        }
        let other: Vec<f32> = noise(30_000)[20_000..28_000].to_vec();
        assert_eq!((shift(&other, &long, 0), shift(&long, &other, 0)), (None, None));
        assert_eq!(shift(&[0.0; 100], &[0.0; 200], 0), None);
    }

    /// What a codec adds decides which of many periods fits best.
    #[test]
    fn a_tone_is_where_it_should_be() {
        let tone: Vec<f32> = (0..12_000).map(|at| (at as f32 * std::f32::consts::TAU / 109.0).sin()).collect();
        let coded: Vec<f32> = tone.iter().zip(noise(12_000)).map(|(tone, noise)| tone + noise * 0.02).collect();
        let found =
            [400, 2_000, 3_600].map(|at| shift(&tone[at..at + 8_000], &coded, at).map(|found| found.abs_diff(at)));
        assert!(found.iter().all(|off| off.is_some_and(|off| off <= 2)), "{found:?}");
    }

    #[test]
    fn late_frames_are_seen() {
        let grays: Vec<Gray> = noise(40).iter().map(|value| [(value * 200.0 + 120.0) as u8; 1024]).collect();
        let mut reference = Reference::new(0);
        reference.frames = grays[3..30].to_vec();
        assert_eq!(reference.frame_lag(&grays[3..30]), Some(0));
        assert_eq!(reference.frame_lag(&grays[2..30]), Some(1));
        assert_eq!(reference.frame_lag(&grays[5..30]), Some(-2));
        assert_eq!(reference.frame_lag(&[]), None);
        reference.frames = vec![[9; 1024]; 20];
        assert_eq!(reference.frame_lag(&[[9; 1024]; 20]), None);
        assert!(reference.worst_frame(&[[99; 1024]; 2]) > 89.0);
    }
}
