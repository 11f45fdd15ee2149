//! TurboVAED: the small video decoder, from latents to pixels in overlapping chunks of time.
//!
//! Source: daVinci-MagiHuman, `inference/model/turbo_vaed/turbo_vaed_module.py`, commit 209209b.

mod blocks;
pub(crate) mod chunks;
mod config;

pub use chunks::Chunks;
pub use config::Config;

use candle_core::{DType, Tensor};

use super::stats;
use super::tiles::Tiles;
use crate::ops::conv::{Activation, Convolution, Geometry, Spread, TimeEdge};
use crate::weights::Scope;
use crate::{Error, Result};
use blocks::{FirstFrame, ResBlock, UpBlock, conv3, norm};

/// The decoder of Wan 2.2 latents.
pub struct Decoder {
    config: Config,
    conv_in: Convolution,
    mid: Vec<ResBlock>,
    up: Vec<UpBlock>,
    /// Doubles height and width where the last convolution does not.
    enlarge: Option<Convolution>,
    conv_out: Convolution,
}

impl Decoder {
    /// Loads the decoder; names may stand below `decoder` or at the root of `scope`.
    ///
    /// # Errors
    /// The configuration is not one of a decoder, or a tensor is missing or misshapen.
    pub fn new(config: &Config, scope: &Scope) -> Result<Self> {
        config.check()?;
        let below = scope.pp("decoder");
        let bare = scope.shape("conv_in.conv.weight").is_some() && below.shape("conv_in.conv.weight").is_none();
        let scope = if bare { scope.clone() } else { below };
        let stages = config.stages();
        let kernel = config.decoder_dw_kernel_size;

        let mut width = stages[0].channels;
        let conv_in = conv3(&scope.pp("conv_in"), config.latent_channels, width)?;
        let mid = (0..config.mid_layers())
            .map(|i| {
                let scope = scope.pp("mid_block").pp("resnets").pp(i);
                ResBlock::new(&scope, (width, width), config.mid_separable(), kernel, Activation::Silu, 0.0)
            })
            .collect::<Result<_>>()?;
        let mut up = Vec::new();
        for (i, stage) in stages.iter().enumerate() {
            let scope = scope.pp("up_blocks").pp(i);
            up.push(UpBlock::new(&scope, width, stage, kernel, config.resnet_norm_eps)?);
            width = stage.channels;
        }
        let silu = || norm(1e-8, Activation::Silu);
        let mut enlarge = None;
        if !config.use_unpatchify {
            let scope = scope.pp("upsampler2d_1").pp("conv");
            let weight = scope.get_as((width, width, 3, 3), "weight", scope.convolved())?;
            let bias = scope.get_as(width, "bias", DType::F32)?;
            let conv = Convolution::new(&weight, Some(&bias), Geometry::same([1, 3, 3], TimeEdge::Zero))?;
            enlarge = Some(conv.after(silu())?.spread(Spread::PixelsByRow)?);
            width /= 4;
        }
        let conv_out = if config.use_unpatchify {
            let side = config.patch_size;
            conv3(&scope.pp("conv_out"), width, config.out_channels * side * side)?
                .spread(Spread::PixelsByColumn(side))?
        } else {
            conv3(&scope.pp("conv_out"), width, config.out_channels)?
        };
        let conv_out = conv_out.after(silu())?;
        Ok(Self { config: config.clone(), conv_in, mid, up, enlarge, conv_out })
    }

    /// The configuration it was built with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Decodes normalised latents `[1, 48, t, h, w]` to pixels `[1, 3, 4t - 3, 16h, 16w]`, `f32`, about -1 to 1, not
    /// clamped. For long or large clips take [`Decoder::chunks`].
    ///
    /// # Errors
    /// The latent has another shape.
    pub fn decode(&self, latent: &Tensor) -> Result<Tensor> {
        let pieces = self.chunks(latent)?.collect::<Result<Vec<_>>>()?;
        Ok(Tensor::cat(&pieces, 1)?.unsqueeze(0)?)
    }

    /// As [`Decoder::decode`], in pieces `[3, t, h, w]` in order of time, so that a clip never is in memory as a whole.
    ///
    /// # Errors
    /// The latent has another shape.
    pub fn chunks(&self, latent: &Tensor) -> Result<Chunks<'_>> {
        self.tiled_chunks(latent, Tiles::Whole)
    }

    /// As [`Decoder::chunks`], every pass over a tile of the picture: pieces are nearly the same, on the CPU.
    ///
    /// # Errors
    /// The latent has another shape.
    pub fn tiled_chunks(&self, latent: &Tensor, tiles: Tiles) -> Result<Chunks<'_>> {
        if latent.rank() != 5 || latent.dim(0)? != 1 || latent.elem_count() == 0 {
            return Err(Error::Input(format!("cannot decode a video latent of shape {:?}", latent.dims())));
        }
        let latent = stats::denormalise(latent)?.to_dtype(DType::F32)?;
        Chunks::new(self, &latent, tiles)
    }

    /// One pass of the network over `[1, 48, t, h, w]`, not normalised.
    fn decode_chunk(&self, latent: &Tensor, first: FirstFrame) -> Result<Tensor> {
        let mut x = self.conv_in.forward(latent)?;
        for block in &self.mid {
            x = block.forward(&x)?;
        }
        for block in &self.up {
            x = block.forward(x, first)?;
        }
        if let Some(enlarge) = &self.enlarge {
            x = enlarge.forward(&x)?;
        }
        Ok(self.conv_out.forward(&x)?.to_dtype(DType::F32)?)
    }
}
