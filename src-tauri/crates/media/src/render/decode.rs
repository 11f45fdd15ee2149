//! The frames of a video file, one after the other from a keyframe.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use ffmpeg_next::{Discard, Packet, Rational, codec, decoder, ffi, format, frame, media};

use super::{
    fields::{Before, Fields},
    times::Times,
    turn::Turn,
};
use crate::{Error, Result, ffmpeg::explain, files, probe};

/// More pixels than this are refused before a frame is decoded: an 8K picture has half of them.
const MAX_PIXELS: i64 = 1 << 26;

/// An open video file with its decoder. Times are in units of its track.
pub(super) struct Decoding {
    path: PathBuf,
    file: format::context::Input,
    decoder: decoder::Video,
    track: usize,
    /// Some pictures that no other needs may be left out before this time; none at the least that there is.
    pub(super) hurry: i64,
    /// What the packets say of times to come.
    pub(super) times: Times,
    /// The first packet's time of showing, and how much later than decoding that is.
    start: Option<(i64, i64)>,
    /// The keyframe that the decoder started from; none before its packet is read.
    key: Option<i64>,
    /// Whether the decoder started at the file's beginning.
    from_start: bool,
    /// Whether a whole frame was ever decoded.
    begun: bool,
    /// When the last frame was shown.
    last: Option<i64>,
    /// Makes whole pictures of fields.
    fields: Fields,
}

/// A frame and when it appears.
pub(super) type Timed = (i64, Arc<frame::Video>);

