//! The sound track of one file, decoded in segments.
//!
//! A decoder is not a pure function of where it was told to start: an AAC decoder draws noise, an Opus decoder predicts from
//! what it heard before. So a track is cut into segments on a fixed grid, and each is decoded in the same way whenever it is
//! asked for: by a new decoder, from the first packet of the second before it. What is asked for in any order is the same,
//! bit for bit, and a file of hours costs the memory of a segment.

use std::path::{Path, PathBuf};

use ffmpeg_next::{Packet, codec, decoder, ffi, format, frame, media};

use super::{
    hear::{OVERLAP, RATE, SEGMENT, SEGMENT_SECS, Stereo},
    run::Run,
};
use crate::{Error, Result, ffmpeg, files};

/// A decoder hears so much before a segment begins: enough for every codec's memory (Opus wants 0.08 s, MP3 0.25 s) and for
/// the resampler's. Whole seconds, so that any rate and 48 kHz have a common sample there.
const WARM_UP_SECS: i64 = 1;
/// How far before the wanted packet the demuxer is sent, in seconds; the last resort is the file's start.
const BACK_SECS: [f64; 2] = [0.5, 10.0];
/// So many packets of a segment may be damaged before the file is given up.
const MAX_DAMAGED: u64 = 1_000;

/// An open file.
pub(super) struct Track {
    path: PathBuf,
    file: format::context::Input,
    /// Whether nothing was read since it was opened.
    fresh: bool,
    index: usize,
    time_base: ffmpeg_next::Rational,
    /// The track by which the demuxer seeks, and its time base.
    guide: (usize, ffmpeg_next::Rational),
    /// The timestamp that is time zero of the file: its picture's first, or else its sound's.
    zero: i64,
    /// Samples per second and channels (1 or 2), as decoded.
    rate: u32,
    channels: usize,
    /// Where the container says that the sound ends, in samples as decoded; what encoders pad lies behind.
    end: Option<i64>,
    /// Behind this sample there is nothing.
    seen_end: Option<i64>,
}

impl Track {
    /// Opens a file; none if there is no sound in it.
    pub(super) fn open(path: &Path) -> Result<Option<Self>> {
        let Some((file, index)) = demux(path)? else { return Ok(None) };
        let Some(track) = file.stream(index) else { return Ok(None) };
        let time_base = track.time_base();
        let picture = file.streams().best(media::Type::Video);
        let attached = format::stream::Disposition::ATTACHED_PIC;
        let picture = picture.filter(|picture| !picture.disposition().contains(attached));
        // An MP4 has an index for each track; other containers have one for the picture, if any.
        let is_mp4 = file.format().name().contains("mp4");
        let guide = match &picture {
            Some(picture) if !is_mp4 => (picture.index(), picture.time_base()),
            _ => (index, time_base),
        };
        let said_end =
            (is_mp4 && track.duration() > 0).then(|| track.start_time().max(0).saturating_add(track.duration()));
        let picture_start = picture.map(|picture| (picture.start_time(), picture.time_base()));
        let mut track = Self {
            path: path.to_path_buf(),
            file,
            fresh: true,
            index,
            time_base,
            guide,
            zero: 0,
            rate: 0,
            channels: 0,
            end: None,
            seen_end: None,
        };
        let first = track.first_frame()?;
        track.zero = match picture_start {
            Some((start, units)) if start != ffi::AV_NOPTS_VALUE => rescale(start, units, time_base),
            _ => first,
        };
        track.end = said_end.map(|end| track.position(end));
        Ok(Some(track))
    }

    /// Decodes the first frame, for what containers do not say: rate, channels, and when the sound really begins.
    fn first_frame(&mut self) -> Result<i64> {
        let mut found = None;
        self.decode(None, |_, frame| {
            found = Some((frame.rate(), frame.channels(), frame.pts().or(frame.timestamp()).unwrap_or(0)));
            Ok(false)
        })?;
        let Some((rate, channels, start)) = found else { return Err(self.unreadable("there are no samples in it")) };
        // Ours go to 384 kHz; what is beyond is damage.
        if !(1_000..=768_000).contains(&rate) || channels == 0 {
            return Err(self.unreadable(&format!("it says {channels} channels at {rate} Hz")));
        }
        (self.rate, self.channels) = (rate, usize::from(channels).min(2));
        Ok(start)
    }

