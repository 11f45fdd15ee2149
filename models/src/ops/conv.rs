//! Convolutions over sound, pictures and video: one layer type with what usually stands before it (a norm and an
//! activation) and after it (bias, residual sum) in the same pass over memory.
//!
//! On the CPU a layer is a direct convolution in `f32` (see `conv/cpu.rs`), on an NVIDIA card a product on the matrix units
//! (`conv/card.rs`); what neither was made for is composed of candle's operations, a sum of two-dimensional convolutions
//! for a three-dimensional one.

mod band;
mod before;
#[cfg(feature = "cuda")]
mod card;
mod composed;
mod cpu;
mod job;
mod kernel;
mod pack;
mod registers;
#[cfg(test)]
mod tests;

use candle_core::{DType, Device, Tensor};

use crate::ops::Precision;
use crate::{Error, Result};

/// What frames in front of the first and behind the last one hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeEdge {
    /// Nothing.
    Zero,
    /// The first or last frame again.
    Replicate,
}

/// How a kernel moves over `[t, h, w]`; each array is in this order. Height and width are padded with zeros.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Distance of two outputs.
    pub stride: [usize; 3],
    /// Distance of two taps.
    pub dilation: [usize; 3],
    /// Positions added in front and behind.
    pub pad: [[usize; 2]; 3],
    /// What the added frames hold.
    pub time_edge: TimeEdge,
}

impl Geometry {
    /// No stride, no dilation, no padding.
    pub const PLAIN: Self = Self { stride: [1; 3], dilation: [1; 3], pad: [[0; 2]; 3], time_edge: TimeEdge::Zero };

    /// Keeps the extent of `[t, h, w]` for a kernel of odd sizes.
    pub fn same(kernel: [usize; 3], time_edge: TimeEdge) -> Self {
        Self { pad: kernel.map(|k| [k / 2; 2]), time_edge, ..Self::PLAIN }
    }

    /// As [`Geometry::same`], but an output frame depends on no later frame.
    pub fn causal(kernel: [usize; 3]) -> Self {
        let mut geometry = Self::same(kernel, TimeEdge::Zero);
        geometry.pad[0] = [kernel[0].saturating_sub(1), 0];
        geometry
    }

    /// Along the samples of a signal `[b, c, l]`.
    pub fn samples(stride: usize, dilation: usize, pad: usize) -> Self {
        Self { stride: [1, stride, 1], dilation: [1, dilation, 1], pad: [[0; 2], [pad; 2], [0; 2]], ..Self::PLAIN }
    }
}

/// An activation in front of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `x`.
    None,
    /// `x * sigmoid(x)`.
    Silu,
    /// `max(x, 0)`.
    Relu,
}

/// How a channel norm keeps away from a division by nothing.
#[derive(Clone, Copy, Debug)]
pub enum Guard {
    /// `x / sqrt(mean(x^2) + epsilon)`.
    Add(f64),
    /// `x * sqrt(c) / max(|x|, bound)`, the L2 norm scaled.
    AtLeast(f64),
}

/// What happens to the input before the taps see it. Padding is added afterwards.
#[derive(Clone, Debug)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// Root mean square over the channels of each position to 1, a gain per channel, an activation.
    Norm {
        /// How a division by nothing is avoided.
        guard: Guard,
        /// Factors `[c]`.
        gain: Option<Tensor>,
        /// What follows.
        activation: Activation,
    },
    /// `x + sin(frequency * x)^2 * height`, per channel.
    Snake {
        /// Frequencies `[c]`.
        frequency: Tensor,
        /// Heights `[c]`.
        height: Tensor,
    },
}

/// Where the channels of a result go, when they hold more than channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// They stay channels.
    Channels,
    /// The first half are the even frames of a clip of twice the frames, the second half the odd ones.
    Frames,
    /// Channel `(c * n + column) * n + row` is a pixel of a picture of `n` times the height and width.
    PixelsByColumn(usize),
    /// Channel `c * 4 + row * 2 + column` is a pixel of a picture of twice the height and width.
    PixelsByRow,
}

