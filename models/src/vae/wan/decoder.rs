//! Latents to pixels.

use candle_core::{DType, Tensor};

use super::blocks::{Middle, ResBlock, causal, head, repeat_up};
use super::config::{Config, Scale, Stage};
use crate::ops::conv::{Convolution, Spread};
use crate::vae::stats;
use crate::vae::tiles::{self, Tiles};
use crate::weights::Scope;
use crate::{Error, Result};

/// Decodes Wan 2.2 latents; large, where TurboVAED is small.
pub struct Decoder {
    conv_latent: Convolution,
    conv_in: Convolution,
    middle: Middle,
    stages: Vec<UpStage>,
    head: Convolution,
}

impl Decoder {
    /// Loads the decoder; `scope` is the root of the file.
    ///
    /// # Errors
    /// The configuration is not one of this network, or a tensor is missing or misshapen.
    pub fn new(config: &Config, scope: &Scope) -> Result<Self> {
        config.check()?;
        let below = scope.pp("decoder");
        let stages = config.decoder_stages();
        let (first, last) = (stages[0].from, stages[stages.len() - 1].to);
        Ok(Self {
            conv_latent: causal(&scope.pp("conv2"), config.z_dim, config.z_dim, [1; 3])?,
            conv_in: causal(&below.pp("conv1"), config.z_dim, first, [3; 3])?,
            middle: Middle::new(&below, first)?,
            stages: stages
                .iter()
                .enumerate()
                .map(|(i, stage)| UpStage::new(&below.pp("upsamples").pp(i), *stage, config.num_res_blocks + 1))
                .collect::<Result<_>>()?,
            head: head(&below, last, 12)?.spread(Spread::PixelsByColumn(2))?,
        })
    }

    /// Decodes normalised latents `[1, 48, t, h, w]` or `[48, t, h, w]` to pixels `[1, 3, 4t - 3, 16h, 16w]`, -1 to 1.
    ///
    /// # Errors
    /// The latent has another shape.
    pub fn decode(&self, latent: &Tensor) -> Result<Tensor> {
        Ok(self.decode_raw(latent)?.clamp(-1f32, 1f32)?)
    }

    /// As [`Decoder::decode`], without the bounds.
    ///
    /// # Errors
    /// The latent has another shape.
    pub fn decode_raw(&self, latent: &Tensor) -> Result<Tensor> {
        let latent = if latent.rank() == 4 { latent.unsqueeze(0)? } else { latent.clone() };
        if latent.elem_count() == 0 {
            return Err(Error::Input(format!("cannot decode a video latent of shape {:?}", latent.dims())));
        }
        self.pass(&stats::denormalise(&latent.to_dtype(DType::F32)?)?)
    }

    /// As [`Decoder::decode`], every pass over a tile of the picture: the result is nearly the same, on the CPU.
    ///
    /// # Errors
    /// The latent has another shape.
    pub fn decode_tiled(&self, latent: &Tensor, tiles: Tiles) -> Result<Tensor> {
        if latent.rank() != 5 || latent.elem_count() == 0 {
            return Err(Error::Input(format!("cannot decode a video latent of shape {:?}", latent.dims())));
        }
        let latent = stats::denormalise(&latent.to_dtype(DType::F32)?)?;
        Ok(tiles::decode(&latent, tiles, |part| self.pass(part))?.clamp(-1f32, 1f32)?)
    }

    /// One pass over a latent that is not normalised.
    fn pass(&self, latent: &Tensor) -> Result<Tensor> {
        let mut x = self.middle.forward(&self.conv_in.forward(&self.conv_latent.forward(latent)?)?)?;
        for stage in &self.stages {
            x = stage.forward(&x)?;
        }
        self.head.forward(&x)
    }
}

/// Residual blocks and a larger size, beside the input repeated.
struct UpStage {
    blocks: Vec<ResBlock>,
    up: Option<Up>,
    to: usize,
    scale: Scale,
}

impl UpStage {
    fn new(scope: &Scope, stage: Stage, blocks: usize) -> Result<Self> {
        let scope = scope.pp("upsamples");
        let block = |i: usize| ResBlock::new(&scope.pp(i), if i == 0 { stage.from } else { stage.to }, stage.to);
        let blocks = (0..blocks).map(block).collect::<Result<Vec<_>>>()?;
        let up = (stage.scale.space > 1)
            .then(|| Up::new(&scope.pp(blocks.len()), stage.to, stage.scale.time > 1))
            .transpose()?;
        Ok(Self { blocks, up, to: stage.to, scale: stage.scale })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut main = x.clone();
        for block in &self.blocks {
            main = block.forward(&main)?;
        }
        match &self.up {
            Some(up) => Ok((up.forward(&main)? + repeat_up(x, self.to, self.scale)?)?),
            None => Ok(main),
        }
    }
}

/// Doubles height and width, and the time behind the first frame.
struct Up {
    time: Option<Convolution>,
    space: Convolution,
}

impl Up {
    fn new(scope: &Scope, channels: usize, time: bool) -> Result<Self> {
        let resample = scope.pp("resample").pp(1);
        let weight = resample.get_as((channels, channels, 3, 3), "weight", DType::F32)?;
        let space = Convolution::enlarged(&weight, Some(&resample.get_as(channels, "bias", DType::F32)?))?;
        let time = time
            .then(|| causal(&scope.pp("time_conv"), channels, 2 * channels, [3, 1, 1])?.spread(Spread::Frames))
            .transpose()?;
        Ok(Self { time, space })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let later = x.dim(2)? - 1;
        match &self.time {
            // The first frame stands for itself, and the others see nothing where it was.
            Some(time) if later > 0 => {
                let later = time.forward(&x.narrow(2, 1, later)?)?;
                self.space.forward(&Tensor::cat(&[&x.narrow(2, 0, 1)?, &later], 2)?)
            }
            _ => self.space.forward(x),
        }
    }
}
