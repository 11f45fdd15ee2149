//! Writing clips.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{Channels, Error, Result};

/// Frames per second as an exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameRate {
    /// Frames …
    pub num: u32,
    /// … in this many seconds.
    pub den: u32,
}

impl FrameRate {
    /// So many frames in every second.
    pub const fn whole(fps: u32) -> Self {
        Self { num: fps, den: 1 }
    }

    /// As a floating-point number; 0 where the denominator is 0.
    pub fn per_second(self) -> f64 {
        if self.den == 0 { 0.0 } else { f64::from(self.num) / f64::from(self.den) }
    }
}

/// What a clip is to be.
#[derive(Debug, Clone)]
pub struct ClipSpec {
    /// Pixels across, even.
    pub width: u32,
    /// Pixels down, even.
    pub height: u32,
    /// Frames per second.
    pub fps: FrameRate,
    /// Samples per second of what [`ClipWriter::write_samples`] gets (any rate; the file always has 48 kHz).
    pub sample_rate: u32,
    /// Channels of what [`ClipWriter::write_samples`] gets (the file is always stereo).
    pub channels: Channels,
    /// An id of this clip for the AI label, unique to it: 1 to 64 printable ASCII characters without space, `"` or `\`.
    pub produce_id: String,
    /// Kept in the file under these names, such as `gallop_recipe`. Names are ASCII; values any text. `AIGC` is reserved.
    pub metadata: BTreeMap<String, String>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipInfo {
    /// Where the clip is.
    pub path: PathBuf,
    /// How many frames.
    pub frames: u64,
    /// Length of both tracks in seconds.
    pub duration_secs: f64,
    /// Size of the file.
    pub bytes: u64,
    /// The H.264 encoder that made it.
    pub encoder: String,
}

/// Writes one mp4: H.264 High and AAC-LC, tagged BT.709, constant frame rate, index first, no edit lists, labelled as
/// AI-made. Until [`ClipWriter::finish`] returns there is only a temporary file beside `path`; dropping the writer removes
/// it and leaves whatever stood at `path` untouched.
pub struct ClipWriter {}

impl ClipWriter {
    /// Opens the encoders and a temporary file in the folder of `path`.
    pub fn create(path: &Path, spec: &ClipSpec) -> Result<Self> {
        let _ = (path, spec);
        Err(Error::Spec("not built yet".into()))
    }

    /// Adds the next frame: `height * width * 3` bytes of RGB, full range, rows from the top.
    pub fn write_frame(&mut self, rgb: &[u8]) -> Result<()> {
        let _ = rgb;
        Err(Error::Spec("not built yet".into()))
    }

    /// Adds the next samples, one slice per channel of [`ClipSpec::channels`], equally long, full scale at ±1. Sound and
    /// frames may come in any order and any portions.
    pub fn write_samples(&mut self, channels: &[Vec<f32>]) -> Result<()> {
        let _ = channels;
        Err(Error::Spec("not built yet".into()))
    }

    /// Completes the file, reads it back, and puts it in place of `path`. Sound is cut or padded with silence to the exact
    /// length of the picture.
    pub fn finish(self) -> Result<ClipInfo> {
        Err(Error::Spec("not built yet".into()))
    }
}
