//! Pixels to latents.

use candle_core::{DType, Tensor};

use super::blocks::{Middle, ResBlock, average_down, causal, head, per_frame};
use super::config::{Config, Scale, Stage};
use crate::ops::conv::{Convolution, Geometry};
use crate::vae::stats;
use crate::weights::Scope;
use crate::{Error, Result};

/// Encodes pictures and clips to Wan 2.2 latents.
pub struct Encoder {
    z_dim: usize,
    conv_in: Convolution,
    stages: Vec<DownStage>,
    middle: Middle,
    head: Convolution,
    /// Mean and log-variance from the head; only the mean is used.
    moments: Convolution,
    /// Pixels per latent pixel.
    stride: usize,
}

impl Encoder {
    /// Loads the encoder; `scope` is the root of the file.
    ///
    /// # Errors
    /// The configuration is not one of this network, or a tensor is missing or misshapen.
    pub fn new(config: &Config, scope: &Scope) -> Result<Self> {
        config.check()?;
        let below = scope.pp("encoder");
        let stages = config.encoder_stages();
        let width = stages[stages.len() - 1].to;
        let moments = causal(&scope.pp("conv1"), 2 * config.z_dim, 2 * config.z_dim, [1; 3])?;
        Ok(Self {
            z_dim: config.z_dim,
            conv_in: causal(&below.pp("conv1"), 12, stages[0].from, [3; 3])?,
            middle: Middle::new(&below, width)?,
            head: head(&below, width, 2 * config.z_dim)?,
            moments,
            stride: 2 * stages.iter().map(|stage| stage.scale.space).product::<usize>(),
            stages: stages
                .iter()
                .enumerate()
                .map(|(i, stage)| DownStage::new(&below.pp("downsamples").pp(i), *stage, config.num_res_blocks))
                .collect::<Result<_>>()?,
        })
    }

    /// Encodes pixels `[1, 3, f, h, w]`, -1 to 1, to normalised latents `[1, 48, t, h/16, w/16]`: the mean, nothing is
    /// drawn. `f` is 1 + 4k; frames beyond the last such number are left out.
    ///
    /// # Errors
    /// The pixels have another shape, or a size that is not a multiple of 16.
    pub fn encode(&self, pixels: &Tensor) -> Result<Tensor> {
        let (_, c, f, h, w) = pixels.dims5()?;
        if c != 3 || f == 0 || h == 0 || w == 0 || h % self.stride != 0 || w % self.stride != 0 {
            let wanted = format!("[1, 3, f, h, w] with h and w multiples of {}", self.stride);
            return Err(Error::Input(format!("cannot encode pixels {:?}, expected {wanted}", pixels.dims())));
        }
        let pixels = pixels.to_dtype(DType::F32)?.narrow(2, 0, 1 + (f - 1) / 4 * 4)?;
        let mut x = self.conv_in.forward(&patchify(&pixels)?)?;
        for stage in &self.stages {
            x = stage.forward(&x)?;
        }
        let x = self.moments.forward(&self.head.forward(&self.middle.forward(&x)?)?)?;
        stats::normalise(&x.narrow(1, 0, self.z_dim)?.to_dtype(DType::F32)?.contiguous()?)
    }
}

/// `[b, c, t, h, w]` to `[b, c * 4, t, h / 2, w / 2]`, channel `c * 4 + column * 2 + row`.
fn patchify(x: &Tensor) -> Result<Tensor> {
    let (b, c, t, h, w) = x.dims5()?;
    let x = x.contiguous()?.reshape(&[b, c, t, h / 2, 2, w / 2, 2][..])?;
    Ok(x.permute([0, 1, 6, 4, 2, 3, 5])?.contiguous()?.reshape((b, c * 4, t, h / 2, w / 2))?)
}

/// Residual blocks and a smaller size, beside an average of the input.
struct DownStage {
    blocks: Vec<ResBlock>,
    down: Option<Down>,
    to: usize,
    scale: Scale,
}

impl DownStage {
    fn new(scope: &Scope, stage: Stage, blocks: usize) -> Result<Self> {
        let scope = scope.pp("downsamples");
        let block = |i: usize| ResBlock::new(&scope.pp(i), if i == 0 { stage.from } else { stage.to }, stage.to);
        let blocks = (0..blocks).map(block).collect::<Result<Vec<_>>>()?;
        let down = (stage.scale.space > 1)
            .then(|| Down::new(&scope.pp(blocks.len()), stage.to, stage.scale.time > 1))
            .transpose()?;
        Ok(Self { blocks, down, to: stage.to, scale: stage.scale })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let shortcut = average_down(x, self.to, self.scale)?;
        let mut x = x.clone();
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        if let Some(down) = &self.down {
            x = down.forward(&x)?;
        }
        Ok((x + shortcut)?)
    }
}

/// Halves height and width, and the time behind the first frame.
struct Down {
    space: Convolution,
    time: Option<Convolution>,
}

impl Down {
    fn new(scope: &Scope, channels: usize, time: bool) -> Result<Self> {
        let halve = Geometry { stride: [1, 2, 2], pad: [[0; 2], [0, 1], [0, 1]], ..Geometry::PLAIN };
        let space = per_frame(&scope.pp("resample").pp(1), channels, channels, 3, halve)?;
        let mut conv = None;
        if time {
            let scope = scope.pp("time_conv");
            let weight = scope.get_as((channels, channels, 3, 1, 1), "weight", DType::F32)?;
            let bias = scope.get_as(channels, "bias", DType::F32)?;
            let pairs = Geometry { stride: [2, 1, 1], ..Geometry::PLAIN };
            conv = Some(Convolution::new(&weight, Some(&bias), pairs)?);
        }
        Ok(Self { space, time: conv })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.space.forward(x)?;
        match &self.time {
            Some(time) if x.dim(2)? > 2 => Ok(Tensor::cat(&[&x.narrow(2, 0, 1)?, &time.forward(&x)?], 2)?),
            _ => Ok(x),
        }
    }
}