impl Decoding {
    /// Opens a file and a decoder for its best picture track.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let (file, decoder, track) = open(path)?;
        Ok(Self {
            path: path.to_path_buf(),
            file,
            decoder,
            track,
            hurry: i64::MIN,
            times: Times::default(),
            start: None,
            key: None,
            from_start: true,
            begun: false,
            last: None,
            fields: Fields::default(),
        })
    }

    /// Seconds of one unit of the track, as a fraction.
    pub(super) fn unit(&self) -> (i64, i64) {
        let (num, den) = self.stream().map_or((0, 0), |stream| fraction(stream.time_base()));
        (num.max(1), den.max(1))
    }

    /// How long a frame lasts on average, at least 1.
    pub(super) fn step(&self) -> i64 {
        let unit = self.unit();
        let step = match self.stream().map_or((0, 0), |stream| fraction(stream.avg_frame_rate())) {
            (num @ 1.., den @ 1..) => den.saturating_mul(unit.1) / num.saturating_mul(unit.0).max(1),
            _ => unit.1 / unit.0 / 25,
        };
        step.max(1)
    }

    /// When the file says that its picture starts.
    pub(super) fn said_start(&self) -> Option<i64> {
        self.stream().map(|stream| stream.start_time()).filter(|start| *start != ffi::AV_NOPTS_VALUE)
    }

    /// How its frames are turned to be seen.
    pub(super) fn turn(&self) -> Turn {
        let Some(stream) = self.stream() else { return Turn::NONE };
        let matrix = stream.side_data().find(|it| it.kind() == codec::packet::side_data::Type::DisplayMatrix);
        matrix.map_or(Turn::NONE, |it| Turn::of_matrix(it.data()))
    }

    /// How much wider than high the pixels of a frame are.
    pub(super) fn pixel_aspect(&self, frame: &frame::Video) -> f64 {
        // SAFETY: the file and its track are alive; the call only reads, though it asks for more.
        let aspect = unsafe {
            let file = self.file.as_ptr().cast_mut();
            let stream = *(*file).streams.add(self.track);
            ffi::av_guess_sample_aspect_ratio(file, stream, frame.as_ptr().cast_mut())
        };
        probe::pixel_aspect(aspect)
    }

    fn stream(&self) -> Option<ffmpeg_next::Stream<'_>> {
        self.file.stream(self.track)
    }

    /// The keyframe that was started from, if its packet was read.
    pub(super) fn key(&self) -> Option<i64> {
        self.key
    }

    /// Whether nothing comes before the frames that are decoded now.
    pub(super) fn is_from_start(&self) -> bool {
        self.from_start
    }

    /// The keyframe at or before a time after the container's list, and whether that list goes further.
    pub(super) fn listed_key(&self, time: i64) -> Option<(i64, bool)> {
        let delay = self.start.map_or(0, |(_, delay)| delay);
        // SAFETY: the stream lives as long as the file; its list is only read, and entries are null or alive meanwhile.
        unsafe {
            let stream = *(*self.file.as_ptr()).streams.add(self.track);
            let wanted = time.saturating_sub(delay);
            let found = ffi::avformat_index_get_entry_from_timestamp(stream, wanted, ffi::AVSEEK_FLAG_BACKWARD);
            let last = ffi::avformat_index_get_entry(stream, ffi::avformat_index_get_entries_count(stream) - 1);
            let (found, last) = (found.as_ref()?, last.as_ref()?);
            Some((found.timestamp.saturating_add(delay), last.timestamp >= wanted))
        }
    }

    /// Goes on from the keyframe at or before this time, as far as the container knows. False where it cannot tell.
    pub(super) fn jump(&mut self, time: i64) -> bool {
        self.times = Times::default();
        self.key = None;
        self.last = None;
        self.from_start = false;
        self.fields.clear();
        self.decoder.flush();
        // SAFETY: the file is open and the track exists.
        unsafe { ffi::avformat_seek_file(self.file.as_mut_ptr(), self.track as i32, i64::MIN, time, time, 0) >= 0 }
    }

    /// Opens the file again and goes on from its beginning.
    pub(super) fn restart(&mut self) -> Result<()> {
        (self.file, self.decoder, self.track) = open(&self.path)?;
        self.times = Times::default();
        self.key = None;
        self.last = None;
        self.from_start = true;
        self.begun = false;
        self.fields.clear();
        Ok(())
    }

    /// The next picture in the order of showing; none behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Timed>> {
        loop {
            if let Some(picture) = self.fields.take() {
                return Ok(Some(picture));
            }
            let frame = self.decoded()?;
            let is_over = frame.is_none();
            let given = match frame {
                Some(frame) => {
                    let before = if self.from_start { Before::Known } else { Before::Unknown };
                    self.fields.give(frame, before)
                }
                None => self.fields.end(),
            };
            given.map_err(|error| self.damaged(explain(error)))?;
            if is_over {
                return Ok(self.fields.take());
            }
        }
    }

    /// The next frame as it is stored, in the order of showing; none behind the last.
    fn decoded(&mut self) -> Result<Option<Timed>> {
        loop {
            let mut frame = frame::Video::empty();
            match self.decoder.receive_frame(&mut frame) {
                Ok(()) => {}
                Err(ffmpeg_next::Error::Eof) => return Ok(None),
                Err(ffmpeg_next::Error::Other { errno: ffmpeg_next::error::EAGAIN }) => {
                    self.feed()?;
                    continue;
                }
                // What precedes the first frame that can be shown may well be cut.
                Err(ffmpeg_next::Error::InvalidData) if !self.begun => continue,
                Err(error) => return Err(self.damaged(explain(error))),
            }
            let Some(time) = frame.timestamp() else {
                return Err(self.damaged("its frames do not say when they are shown"));
            };
            let broken = frame.is_corrupt() || frame.has_decode_errors();
            // Behind a keyframe in the file, but before it in time: needs what was jumped over.
            let leading = !self.from_start && self.key.is_some_and(|key| time < key);
            // Frames that go back in time are never seen.
            let late = self.last.is_some_and(|last| time <= last);
            if leading || late || (broken && !self.begun) {
                continue;
            }
            if broken {
                return Err(self.damaged("a frame of it is not whole"));
            }
            self.begun = true;
            self.last = Some(time);
            self.times.show(time);
            return Ok(Some((time, Arc::new(frame))));
        }
    }

    /// Gives the decoder the next packet of the track, or tells it that there are no more.
    fn feed(&mut self) -> Result<()> {
        loop {
            // Reading into a used packet would leak it.
            let mut packet = Packet::empty();
            match packet.read(&mut self.file) {
                Ok(()) if packet.stream() != self.track => continue,
                Ok(()) => {}
                Err(ffmpeg_next::Error::Eof) => {
                    self.times.end();
                    return self.decoder.send_eof().map_err(|error| self.damaged(explain(error)));
                }
                Err(error) => return Err(self.damaged(explain(error))),
            }
            let time = packet.pts().or(packet.dts());
            if self.start.is_none() {
                let time = time.unwrap_or(0);
                self.start = Some((time, packet.dts().map_or(0, |decoded| time.saturating_sub(decoded))));
            }
            if self.key.is_none() {
                if !self.from_start && !packet.is_key() {
                    continue;
                }
                self.key = time.or(Some(i64::MIN));
                // Whoever jumps to the file's first packet sees what is seen from the start.
                self.from_start |= self.start.map(|(start, _)| start) == time;
            }
            self.times.read(packet.pts(), packet.dts());
            // A picture made of fields needs the frame before it, whoever else does.
            let may_hurry = self.decoder.id() == codec::Id::H264 && !self.has_fields();
            let hurried = may_hurry && time.is_some_and(|time| time < self.hurry);
            self.decoder.skip_frame(if hurried { Discard::NonReference } else { Discard::Default });
            return match self.decoder.send_packet(&packet) {
                Ok(()) => Ok(()),
                Err(_) if !self.begun => Ok(()),
                Err(error) => Err(self.damaged(explain(error))),
            };
        }
    }

    /// Whether a jump must end a keyframe earlier: FFmpeg loses a frame of H.264 in fields behind a keyframe that it was
    /// started at, where frames before it in time follow it in the file.
    pub(super) fn needs_a_run_up(&self) -> bool {
        self.decoder.id() == codec::Id::H264 && self.has_fields()
    }

    /// Whether frames of fields were seen in the file, or it says that it has them.
    fn has_fields(&self) -> bool {
        use ffi::AVFieldOrder::{AV_FIELD_PROGRESSIVE, AV_FIELD_UNKNOWN};
        let said = self.stream().is_some_and(|stream| {
            // SAFETY: the stream lives as long as the file; the field is a plain number.
            let order = unsafe { (*(*stream.as_ptr()).codecpar).field_order };
            !matches!(order, AV_FIELD_PROGRESSIVE | AV_FIELD_UNKNOWN)
        });
        said || self.fields.seen()
    }

    /// An error that says where in the file something is wrong.
    pub(super) fn damaged(&self, why: impl Display) -> Error {
        let unit = self.unit();
        let near = self.last.map_or(0, |last| last.saturating_sub(self.said_start().unwrap_or(0)));
        let secs = near as f64 * unit.0 as f64 / unit.1 as f64;
        unreadable(&self.path, format!("it is damaged at {secs:.1} s: {why}"))
    }
}

