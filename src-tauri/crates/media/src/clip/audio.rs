//! The sound of a clip: samples at any rate in, AAC-LC at 48 kHz out.

use std::collections::VecDeque;

use ffmpeg_next::{ChannelLayout, Packet, codec, encoder, frame};

use super::{CLIP_RATE, ClipSpec};
use crate::{
    Channels, Error, Result,
    ffmpeg::explain,
    resample::{Input, PLANAR, Resampler},
};

/// Bits per second.
const BIT_RATE: usize = 192_000;
/// So many input samples are converted at a time.
const PORTION: usize = 1 << 16;

/// The sound track of a clip.
///
/// An AAC encoder puts silence (its priming, 1024 samples) before what it is given, which players are told to skip by an
/// edit list; platforms ask for files without edit lists. So the first 1024 samples of the sound are not encoded but the
/// clock runs on: the priming stands in their place, and everything after is heard exactly when it should.
pub(super) struct AudioTrack {
    encoder: encoder::audio::Encoder,
    resampler: Resampler,
    resampled: Vec<Vec<f32>>,
    /// Left and right at 48 kHz, not yet encoded.
    waiting: [VecDeque<f32>; 2],
    /// Samples taken out of `waiting`: the time of its front.
    taken: u64,
    /// Samples that the encoder puts in front.
    priming: u64,
    /// Samples per packet.
    step: usize,
    /// Finished packets, which the encoder wants taken before it goes on.
    done: VecDeque<Packet>,
}

impl AudioTrack {
    /// Opens FFmpeg's AAC encoder.
    pub(super) fn open(spec: &ClipSpec) -> Result<Self> {
        let input = Input {
            format: PLANAR,
            layout: ChannelLayout::default(spec.channels.count() as i32),
            rate: spec.sample_rate,
        };
        let resampler = Resampler::new(input, spec.channels.count(), CLIP_RATE).map_err(|error| {
            Error::Spec(format!("sound at {} Hz cannot be resampled: {}", spec.sample_rate, explain(error)))
        })?;
        let encoder = open_encoder()
            .map_err(|error| Error::NoEncoder { kind: "AAC", tried: format!("aac: {}", explain(error)) })?;
        // SAFETY: the encoder is open; these fields are plain numbers.
        let (priming, step) = unsafe {
            let context = &*encoder.as_ptr();
            (context.initial_padding.max(0) as u64, context.frame_size.max(1) as usize)
        };
        let resampled = vec![Vec::new(); spec.channels.count()];
        Ok(Self {
            encoder,
            resampler,
            resampled,
            waiting: Default::default(),
            taken: 0,
            priming,
            step,
            done: VecDeque::new(),
        })
    }

    /// What to describe the stream with.
    pub(super) fn encoder(&self) -> &encoder::audio::Encoder {
        &self.encoder
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

    /// Moves resampled sound to where it waits, as stereo within full scale.
    fn collect(&mut self) {
        let clean = |sample: f32| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        for (side, waiting) in self.waiting.iter_mut().enumerate() {
            // One channel goes to both sides as it is.
            let from = side.min(self.resampled.len() - 1);
            waiting.extend(self.resampled[from].iter().copied().map(clean));
        }
        self.resampled.iter_mut().for_each(Vec::clear);
    }

    /// Encodes what waits, in whole packets and no further than `end` samples, which is as far as the picture has come.
    pub(super) fn encode(&mut self, end: u64) -> std::result::Result<(), ffmpeg_next::Error> {
        self.skip_priming(end);
        while self.waiting[0].len() >= self.step && self.taken >= self.priming && self.taken + self.step as u64 <= end {
            self.send(self.step)?;
        }
        Ok(())
    }

    /// Encodes the rest, cut or padded with silence to exactly `end` samples, and tells the encoder that this was all.
    pub(super) fn end(&mut self, end: u64) -> std::result::Result<(), ffmpeg_next::Error> {
        self.resampler.flush(&mut self.resampled)?;
        self.collect();
        let left = end.saturating_sub(self.taken) as usize;
        self.waiting.iter_mut().for_each(|side| side.resize(left, 0.0));
        self.encode(end)?;
        // A clip shorter than the priming still needs one packet, which `pull` cuts.
        let rest = self.waiting[0].len();
        if rest > 0 {
            self.send(rest)?;
        } else if self.taken <= self.priming {
            self.taken = self.priming;
            self.waiting.iter_mut().for_each(|side| side.push_back(0.0));
            self.send(1)?;
        }
        self.encoder.send_eof()?;
        self.collect_packets()
    }

    fn skip_priming(&mut self, end: u64) {
        let skip =
            (self.priming.saturating_sub(self.taken)).min(end - self.taken.min(end)).min(self.waiting[0].len() as u64);
        self.waiting.iter_mut().for_each(|side| drop(side.drain(..skip as usize)));
        self.taken += skip;
    }

    /// Gives the encoder the next `samples` samples.
    fn send(&mut self, samples: usize) -> std::result::Result<(), ffmpeg_next::Error> {
        let mut frame = frame::Audio::new(PLANAR, samples, ChannelLayout::STEREO);
        frame.set_rate(CLIP_RATE);
        frame.set_pts(Some(self.taken as i64));
        for (side, waiting) in self.waiting.iter_mut().enumerate() {
            for (to, from) in frame.plane_mut::<f32>(side).iter_mut().zip(waiting.drain(..samples)) {
                *to = from;
            }
        }
        self.taken += samples as u64;
        self.encoder.send_frame(&frame)?;
        self.collect_packets()
    }

    fn collect_packets(&mut self) -> std::result::Result<(), ffmpeg_next::Error> {
        while let Some(packet) = super::ready(&mut self.encoder)? {
            self.done.push_back(packet);
        }
        Ok(())
    }

    /// The next packet that is ready, in samples, cut at `end`.
    pub(super) fn pull(&mut self, end: u64) -> Option<Packet> {
        let mut packet = self.done.pop_front()?;
        let left = end as i64 - packet.pts().unwrap_or(0);
        packet.set_duration(left.min(self.step as i64));
        (left > 0).then_some(packet)
    }
}

fn open_encoder() -> std::result::Result<encoder::audio::Encoder, ffmpeg_next::Error> {
    let codec = encoder::find_by_name("aac").ok_or(ffmpeg_next::Error::EncoderNotFound)?;
    let mut audio = codec::Context::new_with_codec(codec).encoder().audio()?;
    audio.set_rate(CLIP_RATE as i32);
    audio.set_channel_layout(ChannelLayout::STEREO);
    audio.set_format(PLANAR);
    audio.set_bit_rate(BIT_RATE);
    audio.set_time_base((1, CLIP_RATE as i32));
    audio.set_flags(codec::Flags::GLOBAL_HEADER);
    audio.open_as(codec)
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
