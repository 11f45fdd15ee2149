//! The upscale stage: a clip from the base stage at its final size.
//!
//! Source: daVinci-MagiHuman `inference/pipeline/video_generate.py` (commit 209209b), `evaluate`.

use candle_core::Tensor;

use super::denoise::{OnStep, check_image, hold_first_frame, report};
use super::guidance::{Guided, UpscaleGuidance};
use super::interpolate::resize;
use super::noise::{Draw, Noise};
use super::schedule::{Schedule, zero_snr_sigmas};
use super::solver::{self, UniPc};
use crate::transformer::{Condition, CoordStyle, Grid, Latents, Text, Transformer};
use crate::{Error, Result};

/// What the upscale stage is to make.
#[derive(Clone, Debug)]
pub struct Upscale {
    /// How many steps; 5 in the released models.
    pub steps: usize,
    /// The schedule's shift; 5 in the released models.
    pub shift: f64,
    /// How much noise is mixed into the enlarged video, as an index into [`zero_snr_sigmas`]; 220 in the released models,
    /// 0 for none.
    pub noise_level: usize,
    /// The share of noise in the audio that the model listens to; 0.7 in the released models.
    pub audio_noise: f64,
    /// Guidance, or one call per step without.
    pub guidance: Option<Guided<UpscaleGuidance>>,
    /// The encoded prompt, the same as the base stage's; two tokens at least.
    pub text: Text,
    /// Latent rows of the result.
    pub height: usize,
    /// Latent columns of the result.
    pub width: usize,
    /// The reference picture encoded at the final size, `[1, c, 1, h, w]` float32.
    pub image_latent: Option<Tensor>,
    /// How many latent frames local layers see to each side, where the model has such layers; 11 in the released ones.
    pub frame_radius: Option<usize>,
}

impl Upscale {
    /// What the stage starts from: the base video enlarged and noised, and the audio that the model listens to.
    ///
    /// # Errors
    /// [`Error::Input`] for a noise level above 999, or a share of noise that is none.
    pub fn start(&self, base: &Latents, noise: &mut dyn Noise) -> Result<Latents> {
        let mut video = resize(&base.video, self.height, self.width)?;
        let device = video.device().clone();
        if self.noise_level != 0 {
            let kept = zero_snr_sigmas().get(self.noise_level).copied();
            let kept = kept.ok_or_else(|| Error::Input(format!("noise level {} is above 999", self.noise_level)))?;
            let kept = f64::from(kept);
            let fresh = noise.normal(Draw::UpscaleVideo, video.dims(), &device)?;
            video = ((video * kept)? + (fresh * (1.0 - kept * kept).sqrt())?)?;
        }
        if !(0.0..=1.0).contains(&self.audio_noise) {
            return Err(Error::Input(format!(
                "a share of noise in the audio of {} is not between 0 and 1",
                self.audio_noise
            )));
        }
        let fresh = noise.normal(Draw::UpscaleAudio, base.audio.dims(), &device)?;
        let audio = ((fresh * self.audio_noise)? + (&base.audio * (1.0 - self.audio_noise))?)?;
        Ok(Latents { video, audio })
    }
}

/// Brings a clip to its final size: video `[1, c, t, height, width]` float32, with the base stage's audio untouched.
///
/// # Errors
/// [`Error::Cancelled`] where `on_step` breaks; [`Error::Input`] for shapes that do not fit the model or each other.
pub fn upscale(
    transformer: &Transformer,
    base: &Latents,
    request: &Upscale,
    noise: &mut dyn Noise,
    on_step: &mut OnStep,
) -> Result<Latents> {
    let schedule = Schedule::new(request.steps, request.shift)?;
    let grid = Grid { frames: base.video.dim(2)?, height: request.height, width: request.width };
    let image = request.image_latent.as_ref();
    check_image(image, transformer.config().video_channels(), grid)?;
    let audio_len = base.audio.dim(1)?;
    let condition = |text: &Text| -> Result<Condition> {
        let condition = transformer.condition(text, grid, audio_len, CoordStyle::Upscale, request.frame_radius)?;
        Ok(condition.with_first_frame(image.is_some()))
    };
    let conditional = condition(&request.text)?;
    let unconditional = request.guidance.as_ref().map(|guided| condition(&guided.negative)).transpose()?;
    let mut latents = request.start(base, noise)?;
    let mut solver = UniPc::new(schedule.clone());

    for index in 0..schedule.steps() {
        let sigma = schedule.sigmas()[index];
        latents.video = hold_first_frame(latents.video, image)?;
        let mut velocity = transformer.velocity(&latents, &conditional, sigma)?;
        if let (Some(guided), Some(unconditional)) = (&request.guidance, &unconditional) {
            let without = transformer.velocity(&latents, unconditional, sigma)?;
            velocity.video = guided.scales.apply(&velocity.video, &without.video)?;
        }
        let clean = solver::clean(&latents.video, &velocity.video, sigma)?;
        latents.video = solver.step(&latents.video, &velocity.video)?;
        report(index, &schedule, &latents, &velocity, &hold_first_frame(clean, image)?, on_step)?;
    }
    Ok(Latents { video: hold_first_frame(latents.video, image)?, audio: base.audio.clone() })
}