    /// A segment of [`SEGMENT`] samples at [`RATE`], and [`OVERLAP`] more.
    pub(super) fn segment(&mut self, index: i64) -> Result<Stereo> {
        let mut out: Vec<Vec<f32>> = vec![Vec::new(); self.channels];
        let begin = (index * SEGMENT_SECS - WARM_UP_SECS) * i64::from(self.rate);
        let lead = WARM_UP_SECS as usize * RATE as usize;
        let wanted = lead + SEGMENT + OVERLAP;
        if self.seen_end.is_none_or(|end| begin < end) {
            let (channels, rate) = (self.channels, self.rate);
            let run = Run::new(channels, rate, begin, self.end, wanted);
            let mut run = run.map_err(|error| self.failed(error))?;
            self.decode(Some(begin), |track, frame| {
                let position = frame.pts().or(frame.timestamp()).map(|stamp| track.position(stamp));
                run.put(position, frame).map_err(|error| track.failed(error))
            })?;
            out = run.finish().map_err(|error| self.failed(error))?;
        }
        for channel in &mut out {
            channel.resize(wanted, 0.0);
            channel.drain(..lead);
            // Some decoders give numbers that are none on damaged data.
            channel.iter_mut().filter(|sample| !sample.is_finite()).for_each(|sample| *sample = 0.0);
        }
        let left = out.swap_remove(0);
        let right = out.pop().unwrap_or_else(|| left.clone());
        Ok([left, right])
    }

    /// Shows decoded frames from a sample on (from the file's start without one) until `show` says that it has enough.
    fn decode(&mut self, begin: Option<i64>, mut show: impl FnMut(&Self, &frame::Audio) -> Result<bool>) -> Result<()> {
        let from = begin.map(|begin| self.stamp(begin));
        let mut waiting = self.go_to(from)?;
        let mut decoder = self.decoder()?;
        let (mut good, mut bad) = (0_u64, 0_u64);
        let mut said = ffmpeg_next::Error::InvalidData;
        let mut end = begin.unwrap_or(0);
        let mut frame = frame::Audio::empty();
        loop {
            let packet = match waiting.take() {
                Some(packet) => Ok(Some(packet)),
                None => self.next_packet(),
            };
            let at_end = matches!(packet, Ok(None));
            let sent = match packet {
                Ok(Some(packet)) => decoder.send_packet(&packet),
                Ok(None) => decoder.send_eof(),
                Err(ffmpeg_next::Error::InvalidData) => Err(ffmpeg_next::Error::InvalidData),
                Err(error) => return Err(self.failed(error)),
            };
            if let Err(error) = sent {
                // A damaged stretch is skipped; a demuxer that cannot get past it must not hold us for ever.
                (bad, said) = (bad + 1, error);
                if bad > MAX_DAMAGED {
                    return Err(self.failed(error));
                }
            }
            loop {
                match decoder.receive_frame(&mut frame) {
                    Ok(()) => {}
                    Err(ffmpeg_next::Error::Eof | ffmpeg_next::Error::Other { errno: ffmpeg_next::error::EAGAIN }) => {
                        break;
                    }
                    Err(error) => {
                        (bad, said) = (bad + 1, error);
                        break;
                    }
                }
                good += 1;
                let stamp = frame.pts().or(frame.timestamp());
                end = stamp.map_or(end, |stamp| self.position(stamp)).saturating_add(frame.samples() as i64);
                if !show(self, &frame)? {
                    return Ok(());
                }
            }
            if at_end {
                break;
            }
        }
        if bad > good {
            return Err(self.failed(said));
        }
        self.seen_end = match (good, self.seen_end) {
            (0, Some(known)) => Some(known.min(end)),
            (0, None) => Some(end),
            (_, known) => known.max(Some(end)),
        };
        Ok(())
    }

    /// Brings the demuxer to the first packet that begins at this timestamp or later, and returns it.
    fn go_to(&mut self, from: Option<i64>) -> Result<Option<Packet>> {
        let start = self.file.stream(self.index).map_or(0, |track| track.start_time());
        if let Some(from) = from.filter(|from| start == ffi::AV_NOPTS_VALUE || *from > start) {
            for back_secs in BACK_SECS {
                if let Some(packet) = self.land(from, back_secs) {
                    return Ok(packet);
                }
            }
        }
        if !self.fresh {
            let reopened = demux(&self.path)?.filter(|(_, index)| *index == self.index);
            let Some((file, _)) = reopened else { return Err(self.unreadable("it was changed meanwhile")) };
            (self.file, self.fresh) = (file, true);
        }
        let Some(from) = from else { return Ok(None) };
        self.skip_to(from, None).map_err(|error| self.failed(error))
    }

