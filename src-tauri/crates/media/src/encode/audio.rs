//! Encoding sound: stereo at 48 kHz in, AAC-LC or PCM out.

use std::collections::VecDeque;

use ffmpeg_next::{
    ChannelLayout, Dictionary, Packet, codec, encoder,
    format::{Sample, sample::Type},
    frame,
};

use super::{AudioCodec, SoundSpec};
use crate::{Error, FrameRate, Result, resample::PLANAR};

/// Sound in a file has this many samples per second.
pub(crate) const RATE: u32 = 48_000;
/// Samples per packet where the encoder takes any number.
const STEP: usize = 1_024;

/// FFmpeg's number for the profile AAC-LC, whose name differs from version to version.
const LOW_COMPLEXITY: i32 = 1;

/// How many samples of sound go with so many frames, to the nearest.
pub(crate) fn sound_length(frames: u64, fps: FrameRate) -> u64 {
    let (num, den) = (u128::from(fps.num.max(1)), u128::from(fps.den));
    let samples = (u128::from(frames) * den * u128::from(RATE) * 2 + num) / (num * 2);
    u64::try_from(samples).unwrap_or(u64::MAX)
}

/// An open encoder of sound, and the sound that waits for it.
///
/// An AAC encoder puts silence (its priming, 1024 samples) before what it is given, which players are told to skip by an
/// edit list; platforms ask for files without edit lists. So the first 1024 samples of the sound are not encoded but the
/// clock runs on: the priming stands in their place, and everything after is heard exactly when it should.
pub(crate) struct AudioEncoder {
    encoder: encoder::audio::Encoder,
    /// Left and right, not yet encoded.
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

impl AudioEncoder {
    /// Opens FFmpeg's encoder.
    pub(crate) fn open(spec: &SoundSpec) -> Result<Self> {
        let (name, format) = match spec.codec {
            AudioCodec::Aac => ("aac", PLANAR),
            AudioCodec::Pcm => ("pcm_s24le", Sample::I32(Type::Packed)),
        };
        let encoder = open(name, format, spec)
            .map_err(|why| Error::NoEncoder { kind: spec.codec.name(), tried: format!("{name}: {why}") })?;
        // SAFETY: the encoder is open; these fields are plain numbers.
        let (priming, step) = unsafe {
            let context = &*encoder.as_ptr();
            (context.initial_padding.max(0) as u64, context.frame_size.max(0) as usize)
        };
        let step = if step == 0 { STEP } else { step };
        Ok(Self { encoder, waiting: Default::default(), taken: 0, priming, step, done: VecDeque::new() })
    }

    /// What to describe the stream with.
    pub(crate) fn encoder(&self) -> &encoder::audio::Encoder {
        &self.encoder
    }

    /// How many samples at the beginning are not encoded: silence stands in their place.
    pub(crate) fn priming(&self) -> u64 {
        self.priming
    }

    /// Takes samples in: left and right, equally long. What is no number becomes silence, what is over full scale full
    /// scale.
    pub(crate) fn push(&mut self, sides: [&[f32]; 2]) {
        let clean = |sample: f32| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        for (waiting, side) in self.waiting.iter_mut().zip(sides) {
            waiting.extend(side.iter().copied().map(clean));
        }
    }

    /// Encodes what waits, in whole packets and no further than `end` samples, which is as far as the picture has come.
    pub(crate) fn encode(&mut self, end: u64) -> std::result::Result<(), ffmpeg_next::Error> {
        self.skip_priming(end);
        while self.waiting[0].len() >= self.step && self.taken >= self.priming && self.taken + self.step as u64 <= end {
            self.send(self.step)?;
        }
        Ok(())
    }

    /// Encodes the rest, cut or padded with silence to exactly `end` samples, and tells the encoder that this was all.
    pub(crate) fn end(&mut self, end: u64) -> std::result::Result<(), ffmpeg_next::Error> {
        let left = end.saturating_sub(self.taken) as usize;
        self.waiting.iter_mut().for_each(|side| side.resize(left, 0.0));
        self.encode(end)?;
        // A sound shorter than the priming still needs one packet, which `pull` cuts.
        let rest = self.waiting[0].len();
        if rest > 0 {
            self.send(rest)?;
        } else if self.priming > 0 && self.taken <= self.priming {
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
        let format = self.encoder.format();
        let mut frame = frame::Audio::new(format, samples, ChannelLayout::STEREO);
        frame.set_rate(RATE);
        frame.set_pts(Some(self.taken as i64));
        let [left, right] = &mut self.waiting;
        if format == PLANAR {
            for (side, waiting) in [left, right].into_iter().enumerate() {
                for (to, from) in frame.plane_mut::<f32>(side).iter_mut().zip(waiting.drain(..samples)) {
                    *to = from;
                }
            }
        } else {
            // 24 bits, in the upper part of 32.
            let whole = |sample: f32| ((f64::from(sample) * 8_388_607.0).round() as i32) << 8;
            let pairs = left.drain(..samples).zip(right.drain(..samples));
            for (to, (left, right)) in frame.plane_mut::<(i32, i32)>(0).iter_mut().zip(pairs) {
                *to = (whole(left), whole(right));
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
    pub(crate) fn pull(&mut self, end: u64) -> Option<Packet> {
        let mut packet = self.done.pop_front()?;
        let left = i64::try_from(end).unwrap_or(i64::MAX) - packet.pts().unwrap_or(0);
        packet.set_duration(left.min(packet.duration().max(1)));
        (left > 0).then_some(packet)
    }
}

fn open(name: &str, format: Sample, spec: &SoundSpec) -> std::result::Result<encoder::audio::Encoder, String> {
    let codec = encoder::find_by_name(name).ok_or("this FFmpeg does not have it")?;
    let mut audio = codec::Context::new_with_codec(codec).encoder().audio().map_err(crate::ffmpeg::explain)?;
    audio.set_rate(RATE as i32);
    audio.set_channel_layout(ChannelLayout::STEREO);
    audio.set_format(format);
    if spec.codec == AudioCodec::Aac {
        audio.set_bit_rate(spec.bit_rate as usize);
        // SAFETY: the context is alive and not open; the field is a plain number. LC is what every platform takes.
        unsafe { (*audio.as_mut_ptr()).profile = LOW_COMPLEXITY };
    }
    audio.set_time_base((1, RATE as i32));
    audio.set_flags(codec::Flags::GLOBAL_HEADER);
    super::open(&mut audio, codec, Dictionary::new())?;
    Ok(encoder::audio::Encoder(audio))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_as_long_as_the_picture() {
        assert_eq!(sound_length(51, FrameRate::whole(25)), 51 * 1_920);
        assert_eq!(sound_length(1_001, FrameRate { num: 30_000, den: 1_001 }), 1_603_202);
        assert_eq!(sound_length(u64::MAX, FrameRate::whole(1)), u64::MAX);
    }
}
