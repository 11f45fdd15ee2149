//! The sound of a clip: samples at any rate in, what the encoder takes out.

use ffmpeg_next::ChannelLayout;

use super::ClipSpec;
use crate::{
    Channels, Error, Result,
    encode::{AudioCodec, AudioEncoder, RATE, SoundSpec},
    ffmpeg::explain,
    resample::{Input, PLANAR, Resampler},
};

/// So many input samples are converted at a time.
const PORTION: usize = 1 << 16;

/// The sound track of a clip.
pub(super) struct AudioTrack {
    pub(super) encoder: AudioEncoder,
    resampler: Resampler,
    resampled: Vec<Vec<f32>>,
}

impl AudioTrack {
    /// Opens the encoder and the way to its rate.
    pub(super) fn open(spec: &ClipSpec) -> Result<Self> {
        let channels = spec.channels.count();
        let input = Input { format: PLANAR, layout: ChannelLayout::default(channels as i32), rate: spec.sample_rate };
        let resampler = Resampler::new(input, channels, RATE).map_err(|error| {
            Error::Spec(format!("sound at {} Hz cannot be resampled: {}", spec.sample_rate, explain(error)))
        })?;
        let encoder = AudioEncoder::open(&SoundSpec { codec: AudioCodec::Aac, bit_rate: 192_000, loudness: None })?;
        Ok(Self { encoder, resampler, resampled: vec![Vec::new(); channels] })
    }

    /// Takes samples in; all channels have the same length.
    pub(super) fn push(&mut self, channels: &[Vec<f32>]) -> std::result::Result<(), ffmpeg_next::Error> {
        let length = channels.first().map_or(0, Vec::len);
        for at in (0..length).step_by(PORTION) {
            let samples = PORTION.min(length - at);
            let planes: Vec<*const u8> = channels.iter().map(|channel| channel[at..].as_ptr().cast()).collect();
            // SAFETY: one plane per channel of the layout, each with this many floats from `at` on.
            unsafe { self.resampler.push(planes.as_ptr(), samples, &mut self.resampled)? };
            self.collect();
        }
        Ok(())
    }

    /// Encodes the rest, cut or padded with silence to exactly `end` samples.
    pub(super) fn end(&mut self, end: u64) -> std::result::Result<(), ffmpeg_next::Error> {
        self.resampler.flush(&mut self.resampled)?;
        self.collect();
        self.encoder.end(end)
    }

    /// Moves resampled sound to the encoder; one channel goes to both sides as it is.
    fn collect(&mut self) {
        if let (Some(left), Some(right)) = (self.resampled.first(), self.resampled.last()) {
            self.encoder.push([left, right]);
        }
        self.resampled.iter_mut().for_each(Vec::clear);
    }
}

impl Channels {
    /// A word for messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Mono => "mono",
            Self::Stereo => "stereo",
        }
    }
}
