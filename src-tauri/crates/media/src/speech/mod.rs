//! Where in a sound somebody speaks, by the energy in the band of voices, and which line.

mod align;

pub use align::{LineToSay, align};

/// Samples of a frame at 48 kHz: 10 ms.
pub(crate) const FRAME: usize = 480;
const RATE: f64 = 48_000.0;

/// The level of a frame, in dB of full scale (a square wave at full scale is 0).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Level {
    /// From 200 Hz to 4 kHz, where voices have their energy.
    pub voice: f32,
    /// In all of it.
    pub whole: f32,
}

/// What is as good as no sound at all.
const SILENT_DB: f32 = -70.0;
/// Nothing below this is speech that others would have to make room for.
const FAINTEST_DB: f32 = -50.0;
/// The voice band of a frame of speech holds at least so much of its energy.
const SHARE_DB: f32 = -8.0;
/// A sound whose loud frames are not so far above its soft ones is steady: a hum, a fan, rain.
const LIVELY_DB: f32 = 9.0;
/// How far up from the quiet to the loud parts, in dB, a frame must be to be spoken for sure, …
const SURE: f32 = 0.65;
/// … and to belong to one that is …
const LIKELY: f32 = 0.35;
/// … within so many frames: soft syllables at either end, but not the wind that rises behind the last word.
const NEAR: usize = 30;
/// What is quiet around a frame is looked for in so many on either side: waves that sink behind the last word are no
/// longer quiet before the first one.
const AROUND: usize = 60;
/// Frames of pauses between words and syllables that belong to the speech around them.
const PAUSE: usize = 25;
/// Fewer frames of sound are a click or a knock.
const SHORTEST: usize = 8;

/// A second-order filter (R. Bristow-Johnson's cookbook, Butterworth).
struct Filter {
    b: [f64; 3],
    a: [f64; 2],
    past: [f64; 2],
}

impl Filter {
    fn low_pass(hertz: f64) -> Self {
        let (alpha, cos) = Self::angle(hertz);
        Self::new([(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0], alpha, cos)
    }

    fn high_pass(hertz: f64) -> Self {
        let (alpha, cos) = Self::angle(hertz);
        Self::new([f64::midpoint(1.0, cos), -(1.0 + cos), f64::midpoint(1.0, cos)], alpha, cos)
    }

    fn angle(hertz: f64) -> (f64, f64) {
        let (sin, cos) = (std::f64::consts::TAU * hertz / RATE).sin_cos();
        (sin * std::f64::consts::FRAC_1_SQRT_2, cos)
    }

    fn new(b: [f64; 3], alpha: f64, cos: f64) -> Self {
        let a0 = 1.0 + alpha;
        Self { b: b.map(|b| b / a0), a: [-2.0 * cos / a0, (1.0 - alpha) / a0], past: [0.0; 2] }
    }

    /// Transposed direct form II.
    fn run(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.past[0];
        self.past = [self.b[1] * x - self.a[0] * y + self.past[1], self.b[2] * x - self.a[1] * y];
        y
    }
}

/// The levels of whole frames of 48 kHz sound, over all its channels.
pub(crate) fn levels<'a>(channels: impl IntoIterator<Item = &'a [f32]>) -> Vec<Level> {
    let mut powers: Vec<(f64, f64)> = Vec::new();
    let mut count = 0;
    for channel in channels {
        let mut band = [Filter::high_pass(200.0), Filter::low_pass(4_000.0)];
        powers.resize(channel.len() / FRAME, (0.0, 0.0));
        for (frame, (voice, whole)) in channel.chunks_exact(FRAME).zip(&mut powers) {
            for sample in frame {
                let sample = f64::from(*sample);
                let heard = band.iter_mut().fold(sample, |sample, filter| filter.run(sample));
                *voice += heard * heard;
                *whole += sample * sample;
            }
        }
        count += 1;
    }
    let db = |power: f64| (10.0 * (power / (FRAME * count) as f64 + 1e-12).log10()) as f32;
    powers.into_iter().map(|(voice, whole)| Level { voice: db(voice), whole: db(whole) }).collect()
}

/// Which of these frames are spoken.
///
/// A frame is, if the band of voices stands out from the sound's own quiet parts and holds most of the frame's energy.
/// Short pauses belong to the speech around them. Steady sounds are no speech, however loud. A sound that lives like
/// speech, such as music, is taken for it.
pub(crate) fn spoken(levels: &[Level]) -> Vec<bool> {
    let mut heard: Vec<f32> = levels.iter().map(|level| level.voice).filter(|voice| *voice > SILENT_DB).collect();
    heard.sort_by(f32::total_cmp);
    let part = |share: f64| heard.get((heard.len() as f64 * share) as usize).copied().unwrap_or(SILENT_DB);
    let (soft, loud) = (part(0.1), part(0.95));
    if loud - soft < LIVELY_DB {
        return vec![false; levels.len()];
    }
    let above = |soft: f32, share: f32| (soft + (loud - soft) * share).max(FAINTEST_DB);
    let voiced = |level: &Level, threshold| level.voice > threshold && level.voice - level.whole > SHARE_DB;
    let loudest = above(soft, SURE);
    let mut sure: Vec<bool> = levels.iter().map(|level| voiced(level, loudest)).collect();
    fill(&mut sure, true, 2);
    let mut spoken = near(&sure);
    for (at, (spoken, level)) in spoken.iter_mut().zip(levels).enumerate() {
        *spoken = *spoken && voiced(level, above(quiet_around(levels, at).max(soft), LIKELY).min(loudest));
    }
    fill(&mut spoken, false, PAUSE / 2);
    fill(&mut spoken, true, SHORTEST);
    fill(&mut spoken, false, PAUSE);
    spoken
}

