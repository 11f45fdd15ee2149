//! What a run tells its caller while it works, and how pictures and sound leave it.

use std::ops::ControlFlow;

use crate::Result;
use crate::image::Frames;

/// The stages of a run, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Weights are opened and checked.
    Load,
    /// The prompt becomes text features.
    Text,
    /// The reference picture and the given voice become latents.
    Reference,
    /// Noise becomes the latents of picture and sound.
    Denoise,
    /// The latents are refined at a larger size.
    Upscale,
    /// Audio latents become sound.
    DecodeAudio,
    /// Video latents become frames.
    DecodeVideo,
}

/// News of a run. Times are seconds since the stage began.
pub enum Event<'a> {
    /// A stage begins.
    Started {
        /// The stage.
        stage: Stage,
        /// How many steps it reports; 0 where it reports none.
        steps: usize,
    },
    /// A step of a stage is done.
    Step {
        /// The stage.
        stage: Stage,
        /// Steps done so far, from 1.
        done: usize,
        /// Steps in all.
        total: usize,
        /// The clip as it looks now, for the denoising stages.
        preview: Option<&'a dyn Preview>,
    },
    /// A stage is finished.
    Finished {
        /// The stage.
        stage: Stage,
        /// How long it took.
        seconds: f64,
    },
    /// The run goes on, but not exactly as asked.
    Notice(String),
}

/// A picture of an unfinished clip, made only when somebody asks for it.
pub trait Preview {
    /// One small frame of the clip as it would look if the run ended now.
    ///
    /// # Errors
    /// The decoder failed.
    fn render(&self) -> Result<Frames>;
}

/// A run of sound samples, one vector a channel, full scale at ±1.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// Samples per second.
    pub sample_rate: u32,
    /// One vector a channel, all of one length.
    pub channels: Vec<Vec<f32>>,
}

impl Sound {
    /// Length in seconds.
    pub fn duration_secs(&self) -> f64 {
        self.channels.first().map_or(0, Vec::len) as f64 / f64::from(self.sample_rate.max(1))
    }
}

/// Where a run's news, frames and samples go.
///
/// The sound comes first and whole, in chunks; then the frames, in chunks and in order.
pub trait Sink {
    /// Takes news; [`ControlFlow::Break`] cancels the run, which then ends with [`crate::Error::Cancelled`].
    fn event(&mut self, event: Event<'_>) -> ControlFlow<()>;

    /// Takes the next samples.
    ///
    /// # Errors
    /// Whatever the taker fails with ends the run.
    fn samples(&mut self, sound: &Sound) -> Result<()>;

    /// Takes the next frames.
    ///
    /// # Errors
    /// Whatever the taker fails with ends the run.
    fn frames(&mut self, frames: &Frames) -> Result<()>;
}
