//! What a device can do at most, measured where it stands.

use candle_core::{DType, Device, Tensor};
use serde::Serialize;

use super::Preset;
use super::operations::seconds_of;
use crate::Result;
use crate::ops::linear::{Activation, Linear, Then};
use crate::ops::{Precision, Routing};

/// What a device can do at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ceilings {
    /// Floating-point operations a second of a large square product in bfloat16.
    pub product_flops_per_second: f64,
    /// Bytes a second, read and written together, of a large copy within the device's memory.
    pub copy_bytes_per_second: f64,
}

impl Ceilings {
    /// Measures both, at sizes that fill the device the preset is for.
    ///
    /// # Errors
    /// The device fails.
    pub fn measure(device: &Device, preset: Preset) -> Result<Self> {
        let (edge, values) = if preset == Preset::Tiny { (512, 1 << 22) } else { (8192, 1 << 30) };
        let product = {
            let drawn = || Tensor::randn(0f32, 1.0, (edge, edge), device);
            let layer = Linear::of_weight(&drawn()?, Activation::None, Precision::Bf16)?;
            let x = drawn()?;
            let x = if device.is_cpu() { x } else { x.to_dtype(DType::BF16)? };
            let routing = Routing { video: edge, audio: 0, text: 0 };
            seconds_of(device, || layer.forward(&x, &routing, Then::Return).map(drop))?
        };
        let copy = {
            let values = Tensor::zeros(values, DType::F32, device)?;
            seconds_of(device, || values.copy().map(drop).map_err(Into::into))?
        };
        Ok(Self {
            product_flops_per_second: 2.0 * (edge as f64).powi(3) / product,
            copy_bytes_per_second: 8.0 * values as f64 / copy,
        })
    }
}
