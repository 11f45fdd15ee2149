//! The sound of a graph.

use std::{ops::ControlFlow, path::Path, sync::Arc};

use super::{
    duck::Ducking,
    graph::{Graph, Role, Sound},
    hear::{RATE, Stereo, Tracks},
};
use crate::{Error, Result, Ticks, ffmpeg};

/// How slow and how fast a sound may run.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.05..=20.0;
/// The most that a sound may be raised, in dB.
const MAX_GAIN_DB: f32 = 60.0;

/// Adds up the sounds of a graph: 48 kHz, stereo, floats with full scale at ±1.
///
/// What it gives is a pure function of the graph and its files: any portions asked for in any order, one or many at a time,
/// are the same samples, bit for bit. Sums beyond full scale stay as they are, for [`crate::loudness`] to bring down.
/// Files are opened when they are first heard. A file without a sound track is silent.
pub struct Mixer {
    length: i64,
    parts: Vec<Part>,
    tracks: Tracks,
    ducking: Ducking,
}

impl Mixer {
    /// Samples per second and channel of what is mixed.
    pub const SAMPLE_RATE: u32 = RATE;

    /// For this graph. Its numbers are checked, its files not yet opened.
    pub fn new(graph: &Graph) -> Result<Self> {
        let parts = parts(graph)?;
        let tracks = Tracks::new(at_once(&parts));
        Ok(Self { length: sample(graph.duration), parts, tracks, ducking: Ducking::default() })
    }

    /// Goes on with another graph, such as this one after an edit. What was decoded is kept.
    pub fn show(&mut self, graph: &Graph) -> Result<()> {
        self.parts = parts(graph)?;
        self.length = sample(graph.duration);
        self.tracks.resize(at_once(&self.parts));
        self.ducking = Ducking::default();
        Ok(())
    }

    /// How many samples the graph lasts.
    pub fn samples(&self) -> u64 {
        self.length.max(0) as u64
    }

    /// Gives all of the sound to `hear`, a second at a time; false if `go_on`, which is told how much is done, 0 to 1, breaks.
    pub fn play(
        &mut self,
        mut go_on: impl FnMut(f64) -> ControlFlow<()>,
        mut hear: impl FnMut([Vec<f32>; 2]) -> Result<()>,
    ) -> Result<bool> {
        let (portion, samples) = (Self::SAMPLE_RATE as usize, self.samples());
        let mut done = 0;
        while done < samples {
            let portion = portion.min(usize::try_from(samples - done).unwrap_or(portion));
            hear(self.mix(done, portion)?)?;
            done += portion as u64;
            if go_on(done as f64 / samples as f64).is_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The left and right samples from this one on, so many; behind the graph's end they are silent.
    ///
    /// The error names the file that could not be read.
    pub fn mix(&mut self, from_sample: u64, samples: usize) -> Result<[Vec<f32>; 2]> {
        ffmpeg::start();
        let from = i64::try_from(from_sample).unwrap_or(i64::MAX);
        let mut out = [vec![0.0; samples], vec![0.0; samples]];
        let heard = self.length.saturating_sub(from).clamp(0, samples as i64);
        let end = from + heard;
        let mut lowered = Vec::new();
        if self.parts.iter().any(|part| part.role == Role::Ducked && part.overlaps(from, end)) {
            let (tracks, parts) = (&mut self.tracks, &self.parts);
            lowered = self.ducking.gains(from, heard as usize, |from, out| {
                let speaks = |part: &&Part| part.role == Role::Speech;
                parts.iter().filter(speaks).try_for_each(|part| part.add(tracks, from, &[], out))
            })?;
        }
        let mut heard_out = out.each_mut().map(std::mem::take);
        heard_out.iter_mut().for_each(|side| side.truncate(heard as usize));
        for part in &self.parts {
            let gains = if part.role == Role::Ducked { &lowered[..] } else { &[] };
            part.add(&mut self.tracks, from, gains, &mut heard_out)?;
        }
        heard_out.iter_mut().for_each(|side| side.resize(samples, 0.0));
        Ok(heard_out)
    }
}

/// A sound with its times in samples.
struct Part {
    path: Arc<Path>,
    start: i64,
    end: i64,
    /// Where in its file it begins.
    from: i64,
    speed: f64,
    gain: f32,
    fade_in: i64,
    fade_out: i64,
    role: Role,
}

impl Part {
    fn new(sound: &Sound) -> Result<Self> {
        let refuse = |why| Err(Error::Spec(format!("a sound {why}: {}", sound.path.display())));
        if !SPEEDS.contains(&sound.speed) {
            let (slowest, fastest) = SPEEDS.into_inner();
            return refuse(format!("can run at {slowest} to {fastest} times its speed, not {}", sound.speed));
        }
        // Far below any hearing is as good as none, so that a slider may end at minus infinity.
        if sound.gain_db.is_nan() || sound.gain_db > MAX_GAIN_DB {
            return refuse(format!("can be raised by {MAX_GAIN_DB} dB at most, not {}", sound.gain_db));
        }
        Ok(Self {
            path: sound.path.as_path().into(),
            start: sample(sound.span.start),
            end: sample(sound.span.end),
            from: sample(sound.from),
            speed: sound.speed,
            gain: 10_f32.powf(sound.gain_db / 20.0),
            fade_in: sample(sound.fade_in),
            fade_out: sample(sound.fade_out),
            role: sound.role,
        })
    }

    fn overlaps(&self, from: i64, end: i64) -> bool {
        self.start < end && from < self.end
    }

    /// Adds its sound to what is heard from `from` on, each sample times the one of `gains` where there are any.
    fn add(&self, tracks: &mut Tracks, from: i64, gains: &[f32], out: &mut Stereo) -> Result<()> {
        let first = self.start.max(from);
        let last = self.end.min(from.saturating_add(out[0].len() as i64));
        if first >= last || self.gain == 0.0 {
            return Ok(());
        }
        let length = (last - first) as usize;
        let mut sound = [vec![0.0; length], vec![0.0; length]];
        tracks.read_at_speed(&self.path, self.from, self.speed, first - self.start, &mut sound)?;
        let offset = (first - from) as usize;
        for (out, sound) in out.iter_mut().zip(&sound) {
            for (at, (out, sample)) in out[offset..].iter_mut().zip(sound).enumerate() {
                let lowered = gains.get(offset + at).copied().unwrap_or(1.0);
                *out += sample * self.gain * self.fade(first + at as i64) * lowered;
            }
        }
        Ok(())
    }

    /// How much of it is heard at this sample of the graph because of its fades: quarters of a sine.
    fn fade(&self, at: i64) -> f32 {
        let quarter = |done: i64, length: i64| {
            if done >= length { 1.0 } else { (std::f64::consts::FRAC_PI_2 * done as f64 / length as f64).sin() as f32 }
        };
        quarter(at - self.start, self.fade_in) * quarter(self.end - at, self.fade_out)
    }
}

fn parts(graph: &Graph) -> Result<Vec<Part>> {
    graph.sounds.iter().map(Part::new).collect()
}

/// The sample that is heard at this moment, also before the first.
fn sample(moment: Ticks) -> i64 {
    moment.0.div_euclid(Ticks::PER_SECOND / i64::from(RATE))
}

/// How many sounds are heard at once where they are most.
fn at_once(parts: &[Part]) -> usize {
    let here = |part: &Part| parts.iter().filter(|other| other.overlaps(part.start, part.start + 1)).count();
    parts.iter().map(here).max().unwrap_or(0)
}
