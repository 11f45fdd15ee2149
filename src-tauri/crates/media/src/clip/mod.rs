//! Writing clips.

mod audio;
mod check;
mod label;
mod video;

use std::{
    collections::BTreeMap,
    ffi::CString,
    path::{Path, PathBuf},
};

use ffmpeg_next::{Dictionary, Packet, encoder, ffi, format};

use self::{audio::AudioTrack, video::VideoTrack};
use crate::{Channels, Error, Result, ffmpeg, files::Draft};

/// Sound in a clip has this many samples per second.
const CLIP_RATE: u32 = 48_000;
/// The largest side that H.264 level 6.2 and common decoders take.
const MAX_SIDE: u32 = 8_192;

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

/// The H.264 encoder that clips will be made with here: the first of those known that opens, which being compiled in
/// ([`crate::has_encoder`]) does not promise.
pub fn h264_encoder() -> Result<&'static str> {
    ffmpeg::start();
    let spec = ClipSpec {
        width: 256,
        height: 256,
        fps: FrameRate::whole(25),
        sample_rate: CLIP_RATE,
        channels: Channels::Stereo,
        produce_id: String::new(),
        metadata: BTreeMap::new(),
    };
    Ok(VideoTrack::open(&spec)?.name())
}

/// Writes one mp4: H.264 High and AAC-LC, tagged BT.709, constant frame rate, index first, no edit lists, labelled as
/// AI-made. Until [`ClipWriter::finish`] returns there is only a temporary file beside `path`; dropping the writer removes
/// it and leaves whatever stood at `path` untouched.
///
/// Frames are encoded as they come. Sound that runs ahead of the picture waits in memory (0.4 MB a second); packets of a
/// picture that runs ahead of the sound wait too, as encoded, for 10 seconds at most.
pub struct ClipWriter {
    // First, so that the file is closed before it is removed.
    output: format::context::Output,
    video: VideoTrack,
    audio: AudioTrack,
    spec: ClipSpec,
    metadata: BTreeMap<String, String>,
    draft: Draft,
}

const VIDEO: usize = 0;
const AUDIO: usize = 1;

impl ClipWriter {
    /// Opens the encoders and a temporary file in the folder of `path`.
    pub fn create(path: &Path, spec: &ClipSpec) -> Result<Self> {
        ffmpeg::start();
        validate(spec)?;
        let metadata = label::metadata(spec)?;
        let draft = Draft::create(path, ".mp4")?;
        let video = VideoTrack::open(spec)?;
        let audio = AudioTrack::open(spec)?;
        let output = open_output(&draft, spec, &video, &audio, &metadata)?;
        Ok(Self { output, video, audio, spec: spec.clone(), metadata, draft })
    }

    /// Adds the next frame: `height * width * 3` bytes of RGB, full range, rows from the top.
    pub fn write_frame(&mut self, rgb: &[u8]) -> Result<()> {
        let (width, height) = (self.spec.width as usize, self.spec.height as usize);
        if rgb.len() != width * height * 3 {
            let expected = width * height * 3;
            return Err(Error::Spec(format!(
                "a frame of {width}x{height} has {expected} bytes, but {} were given",
                rgb.len()
            )));
        }
        ffmpeg::start();
        self.video.push(rgb).map_err(|error| self.failed("encode a frame", error))?;
        self.drain_video()?;
        self.encode_sound()
    }

    /// Adds the next samples, one slice per channel of [`ClipSpec::channels`], equally long, full scale at ±1. Sound and
    /// frames may come in any order and any portions.
    pub fn write_samples(&mut self, channels: &[Vec<f32>]) -> Result<()> {
        let length = channels.first().map_or(0, Vec::len);
        if channels.len() != self.spec.channels.count() || channels.iter().any(|channel| channel.len() != length) {
            let lengths: Vec<usize> = channels.iter().map(Vec::len).collect();
            let expected = self.spec.channels.word();
            return Err(Error::Spec(format!(
                "the clip takes {expected} sound, but channels of {lengths:?} samples came"
            )));
        }
        ffmpeg::start();
        self.audio.push(channels).map_err(|error| self.failed("resample the sound", error))?;
        self.encode_sound()
    }

