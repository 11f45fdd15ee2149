//! The picture of a clip: RGB in, frames for the encoder out.

use ffmpeg_next::{format::Pixel, frame};

use super::ClipSpec;
use crate::{
    Error, Result,
    encode::{Effort, Hardware, PictureSpec, Scaler, VideoCodec, VideoEncoder},
    ffmpeg::explain,
    picture::rgb_frame,
};

/// Quality of a clip: visually without loss for most eyes.
const CRF: f32 = 18.0;
/// From one key frame to the next, in seconds: clips are looked at in any order while they are cut, and whatever lies between
/// has to be decoded from the key frame on.
const KEY_FRAME_SECS: f64 = 0.5;

/// What a clip's pictures are encoded as.
pub(super) fn wanted(spec: &ClipSpec) -> PictureSpec {
    PictureSpec {
        size: (spec.width, spec.height),
        fps: spec.fps,
        codec: VideoCodec::H264,
        crf: CRF,
        max_bit_rate: None,
        key_frame_secs: KEY_FRAME_SECS,
        effort: Effort::Medium,
        hardware: Hardware::Never,
    }
}

/// The video track of a clip.
pub(super) struct VideoTrack {
    pub(super) encoder: VideoEncoder,
    scaler: Scaler,
    width: u32,
    height: u32,
}

impl VideoTrack {
    /// Opens the first encoder that works.
    pub(super) fn open(spec: &ClipSpec) -> Result<Self> {
        let (encoder, _) = VideoEncoder::open(&wanted(spec))?;
        let (width, height) = (spec.width, spec.height);
        let scaler = Scaler::new(Pixel::RGB24, Pixel::YUV420P, width, height)
            .map_err(|error| Error::Spec(format!("cannot convert its colours: {}", explain(error))))?;
        Ok(Self { encoder, scaler, width, height })
    }

    /// Puts a frame in; `rgb` has the right length.
    pub(super) fn push(&mut self, rgb: &[u8]) -> std::result::Result<(), ffmpeg_next::Error> {
        let full = rgb_frame(self.width, self.height, rgb);
        let mut frame = frame::Video::new(Pixel::YUV420P, self.width, self.height);
        self.scaler.0.run(&full, &mut frame)?;
        self.encoder.push(frame)
    }
}
