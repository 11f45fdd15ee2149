//! One operation at one size, ready to run.

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;

use super::Part;
use crate::Result;
use crate::ops::attention::{Window, attention};
use crate::ops::conv::{self, Before, Convolution, Geometry, Guard, TimeEdge};
use crate::ops::linear::{Activation, Linear, Then};
use crate::ops::rope::Qkv;
use crate::ops::{Precision, Routing};

/// Width of the released transformer.
const HIDDEN: usize = 5120;
/// Width of its attention heads.
const HEAD: usize = 128;
/// Width of the middle blocks of its picture decoder, where most of the time goes.
const CHANNELS: usize = 128;

/// How large an operation is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Size {
    /// Rows through a weight of `[columns, 5120]`.
    Product { rows: usize, columns: usize },
    /// Tokens that attend to each other, with so many query heads for each key-value head, and two of those.
    Attention { tokens: usize, share: usize },
    /// A clip of `[128, t, h, w]`.
    Clip([usize; 3]),
    /// Values of four bytes that are read, and written somewhere else.
    Copied(usize),
    /// Values of four bytes that are sent.
    Sent(usize),
}

impl Size {
    /// Operations, or bytes.
    pub(super) fn amount(self) -> f64 {
        match self {
            Self::Product { rows, columns } => 2.0 * (rows * columns * HIDDEN) as f64,
            Self::Attention { tokens, share } => 4.0 * (2 * share * HEAD * tokens * tokens) as f64,
            Self::Clip([t, h, w]) => 2.0 * (27 * CHANNELS * CHANNELS * t * h * w) as f64,
            Self::Copied(values) => 8.0 * values as f64,
            Self::Sent(values) => 4.0 * values as f64,
        }
    }
}

/// The sizes of a part, the smallest first. A processor takes fewer columns and heads: it is no slower with more of them.
pub(super) fn sizes(part: Part, device: &Device) -> Vec<Size> {
    let (columns, share, largest) = if device.is_cpu() { (2048, 2, 1 << 25) } else { (7208, 20, 1 << 26) };
    match part {
        Part::Products(_) => [16, 128, 1024, 4352].map(|rows| Size::Product { rows, columns }).into(),
        Part::Attention(_) => [64, 256, 1024, 4096].map(|tokens| Size::Attention { tokens, share }).into(),
        Part::Convolution => [[2, 8, 16], [4, 32, 32], [4, 64, 64], [8, 128, 128]].map(Size::Clip).into(),
        Part::Memory => [1 << 20, 1 << 23, largest].map(Size::Copied).into(),
        Part::Upload => [1 << 20, 1 << 23, largest].map(Size::Sent).into(),
    }
}

/// An operation with all that it needs.
pub(super) struct Amount {
    pub size: Size,
    run: Box<dyn Fn() -> Result<Tensor>>,
}

impl Amount {
    /// Makes an operation ready.
    pub(super) fn prepare(part: Part, size: Size, device: &Device) -> Result<Self> {
        let run: Box<dyn Fn() -> Result<Tensor>> = match (part, size) {
            (Part::Products(precision), Size::Product { rows, columns }) => {
                let weight = filled(&[columns, HIDDEN], device)?;
                let layer = Linear::of_weight(&weight, Activation::None, precision)?;
                let (x, routing) = (between(&[rows, HIDDEN], precision, device)?, one_modality(rows));
                Box::new(move || layer.forward(&x, &routing, Then::Return))
            }
            (Part::Attention(precision), Size::Attention { tokens, share }) => {
                let of = |heads: usize| between(&[heads, tokens, HEAD], precision, device);
                let qkv = Qkv { query: of(2 * share)?, key: of(2)?, value: of(2)?, gate: None };
                let routing = one_modality(tokens);
                Box::new(move || attention(&qkv, &routing, Window::Full, precision))
            }
            (Part::Convolution, Size::Clip([t, h, w])) => {
                // The picture decoder's type.
                let weight = filled(&[CHANNELS, CHANNELS, 3, 3, 3], device)?;
                let weight = weight.to_dtype(conv::weight_type(Precision::Bf16, device))?;
                let geometry = Geometry::same([3; 3], TimeEdge::Replicate);
                let silu = conv::Activation::Silu;
                let before = Before::Norm { guard: Guard::Add(1e-8), gain: None, activation: silu };
                let layer = Convolution::new(&weight, None, geometry)?.after(before)?;
                let x = filled(&[1, CHANNELS, t, h, w], device)?;
                Box::new(move || layer.forward(&x))
            }
            (Part::Upload, Size::Sent(values)) => {
                let x = filled(&[values], &Device::Cpu)?;
                let device = device.clone();
                Box::new(move || Ok(x.to_device(&device)?))
            }
            (_, Size::Copied(values)) if device.is_cpu() => {
                let (from, to) = (pattern(values), std::sync::Mutex::new(vec![0f32; values]));
                Box::new(move || {
                    let mut to = to.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    let pieces = to.par_chunks_mut(1 << 16).zip(from.par_chunks(1 << 16));
                    pieces.for_each(|(to, from)| to.copy_from_slice(from));
                    Ok(Tensor::new(to.first().copied().unwrap_or_default(), &Device::Cpu)?)
                })
            }
            (_, size) => {
                let x = filled(&[(size.amount() / 8.0) as usize], device)?;
                Box::new(move || Ok(x.affine(1.5, 0.25)?))
            }
        };
        Ok(Self { size, run })
    }

    /// Runs it. The result is what it made, or a part of that.
    pub(super) fn run(&self) -> Result<Tensor> {
        (self.run)()
    }
}

fn one_modality(rows: usize) -> Routing {
    Routing { video: rows, audio: 0, text: 0 }
}

/// What stands between operations: float32 on the processor, the compute type elsewhere.
fn between(shape: &[usize], precision: Precision, device: &Device) -> Result<Tensor> {
    let x = filled(shape, device)?;
    Ok(if device.is_cpu() { x } else { x.to_dtype(precision.dtype())? })
}

fn filled(shape: &[usize], device: &Device) -> Result<Tensor> {
    Ok(Tensor::from_vec(pattern(shape.iter().product()), shape, &Device::Cpu)?
        .to_dtype(DType::F32)?
        .to_device(device)?)
}

/// Values from -1 to 1 that look drawn: a card that multiplies zeros draws less power, and so runs faster than it will.
fn pattern(count: usize) -> Vec<f32> {
    (0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
}
