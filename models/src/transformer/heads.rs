//! The way out of the transformer: a norm and a linear layer for video and for audio, and what is added to their results.

use candle_core::Tensor;

use super::adapter::{OUTSIDE, one_kind};
use super::config::Config;
use super::coords::Grid;
use super::tokens::{self, Latents};
use crate::Result;
use crate::ops::Routing;
use crate::ops::linear::{Activation, Linear, Then};
use crate::ops::norm::RmsNorm;
use crate::weights::Scope;

/// Reads what the network has to say off the residual stream; float32 throughout.
///
/// Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` (commit 209209b), end of `DiTModel.forward`; the skips are
/// additions, see [`Config`].
pub struct Heads {
    video_norm: RmsNorm,
    video: Linear,
    audio_norm: RmsNorm,
    audio: Linear,
    first: Option<Linear>,
    input_skip: bool,
}

impl Heads {
    /// Loads `final_norm_*` and `final_linear_*`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn new(config: &Config, scope: &Scope) -> Result<Self> {
        let hidden = config.hidden_size;
        let linear = |name: &str, width| {
            Linear::new(hidden, width, 1, Activation::None, OUTSIDE, &scope.pp(format!("final_linear_{name}")))
        };
        let norm = |name: &str| RmsNorm::new(hidden, 1, &scope.pp(format!("final_norm_{name}")));
        Ok(Self {
            video_norm: norm("video")?,
            video: linear("video", config.video_in_channels)?,
            audio_norm: norm("audio")?,
            audio: linear("audio", config.audio_in_channels)?,
            first: config.first_frame_skip.then(|| linear("first", config.video_in_channels)).transpose()?,
            input_skip: config.input_skip,
        })
    }

    /// The residual stream `[l, hidden]` to the velocity at `latents`, or that times the noise level where there is an input
    /// skip. `first_given` tells that the first frame of `latents` has no noise.
    ///
    /// # Errors
    /// Another width or length.
    pub fn forward(
        &self,
        x: &Tensor,
        latents: &Latents,
        routing: &Routing,
        grid: Grid,
        first_given: bool,
    ) -> Result<Latents> {
        let seen = normed(&self.video_norm, &x.narrow(0, 0, routing.video)?)?;
        let heard = normed(&self.audio_norm, &x.narrow(0, routing.video, routing.audio)?)?;
        let mut video = tokens::unpack_video(&read(&self.video, &seen)?, grid)?;
        let audio = read(&self.audio, &heard)?.unsqueeze(0)?;
        if !self.input_skip {
            return Ok(Latents { video, audio });
        }
        if let (Some(first), 2..) = (&self.first, grid.frames) {
            // What is said of a frame is its clean latents, negative.
            let said = video.narrow(2, 0, 1)?;
            let clean = if first_given { latents.video.narrow(2, 0, 1)? } else { said.neg()? };
            let later = video.narrow(2, 1, grid.frames - 1)?;
            let shares = tokens::unpack_video(&read(first, &seen)?, grid)?.narrow(2, 1, grid.frames - 1)?;
            let later = (&later - (shares * later.broadcast_add(&clean)?)?)?;
            video = Tensor::cat(&[said, later], 2)?;
        }
        Ok(Latents { video: (video + &latents.video)?, audio: (audio + &latents.audio)? })
    }
}

fn normed(norm: &RmsNorm, rows: &Tensor) -> Result<Tensor> {
    norm.forward(rows, &one_kind(rows)?, OUTSIDE)
}

fn read(head: &Linear, rows: &Tensor) -> Result<Tensor> {
    head.forward(rows, &one_kind(rows)?, Then::Return)
}