/// The level that a tenth of the frames around one stay below.
fn quiet_around(levels: &[Level], at: usize) -> f32 {
    let around = &levels[at.saturating_sub(AROUND)..(at + AROUND + 1).min(levels.len())];
    let mut voices: Vec<f32> = around.iter().map(|level| level.voice).collect();
    let tenth = voices.len() / 10;
    *voices.select_nth_unstable_by(tenth, f32::total_cmp).1
}

/// The frames that are at most [`NEAR`] from one of these.
fn near(frames: &[bool]) -> Vec<bool> {
    let mut near = vec![false; frames.len()];
    let mut sweep = |places: &mut dyn Iterator<Item = usize>| {
        let mut left = 0;
        for place in places {
            left = if frames[place] { NEAR + 1 } else { left };
            near[place] |= left > 0;
            left = left.saturating_sub(1);
        }
    };
    sweep(&mut (0..frames.len()));
    sweep(&mut (0..frames.len()).rev());
    near
}

/// Turns runs of `value` that are shorter than `shortest` into the opposite, except at the ends for pauses.
fn fill(frames: &mut [bool], value: bool, shortest: usize) {
    let mut start = 0;
    while start < frames.len() {
        let end =
            frames[start..].iter().position(|frame| *frame != frames[start]).map_or(frames.len(), |at| start + at);
        let inner = start > 0 && end < frames.len();
        if frames[start] == value && end - start < shortest && (inner || value) {
            frames[start..end].fill(!value);
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn frames(sound: &[f32]) -> Vec<bool> {
        spoken(&levels([sound]))
    }

    /// Where frames are spoken, as spans in seconds.
    fn spans(frames: &[bool]) -> Vec<(f64, f64)> {
        let mut spans: Vec<(f64, f64)> = Vec::new();
        for (at, _) in frames.iter().enumerate().filter(|(_, spoken)| **spoken) {
            let start = at as f64 / 100.0;
            match spans.last_mut() {
                Some(last) if (last.1 - start).abs() < 1e-6 => last.1 = start + 0.01,
                _ => spans.push((start, start + 0.01)),
            }
        }
        spans
    }

    fn noise() -> impl Iterator<Item = f32> {
        let mut state = 5_u32;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
    }

    /// A buzz like a voice's, five syllables a second, from 1.0 to 2.2 s and from 3.0 to 3.6 s of 5.
    fn voice(at: usize) -> f32 {
        let secs = at as f64 / RATE;
        if !((1.0..2.2).contains(&secs) || (3.0..3.6).contains(&secs)) {
            return 0.0;
        }
        let buzz: f64 = (1..20).map(|part| (TAU * 140.0 * f64::from(part) * secs).sin() / f64::from(part)).sum();
        (0.2 * buzz * (TAU * 2.5 * secs).sin().abs().max(0.1)) as f32
    }

    #[test]
    fn a_voice_is_found_in_silence_and_in_noise() {
        for noisy in [0.0, 0.003, 0.02] {
            let sound: Vec<f32> =
                noise().take(5 * 48_000).enumerate().map(|(at, hiss)| voice(at) + hiss * noisy).collect();
            let found = spans(&frames(&sound));
            assert_eq!(found.len(), 2, "{noisy}: {found:?}");
            for ((start, end), (from, to)) in found.iter().zip([(1.0, 2.2), (3.0, 3.6)]) {
                assert!((start - from).abs() < 0.06 && (end - to).abs() < 0.06, "{noisy}: {found:?}");
            }
        }
    }

    #[test]
    fn waves_that_sink_behind_a_voice_are_none_before_it() {
        // 16 dB lower from 4.3 s on.
        let waves = |at: usize, hiss: f32| hiss * if at < 206_400 { 0.05 } else { 0.008 };
        let sound: Vec<f32> =
            noise().take(5 * 48_000).enumerate().map(|(at, hiss)| voice(at) + waves(at, hiss)).collect();
        let found = spans(&frames(&sound));
        assert_eq!(found.len(), 2, "{found:?}");
        for ((start, end), (from, to)) in found.iter().zip([(1.0, 2.2), (3.0, 3.6)]) {
            assert!((start - from).abs() < 0.06 && (end - to).abs() < 0.06, "{found:?}");
        }
    }

    #[test]
    fn what_is_steady_deep_or_short_is_no_voice() {
        let hum = |at: usize| (0.3 * (TAU * 300.0 * at as f64 / RATE).sin()) as f32;
        let sound: Vec<f32> = (0..5 * 48_000).map(hum).collect();
        assert!(spans(&frames(&sound)).is_empty());
        let sound: Vec<f32> = noise().take(5 * 48_000).map(|hiss| hiss * 0.2).collect();
        assert!(spans(&frames(&sound)).is_empty());
        // A drum at 60 Hz, and a click a second.
        let drum =
            |at: usize| ((TAU * 60.0 * at as f64 / RATE).sin() * (-(at as f64 % 24_000.0) / 4_000.0).exp()) as f32;
        let sound: Vec<f32> =
            noise().take(5 * 48_000).enumerate().map(|(at, hiss)| drum(at) * 0.8 + hiss * 0.01).collect();
        assert!(spans(&frames(&sound)).is_empty(), "{:?}", spans(&frames(&sound)));
        let sound: Vec<f32> = noise()
            .take(5 * 48_000)
            .enumerate()
            .map(|(at, hiss)| hiss * if at % 48_000 < 900 { 0.8 } else { 0.01 })
            .collect();
        assert!(spans(&frames(&sound)).is_empty(), "{:?}", spans(&frames(&sound)));
        assert!(frames(&[]).is_empty() && spans(&frames(&[0.0; 4_800])).is_empty());
    }
}