    /// Completes the file, reads it back, and puts it in place of `path`. Sound is cut or padded with silence to the exact
    /// length of the picture.
    pub fn finish(mut self) -> Result<ClipInfo> {
        ffmpeg::start();
        let frames = self.video.frames();
        if frames == 0 {
            return Err(Error::Spec("a clip needs at least one frame".into()));
        }
        let end = sound_length(frames, self.spec.fps);
        self.video.end().map_err(|error| self.failed("end the picture", error))?;
        self.drain_video()?;
        self.audio.end(end).map_err(|error| self.failed("encode the sound", error))?;
        self.drain_audio(end)?;
        self.output.write_trailer().map_err(|error| self.failed("complete the file", error))?;
        let Self { output, video, spec, metadata, draft, .. } = self;
        drop(output);
        let path = draft.place().to_path_buf();
        check::check(&draft, &spec, frames, &metadata).map_err(|why| Error::Check { why, path: path.clone() })?;
        let bytes = draft.publish()?;
        let duration_secs = frames as f64 / spec.fps.per_second();
        Ok(ClipInfo { path, frames, duration_secs, bytes, encoder: video.name().to_owned() })
    }

    fn encode_sound(&mut self) -> Result<()> {
        let end = sound_length(self.video.frames(), self.spec.fps);
        self.audio.encode(end).map_err(|error| self.failed("encode the sound", error))?;
        self.drain_audio(i64::MAX as u64)
    }

    fn drain_video(&mut self) -> Result<()> {
        while let Some(packet) = self.video.pull().map_err(|error| self.failed("encode a frame", error))? {
            let units = (self.spec.fps.den as i32, self.spec.fps.num as i32);
            self.write(packet, VIDEO, units)?;
        }
        Ok(())
    }

    fn drain_audio(&mut self, end: u64) -> Result<()> {
        while let Some(packet) = self.audio.pull(end) {
            self.write(packet, AUDIO, (1, CLIP_RATE as i32))?;
        }
        Ok(())
    }

    /// Hands a packet whose times are in `units` of a second to the muxer.
    fn write(&mut self, mut packet: Packet, track: usize, units: (i32, i32)) -> Result<()> {
        let stream_units = self.output.stream(track).map(|stream| stream.time_base());
        packet.set_stream(track);
        packet.set_position(-1);
        packet.rescale_ts(units, stream_units.unwrap_or(units.into()));
        packet.write_interleaved(&mut self.output).map_err(|error| self.failed("write to the file", error))
    }

    fn failed(&self, action: &'static str, error: ffmpeg_next::Error) -> Error {
        Error::write(action, error, self.draft.place())
    }
}

fn validate(spec: &ClipSpec) -> Result<()> {
    let ClipSpec { width, height, fps, sample_rate, .. } = *spec;
    let refuse = |why: String| Err(Error::Spec(why));
    if width % 2 != 0 || height % 2 != 0 {
        return refuse(format!("a clip's sides must be even, but {width}x{height} was asked for"));
    }
    if width.min(height) < 16 || width.max(height) > MAX_SIDE {
        return refuse(format!("a clip's sides must be 16 to {MAX_SIDE} pixels, but {width}x{height} was asked for"));
    }
    // 1000 is far above any screen, and keeps every count of time within its type.
    if fps.den == 0 || !(1.0..=1000.0).contains(&fps.per_second()) || fps.num > 1_000_000 {
        return refuse(format!("a clip's frame rate must be 1 to 1000, but {}/{} was asked for", fps.num, fps.den));
    }
    if !(1_000..=384_000).contains(&sample_rate) {
        return refuse(format!("sound at {sample_rate} Hz cannot be used; give it at 1000 to 384000 Hz"));
    }
    Ok(())
}

