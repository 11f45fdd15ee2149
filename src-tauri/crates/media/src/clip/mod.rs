//! Writing clips.

mod audio;
mod check;
mod video;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use self::{audio::AudioTrack, video::VideoTrack};
use crate::{
    Channels, Error, Result,
    encode::{Container, Muxer, RATE, VideoCodec, sound_length},
    ffmpeg,
    files::Draft,
    provenance::{self, Aigc},
};

/// Who made it, where nobody has registered a provider code.
const PRODUCER: &str = "Gallop";

/// Frames per second as an exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
        sample_rate: RATE,
        channels: Channels::Stereo,
        produce_id: String::new(),
        metadata: BTreeMap::new(),
    };
    Ok(VideoTrack::open(&spec)?.encoder.name())
}

/// Writes one mp4: H.264 High and AAC-LC, tagged BT.709, constant frame rate, index first, no edit lists, labelled as
/// AI-made. Until [`ClipWriter::finish`] returns there is only a temporary file beside `path`; dropping the writer removes
/// it and leaves whatever stood at `path` untouched.
///
/// Frames are encoded as they come. Sound that runs ahead of the picture waits in memory (0.4 MB a second); packets of a
/// picture that runs ahead of the sound wait too, as encoded, for 10 seconds at most.
pub struct ClipWriter {
    // First, so that the file is closed before it is removed.
    output: Muxer,
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
        let metadata = provenance::tags(&Aigc::new(PRODUCER, &spec.produce_id)?, &spec.metadata)?;
        let draft = Draft::create(path, ".mp4")?;
        let video = VideoTrack::open(spec)?;
        let audio = AudioTrack::open(spec)?;
        let picture = (&video.encoder, VideoCodec::H264, spec.fps);
        let output = Muxer::open(&draft, Container::Mp4, Some(picture), Some(&audio.encoder), &metadata)?;
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
        let frames = self.video.encoder.frames();
        if frames == 0 {
            return Err(Error::Spec("a clip needs at least one frame".into()));
        }
        let end = sound_length(frames, self.spec.fps);
        self.video.encoder.end().map_err(|error| self.failed("end the picture", error))?;
        self.drain_video()?;
        self.audio.end(end).map_err(|error| self.failed("encode the sound", error))?;
        self.drain_audio(end)?;
        let Self { output, video, spec, metadata, draft, .. } = self;
        output.finish()?;
        let path = draft.place().to_path_buf();
        check::check(&draft, &spec, frames, &metadata).map_err(|why| Error::Check { why, path: path.clone() })?;
        let bytes = draft.publish()?;
        let duration_secs = frames as f64 / spec.fps.per_second();
        Ok(ClipInfo { path, frames, duration_secs, bytes, encoder: video.encoder.name().to_owned() })
    }

    fn encode_sound(&mut self) -> Result<()> {
        let end = sound_length(self.video.encoder.frames(), self.spec.fps);
        self.audio.encoder.encode(end).map_err(|error| self.failed("encode the sound", error))?;
        self.drain_audio(i64::MAX as u64)
    }

    fn drain_video(&mut self) -> Result<()> {
        while let Some(packet) = self.video.encoder.pull().map_err(|error| self.failed("encode a frame", error))? {
            self.output.write(packet, VIDEO)?;
        }
        Ok(())
    }

    fn drain_audio(&mut self, end: u64) -> Result<()> {
        while let Some(packet) = self.audio.encoder.pull(end) {
            self.output.write(packet, AUDIO)?;
        }
        Ok(())
    }

    fn failed(&self, action: &'static str, error: ffmpeg_next::Error) -> Error {
        Error::write(action, error, self.draft.place())
    }
}

fn validate(spec: &ClipSpec) -> Result<()> {
    video::wanted(spec).check("a clip")?;
    if !(1_000..=384_000).contains(&spec.sample_rate) {
        let found = spec.sample_rate;
        return Err(Error::Spec(format!("sound at {found} Hz cannot be used; give it at 1000 to 384000 Hz")));
    }
    Ok(())
}
