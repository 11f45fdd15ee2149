//! What encoder and decoder share.

use candle_core::{D, DType, Tensor};

use super::config::Scale;
use crate::Result;
use crate::ops::conv::{Activation, Before, Convolution, Geometry, Guard};
use crate::weights::Scope;

/// Queries that attend at once: bounds the memory of a large picture.
const QUERIES: usize = 1024;

/// A causal convolution with an odd kernel.
pub(super) fn causal(scope: &Scope, from: usize, to: usize, kernel: [usize; 3]) -> Result<Convolution> {
    let weight = scope.get_as((to, from, kernel[0], kernel[1], kernel[2]), "weight", DType::F32)?;
    let bias = scope.get_as(to, "bias", DType::F32)?;
    Convolution::new(&weight, Some(&bias), Geometry::causal(kernel))
}

/// The L2 norm over channels times `gamma`, and an activation; `axes` is how many axes of 1 the stored `gamma` has.
pub(super) fn norm(scope: &Scope, channels: usize, axes: usize, activation: Activation) -> Result<Before> {
    let mut shape = vec![channels];
    shape.resize(1 + axes, 1);
    let gamma = scope.get_as(shape, "gamma", DType::F32)?.flatten_all()?;
    Ok(Before::Norm { guard: Guard::AtLeast(1e-12), gain: Some(gamma), activation })
}

/// A convolution over each frame with weights `[to, from, k, k]`.
pub(super) fn per_frame(
    scope: &Scope,
    from: usize,
    to: usize,
    kernel: usize,
    geometry: Geometry,
) -> Result<Convolution> {
    let weight = scope.get_as((to, from, kernel, kernel), "weight", DType::F32)?;
    Convolution::new(&weight, Some(&scope.get_as(to, "bias", DType::F32)?), geometry)
}

/// Two normed convolutions beside a shortcut.
pub(super) struct ResBlock {
    conv1: Convolution,
    conv2: Convolution,
    shortcut: Option<Convolution>,
}

impl ResBlock {
    pub(super) fn new(scope: &Scope, from: usize, to: usize) -> Result<Self> {
        let residual = scope.pp("residual");
        let conv1 = causal(&residual.pp(2), from, to, [3; 3])?;
        let conv2 = causal(&residual.pp(6), to, to, [3; 3])?;
        let shortcut = (from != to).then(|| causal(&scope.pp("shortcut"), from, to, [1; 3])).transpose()?;
        Ok(Self {
            conv1: conv1.after(norm(&residual.pp(0), from, 3, Activation::Silu)?)?,
            conv2: conv2.after(norm(&residual.pp(3), to, 3, Activation::Silu)?)?,
            shortcut,
        })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let inner = self.conv1.forward(x)?;
        match &self.shortcut {
            Some(shortcut) => self.conv2.forward_add(&inner, &shortcut.forward(x)?),
            None => self.conv2.forward_add(&inner, x),
        }
    }
}

/// Self-attention of one head over the pixels of each frame.
pub(super) struct Attention {
    qkv: Convolution,
    proj: Convolution,
}

impl Attention {
    fn new(scope: &Scope, channels: usize) -> Result<Self> {
        let qkv = per_frame(&scope.pp("to_qkv"), channels, 3 * channels, 1, Geometry::PLAIN)?;
        let qkv = qkv.after(norm(&scope.pp("norm"), channels, 2, Activation::None)?)?;
        Ok(Self { qkv, proj: per_frame(&scope.pp("proj"), channels, channels, 1, Geometry::PLAIN)? })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (b, c, t, h, w) = x.dims5()?;
        let pixels = h * w;
        // `[3, b * t, pixels, c]`
        let qkv = self.qkv.forward(x)?.reshape((b, 3, c, t, pixels))?;
        let qkv = qkv.permute((1, 0, 3, 4, 2))?.contiguous()?.reshape((3, b * t, pixels, c))?;
        let (q, k, v) = (qkv.get(0)?, qkv.get(1)?, qkv.get(2)?);
        let keys = (k.transpose(1, 2)? * (c as f64).powf(-0.5))?.contiguous()?;
        let mut parts = Vec::new();
        for start in (0..pixels).step_by(QUERIES) {
            let q = q.narrow(1, start, QUERIES.min(pixels - start))?.contiguous()?;
            parts.push(softmax(&q.matmul(&keys)?)?.matmul(&v)?);
        }
        let out = Tensor::cat(&parts, 1)?.reshape((b, t, pixels, c))?.permute((0, 3, 1, 2))?.contiguous()?;
        self.proj.forward_add(&out.reshape((b, c, t, h, w))?, x)
    }
}

fn softmax(x: &Tensor) -> Result<Tensor> {
    let shifted = x.broadcast_sub(&x.max_keepdim(D::Minus1)?)?.exp()?;
    Ok(shifted.broadcast_div(&shifted.sum_keepdim(D::Minus1)?)?)
}

/// The middle of encoder and decoder: a residual block, attention, a residual block.
pub(super) struct Middle {
    first: ResBlock,
    attention: Attention,
    last: ResBlock,
}

impl Middle {
    pub(super) fn new(scope: &Scope, channels: usize) -> Result<Self> {
        let scope = scope.pp("middle");
        Ok(Self {
            first: ResBlock::new(&scope.pp(0), channels, channels)?,
            attention: Attention::new(&scope.pp(1), channels)?,
            last: ResBlock::new(&scope.pp(2), channels, channels)?,
        })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.last.forward(&self.attention.forward(&self.first.forward(x)?)?)
    }
}

/// A normed convolution to the last channels.
pub(super) fn head(scope: &Scope, from: usize, to: usize) -> Result<Convolution> {
    let scope = scope.pp("head");
    causal(&scope.pp(2), from, to, [3; 3])?.after(norm(&scope.pp(0), from, 3, Activation::Silu)?)
}

/// Averages `x` `[b, c, t, h, w]` down by `scale` to `to` channels: channel, time, row and column are one axis, whose
/// consecutive runs are averaged. An odd clip gets a frame of zeros in front.
pub(super) fn average_down(x: &Tensor, to: usize, scale: Scale) -> Result<Tensor> {
    let Scale { time, space } = scale;
    let missing = (time - x.dim(2)? % time) % time;
    let x = x.pad_with_zeros(2, missing, 0)?;
    let (b, c, t, h, w) = x.dims5()?;
    let (t, h, w) = (t / time, h / space, w / space);
    let x = x.reshape(&[b, c, t, time, h, space, w, space][..])?.permute([0, 1, 3, 5, 7, 2, 4, 6])?.contiguous()?;
    let run = c * time * space * space / to;
    Ok(x.reshape((b, to, run, t * h * w))?.mean(2)?.reshape((b, to, t, h, w))?)
}

/// The reverse: repeats channels so that time, row and column split off them; the first `time - 1` frames are dropped,
/// as the first frame of a clip stands for itself.
pub(super) fn repeat_up(x: &Tensor, to: usize, scale: Scale) -> Result<Tensor> {
    let Scale { time, space } = scale;
    let (b, c, t, h, w) = x.dims5()?;
    let repeats = to * time * space * space / c;
    let x = x.unsqueeze(2)?.broadcast_as((b, c, repeats, t, h, w))?.contiguous()?;
    let x = x.reshape(&[b, to, time, space, space, t, h, w][..])?;
    let x = x.permute([0, 1, 5, 2, 6, 3, 7, 4])?.contiguous()?;
    let x = x.reshape((b, to, t * time, h * space, w * space))?;
    Ok(x.narrow(2, time - 1, t * time + 1 - time)?.contiguous()?)
}
