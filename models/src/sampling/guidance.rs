//! Classifier-free guidance: how far past the unconditional velocity to go.
//!
//! Source: daVinci-MagiHuman `inference/pipeline/video_generate.py` (commit 209209b), `evaluate_with_latent`.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::transformer::{Latents, Text};

/// Guidance and what it leads away from.
#[derive(Clone, Debug)]
pub struct Guided<S> {
    /// How strong it is.
    pub scales: S,
    /// The encoded negative prompt.
    pub negative: Text,
}

/// Guidance of the base stage. A scale of 1 is no guidance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guidance {
    /// For the video while the timestep is above 500.
    pub video: f64,
    /// For the video afterwards.
    pub video_low: f64,
    /// For the audio.
    pub audio: f64,
}

impl Default for Guidance {
    fn default() -> Self {
        Self { video: 5.0, video_low: 2.0, audio: 5.0 }
    }
}

impl Guidance {
    /// The guided velocity at a timestep.
    ///
    /// # Errors
    /// Shapes that differ.
    pub fn apply(&self, conditional: &Latents, unconditional: &Latents, timestep: i64) -> Result<Latents> {
        let video = if timestep > 500 { self.video } else { self.video_low };
        let lead = |conditional: &Tensor, unconditional: &Tensor, scale: f64| -> Result<Tensor> {
            Ok((unconditional + ((conditional - unconditional)? * scale)?)?)
        };
        Ok(Latents {
            video: lead(&conditional.video, &unconditional.video, video)?,
            audio: lead(&conditional.audio, &unconditional.audio, self.audio)?,
        })
    }
}

/// Guidance of the upscale stage: weaker in the first frames, which overexpose otherwise where a picture is given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpscaleGuidance {
    /// For the video.
    pub video: f64,
    /// For the first frames, where it is less than `video`.
    pub first: f64,
    /// How many latent frames are first.
    pub first_frames: usize,
}

impl Default for UpscaleGuidance {
    fn default() -> Self {
        Self { video: 3.5, first: 2.0, first_frames: 13 }
    }
}

impl UpscaleGuidance {
    /// The guided video velocity `[1, c, t, h, w]`.
    ///
    /// # Errors
    /// Shapes that differ.
    pub fn apply(&self, conditional: &Tensor, unconditional: &Tensor) -> Result<Tensor> {
        let frames = conditional.dim(2)?;
        let first = self.first.min(self.video);
        let scales: Vec<f32> =
            (0..frames).map(|frame| if frame < self.first_frames { first } else { self.video } as f32).collect();
        let scales = Tensor::from_vec(scales, (1, 1, frames, 1, 1), conditional.device())?;
        Ok((unconditional + (conditional - unconditional)?.broadcast_mul(&scales)?)?)
    }
}
