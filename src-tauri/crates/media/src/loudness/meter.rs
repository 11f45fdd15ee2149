//! Measuring by ITU-R BS.1770-4 and EBU R 128.

use std::ops::ControlFlow;

use ebur128::{EbuR128, Mode};

use crate::{Error, Result, render::Mixer};

/// The shortest sound that has a loudness: one gating block of BS.1770, in seconds.
pub const MIN_SECS: f64 = 0.4;
/// A sound whose true peak is below this, in dB of full scale, is silent.
const SILENT_DB: f64 = -60.0;
/// The short-term loudness is over 3 s (EBU Tech 3341) and looked at every tenth of a second.
const SHORT_TERM_SECS: f64 = 3.0;
const STEP: usize = Mixer::SAMPLE_RATE as usize / 10;

/// How loud a sound is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudness {
    /// How long it is, in seconds.
    pub duration_secs: f64,
    /// Integrated loudness in LUFS; none for silence and for less than [`MIN_SECS`].
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU; none as above, and 0 where it is even.
    pub range_lu: Option<f64>,
    /// The loudest 3 seconds, in LUFS; none for silence and for less than 3 s.
    pub short_term_max_lufs: Option<f64>,
    /// The highest value of the waveform, also between samples, in dB of full scale; none for digital silence.
    pub true_peak_db: Option<f64>,
}

impl Loudness {
    /// Whether nothing in it could be heard.
    pub fn is_silent(&self) -> bool {
        self.true_peak_db.is_none_or(|peak| peak < SILENT_DB)
    }
}

/// Measures 48 kHz stereo sound as it comes.
pub struct Meter {
    measuring: EbuR128,
    /// Samples that are not yet a step.
    waiting: [Vec<f32>; 2],
    samples: u64,
    short_term_max: f64,
}

impl Meter {
    /// For a new sound.
    pub fn new() -> Result<Self> {
        let mode = Mode::I | Mode::LRA | Mode::S | Mode::TRUE_PEAK;
        let measuring = EbuR128::new(2, Mixer::SAMPLE_RATE, mode).map_err(failed)?;
        Ok(Self { measuring, waiting: Default::default(), samples: 0, short_term_max: f64::NEG_INFINITY })
    }

    /// Adds what comes next: left and right, equally long.
    pub fn add(&mut self, sound: &[Vec<f32>; 2]) -> Result<()> {
        let length = sound[0].len().min(sound[1].len());
        let mut done = 0;
        while done < length {
            let portion = (STEP - self.waiting[0].len()).min(length - done);
            for (waiting, side) in self.waiting.iter_mut().zip(sound) {
                waiting.extend_from_slice(&side[done..done + portion]);
            }
            done += portion;
            if self.waiting[0].len() == STEP {
                self.step()?;
            }
        }
        Ok(())
    }

    /// Measures what waits.
    fn step(&mut self) -> Result<()> {
        let [left, right] = &self.waiting;
        self.samples += left.len() as u64;
        self.measuring.add_frames_planar_f32(&[left, right]).map_err(failed)?;
        self.waiting.iter_mut().for_each(Vec::clear);
        if self.seconds() >= SHORT_TERM_SECS {
            self.short_term_max = self.short_term_max.max(self.measuring.loudness_shortterm().map_err(failed)?);
        }
        Ok(())
    }

    fn seconds(&self) -> f64 {
        self.samples as f64 / f64::from(Mixer::SAMPLE_RATE)
    }

    /// How loud all of it was.
    pub fn finish(mut self) -> Result<Loudness> {
        self.step()?;
        let peak = |side| self.measuring.true_peak(side).map_err(failed);
        let peak = f64::max(peak(0)?, peak(1)?);
        let finite = |value: f64| value.is_finite().then_some(value);
        let integrated = self.measuring.loudness_global().map_err(failed)?;
        let range = self.measuring.loudness_range().map_err(failed)?;
        Ok(Loudness {
            duration_secs: self.seconds(),
            integrated_lufs: finite(integrated),
            range_lu: finite(integrated).and(finite(range)),
            short_term_max_lufs: finite(self.short_term_max),
            true_peak_db: finite(20.0 * peak.log10()),
        })
    }
}

/// Measures all of a mixer's sound. `go_on` is told how much is done, 0 to 1; none if it breaks.
pub fn measure(mixer: &mut Mixer, go_on: impl FnMut(f64) -> ControlFlow<()>) -> Result<Option<Loudness>> {
    let mut meter = Meter::new()?;
    let heard = mixer.play(go_on, |sound| meter.add(&sound))?;
    heard.then(|| meter.finish()).transpose()
}

fn failed(error: ebur128::Error) -> Error {
    Error::Spec(format!("the loudness of the sound could not be measured: {error}"))
}
