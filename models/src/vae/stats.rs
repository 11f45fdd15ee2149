//! Mean and spread of the Wan 2.2 latents; the transformer sees them normalised.
//!
//! Source: daVinci-MagiHuman, `inference/model/vae2_2/vae2_2_module.py`, commit 209209b.

use candle_core::{DType, Tensor};

use crate::{Error, Result};

/// Channels of a video latent.
pub const CHANNELS: usize = 48;

/// Mean of each latent channel.
#[rustfmt::skip]
pub const MEAN: [f32; CHANNELS] = [
    -0.2289, -0.0052, -0.1323, -0.2339, -0.2799, 0.0174, 0.1838, 0.1557, -0.1382, 0.0542, 0.2813, 0.0891,
    0.1570, -0.0098, 0.0375, -0.1825, -0.2246, -0.1207, -0.0698, 0.5109, 0.2665, -0.2108, -0.2158, 0.2502,
    -0.2055, -0.0322, 0.1109, 0.1567, -0.0729, 0.0899, -0.2799, -0.1230, -0.0313, -0.1649, 0.0117, 0.0723,
    -0.2839, -0.2083, -0.0520, 0.3748, 0.0152, 0.1957, 0.1433, -0.2944, 0.3573, -0.0548, -0.1681, -0.0667,
];

/// Standard deviation of each latent channel.
#[rustfmt::skip]
pub const STD: [f32; CHANNELS] = [
    0.4765, 1.0364, 0.4514, 1.1677, 0.5313, 0.4990, 0.4818, 0.5013, 0.8158, 1.0344, 0.5894, 1.0901,
    0.6885, 0.6165, 0.8454, 0.4978, 0.5759, 0.3523, 0.7135, 0.6804, 0.5833, 1.4146, 0.8986, 0.5659,
    0.7069, 0.5338, 0.4889, 0.4917, 0.4069, 0.4999, 0.6866, 0.4093, 0.5709, 0.6065, 0.6415, 0.4944,
    0.5726, 1.2042, 0.5458, 1.6887, 0.3971, 1.0600, 0.3943, 0.5537, 0.5444, 0.4089, 0.7468, 0.7744,
];

/// `(latent - mean) / std` for `[b, 48, t, h, w]`, `f32`.
///
/// # Errors
/// The latent has other channels.
pub fn normalise(latent: &Tensor) -> Result<Tensor> {
    let [mean, scale] = columns(latent)?;
    Ok(latent.broadcast_sub(&mean)?.broadcast_mul(&scale)?)
}

/// `latent / (1 / std) + mean` for `[b, 48, t, h, w]`; the division by a rounded inverse is the reference's.
/// Computed in `f32`, the result has the latent's type.
///
/// # Errors
/// The latent has other channels.
pub fn denormalise(latent: &Tensor) -> Result<Tensor> {
    let [mean, scale] = columns(latent)?;
    let wide = latent.to_dtype(DType::F32)?;
    Ok(wide.broadcast_div(&scale)?.broadcast_add(&mean)?.to_dtype(latent.dtype())?)
}

/// Mean and inverse deviation as `[1, 48, 1, 1, 1]`.
fn columns(latent: &Tensor) -> Result<[Tensor; 2]> {
    if latent.rank() != 5 || latent.dim(1)? != CHANNELS {
        let reason = format!("a video latent must be [b, {CHANNELS}, t, h, w], not {:?}", latent.dims());
        return Err(Error::Input(reason));
    }
    let column = |values: &[f32]| Tensor::from_slice(values, (1, CHANNELS, 1, 1, 1), latent.device());
    Ok([column(&MEAN)?, column(&STD.map(|std| 1.0 / std))?])
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    #[test]
    fn normalising_is_undone() {
        let latent = Tensor::randn(0f32, 2.0, (1, 48, 2, 3, 4), &Device::Cpu).expect("latent");
        let back = super::normalise(&super::denormalise(&latent).expect("there")).expect("back");
        let error = (back - latent).and_then(|d| d.abs()?.max_all()?.to_scalar::<f32>()).expect("error");
        assert!(error < 1e-5, "{error}");
    }

    #[test]
    fn foreign_latents_are_refused() {
        let latent = Tensor::zeros((1, 16, 2, 3, 4), candle_core::DType::F32, &Device::Cpu).expect("latent");
        assert!(super::normalise(&latent).is_err());
    }
}
