//! Reading sound files.

use std::path::Path;

use ffmpeg_next::{ChannelLayout, Packet, codec, frame, media};

use crate::{
    Error, Result, ffmpeg, files,
    resample::{Input, Resampler},
};

/// The longest sound that is read into memory.
pub const MAX_SOUND_SECS: u64 = 10 * 60;

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
/// Time zero of the file is sample 0, so what is heard at 1.0 s stands at index `sample_rate`: the silence that encoders
/// put in front is removed, a track that starts later than its picture gets silence before it, and holes become silence.
/// Mono becomes stereo by copying, stereo becomes mono by averaging; more channels are mixed down by FFmpeg's matrix first.
pub fn read_sound(path: &Path, sample_rate: u32, channels: Channels) -> Result<Sound> {
    if !(1_000..=384_000).contains(&sample_rate) {
        return Err(Error::Spec(format!("sound cannot be resampled to {sample_rate} Hz; ask for 1000 to 384000")));
    }
    let mut file = files::demux("sound", path)?;
    let unreadable = |why| Error::UnreadableMedia { what: "sound", why, path: path.to_path_buf() };
    let Some(track) = file.streams().best(media::Type::Audio) else {
        return Err(Error::NoSound { path: path.to_path_buf() });
    };
    let (index, time_base) = (track.index(), track.time_base());
    let mut decoder = codec::Context::from_parameters(track.parameters())
        .and_then(|context| {
            let mut decoder = context.decoder();
            decoder.set_packet_time_base(time_base);
            decoder.audio()
        })
        .map_err(|error| unreadable(ffmpeg::explain(error)))?;
    let picture_start_secs = file
        .streams()
        .best(media::Type::Video)
        .filter(|video| !video.disposition().contains(ffmpeg_next::format::stream::Disposition::ATTACHED_PIC))
        .map(|video| seconds(video.start_time(), video.time_base()));
    // The last packet of most codecs is longer than the sound in it; MP4 and its kin say how long the track really is.
    let end_secs = (file.format().name().contains("mp4") && track.duration() > 0)
        .then(|| (track.start_time().max(0) + track.duration()) as f64 * f64::from(time_base));
    let mut collected = Collector {
        sample_rate,
        zero_secs: picture_start_secs.flatten(),
        resampler: None,
        consumed: 0,
        skip: 0,
        out: Vec::new(),
    };

    let (mut good, mut bad) = (0_u64, 0_u64);
    let mut said = String::new();
    let mut frame = frame::Audio::empty();
    loop {
        // Reading into a used packet would leak it.
        let mut packet = Packet::empty();
        let at_end = match packet.read(&mut file) {
            Ok(()) if packet.stream() != index => continue,
            Ok(()) => false,
            Err(ffmpeg_next::Error::InvalidData) => {
                bad += 1;
                // A damaged stretch is skipped; a demuxer that cannot get past it must not hold us for ever.
                if bad > 1_000 {
                    return Err(unreadable(ffmpeg::explain(ffmpeg_next::Error::InvalidData)));
                }
                continue;
            }
            Err(ffmpeg_next::Error::Eof) => true,
            Err(error) => {
                bad += 1;
                said = ffmpeg::explain(error);
                true
            }
        };
        let sent = if at_end { decoder.send_eof() } else { decoder.send_packet(&packet) };
        if let Err(error) = sent {
            bad += 1;
            said = ffmpeg::explain(error);
        }
        while decoder.receive_frame(&mut frame).is_ok() {
            good += 1;
            collected.add(&frame, time_base).map_err(|error| unreadable(ffmpeg::explain(error)))?;
            if collected.seconds() > MAX_SOUND_SECS as f64 {
                return Err(Error::SoundTooLong { path: path.to_path_buf() });
            }
        }
        if at_end {
            break;
        }
    }
    if good == 0 || bad > good {
        let why = if said.is_empty() { "there are no samples in it".into() } else { said };
        return Err(unreadable(why));
    }
    let sound = collected.finish(channels, end_secs).map_err(|error| unreadable(ffmpeg::explain(error)))?;
    if sound.samples() == 0 {
        return Err(unreadable("there are no samples in it".into()));
    }
    Ok(sound)
}

/// A timestamp in seconds, if it is one.
fn seconds(stamp: i64, time_base: ffmpeg_next::Rational) -> Option<f64> {
    (stamp != ffmpeg_next::ffi::AV_NOPTS_VALUE).then(|| stamp as f64 * f64::from(time_base))
}

/// Puts decoded frames where they belong in time.
struct Collector {
    sample_rate: u32,
    /// The time of the file that is sample 0; none if the first sound is.
    zero_secs: Option<f64>,
    resampler: Option<Resampler>,
    /// Input samples so far, at the resampler's input rate.
    consumed: i64,
    /// Output samples before time zero, to be cut from the front.
    skip: usize,
    out: Vec<Vec<f32>>,
}

