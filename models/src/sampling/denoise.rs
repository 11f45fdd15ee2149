//! The base stage: from noise to a clip in latent space.
//!
//! Source: daVinci-MagiHuman `inference/pipeline/video_generate.py` (commit 209209b), `evaluate_with_latent`.

use std::ops::ControlFlow;

use candle_core::{DType, Tensor};
use serde::{Deserialize, Serialize};

use super::guidance::{Guidance, Guided};
use super::noise::{Draw, Noise};
use super::schedule::Schedule;
use super::solver::{self, UniPc};
use crate::transformer::{Condition, CoordStyle, Grid, Latents, Text, Transformer};
use crate::{Error, Result};

/// How steps are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sampler {
    /// [`solver::renoise`]: the distilled models.
    Renoise,
    /// [`UniPc`].
    UniPc,
    /// [`solver::euler`].
    Euler,
}

/// Where the sound comes from.
#[derive(Clone, Debug)]
pub enum AudioSource {
    /// It is generated together with the picture.
    Generate {
        /// Length in audio latent frames.
        len: usize,
    },
    /// A given latent `[1, a, c]` float32, which stays as it is: the picture follows it.
    Given(Tensor),
    /// A given latent as the reference treats it: kept by [`Sampler::UniPc`], but noised again by [`Sampler::Renoise`] and
    /// moved by [`Sampler::Euler`], so that it comes back changed.
    GivenLoosely(Tensor),
}

/// What the base stage is to make.
#[derive(Clone, Debug)]
pub struct Denoise {
    /// How steps are made.
    pub sampler: Sampler,
    /// How many.
    pub steps: usize,
    /// The schedule's shift; 5 in the released models.
    pub shift: f64,
    /// Guidance, or one call per step without.
    pub guidance: Option<Guided<Guidance>>,
    /// The encoded prompt.
    pub text: Text,
    /// The size of the clip in latent cells.
    pub grid: Grid,
    /// Where the sound comes from.
    pub audio: AudioSource,
    /// The reference picture encoded, `[1, c, 1, h, w]` float32: it is the clip's first frame.
    pub image_latent: Option<Tensor>,
    /// Coordinates of the model.
    pub coords: CoordStyle,
    /// How many latent frames local layers see to each side, where the model has such layers.
    pub frame_radius: Option<usize>,
}

/// A step that was made.
pub struct Step<'a> {
    /// Which, from 0.
    pub index: usize,
    /// Of how many.
    pub total: usize,
    /// The state after the step.
    pub latents: &'a Latents,
    /// The guided velocity that the step took.
    pub velocity: &'a Latents,
    /// What the video is heading for, `[1, c, t, h, w]`: the preview.
    pub clean: &'a Tensor,
}

/// Sees each step; breaking stops the work with [`Error::Cancelled`].
pub type OnStep<'a> = dyn FnMut(&Step) -> ControlFlow<()> + 'a;

/// Makes a clip at the base size: video `[1, c, t, h, w]` and audio `[1, a, c]`, float32.
///
/// # Errors
/// [`Error::Cancelled`] where `on_step` breaks; [`Error::Input`] for shapes that do not fit the model or each other.
pub fn denoise(
    transformer: &Transformer,
    request: &Denoise,
    noise: &mut dyn Noise,
    on_step: &mut OnStep,
) -> Result<Latents> {
    let schedule = Schedule::new(request.steps, request.shift)?;
    let (config, grid) = (transformer.config(), request.grid);
    let device = request.text.features.device();
    let image = request.image_latent.as_ref();
    check_image(image, config.video_channels(), grid)?;
    let audio = match &request.audio {
        AudioSource::Generate { len } => noise.normal(Draw::Audio, &[1, *len, config.audio_in_channels], device)?,
        AudioSource::Given(audio) | AudioSource::GivenLoosely(audio) => audio.to_dtype(DType::F32)?,
    };
    let kept = match (&request.audio, request.sampler) {
        (AudioSource::Given(_), _) | (AudioSource::GivenLoosely(_), Sampler::UniPc) => true,
        (AudioSource::Generate { .. } | AudioSource::GivenLoosely(_), _) => false,
    };
    let shape = [1, config.video_channels(), grid.frames, grid.height, grid.width];
    let mut latents = Latents { video: noise.normal(Draw::Video, &shape, device)?, audio };
    let condition = |text: &Text| -> Result<Condition> {
        let audio_len = latents.audio.dim(1)?;
        let condition = transformer.condition(text, grid, audio_len, request.coords, request.frame_radius)?;
        Ok(condition.with_first_frame(image.is_some()))
    };
    let conditional = condition(&request.text)?;
    let unconditional = request.guidance.as_ref().map(|guided| condition(&guided.negative)).transpose()?;
    let mut video_solver = Solver::new(request.sampler, &schedule);
    let mut audio_solver = Solver::new(request.sampler, &schedule);

    for (index, timestep) in schedule.timesteps().iter().enumerate() {
        let sigma = schedule.sigmas()[index];
        latents.video = hold_first_frame(latents.video, image)?;
        let mut velocity = transformer.velocity(&latents, &conditional, sigma)?;
        if let (Some(guided), Some(unconditional)) = (&request.guidance, &unconditional) {
            let without = transformer.velocity(&latents, unconditional, sigma)?;
            velocity = guided.scales.apply(&velocity, &without, *timestep)?;
        }
        let clean = solver::clean(&latents.video, &velocity.video, sigma)?;
        let video = video_solver.step(&latents.video, &velocity.video, Draw::StepVideo(index), noise)?;
        let audio = match kept {
            true => latents.audio,
            false => audio_solver.step(&latents.audio, &velocity.audio, Draw::StepAudio(index), noise)?,
        };
        latents = Latents { video, audio };
        report(index, &schedule, &latents, &velocity, &hold_first_frame(clean, image)?, on_step)?;
    }
    latents.video = hold_first_frame(latents.video, image)?;
    Ok(latents)
}

