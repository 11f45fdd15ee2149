//! Drawing, mixing and encoding.

use std::{
    sync::mpsc::{Receiver, sync_channel},
    time::{Duration, Instant},
};

use ffmpeg_next::software::scaling::{Context, Flags};

use super::{ExportSpec, lag::Reference};
use crate::{
    Error, Picture, Result, Ticks,
    encode::{AudioEncoder, Muxer, RATE, Scaler, VideoEncoder, sound_length},
    ffmpeg::{self, explain},
    files::Draft,
    loudness::{Level, Limiter},
    picture::to_rgb,
    render::{Frame, Graph, Mixer, Painter},
};

/// Frames that are drawn ahead of the encoder.
const AHEAD: usize = 3;
/// Sound without pictures is written in portions of a second.
const PORTION: u64 = RATE as u64;
/// Frames are shown this far apart at least.
const SHOW_EVERY: Duration = Duration::from_millis(250);
/// The longer side of a frame that is shown.
const SHOWN_SIDE: u32 = 480;

/// Open encoders and an open file.
pub(super) struct Writing<'a> {
    spec: &'a ExportSpec,
    video: Option<VideoEncoder>,
    audio: Option<AudioEncoder>,
    muxer: Muxer,
    passed_over: Vec<String>,
    frames: u64,
    samples: u64,
    limiter: Option<Limiter>,
    reference: Reference,
    /// Samples mixed so far.
    mixed: u64,
}

/// What was written.
pub(super) struct Written {
    pub(super) frames: u64,
    pub(super) samples: u64,
    pub(super) encoder: Option<String>,
    pub(super) passed_over: Vec<String>,
    pub(super) reference: Reference,
}

impl<'a> Writing<'a> {
    /// Opens everything that is needed for a graph.
    pub(super) fn open(graph: &Graph, spec: &'a ExportSpec, draft: &Draft) -> Result<Self> {
        let (mut video, mut passed_over) = (None, Vec::new());
        if let Some(picture) = &spec.picture {
            let (encoder, tried) = VideoEncoder::open(picture)?;
            (video, passed_over) = (Some(encoder), tried);
        }
        let audio = spec.sound.as_ref().map(AudioEncoder::open).transpose()?;
        let metadata = spec.provenance.tags(&spec.metadata)?;
        let picture = video.as_ref().zip(spec.picture.as_ref());
        let picture = picture.map(|(encoder, picture)| (encoder, picture.codec, picture.fps));
        let muxer = Muxer::open(draft, spec.container, picture, audio.as_ref(), &metadata)?;
        let reference = Reference::new(audio.as_ref().map_or(0, AudioEncoder::priming));
        let (frames, samples) = (spec.frames(graph.duration), spec.samples(graph.duration));
        Ok(Self { spec, video, audio, muxer, passed_over, frames, samples, limiter: None, reference, mixed: 0 })
    }