impl Spread {
    /// Channels that become one, and the factors of `[t, h, w]`.
    fn factors(self) -> (usize, [usize; 3]) {
        match self {
            Self::Channels => (1, [1, 1, 1]),
            Self::Frames => (2, [2, 1, 1]),
            Self::PixelsByColumn(side) => (side * side, [1, side, side]),
            Self::PixelsByRow => (4, [1, 2, 2]),
        }
    }
}

enum Kind {
    /// Every output channel reads every input channel.
    Dense,
    /// As dense, 3x3, on every pixel repeated to 2x2.
    Enlarged,
    /// Every channel reads itself.
    Depthwise,
    /// A transposed convolution over samples.
    Transposed { stride: usize, pad: usize },
}

/// The type of weights for layers on a device that may multiply in this one: another than float32 only on a processor that is
/// faster in it.
pub(crate) fn weight_type(products: Precision, device: &Device) -> DType {
    let is_faster = device.is_cpu() && registers::level_for(products) != registers::level();
    if is_faster { products.dtype() } else { DType::F32 }
}

/// A convolution layer with its weights. Those of bfloat16 are multiplied with inputs that are rounded to it where the processor is
/// faster so; sums and results are `f32`.
pub struct Convolution {
    kind: Kind,
    geometry: Geometry,
    /// `[t, h, w]` of the kernel; of a transposed one, its length stands at `h`.
    kernel: [usize; 3],
    channels_in: usize,
    channels_out: usize,
    /// `[c_out, c_in, t, h, w]`, `[c, 1, t, h, w]`, or transposed `[c_in, c_out, k]`; gone once it is packed.
    weight: Option<Tensor>,
    bias: Option<Tensor>,
    before: Before,
    spread: Spread,
    cpu: Option<pack::Packed>,
    #[cfg(feature = "cuda")]
    card: std::sync::OnceLock<card::Packed>,
}

impl Convolution {
    /// A layer from weights `[c_out, c_in, l]` (over samples), `[c_out, c_in, h, w]` (over every frame) or
    /// `[c_out, c_in, t, h, w]` and a bias `[c_out]`.
    ///
    /// # Errors
    /// The shapes do not fit together.
    pub fn new(weight: &Tensor, bias: Option<&Tensor>, geometry: Geometry) -> Result<Self> {
        let weight = with_five_axes(weight)?;
        let channels = (weight.dim(1)?, weight.dim(0)?);
        Self::build(Kind::Dense, &weight, bias, geometry, channels)
    }

    /// A layer that convolves every channel by itself, from weights `[c, 1, t, h, w]` and a bias `[c]`.
    ///
    /// # Errors
    /// The shapes do not fit together.
    pub fn depthwise(weight: &Tensor, bias: Option<&Tensor>, geometry: Geometry) -> Result<Self> {
        let weight = with_five_axes(weight)?;
        let channels = weight.dim(0)?;
        if weight.dim(1)? != 1 {
            return Err(shape_error(format!("depthwise weights {:?} have more than one input", weight.dims())));
        }
        Self::build(Kind::Depthwise, &weight, bias, geometry, (channels, channels))
    }

    /// A layer that doubles height and width by repeating pixels, then convolves every frame with `weight`
    /// `[c_out, c_in, 3, 3]`, keeping the size.
    ///
    /// # Errors
    /// The shapes do not fit together.
    pub fn enlarged(weight: &Tensor, bias: Option<&Tensor>) -> Result<Self> {
        let weight = with_five_axes(weight)?;
        let channels = (weight.dim(1)?, weight.dim(0)?);
        if weight.dims()[2..] != [1, 3, 3] {
            return Err(shape_error(format!("enlarging needs a 3x3 kernel, not {:?}", weight.dims())));
        }
        Self::build(Kind::Enlarged, &weight, bias, Geometry::same([1, 3, 3], TimeEdge::Zero), channels)
    }