    /// Seeks to before a timestamp and reads on to it. None if the demuxer cannot, or came out behind it.
    fn land(&mut self, from: i64, back_secs: f64) -> Option<Option<Packet>> {
        let target = rescale(from, self.time_base, self.guide.1);
        let target = target.saturating_sub((back_secs / f64::from(self.guide.1)) as i64);
        self.fresh = false;
        // SAFETY: the file is open and has this track.
        let sought = unsafe {
            ffi::av_seek_frame(self.file.as_mut_ptr(), self.guide.0 as i32, target, ffi::AVSEEK_FLAG_BACKWARD)
        };
        if sought < 0 {
            return None;
        }
        // Right after a jump some demuxers do not know the time yet.
        let first = loop {
            match self.next_packet() {
                Ok(Some(packet)) if packet.pts().is_none() => {}
                Ok(Some(packet)) => break packet,
                Ok(None) | Err(_) => return None,
            }
        };
        if first.pts().is_some_and(|stamp| stamp > from) {
            return None;
        }
        self.skip_to(from, Some(first)).ok()
    }

    /// Reads on until a packet begins at this timestamp or later, or goes on behind it for longer than a decoder warms up: plain
    /// samples at a low rate come in packets of seconds.
    fn skip_to(&mut self, from: i64, first: Option<Packet>) -> std::result::Result<Option<Packet>, ffmpeg_next::Error> {
        let mut next = first;
        let mut damaged = 0;
        let enough = (WARM_UP_SECS as f64 / f64::from(self.time_base)) as i64;
        let reaches =
            |packet: &Packet, stamp: i64| stamp.saturating_add(packet.duration()) > from.saturating_add(enough);
        loop {
            match next.take() {
                Some(packet) if packet.pts().is_none_or(|stamp| stamp >= from || reaches(&packet, stamp)) => {
                    return Ok(Some(packet));
                }
                _ => {}
            }
            next = match self.next_packet() {
                Ok(None) => return Ok(None),
                Err(ffmpeg_next::Error::InvalidData) if damaged < MAX_DAMAGED => {
                    damaged += 1;
                    None
                }
                read => read?,
            };
        }
    }

    /// The next packet of this track; none at the end.
    fn next_packet(&mut self) -> std::result::Result<Option<Packet>, ffmpeg_next::Error> {
        loop {
            // Reading into a used packet would leak it.
            let mut packet = Packet::empty();
            self.fresh = false;
            match packet.read(&mut self.file) {
                Ok(()) if packet.stream() != self.index => {}
                Ok(()) => return Ok(Some(packet)),
                Err(ffmpeg_next::Error::Eof) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    fn decoder(&self) -> Result<decoder::Audio> {
        let missing = ffmpeg_next::Error::StreamNotFound;
        let track = self.file.stream(self.index).ok_or(missing).map_err(|error| self.failed(error))?;
        codec::Context::from_parameters(track.parameters())
            .and_then(|context| {
                let mut decoder = context.decoder();
                decoder.set_packet_time_base(self.time_base);
                decoder.audio()
            })
            .map_err(|error| self.failed(error))
    }

    /// The sample, as decoded and counted from time zero, at this timestamp.
    fn position(&self, stamp: i64) -> i64 {
        rescale(stamp.saturating_sub(self.zero), self.time_base, (1, self.rate as i32).into())
    }

    /// The timestamp of this sample.
    fn stamp(&self, position: i64) -> i64 {
        self.zero.saturating_add(rescale(position, (1, self.rate as i32).into(), self.time_base))
    }

    fn failed(&self, error: ffmpeg_next::Error) -> Error {
        self.unreadable(&ffmpeg::explain(error))
    }

    fn unreadable(&self, why: &str) -> Error {
        Error::UnreadableMedia { what: "sound", why: why.into(), path: self.path.clone() }
    }
}

/// Opens a file whose demuxer gives packets of its best sound track only; none if it has none.
fn demux(path: &Path) -> Result<Option<(format::context::Input, usize)>> {
    let mut file = files::demux("sound", path)?;
    let Some(index) = file.streams().best(media::Type::Audio).map(|track| track.index()) else { return Ok(None) };
    for other in 0..file.nb_streams() as usize {
        if let Some(mut stream) = file.stream_mut(other).filter(|_| other != index) {
            // SAFETY: the stream lives; this field is there to be set, and the picture's data is then not even read.
            unsafe { (*stream.as_mut_ptr()).discard = ffi::AVDiscard::AVDISCARD_ALL };
        }
    }
    Ok(Some((file, index)))
}

/// A time in other units, to the nearest; the last that fits where it is beyond.
fn rescale(value: i64, from: ffmpeg_next::Rational, to: ffmpeg_next::Rational) -> i64 {
    let up = i128::from(value) * i128::from(from.numerator()) * i128::from(to.denominator());
    let down = (i128::from(from.denominator()) * i128::from(to.numerator())).max(1);
    let nearest = (2 * up + down).div_euclid(2 * down);
    nearest.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}