    /// The hardware encoder that makes the pictures, if it is one.
    pub(super) fn hardware(&self) -> Option<&'static str> {
        self.video.as_ref().filter(|video| video.is_hardware()).map(VideoEncoder::name)
    }

    /// Makes the sound louder or softer from now on.
    pub(super) fn set_level(&mut self, level: &Level) {
        self.limiter = Some(Limiter::new(level.gain_db, level.ceiling_db));
    }

    /// Writes everything and closes the file. `tell` is told how much is done, 0 to 1, and at times shown a frame.
    pub(super) fn run(
        mut self,
        painter: Option<Painter>,
        mixer: &mut Mixer,
        tell: impl FnMut(f64, Option<Picture>) -> Result<()>,
    ) -> Result<Written> {
        match painter {
            Some(painter) => self.pictures(painter, mixer, tell)?,
            None => self.sound_alone(mixer, tell)?,
        }
        self.end(mixer)?;
        let Self { video, muxer, passed_over, frames, samples, reference, .. } = self;
        muxer.finish()?;
        let encoder = video.map(|video| video.name().to_owned());
        Ok(Written { frames, samples, encoder, passed_over, reference })
    }

    /// Draws on another thread, encodes on this one.
    fn pictures(
        &mut self,
        mut painter: Painter,
        mixer: &mut Mixer,
        tell: impl FnMut(f64, Option<Picture>) -> Result<()>,
    ) -> Result<()> {
        let Some(fps) = self.spec.picture.as_ref().map(|picture| picture.fps) else { return Ok(()) };
        let frames = self.frames;
        let (give, take) = sync_channel(AHEAD);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for number in 0..frames {
                    let drawn = painter.frame(Ticks::of_frames(number, fps));
                    let failed = drawn.is_err();
                    // Nobody takes it once the encoder has failed or the export was stopped.
                    if give.send(drawn).is_err() || failed {
                        break;
                    }
                }
            });
            let done = self.encode(&take, mixer, tell);
            // Now, so that the thread's next frame finds nobody.
            drop(take);
            done
        })
    }

    fn encode(
        &mut self,
        drawn: &Receiver<Result<Frame>>,
        mixer: &mut Mixer,
        mut tell: impl FnMut(f64, Option<Picture>) -> Result<()>,
    ) -> Result<()> {
        let mut shown: Option<Instant> = None;
        let Some(fps) = self.spec.picture.as_ref().map(|picture| picture.fps) else { return Ok(()) };
        for number in 0..self.frames {
            // A thread that ends early without a word has been ended by a panic.
            let frame = drawn.recv().map_err(|_| Error::Spec(format!("frame {number} could not be drawn")))??;
            ffmpeg::start();
            let show = shown.is_none_or(|shown| shown.elapsed() >= SHOW_EVERY);
            let picture = if show { Some(small(&frame)?) } else { None };
            if show {
                shown = Some(Instant::now());
            }
            let frame = frame.into_video();
            self.reference.see(&frame)?;
            let failed = |error| Error::write("encode a frame", error, &self.spec.place);
            if let Some(video) = &mut self.video {
                video.push(frame).map_err(failed)?;
                while let Some(packet) = video.pull().map_err(failed)? {
                    self.muxer.write(packet, 0)?;
                }
            }
            if self.audio.is_some() {
                self.mix(mixer, sound_length(number + 1, fps))?;
            }
            tell((number + 1) as f64 / self.frames as f64, picture)?;
        }
        Ok(())
    }

    fn sound_alone(
        &mut self,
        mixer: &mut Mixer,
        mut tell: impl FnMut(f64, Option<Picture>) -> Result<()>,
    ) -> Result<()> {
        while self.mixed < self.samples {
            self.mix(mixer, (self.mixed + PORTION).min(self.samples))?;
            tell(self.mixed as f64 / self.samples.max(1) as f64, None)?;
        }
        Ok(())
    }

    /// Mixes and encodes sound up to this sample, as far as the limiter gives it out.
    fn mix(&mut self, mixer: &mut Mixer, to: u64) -> Result<()> {
        let Some(portion) = to.checked_sub(self.mixed).filter(|portion| *portion > 0) else { return Ok(()) };
        let sound = mixer.mix(self.mixed, usize::try_from(portion).unwrap_or(usize::MAX))?;
        self.mixed = to;
        let sound = match &mut self.limiter {
            Some(limiter) => limiter.push(&sound),
            None => sound,
        };
        self.hear(&sound, to)
    }

    /// Gives sound to the encoder, and its packets to the file.
    fn hear(&mut self, sound: &[Vec<f32>; 2], to: u64) -> Result<()> {
        let Some(audio) = &mut self.audio else { return Ok(()) };
        self.reference.hear(sound);
        audio.push([&sound[0], &sound[1]]);
        audio.encode(to).map_err(|error| Error::write("encode the sound", error, &self.spec.place))?;
        self.drain(u64::MAX >> 1)
    }

    fn drain(&mut self, end: u64) -> Result<()> {
        let track = usize::from(self.video.is_some());
        let Some(audio) = &mut self.audio else { return Ok(()) };
        while let Some(packet) = audio.pull(end) {
            self.muxer.write(packet, track)?;
        }
        Ok(())
    }

    /// Gives out what is held back.
    fn end(&mut self, mixer: &mut Mixer) -> Result<()> {
        ffmpeg::start();
        let failed = |error| Error::write("end the picture", error, &self.spec.place);
        if let Some(video) = &mut self.video {
            video.end().map_err(failed)?;
            while let Some(packet) = video.pull().map_err(failed)? {
                self.muxer.write(packet, 0)?;
            }
        }
        if self.audio.is_some() {
            self.mix(mixer, self.samples)?;
            if let Some(limiter) = self.limiter.take() {
                self.hear(&limiter.finish(), self.samples)?;
            }
        }
        if let Some(audio) = &mut self.audio {
            let failed = |error| Error::write("encode the sound", error, &self.spec.place);
            audio.end(self.samples).map_err(failed)?;
        }
        self.drain(self.samples)
    }
}

/// A frame to look at while the work goes on.
fn small(frame: &Frame) -> Result<Picture> {
    let (width, height) = frame.size();
    let longer = width.max(height);
    if longer <= SHOWN_SIDE {
        return frame.to_picture();
    }
    let scaled = |side: u32| ((u64::from(side) * u64::from(SHOWN_SIDE) / u64::from(longer)) as u32).max(2) & !1;
    let (to_width, to_height) = (scaled(width), scaled(height));
    let failed = |why: String| Error::Spec(format!("a frame could not be shown ({why})"));
    let video = frame.video();
    let format = video.format();
    let context = Context::get(format, width, height, format, to_width, to_height, Flags::FAST_BILINEAR);
    let mut scaler = Scaler(context.map_err(|error| failed(explain(error)))?);
    let mut shrunk = ffmpeg_next::frame::Video::empty();
    scaler.0.run(video, &mut shrunk).map_err(|error| failed(explain(error)))?;
    shrunk.set_color_space(ffmpeg_next::color::Space::BT709);
    shrunk.set_color_range(ffmpeg_next::color::Range::MPEG);
    to_rgb(&shrunk).map_err(failed)
}