/// How many samples of sound go with so many frames, to the nearest.
fn sound_length(frames: u64, fps: FrameRate) -> u64 {
    let (num, den) = (u128::from(fps.num), u128::from(fps.den));
    ((u128::from(frames) * den * u128::from(CLIP_RATE) * 2 + num) / (num * 2)) as u64
}

/// Opens the temporary file for the muxer and writes its head.
fn open_output(
    draft: &Draft,
    spec: &ClipSpec,
    video: &VideoTrack,
    audio: &AudioTrack,
    metadata: &BTreeMap<String, String>,
) -> Result<format::context::Output> {
    let action = "start the file";
    let refused = |why| Error::Write { action, why, path: draft.place().to_path_buf() };
    let failed = |error| Error::write(action, error, draft.place());
    let mut output = allocate(&file_url(draft.path()).map_err(refused)?).map_err(failed)?;
    let rate = (spec.fps.num as i32, spec.fps.den as i32);
    let mut stream = output.add_stream_with(video.encoder()).map_err(failed)?;
    stream.set_time_base((rate.1, rate.0));
    stream.set_avg_frame_rate(rate);
    stream.set_rate(rate);
    let mut stream = output.add_stream_with(audio.encoder()).map_err(failed)?;
    stream.set_time_base((1, CLIP_RATE as i32));
    output.set_metadata(metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect());
    let mut options = Dictionary::new();
    // Without `use_metadata_tags` FFmpeg drops every name that it does not know, in silence.
    options.set("movflags", "+faststart+use_metadata_tags");
    options.set("use_editlist", "0");
    // The whole file's length is written in these units; FFmpeg's milliseconds would not fit most frame rates.
    options.set("movie_timescale", &CLIP_RATE.to_string());
    let left = output.write_header_with(options).map_err(failed)?;
    none_left(&left).map_err(refused)?;
    drop(left);
    Ok(output)
}

/// A muxer for an mp4 at this address. Unlike the binding's own call it takes names that are not Unicode.
fn allocate(url: &CString) -> std::result::Result<format::context::Output, ffmpeg_next::Error> {
    let mut context = std::ptr::null_mut();
    // SAFETY: FFmpeg allocates the context; it is freed here on failure and by its owner on success.
    unsafe {
        let made =
            ffi::avformat_alloc_output_context2(&raw mut context, std::ptr::null_mut(), c"mp4".as_ptr(), url.as_ptr());
        if made < 0 {
            return Err(made.into());
        }
        let opened = ffi::avio_open(&raw mut (*context).pb, url.as_ptr(), ffi::AVIO_FLAG_WRITE);
        if opened < 0 {
            ffi::avformat_free_context(context);
            return Err(opened.into());
        }
        Ok(format::context::Output::wrap(context))
    }
}

/// How FFmpeg is told to open this file and not, say, a protocol that its name looks like.
fn file_url(path: &Path) -> std::result::Result<CString, String> {
    let mut url = b"file:".to_vec();
    #[cfg(unix)]
    url.extend_from_slice(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
    #[cfg(not(unix))]
    url.extend_from_slice(path.to_str().ok_or("its folder's name is not valid Unicode")?.as_bytes());
    CString::new(url).map_err(|_| "its name contains a zero byte".to_owned())
}

/// The next packet of an encoder, if one is ready.
fn ready(encoder: &mut encoder::Encoder) -> std::result::Result<Option<Packet>, ffmpeg_next::Error> {
    let mut packet = Packet::empty();
    match encoder.receive_packet(&mut packet) {
        Ok(()) => Ok(Some(packet)),
        Err(ffmpeg_next::Error::Eof | ffmpeg_next::Error::Other { errno: ffmpeg_next::error::EAGAIN }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// FFmpeg leaves options that it does not know, which a typing error makes of any.
fn none_left(options: &Dictionary<'_>) -> std::result::Result<(), String> {
    match options.iter().next() {
        None => Ok(()),
        Some((name, value)) => Err(format!("this FFmpeg does not know the option {name}={value}")),
    }
}