    /// A transposed convolution over samples, from weights `[c_in, c_out, k]` and a bias `[c_out]`.
    /// `l` samples become `(l - 1) * stride - 2 * pad + k`.
    ///
    /// # Errors
    /// The shapes do not fit together.
    pub fn transposed(weight: &Tensor, bias: Option<&Tensor>, stride: usize, pad: usize) -> Result<Self> {
        let (channels_in, channels_out, _) = weight.dims3()?;
        let kind = Kind::Transposed { stride, pad };
        Self::build(kind, weight, bias, Geometry::PLAIN, (channels_in, channels_out))
    }

    fn build(
        kind: Kind,
        weight: &Tensor,
        bias: Option<&Tensor>,
        geometry: Geometry,
        (channels_in, channels_out): (usize, usize),
    ) -> Result<Self> {
        let products = if weight.dtype() == DType::BF16 { Precision::Bf16 } else { Precision::F32 };
        let weight = weight.to_dtype(DType::F32)?;
        let bias = bias.map(|bias| bias.to_dtype(DType::F32)?.contiguous()).transpose()?;
        if let Some(bias) = bias.as_ref().filter(|bias| bias.dims() != [channels_out]) {
            return Err(shape_error(format!("bias {:?} for {channels_out} channels", bias.dims())));
        }
        let kernel = match kind {
            Kind::Transposed { .. } => [1, weight.dim(2)?, 1],
            _ => [weight.dim(2)?, weight.dim(3)?, weight.dim(4)?],
        };
        let mut layer = Self {
            kind,
            geometry,
            kernel,
            channels_in,
            channels_out,
            weight: None,
            bias,
            before: Before::Nothing,
            spread: Spread::Channels,
            cpu: None,
            #[cfg(feature = "cuda")]
            card: std::sync::OnceLock::new(),
        };
        // Zeros that only stand for weights, as of a dry scope, take no memory and are not packed.
        if weight.device().is_cpu() && weight.is_contiguous() {
            layer.cpu = Some(pack::Packed::new(&layer, &weight, products)?);
        }
        if layer.cpu.is_none() || cfg!(test) {
            layer.weight = Some(weight);
        }
        Ok(layer)
    }

    /// The same layer with its channels spread over time or pixels.
    ///
    /// # Errors
    /// They cannot be divided that way.
    pub fn spread(mut self, spread: Spread) -> Result<Self> {
        if !self.channels_out.is_multiple_of(spread.factors().0)
            || matches!(self.kind, Kind::Transposed { .. } | Kind::Enlarged)
        {
            return Err(shape_error(format!("{} channels cannot be spread as {spread:?}", self.channels_out)));
        }
        self.spread = spread;
        Ok(self)
    }

    /// The same layer with a norm or an activation in front of it.
    ///
    /// # Errors
    /// A channel vector of `before` does not have the layer's input channels.
    pub fn after(mut self, before: Before) -> Result<Self> {
        let vectors = match &before {
            Before::Nothing => vec![],
            Before::Norm { gain, .. } => gain.iter().collect(),
            Before::Snake { frequency, height } => vec![frequency, height],
        };
        if let Some(vector) = vectors.iter().find(|vector| vector.dims() != [self.channels_in]) {
            return Err(shape_error(format!("{:?} factors for {} channels", vector.dims(), self.channels_in)));
        }
        if let Some(cpu) = &mut self.cpu {
            cpu.set_before(&before)?;
        }
        self.before = before;
        Ok(self)
    }