impl Collector {
    fn seconds(&self) -> f64 {
        self.out.first().map_or(0.0, |channel| channel.len() as f64 / f64::from(self.sample_rate))
    }

    fn add(
        &mut self,
        frame: &frame::Audio,
        time_base: ffmpeg_next::Rational,
    ) -> std::result::Result<(), ffmpeg_next::Error> {
        let mut layout = frame.channel_layout();
        if layout.is_empty() {
            layout = ChannelLayout::default(frame.channels().into());
        }
        let input = Input { format: frame.format(), layout, rate: frame.rate() };
        // `pts` and not the best-effort timestamp: only the former is moved when the start of a frame is skipped.
        let start_secs = frame.pts().or(frame.timestamp()).and_then(|stamp| seconds(stamp, time_base));
        let first = self.resampler.is_none();
        if self.resampler.as_ref().is_none_or(|resampler| resampler.input() != input) {
            if let Some(mut old) = self.resampler.take() {
                old.flush(&mut self.out)?;
            }
            // One or two channels stay as they are and are mapped at the end, without the 3 dB that FFmpeg's matrix takes.
            let channels = if first { usize::from(frame.channels()).clamp(1, 2) } else { self.out.len() };
            self.out.resize_with(channels, Vec::new);
            self.resampler = Some(Resampler::new(input, channels, self.sample_rate)?);
            self.consumed = (self.seconds() * f64::from(input.rate)).round() as i64;
        }
        if let Some(start_secs) = start_secs {
            let zero = *self.zero_secs.get_or_insert(start_secs);
            let target = ((start_secs - zero) * f64::from(input.rate)).round() as i64;
            if first && target < 0 {
                self.skip = ((zero - start_secs) * f64::from(self.sample_rate)).round() as usize;
                self.zero_secs = Some(start_secs);
            } else if target - self.consumed > if first { 0 } else { i64::from(input.rate) / 20 } {
                // Small steps are rounding in the container; real holes are longer than 50 ms.
                self.silence(input, target - self.consumed)?;
            }
        }
        self.consumed += frame.samples() as i64;
        let Some(resampler) = &mut self.resampler else { return Ok(()) };
        // SAFETY: the frame has the format and layout that the resampler was made for, and this many samples.
        unsafe {
            let planes = (*frame.as_ptr()).extended_data.cast_const().cast();
            resampler.push(planes, frame.samples(), &mut self.out)
        }
    }

    fn silence(&mut self, input: Input, samples: i64) -> std::result::Result<(), ffmpeg_next::Error> {
        // A wild timestamp must not fill the memory: past the limit the caller stops anyway.
        let mut left = samples.min(i64::from(input.rate) * (MAX_SOUND_SECS as i64 + 1));
        self.consumed += left;
        let Some(resampler) = &mut self.resampler else { return Ok(()) };
        while left > 0 {
            let portion = left.min(4096) as usize;
            let mut frame = frame::Audio::new(input.format, portion, input.layout);
            // SAFETY: FFmpeg allocated these planes for this format; it fills them with the format's own silence.
            unsafe {
                let raw = &mut *frame.as_mut_ptr();
                ffmpeg_next::ffi::av_samples_set_silence(
                    raw.extended_data,
                    0,
                    portion as i32,
                    input.layout.channels(),
                    input.format.into(),
                );
                resampler.push(raw.extended_data.cast_const().cast(), portion, &mut self.out)?;
            }
            left -= portion as i64;
        }
        Ok(())
    }

    fn finish(mut self, channels: Channels, end_secs: Option<f64>) -> std::result::Result<Sound, ffmpeg_next::Error> {
        if let Some(resampler) = &mut self.resampler {
            resampler.flush(&mut self.out)?;
        }
        for channel in &mut self.out {
            if let Some(end_secs) = end_secs {
                let length = (end_secs - self.zero_secs.unwrap_or(0.0)) * f64::from(self.sample_rate);
                channel.truncate(length.round().max(0.0) as usize);
            }
            channel.drain(..self.skip.min(channel.len()));
            // Some decoders go over full scale, or worse on damaged data.
            for sample in channel.iter_mut().filter(|sample| !sample.is_finite()) {
                *sample = 0.0;
            }
        }
        let mut planes = self.out;
        match (channels, planes.len()) {
            (Channels::Stereo, 1) => planes.push(planes[0].clone()),
            (Channels::Mono, 2) => {
                let right = planes.pop().unwrap_or_default();
                for (left, right) in planes[0].iter_mut().zip(right) {
                    *left = (*left + right) / 2.0;
                }
            }
            _ => {}
        }
        Ok(Sound { sample_rate: self.sample_rate, channels: planes })
    }
}