fn fraction(it: Rational) -> (i64, i64) {
    (it.numerator().into(), it.denominator().into())
}

/// An error for a file that shows nothing at all.
pub(super) fn unreadable(path: &Path, why: String) -> Error {
    Error::UnreadableMedia { what: "video", why, path: path.to_path_buf() }
}

/// Opens the file and a decoder for its best picture track; other tracks are not read.
fn open(path: &Path) -> Result<(format::context::Input, decoder::Video, usize)> {
    let mut file = files::demux("video", path)?;
    let Some(track) = file.streams().best(media::Type::Video).map(|track| track.index()) else {
        return Err(unreadable(path, "there is no picture in it".into()));
    };
    for mut other in file.streams_mut() {
        let keep = other.index() == track;
        // SAFETY: the stream lives as long as the file; this is the field for telling the demuxer what to leave out.
        unsafe {
            (*other.as_mut_ptr()).discard =
                if keep { ffi::AVDiscard::AVDISCARD_DEFAULT } else { ffi::AVDiscard::AVDISCARD_ALL };
        }
    }
    let stream = file.stream(track).ok_or_else(|| unreadable(path, "there is no picture in it".into()))?;
    let base = stream.time_base();
    let decoder = codec::Context::from_parameters(stream.parameters()).and_then(|mut context| {
        // SAFETY: the context is alive and not open yet; these are its settings.
        unsafe {
            let raw = &mut *context.as_mut_ptr();
            raw.max_pixels = MAX_PIXELS;
            raw.thread_count = thread::available_parallelism().map_or(1, |cores| cores.get().min(8) as i32);
            raw.thread_type = ffi::FF_THREAD_FRAME | ffi::FF_THREAD_SLICE;
        }
        let mut decoder = context.decoder();
        decoder.set_packet_time_base(base);
        decoder.video()
    });
    let decoder = decoder.map_err(|error| unreadable(path, explain(error)))?;
    Ok((file, decoder, track))
}
