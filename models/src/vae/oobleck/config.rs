//! The numbers of the audio autoencoder, in the nesting of the released `model_config.json`.

use serde::Deserialize;

use crate::{Error, Result};

/// What the model's JSON says; what is left out is as in the released model.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Config {
    #[serde(default)]
    model: Model,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Model {
    #[serde(default)]
    pretransform: Part<Autoencoder>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Part<T: Default> {
    #[serde(default)]
    config: T,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Autoencoder {
    #[serde(default)]
    encoder: Part<EncoderStack>,
    #[serde(default)]
    decoder: Part<DecoderStack>,
}

/// Layers of the encoder.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct EncoderStack {
    pub in_channels: usize,
    pub channels: usize,
    pub c_mults: Vec<usize>,
    pub strides: Vec<usize>,
    pub latent_dim: usize,
    pub use_snake: bool,
}

/// Layers of the decoder.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct DecoderStack {
    pub out_channels: usize,
    pub channels: usize,
    pub c_mults: Vec<usize>,
    pub strides: Vec<usize>,
    pub latent_dim: usize,
    pub use_snake: bool,
    pub use_nearest_upsample: bool,
    pub final_tanh: bool,
    pub soft_clip: bool,
}

impl Default for EncoderStack {
    fn default() -> Self {
        Self {
            in_channels: 2,
            channels: 128,
            c_mults: vec![1, 2, 4, 8, 16],
            strides: vec![2, 4, 4, 8, 8],
            latent_dim: 128,
            use_snake: true,
        }
    }
}

impl Default for DecoderStack {
    fn default() -> Self {
        Self {
            out_channels: 2,
            channels: 128,
            c_mults: vec![1, 2, 4, 8, 16],
            strides: vec![2, 4, 4, 8, 8],
            latent_dim: 64,
            use_snake: true,
            use_nearest_upsample: false,
            final_tanh: false,
            soft_clip: false,
        }
    }
}

impl DecoderStack {
    /// Operations of decoding so many latents: two for each channel, tap and output.
    pub fn flops(&self, latents: usize) -> f64 {
        let conv = |from: usize, to: usize, taps: usize| 2.0 * (from * to * taps) as f64;
        let width_of = |mult: usize| mult * self.channels;
        let mut width = self.c_mults.last().map_or(0, |mult| width_of(*mult));
        let mut samples = latents as f64;
        let mut sum = conv(self.latent_dim, width, 7) * samples;
        let outer = std::iter::once(1).chain(self.c_mults.iter().copied());
        for (mult, stride) in outer.zip(&self.strides).collect::<Vec<_>>().into_iter().rev() {
            let to = width_of(mult);
            sum += conv(width, to, 2 * stride) * samples;
            samples *= *stride as f64;
            // Three residual units, of seven taps and of one.
            sum += 3.0 * conv(to, to, 8) * samples;
            width = to;
        }
        sum + conv(width, self.out_channels, 7) * samples
    }
}

impl Config {
    pub(crate) fn encoder(&self) -> &EncoderStack {
        &self.model.pretransform.config.encoder.config
    }

    pub(crate) fn decoder(&self) -> &DecoderStack {
        &self.model.pretransform.config.decoder.config
    }

    /// Samples per latent, for each channel of sound.
    pub fn downsampling_ratio(&self) -> usize {
        self.decoder().strides.iter().product()
    }

    /// Channels of the sound that is encoded.
    pub fn channels_in(&self) -> usize {
        self.encoder().in_channels
    }

    /// Channels of the sound that is decoded.
    pub fn channels_out(&self) -> usize {
        self.decoder().out_channels
    }

    /// Channels of a latent.
    pub fn latent_channels(&self) -> usize {
        self.decoder().latent_dim
    }
}

/// Refuses what no such network has.
pub(super) fn check_stack(mults: &[usize], strides: &[usize], channels: usize, use_snake: bool) -> Result<()> {
    let fail = |reason: &str| Err(Error::Input(format!("audio model configuration: {reason}")));
    if mults.is_empty() || mults.len() != strides.len() {
        return fail("`c_mults` and `strides` must have as many entries");
    }
    if channels == 0 || mults.contains(&0) || strides.contains(&0) {
        return fail("channels, multiples and strides must be positive");
    }
    if !use_snake {
        return fail("only networks with `use_snake` are supported");
    }
    Ok(())
}
