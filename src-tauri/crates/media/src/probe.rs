//! Looking into media files.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path};

use crate::{Error, FrameRate, Picture, Result};

/// What a media file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaInfo {
    /// The longest track, in seconds.
    pub duration_secs: f64,
    /// The first moving picture, if any.
    pub video: Option<VideoInfo>,
    /// The first sound track, if any.
    pub audio: Option<AudioInfo>,
    /// The file's own tags, as [`read_metadata`] gives them.
    pub metadata: BTreeMap<String, String>,
}

/// A video track.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoInfo {
    /// FFmpeg's name of the codec, such as `h264`.
    pub codec: String,
    /// FFmpeg's name of the pixel format, such as `yuv420p`.
    pub pixel_format: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Average rate, exact.
    pub fps: FrameRate,
    /// How many frames the container says there are; 0 if it does not say.
    pub frames: u64,
    /// Length of this track in seconds.
    pub duration_secs: f64,
    /// How its colours are to be read.
    pub color: ColorTags,
}

/// Colour tags by FFmpeg's names (`bt709`, `tv`, …); `unknown` where a file says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColorTags {
    /// Primaries.
    pub primaries: String,
    /// Transfer curve.
    pub transfer: String,
    /// Y'CbCr matrix.
    pub matrix: String,
    /// `tv` for limited, `pc` for full.
    pub range: String,
}

/// A sound track.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioInfo {
    /// FFmpeg's name of the codec, such as `aac`.
    pub codec: String,
    /// Samples per second and channel.
    pub sample_rate: u32,
    /// How many channels.
    pub channels: u32,
    /// Length of this track in seconds.
    pub duration_secs: f64,
}

/// Opens a sound or video file and tells what it holds, decoding as little as possible.
pub fn probe(path: &Path) -> Result<MediaInfo> {
    let _ = path;
    Err(Error::Spec("not built yet".into()))
}

/// The file's tags by name: for a clip of ours `AIGC` and everything that its maker gave ([`crate::ClipSpec::metadata`]),
/// plus what the container adds (`major_brand`, `encoder`, …).
pub fn read_metadata(path: &Path) -> Result<BTreeMap<String, String>> {
    let _ = path;
    Err(Error::Spec("not built yet".into()))
}

/// Decodes a video from its start and shows every frame, with its time in seconds, until the end or until `show` breaks.
pub fn for_each_frame(path: &Path, show: impl FnMut(f64, Picture) -> ControlFlow<()>) -> Result<()> {
    let _ = (path, show);
    Err(Error::Spec("not built yet".into()))
}
