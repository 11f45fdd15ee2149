//! The numbers of the Wan 2.2 autoencoder.

use serde::Deserialize;

use crate::weights::Scope;
use crate::{Error, Result};

/// What the model's JSON says; what is left out is as in the released model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Width of the encoder at the pixels.
    pub dim: usize,
    /// Width of the decoder at the pixels.
    pub dec_dim: usize,
    /// Channels of a latent.
    pub z_dim: usize,
    /// Factors of the width, from the pixels to the latent.
    pub dim_mult: Vec<usize>,
    /// Residual blocks of an encoder stage; a decoder stage has one more.
    pub num_res_blocks: usize,
    /// Which stages of the encoder halve the time; the name is the released one.
    #[serde(rename = "temperal_downsample")]
    pub temporal_downsample: Vec<bool>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dim: 160,
            dec_dim: 256,
            z_dim: 48,
            dim_mult: vec![1, 2, 4, 4],
            num_res_blocks: 2,
            temporal_downsample: vec![false, true, true],
        }
    }
}

/// What changes size at the end of a stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Scale {
    /// Factor of the time, 1 or 2.
    pub time: usize,
    /// Factor of height and width, 1 or 2.
    pub space: usize,
}

/// Widths and scale of one stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stage {
    pub from: usize,
    pub to: usize,
    pub scale: Scale,
}

impl Config {
    /// Reads the numbers off the shapes of a checkpoint: the released file comes without a configuration, and smaller
    /// ones of its kind do, too.
    ///
    /// # Errors
    /// [`Error::Input`] where a tensor of the encoder is missing or its shape fits no autoencoder of this kind.
    pub fn detect(scope: &Scope) -> Result<Self> {
        let rows = |name: &str| scope.shape(name).and_then(|shape| shape.first().copied()).filter(|rows| *rows > 0);
        let needed = |name: &str| {
            let missing = || format!("these are not the weights of a Wan 2.2 autoencoder: `{name}` is missing");
            rows(name).ok_or_else(|| Error::Input(missing()))
        };
        let dim = needed("encoder.conv1.weight")?;
        let mut config = Self {
            dim,
            z_dim: needed("conv1.weight")? / 2,
            dim_mult: Vec::new(),
            num_res_blocks: 0,
            temporal_downsample: Vec::new(),
            ..Self::default()
        };
        let block = |stage: usize, block: usize| format!("encoder.downsamples.{stage}.downsamples.{block}");
        while rows(&format!("{}.residual.2.weight", block(0, config.num_res_blocks))).is_some() {
            config.num_res_blocks += 1;
        }
        while let Some(width) = rows(&format!("{}.residual.2.weight", block(config.dim_mult.len(), 0))) {
            let stage = config.dim_mult.len();
            config.dim_mult.push(width / dim);
            let time = format!("{}.time_conv.weight", block(stage, config.num_res_blocks));
            config.temporal_downsample.push(rows(&time).is_some());
        }
        // What halves the time stands between stages, so the last one has none.
        config.temporal_downsample.pop();
        let widest = config.dim_mult.last().copied().unwrap_or(1).max(1);
        config.dec_dim = rows("decoder.conv1.weight").map_or(config.dec_dim, |width| width / widest);
        config.check()?;
        Ok(config)
    }

    /// The stages of the encoder, from the pixels.
    pub(super) fn encoder_stages(&self) -> Vec<Stage> {
        self.stages(self.dim, std::iter::once(1).chain(self.dim_mult.iter().copied()), |i| {
            self.temporal_downsample.get(i).copied().unwrap_or(false)
        })
    }

    /// The stages of the decoder, from the latent.
    pub(super) fn decoder_stages(&self) -> Vec<Stage> {
        let widest = self.dim_mult.last().copied().unwrap_or(1);
        self.stages(self.dec_dim, std::iter::once(widest).chain(self.dim_mult.iter().rev().copied()), |i| {
            self.temporal_downsample.iter().rev().nth(i).copied().unwrap_or(false)
        })
    }

    fn stages(&self, dim: usize, mults: impl Iterator<Item = usize>, time: impl Fn(usize) -> bool) -> Vec<Stage> {
        let widths: Vec<_> = mults.map(|mult| mult * dim).collect();
        let last = self.dim_mult.len() - 1;
        let stage = |(i, pair): (usize, &[usize])| Stage {
            from: pair[0],
            to: pair[1],
            scale: Scale { time: 1 + usize::from(time(i)), space: 1 + usize::from(i != last) },
        };
        widths.windows(2).enumerate().map(stage).collect()
    }

    pub(super) fn check(&self) -> Result<()> {
        let fail = |reason: &str| Err(Error::Input(format!("image encoder configuration: {reason}")));
        if self.dim_mult.is_empty() || self.dim_mult.contains(&0) || self.dim == 0 || self.dec_dim == 0 {
            return fail("`dim`, `dec_dim` and `dim_mult` must be positive");
        }
        if self.temporal_downsample.len() >= self.dim_mult.len() && self.temporal_downsample.last() == Some(&true) {
            return fail("the last stage cannot halve the time");
        }
        for stage in self.encoder_stages() {
            let factor = stage.scale.time * stage.scale.space * stage.scale.space;
            if stage.from * factor % stage.to != 0 {
                return fail("the widths of `dim_mult` do not divide each other");
            }
        }
        Ok(())
    }
}
