//! Known numbers through every operation, on a device and on the CPU: a card whose kernels were built for another one, or
//! that is failing, is found before a clip is made of noise.

use candle_core::{DType, Device, Tensor};

use super::attention::{Window, attention};
use super::conv::{self, Before, Convolution, Geometry, Guard, Spread, TimeEdge};
use super::linear::{Activation, Linear, Then};
use super::norm::RmsNorm;
use super::rope::{Gate, Heads, Qkv, split_heads};
use super::{Precision, Routing};
use crate::{Error, Result};

/// The most that results in bfloat16 may differ, as a share of their norm.
const MOST: f32 = 2e-2;

/// One operation on the device beside the CPU.
#[derive(Debug, Clone)]
pub struct Check {
    /// The operation.
    pub name: &'static str,
    /// The norm of the difference over the norm; not a number where the device's result has such.
    pub error: f32,
}

impl Check {
    /// Whether the results are the same but for rounding.
    pub fn passed(&self) -> bool {
        self.error <= MOST
    }
}

/// Computes everything on `device` and on the CPU.
///
/// # Errors
/// The device fails.
pub fn self_test(device: &Device) -> Result<Vec<Check>> {
    let expected = results(&Device::Cpu)?;
    let found = results(device)?;
    let checks = expected.into_iter().zip(found).map(|((name, expected), (_, found))| {
        let found = found.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.contiguous()?;
        // A padded result must hold zeros behind what counts.
        let columns = found.dim(found.rank() - 1)? - expected.dim(expected.rank() - 1)?;
        let expected = expected.pad_with_zeros(expected.rank() - 1, 0, columns)?;
        let norm = |x: &Tensor| -> Result<f32> { Ok(x.sqr()?.sum_all()?.to_scalar::<f32>()?.sqrt()) };
        Ok(Check { name, error: norm(&(&found - &expected)?)? / norm(&expected)? })
    });
    checks.collect()
}

/// As [`self_test`], for those who only want to know whether the device can be trusted.
///
/// # Errors
/// It cannot: the error names the operation.
pub fn ensure(device: &Device) -> Result<()> {
    match self_test(device)?.iter().find(|check| !check.passed()) {
        None => Ok(()),
        Some(Check { name, error }) => {
            Err(Error::Card(crate::card::Problem::SelfTest { operation: name, error: *error }))
        }
    }
}

/// Numbers that are the same everywhere, about as large as a normal distribution's.
fn numbers(count: usize, stream: u64) -> Vec<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(stream + 1);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32
    };
    (0..count).map(|_| (0..4).map(|_| next()).sum::<f32>() * 1.732 - 3.464).collect()
}

/// Inputs are rounded before they reach a device, so that all devices see the same.
fn tensor(shape: &[usize], stream: u64, scale: f64, device: &Device) -> Result<Tensor> {
    let values = Tensor::from_vec(numbers(shape.iter().product(), stream), shape, &Device::Cpu)?;
    Ok((values * scale)?.to_dtype(DType::BF16)?.to_dtype(DType::F32)?.to_device(device)?)
}

