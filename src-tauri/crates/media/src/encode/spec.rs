//! What pictures and sound are to be when they are written.

use serde::{Deserialize, Serialize};

use super::{AudioCodec, Effort, Hardware, MAX_SIDE, VideoCodec};
use crate::{Error, FrameRate, Result, export::LoudnessTarget};

/// What the pictures of a file are to be. They are always BT.709 in limited range, and tagged so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureSpec {
    /// Pixels across and down, both even, 16 to 8192.
    pub size: (u32, u32),
    /// Frames per second, exactly and constantly: 1 to 1000.
    pub fps: FrameRate,
    /// How they are stored.
    pub codec: VideoCodec,
    /// Constant rate factor of the software encoder, in the range of [`VideoCodec::crf`]: for H.264 and HEVC, 18 is without
    /// visible loss. Nothing to ProRes and FFV1.
    pub crf: f32,
    /// At most so many bits per second, kept with a buffer of two seconds: 100,000 or more. Nothing to ProRes and FFV1.
    pub max_bit_rate: Option<u32>,
    /// At most so many seconds from one key frame to the next: more than 0, up to 10.
    pub key_frame_secs: f64,
    /// How much time may be taken.
    pub effort: Effort,
    /// Whether hardware may be used.
    pub hardware: Hardware,
}

/// What the sound of a file is to be: always stereo at 48 kHz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoundSpec {
    /// How it is stored.
    pub codec: AudioCodec,
    /// Bits per second of AAC, 64,000 to 512,000. Nothing to PCM.
    pub bit_rate: u32,
    /// How loud it is made; none leaves it as mixed.
    pub loudness: Option<LoudnessTarget>,
}

impl PictureSpec {
    /// Refuses what cannot be made; `what` is the word for the file in the message.
    pub(crate) fn check(&self, what: &str) -> Result<()> {
        let refuse = |why: String| Err(Error::Spec(why));
        let (width, height) = self.size;
        if width % 2 != 0 || height % 2 != 0 {
            return refuse(format!("{what}'s sides must be even, but {width}x{height} was asked for"));
        }
        if width.min(height) < 16 || width.max(height) > MAX_SIDE {
            return refuse(format!(
                "{what}'s sides must be 16 to {MAX_SIDE} pixels, but {width}x{height} was asked for"
            ));
        }
        let fps = self.fps;
        // 1000 is far above any screen, and keeps every count of time within its type.
        if fps.den == 0 || !(1.0..=1000.0).contains(&fps.per_second()) || fps.num > 1_000_000 {
            return refuse(format!("{what}'s frame rate must be 1 to 1000, but {}/{} was asked for", fps.num, fps.den));
        }
        if let Some(range) = self.codec.crf().filter(|range| !range.contains(&self.crf)) {
            let (best, worst) = (range.start(), range.end());
            return refuse(format!("the quality (crf) must be {best} to {worst}, but {} was asked for", self.crf));
        }
        if let Some(rate) = self.max_bit_rate.filter(|rate| !(100_000..=1_000_000_000).contains(rate)) {
            return refuse(format!("the bit rate must be 100 kbit/s to 1 Gbit/s, but {rate} bit/s was asked for"));
        }
        if !(self.key_frame_secs > 0.0 && self.key_frame_secs <= 10.0) {
            let found = self.key_frame_secs;
            return refuse(format!("key frames must come every 10 seconds or less, but every {found} was asked for"));
        }
        Ok(())
    }
}

impl SoundSpec {
    /// Refuses what cannot be made.
    pub(crate) fn check(&self) -> Result<()> {
        if self.codec == AudioCodec::Aac && !(64_000..=512_000).contains(&self.bit_rate) {
            let found = self.bit_rate;
            return Err(Error::Spec(format!("sound must have 64 to 512 kbit/s, but {found} bit/s was asked for")));
        }
        if let Some(LoudnessTarget { integrated_lufs, true_peak_db }) = self.loudness
            && !((-40.0..=-5.0).contains(&integrated_lufs) && (-20.0..=0.0).contains(&true_peak_db))
        {
            return Err(Error::Spec(format!(
                "the loudness must be -40 to -5 LUFS with peaks of -20 to 0 dB, but {integrated_lufs} LUFS and \
                 {true_peak_db} dB were asked for"
            )));
        }
        Ok(())
    }
}
