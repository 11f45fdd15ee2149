//! What the audio networks are made of.

use candle_core::{DType, Tensor};

use crate::Result;
use crate::ops::conv::{Before, Convolution, Geometry};
use crate::weights::Scope;

/// The activation `x + sin(e^alpha * x)^2 / (e^beta + 1e-9)`.
pub(super) fn snake(scope: &Scope, channels: usize) -> Result<Before> {
    let alpha = scope.get_as(channels, "alpha", DType::F32)?;
    let beta = scope.get_as(channels, "beta", DType::F32)?;
    Ok(Before::Snake { frequency: alpha.exp()?, height: (beta.exp()? + 1e-9)?.recip()? })
}

/// Weights stored as direction and length, put together.
pub(super) struct WeightNormed {
    weight: Tensor,
    bias: Option<Tensor>,
}

/// Loads weights `[to, from, kernel]`; the bias is there or not, as in the file.
pub(super) fn weight_normed(scope: &Scope, channels: (usize, usize), kernel: usize) -> Result<WeightNormed> {
    let (from, to) = channels;
    let bias = scope.shape("bias").is_some().then(|| scope.get_as(to, "bias", DType::F32)).transpose()?;
    Ok(WeightNormed { weight: direction_times_length(scope, [to, from, kernel])?, bias })
}

/// `g * v / |v|`, the length taken over all axes but the first.
fn direction_times_length(scope: &Scope, shape: [usize; 3]) -> Result<Tensor> {
    let v = scope.get_as(&shape[..], "weight_v", DType::F32)?;
    let g = scope.get_as((shape[0], 1, 1), "weight_g", DType::F32)?;
    if scope.is_dry() {
        return Ok(v);
    }
    let length = v.sqr()?.flatten_from(1)?.sum_keepdim(1)?.sqrt()?.unsqueeze(2)?;
    Ok(v.broadcast_mul(&g.broadcast_div(&length)?)?)
}

impl WeightNormed {
    pub(super) fn build(self, stride: usize, dilation: usize, pad: usize) -> Result<Convolution> {
        Convolution::new(&self.weight, self.bias.as_ref(), Geometry::samples(stride, dilation, pad))
    }
}

/// Two convolutions beside a shortcut.
struct ResidualUnit {
    wide: Convolution,
    narrow: Convolution,
}

impl ResidualUnit {
    fn new(scope: &Scope, channels: usize, dilation: usize) -> Result<Self> {
        let scope = scope.pp("layers");
        let wide = weight_normed(&scope.pp(1), (channels, channels), 7)?.build(1, dilation, 3 * dilation)?;
        let narrow = weight_normed(&scope.pp(3), (channels, channels), 1)?.build(1, 1, 0)?;
        Ok(Self {
            wide: wide.after(snake(&scope.pp(0), channels)?)?,
            narrow: narrow.after(snake(&scope.pp(2), channels)?)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.narrow.forward_add(&self.wide.forward(x)?, x)
    }
}

/// Three residual units from the layer `first` on.
fn residual_units(scope: &Scope, first: usize, channels: usize) -> Result<Vec<ResidualUnit>> {
    [1, 3, 9]
        .into_iter()
        .enumerate()
        .map(|(i, dilation)| ResidualUnit::new(&scope.pp(first + i), channels, dilation))
        .collect()
}

/// Residual units, then fewer samples.
pub(super) struct EncoderBlock {
    units: Vec<ResidualUnit>,
    down: Convolution,
}

impl EncoderBlock {
    pub(super) fn new(scope: &Scope, from: usize, to: usize, stride: usize) -> Result<Self> {
        let scope = scope.pp("layers");
        let down = weight_normed(&scope.pp(4), (from, to), 2 * stride)?.build(stride, 1, stride.div_ceil(2))?;
        Ok(Self { units: residual_units(&scope, 0, from)?, down: down.after(snake(&scope.pp(3), from)?)? })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        for unit in &self.units {
            x = unit.forward(&x)?;
        }
        self.down.forward(&x)
    }
}

/// More samples, then residual units.
pub(super) struct DecoderBlock {
    up: Convolution,
    units: Vec<ResidualUnit>,
}

impl DecoderBlock {
    pub(super) fn new(scope: &Scope, from: usize, to: usize, stride: usize) -> Result<Self> {
        let scope = scope.pp("layers");
        let below = scope.pp(1);
        let weight = direction_times_length(&below, [from, to, 2 * stride])?;
        let bias = below.get_as(to, "bias", DType::F32)?;
        let up = Convolution::transposed(&weight, Some(&bias), stride, stride.div_ceil(2))?;
        Ok(Self { up: up.after(snake(&scope.pp(0), from)?)?, units: residual_units(&scope, 2, to)? })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.up.forward(x)?;
        for unit in &self.units {
            x = unit.forward(&x)?;
        }
        Ok(x)
    }
}