    /// Convolves `x`: `[b, c, l]`, `[b, c, h, w]` or `[b, c, t, h, w]`, `f32`; the result has as many axes. On a card clips
    /// may come in bfloat16 and go so.
    ///
    /// # Errors
    /// The channels differ from the weights', or the input is smaller than the kernel.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, None)
    }

    /// As [`Convolution::forward`], plus `residual` of the result's shape.
    ///
    /// # Errors
    /// As [`Convolution::forward`]; `residual` has another shape.
    pub fn forward_add(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.run(x, Some(residual))
    }

    fn run(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let rank = x.rank();
        let x = with_five_axes(x)?;
        let residual = residual.map(with_five_axes).transpose()?;
        if x.dim(1)? != self.channels_in {
            return Err(shape_error(format!("input {:?} for {} channels", x.dims(), self.channels_in)));
        }
        let shape = self.output_shape(x.dims())?;
        if let Some(residual) = residual.as_ref().filter(|residual| residual.dims() != shape) {
            return Err(shape_error(format!("residual {:?} for an output {shape:?}", residual.dims())));
        }
        // Sound stays float32.
        #[cfg(feature = "cuda")]
        if rank == 5
            && let Some(out) = self.on_card(&x, residual.as_ref(), shape)?
        {
            return Ok(out);
        }
        let out = match &self.cpu {
            Some(cpu) if x.device().is_cpu() => cpu.forward(self, &x, residual.as_ref(), shape)?,
            _ => {
                // Behind a layer of the card's own kernel `x` is of 16 bits; the weights here are not.
                let wide = |tensor: &Tensor| tensor.to_dtype(DType::F32);
                let residual = residual.as_ref().map(wide).transpose()?;
                self.composed(&wide(&x)?, residual.as_ref())?.to_dtype(x.dtype())?
            }
        };
        let [b, c, t, h, w] = shape;
        Ok(match rank {
            3 => out.reshape((b, c, h))?,
            4 => out.reshape((b, c, h, w))?,
            _ => out.reshape((b, c, t, h, w))?,
        })
    }

    /// `[b, c, t, h, w]` of the result.
    fn output_shape(&self, x: &[usize]) -> Result<[usize; 5]> {
        let mut shape = [x[0], self.channels_out, 0, 0, 0];
        if let Kind::Transposed { stride, pad } = self.kind {
            let length = (x[3] * stride + self.kernel[1]).checked_sub(stride + 2 * pad);
            let (Some(length), 1, 1) = (length.filter(|_| x[3] > 0), x[2], x[4]) else {
                return Err(shape_error(format!("a transposed convolution cannot take {x:?}")));
            };
            shape[2..].copy_from_slice(&[1, length, 1]);
            return Ok(shape);
        }
        let Geometry { stride, dilation, pad, .. } = self.geometry;
        for axis in 0..3 {
            let extent = x[axis + 2] + pad[axis][0] + pad[axis][1];
            let reach = dilation[axis] * (self.kernel[axis] - 1) + 1;
            if x[axis + 2] == 0 || extent < reach {
                return Err(shape_error(format!("input {x:?} is smaller than the kernel {:?}", self.kernel)));
            }
            shape[axis + 2] = (extent - reach) / stride[axis] + 1;
        }
        let (channels, axes) = match self.kind {
            Kind::Enlarged => (1, [1, 2, 2]),
            _ => self.spread.factors(),
        };
        shape[1] /= channels;
        (2..5).for_each(|axis| shape[axis] *= axes[axis - 2]);
        Ok(shape)
    }
}

/// `[b, c, l]` to `[b, c, 1, l, 1]`, `[b, c, h, w]` to `[b, c, 1, h, w]`.
fn with_five_axes(x: &Tensor) -> Result<Tensor> {
    Ok(match *x.dims() {
        [b, c, l] => x.reshape((b, c, 1, l, 1))?,
        [b, c, h, w] => x.reshape((b, c, 1, h, w))?,
        [_, _, _, _, _] => x.clone(),
        _ => return Err(shape_error(format!("a convolution cannot take a tensor {:?}", x.dims()))),
    })
}

fn shape_error(message: String) -> Error {
    Error::Tensor(candle_core::Error::Msg(message))
}
