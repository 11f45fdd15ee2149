//! Oobleck: the audio autoencoder of Stable Audio, between stereo samples and 25 latents a second.
//!
//! Source: daVinci-MagiHuman, `inference/model/sa_audio/sa_audio_module.py` and `load_audio_and_encode` in
//! `inference/pipeline/video_process.py`, commit 209209b.

mod blocks;
mod config;
mod windows;

pub use config::Config;
pub use windows::{WINDOW_SECS, merge_windows};

use candle_core::{DType, Tensor};

use crate::ops::conv::Convolution;
use crate::weights::Scope;
use crate::{Error, Result};
use blocks::{DecoderBlock, EncoderBlock, snake, weight_normed};
use config::check_stack;

/// Turns samples into latents.
pub struct Encoder {
    config: Config,
    conv_in: Convolution,
    blocks: Vec<EncoderBlock>,
    conv_out: Convolution,
}

/// What the encoder says of a sound: a distribution per latent.
pub struct Posterior {
    /// Means `[b, 64, a]`.
    pub mean: Tensor,
    /// Spreads `[b, 64, a]`, before they are made positive.
    pub scale: Tensor,
}

/// Turns latents into samples.
pub struct Decoder {
    config: Config,
    conv_in: Convolution,
    blocks: Vec<DecoderBlock>,
    conv_out: Convolution,
}

/// Names stand below `pretransform.model` in the released file.
fn below_prefix(scope: &Scope, part: &str) -> Scope {
    let bare = scope.pp(part).pp("layers");
    if bare.shape("0.weight_v").is_some() { bare } else { scope.pp("pretransform.model").pp(part).pp("layers") }
}

impl Encoder {
    /// Loads the encoder; `scope` is the root of the file.
    ///
    /// # Errors
    /// The configuration is not one of this network, or a tensor is missing or misshapen.
    pub fn new(config: &Config, scope: &Scope) -> Result<Self> {
        let scope = below_prefix(scope, "encoder");
        let stack = config.encoder();
        check_stack(&stack.c_mults, &stack.strides, stack.channels, stack.use_snake)?;
        let mut width = stack.channels;
        let conv_in = weight_normed(&scope.pp(0), (stack.in_channels, width), 7)?.build(1, 1, 3)?;
        let mut blocks = Vec::new();
        for (i, (mult, stride)) in stack.c_mults.iter().zip(&stack.strides).enumerate() {
            let to = mult * stack.channels;
            blocks.push(EncoderBlock::new(&scope.pp(i + 1), width, to, *stride)?);
            width = to;
        }
        let last = blocks.len() + 1;
        let conv_out = weight_normed(&scope.pp(last + 1), (width, stack.latent_dim), 3)?.build(1, 1, 1)?;
        let conv_out = conv_out.after(snake(&scope.pp(last), width)?)?;
        Ok(Self { config: config.clone(), conv_in, blocks, conv_out })
    }

    /// The configuration it was built with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Encodes samples `[b, c, n]`, about -1 to 1, all at once.
    ///
    /// # Errors
    /// The channels differ, or there are fewer samples than one latent stands for.
    pub fn encode(&self, samples: &Tensor) -> Result<Posterior> {
        let channels = self.config.encoder().in_channels;
        let (_, found, n) = samples.dims3()?;
        let needed = self.config.downsampling_ratio();
        if found != channels {
            return Err(Error::Input(format!("the audio encoder takes {channels} channels, not {found}")));
        }
        if n < needed {
            return Err(Error::Input(format!("{n} samples of sound are too few to encode, {needed} are needed")));
        }
        let mut x = self.conv_in.forward(&samples.to_dtype(DType::F32)?)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        let x = self.conv_out.forward(&x)?;
        let half = x.dim(1)? / 2;
        Ok(Posterior { mean: x.narrow(1, 0, half)?.contiguous()?, scale: x.narrow(1, half, half)?.contiguous()? })
    }
}

impl Posterior {
    /// `noise * (softplus(scale) + 1e-4) + mean`, with normal noise `[b, 64, a]`.
    ///
    /// # Errors
    /// The noise has another shape.
    pub fn sample(&self, noise: &Tensor) -> Result<Tensor> {
        // log(1 + e^x), in the form that does not overflow.
        let tail = (self.scale.abs()?.neg()?.exp()? + 1.0)?.log()?;
        let deviation = ((self.scale.relu()? + tail)? + 1e-4)?;
        Ok(((noise * deviation)? + &self.mean)?)
    }
}

impl Decoder {
    /// Loads the decoder; `scope` is the root of the file.
    ///
    /// # Errors
    /// The configuration is not one of this network, or a tensor is missing or misshapen.
    pub fn new(config: &Config, scope: &Scope) -> Result<Self> {
        let scope = below_prefix(scope, "decoder");
        let stack = config.decoder();
        check_stack(&stack.c_mults, &stack.strides, stack.channels, stack.use_snake)?;
        if stack.use_nearest_upsample {
            return Err(Error::Input("audio decoder configuration: `use_nearest_upsample` is not supported".into()));
        }
        let width_of = |i: usize| if i == 0 { 1 } else { stack.c_mults[i - 1] } * stack.channels;
        let depth = stack.c_mults.len();
        let conv_in = weight_normed(&scope.pp(0), (stack.latent_dim, width_of(depth)), 7)?.build(1, 1, 3)?;
        let mut blocks = Vec::new();
        for (layer, i) in (0..depth).rev().enumerate() {
            let scope = scope.pp(layer + 1);
            blocks.push(DecoderBlock::new(&scope, width_of(i + 1), width_of(i), stack.strides[i])?);
        }
        let scope_out = scope.pp(depth + 2);
        let conv_out = weight_normed(&scope_out, (width_of(0), stack.out_channels), 7)?.build(1, 1, 3)?;
        let conv_out = conv_out.after(snake(&scope.pp(depth + 1), width_of(0))?)?;
        Ok(Self { config: config.clone(), conv_in, blocks, conv_out })
    }

    /// The configuration it was built with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Decodes latents `[a, 64]`, in the order of the transformer, to samples `[c, n]`, `f32`, not clamped.
    ///
    /// # Errors
    /// The latents have other channels or there are none.
    pub fn decode(&self, latents: &Tensor) -> Result<Tensor> {
        let channels = self.config.decoder().latent_dim;
        if latents.rank() != 2 || latents.dim(1)? != channels || latents.dim(0)? == 0 {
            return Err(Error::Input(format!("audio latents must be [a, {channels}], not {:?}", latents.dims())));
        }
        let x = latents.to_dtype(DType::F32)?.t()?.contiguous()?.unsqueeze(0)?;
        let mut x = self.conv_in.forward(&x)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        let x = self.conv_out.forward(&x)?.squeeze(0)?;
        let stack = self.config.decoder();
        Ok(if stack.final_tanh || stack.soft_clip { x.tanh()? } else { x })
    }
}
