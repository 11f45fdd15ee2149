//! Reading sound files.

use std::path::Path;

use crate::Result;

/// The longest sound that is read into memory.
pub const MAX_SOUND_SECS: u64 = 30 * 60;

/// How many channels, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// One channel.
    Mono,
    /// Left and right.
    Stereo,
}

impl Channels {
    /// 1 or 2.
    pub fn count(self) -> usize {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}

/// Sound in memory: one equally long run of samples per channel, full scale at ±1.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// Samples per second and channel.
    pub sample_rate: u32,
    /// Left first.
    pub channels: Vec<Vec<f32>>,
}

impl Sound {
    /// Samples per channel.
    pub fn samples(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Length in seconds.
    pub fn duration_secs(&self) -> f64 {
        self.samples() as f64 / f64::from(self.sample_rate.max(1))
    }

    /// The largest absolute sample, 0 for no samples.
    pub fn peak(&self) -> f32 {
        self.channels.iter().flatten().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    /// The root of the mean square over all channels, 0 for no samples.
    pub fn rms(&self) -> f32 {
        let count = self.channels.iter().map(Vec::len).sum::<usize>();
        let sum: f64 = self.channels.iter().flatten().map(|sample| f64::from(*sample).powi(2)).sum();
        if count == 0 { 0.0 } else { (sum / count as f64).sqrt() as f32 }
    }

    /// Whether nothing in it could be heard: no sample above −60 dB of full scale.
    pub fn is_silent(&self) -> bool {
        self.peak() < 1e-3
    }
}

/// Reads the first sound track of any file FFmpeg knows (wav, mp3, m4a, flac, ogg, mp4, …), resampled to `sample_rate`.
///
/// Time zero of the file is sample 0, so what is heard at 1.0 s stands at index `sample_rate`. Mono becomes stereo by
/// copying, stereo becomes mono by averaging; more channels are mixed down by FFmpeg's matrix first.
pub fn read_sound(path: &Path, sample_rate: u32, channels: Channels) -> Result<Sound> {
    let _ = (path, sample_rate, channels);
    Err(crate::Error::Spec("not built yet".into()))
}