/// Shows a step to the hook, if it came to something: a clip of values that are no numbers would be black and silent.
pub(super) fn report(
    index: usize,
    schedule: &Schedule,
    latents: &Latents,
    velocity: &Latents,
    clean: &Tensor,
    on_step: &mut OnStep,
) -> Result<()> {
    for latent in [&latents.video, &latents.audio] {
        if !latent.sum_all()?.to_dtype(DType::F32)?.to_scalar::<f32>()?.is_finite() {
            let why = "the network computed values that are no numbers: its files are damaged, or the card is; check the model";
            return Err(Error::Input(why.into()));
        }
    }
    match on_step(&Step { index, total: schedule.steps(), latents, velocity, clean }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

/// The video with the reference picture as its first frame.
pub(super) fn hold_first_frame(video: Tensor, image: Option<&Tensor>) -> Result<Tensor> {
    let Some(image) = image else { return Ok(video) };
    let first = image.narrow(2, 0, 1)?.to_dtype(DType::F32)?;
    Ok(Tensor::cat(&[&first, &video.narrow(2, 1, video.dim(2)? - 1)?], 2)?.contiguous()?)
}

/// Checks that a reference picture fits the clip.
pub(super) fn check_image(image: Option<&Tensor>, channels: usize, grid: Grid) -> Result<()> {
    let Some(image) = image else { return Ok(()) };
    let (_, c, frames, h, w) = image.dims5()?;
    if frames > 0 && (c, h, w) == (channels, grid.height, grid.width) {
        return Ok(());
    }
    let (height, width) = (grid.height, grid.width);
    Err(Error::Input(format!(
        "the reference picture's latent is {c} x {frames} x {h} x {w}, expected {channels} x 1 x {height} x {width}"
    )))
}

/// The steps of one modality.
struct Solver {
    sampler: Sampler,
    schedule: Schedule,
    unipc: UniPc,
    step: usize,
}

impl Solver {
    fn new(sampler: Sampler, schedule: &Schedule) -> Self {
        Self { sampler, schedule: schedule.clone(), unipc: UniPc::new(schedule.clone()), step: 0 }
    }

    fn step(&mut self, x: &Tensor, velocity: &Tensor, draw: Draw, noise: &mut dyn Noise) -> Result<Tensor> {
        let sigmas = self.schedule.sigmas();
        let (sigma, next) = (sigmas[self.step], sigmas[self.step + 1]);
        self.step += 1;
        match self.sampler {
            Sampler::UniPc => self.unipc.step(x, velocity),
            Sampler::Euler => solver::euler(x, velocity, sigma, next),
            // The reference draws noise for the last step too and multiplies it by 0.
            Sampler::Renoise if next == 0.0 => solver::clean(x, velocity, sigma),
            Sampler::Renoise => {
                let fresh = noise.normal(draw, x.dims(), x.device())?;
                solver::renoise(x, velocity, sigma, next, &fresh)
            }
        }
    }
}