fn results(device: &Device) -> Result<Vec<(&'static str, Tensor)>> {
    let precision = Precision::Bf16;
    let dtype = if device.is_cpu() { DType::F32 } else { DType::BF16 };
    let narrow = |shape: &[usize], stream, scale| -> Result<Tensor> {
        Ok(tensor(shape, stream, scale, device)?.to_dtype(dtype)?)
    };
    // Two frames of 75 tokens, sound, text: no tile divides them.
    let routing = Routing { video: 150, audio: 21, text: 9 };
    let (rows, hidden) = (routing.tokens(), 264);
    let mut all = Vec::new();

    let stream = tensor(&[rows, hidden], 1, 3.0, device)?;
    let norm =
        |width, stream| -> Result<RmsNorm> { RmsNorm::of_scale(&(tensor(&[3, width], stream, 0.2, device)? + 1.0)?) };
    all.push(("norm", norm(hidden, 2)?.forward(&stream, &routing, precision)?));

    let x = narrow(&[rows, hidden], 3, 1.0)?;
    let weight =
        |output: usize, input: usize, stream| tensor(&[output, input], stream, 1.0 / (input as f64).sqrt(), device);
    let plain = Linear::of_weight(&weight(72, hidden, 4)?, Activation::None, precision)?;
    all.push(("product", plain.forward(&x, &routing, Then::Return)?));
    let square = Linear::of_weight(&weight(hidden, hidden, 5)?, Activation::None, precision)?;
    all.push(("product and sum", square.forward(&x, &routing, Then::Add(&stream))?));
    // An inner width of 340 is no multiple of 8, as the released model's is not.
    let up = Linear::of_weight(&weight(680, hidden, 6)?, Activation::SwiGlu7, precision)?;
    let inner = up.forward(&x, &routing, Then::Activate)?;
    let down = Linear::of_weight(&weight(hidden, 340, 7)?, Activation::None, precision)?;
    all.push(("product of padded rows", down.forward(&inner, &routing, Then::Add(&stream))?));
    all.push(("product and SwiGLU7", inner));
    let up = Linear::of_weight(&weight(320, hidden, 8)?, Activation::Gelu7, precision)?;
    all.push(("product and GELU7", up.forward(&x, &routing, Then::Activate)?));

    for dim in [64, 128] {
        let heads = Heads { query: 4, key_value: 2, dim, gate: Gate::PerHead };
        let qkv = narrow(&[rows, heads.width()], 9, 1.0)?;
        let rope = tensor(&[rows, dim / 8 * 6], 10, 0.7, device)?;
        let norms = (norm(dim, 11)?, norm(dim, 12)?);
        let Qkv { query, key, value, gate } =
            split_heads(&qkv, &heads, (&norms.0, &norms.1), &rope, &routing, precision)?;
        all.push(("heads", query.clone()));
        all.push(("heads of keys", key.clone()));
        let split = Qkv { query, key, value, gate };
        all.push(("attention", attention(&split, &routing, Window::Full, precision)?));
        let window = Window::Frames { frames: 2, radius: 0 };
        all.push(("attention to near frames", attention(&split, &routing, window, precision)?));
    }

    let clip = tensor(&[1, 64, 3, 6, 10], 13, 1.0, device)?;
    let kernel = |to: usize, from: usize, size: [usize; 3], stream| {
        let [t, h, w] = size;
        tensor(&[to, from, t, h, w], stream, 1.0 / ((from * t * h * w) as f64).sqrt(), device)
    };
    let before = || Before::Norm { guard: Guard::Add(1e-8), gain: None, activation: conv::Activation::Silu };
    let cube = Geometry::same([3; 3], TimeEdge::Replicate);
    let bias = tensor(&[64], 14, 1.0, device)?;
    let layer = Convolution::new(&kernel(64, 64, [3; 3], 15)?, Some(&bias), cube)?.after(before())?;
    let middle = layer.forward_add(&clip, &clip)?;
    let over_time = Geometry::same([3, 1, 1], TimeEdge::Replicate);
    let frames = Convolution::new(&kernel(128, 64, [3, 1, 1], 16)?, None, over_time)?.spread(Spread::Frames)?;
    let twice = frames.forward(&middle)?;
    let large = Convolution::enlarged(&kernel(64, 64, [1, 3, 3], 17)?, Some(&bias))?.forward(&twice)?;
    let half = Geometry { stride: [1, 2, 2], ..cube };
    let small = Convolution::new(&kernel(64, 64, [3; 3], 19)?, Some(&bias), half)?.forward(&middle)?;
    let pixels = Convolution::new(&kernel(12, 64, [3; 3], 18)?, None, cube)?.after(before())?;
    all.push(("convolution", middle));
    all.push(("convolution to half the size", small));
    all.push(("convolution into frames", twice));
    all.push(("convolution into pixels", pixels.spread(Spread::PixelsByColumn(2))?.forward(&large)?));
    all.push(("convolution of an enlarged picture", large));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_agrees_with_itself_and_errors_are_seen() -> Result<()> {
        let checks = self_test(&Device::Cpu)?;
        assert!(checks.len() == 19 && checks.iter().all(Check::passed), "{checks:?}");
        assert!(!Check { name: "x", error: f32::NAN }.passed() && !Check { name: "x", error: 0.1 }.passed());
        ensure(&Device::Cpu)
    }
}
