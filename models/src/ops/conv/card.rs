//! Layers of video on an NVIDIA card: one kernel for the taps, one in front of it for the norm. Values are bfloat16 and
//! stay with their channels innermost between layers: a result is a view `[1, c, t, h, w]` of such memory.

use candle_core::{DType, Tensor};

use super::{Activation, Before, Convolution, Guard, Kind, Spread, TimeEdge};
use crate::Result;
use crate::ops::cuda::{self, Argument, Card};

/// Channels that the kernel takes at once.
const DEPTH: usize = 64;
/// Positions of one block of it.
const POSITIONS: usize = 128;
/// Steps that it has in shared memory.
const STAGES: usize = 3;

/// The weights of a layer as the kernel reads them.
pub(super) struct Packed {
    /// `[n, taps, channels]` bfloat16, both ends padded with zeros.
    weight: Tensor,
    /// `[n]` float32.
    bias: Tensor,
}

impl Convolution {
    /// As `forward`, for `x` of five axes on a card; nothing where the kernel was not made for the layer.
    pub(super) fn on_card(&self, x: &Tensor, residual: Option<&Tensor>, shape: [usize; 5]) -> Result<Option<Tensor>> {
        let Some(card) = Card::of(x.device())? else { return Ok(None) };
        let (b, channels, t, h, w) = x.dims5()?;
        let scale = match self.kind {
            Kind::Dense => 1,
            Kind::Enlarged => 2,
            Kind::Depthwise | Kind::Transposed { .. } => return Ok(None),
        };
        let geometry = &self.geometry;
        let keeps_extent = (0..3).all(|axis| geometry.pad[axis].iter().sum::<usize>() + 1 == self.kernel[axis]);
        if b != 1 || geometry.stride != [1; 3] || geometry.dilation != [1; 3] || !keeps_extent {
            return Ok(None);
        }
        let padded = channels.next_multiple_of(DEPTH);
        let Some(x) = self.prepared(&card, x, padded)? else { return Ok(None) };
        let packed = self.packed(padded)?;
        let (n, columns) = (packed.bias.dim(0)?, self.channels_out);
        let residual = residual.map(|residual| channels_last(residual)?.to_dtype(DType::BF16)?.contiguous());
        let residual = residual.transpose()?;
        let [_, out_c, out_t, out_h, out_w] = shape;
        let out = card.unwritten((1, out_t, out_h, out_w, out_c), DType::BF16, x.device())?;
        let block = if n.is_multiple_of(128) { 128 } else { 64 };
        let (height, width) = (h * scale, w * scale);
        let mut arguments = vec![
            card.address(&x, DType::BF16)?,
            card.address(&packed.weight, DType::BF16)?,
            card.address(&packed.bias, DType::F32)?,
            residual.as_ref().map_or(Ok(Argument::Address(0)), |residual| card.address(residual, DType::BF16))?,
            card.address(&out, DType::BF16)?,
        ];
        let [taps_t, taps_y, taps_x] = self.kernel;
        let [pad_t, pad_y, pad_x] = geometry.pad.map(|[front, _]| front);
        let repeats = usize::from(geometry.time_edge == TimeEdge::Replicate);
        let spread = match self.spread {
            Spread::Channels => 0,
            Spread::Frames => 1,
            Spread::PixelsByColumn(2) => 2,
            Spread::PixelsByRow => 3,
            Spread::PixelsByColumn(_) => return Ok(None),
        };
        let numbers =
            [t, height, width, padded, columns, taps_t, taps_y, taps_x, pad_t, pad_y, pad_x, scale - 1, repeats];
        arguments.extend(numbers.into_iter().chain([spread]).map(|number| Argument::Int(number as i32)));
        let grid = ((t * height * width).div_ceil(POSITIONS), n / block);
        let spread = cuda::Spread { grid, threads: 256, shared_bytes: STAGES * (POSITIONS + block) * DEPTH * 2 };
        let kernel = if block == 128 { "convolution_128" } else { "convolution_64" };
        // SAFETY: input, weights, residual and result have the shapes that the numbers say.
        unsafe { card.launch(kernel, &spread, &arguments) }?;
        Ok(Some(out.permute((0, 4, 1, 2, 3))?))
    }

    /// `[t, h, w, padded]` bfloat16 after what stands in front of the layer.
    fn prepared(&self, card: &Card, x: &Tensor, padded: usize) -> Result<Option<Tensor>> {
        let (_, channels, t, h, w) = x.dims5()?;
        let (guard, gain, activation) = match &self.before {
            Before::Nothing => (None, None, Activation::None),
            Before::Norm { guard, gain, activation } => (Some(*guard), gain.as_ref(), *activation),
            Before::Snake { .. } => return Ok(None),
        };
        let x = channels_last(x)?.contiguous()?;
        if guard.is_none() && channels == padded && x.dtype() == DType::BF16 {
            return Ok(Some(x));
        }
        let kernel = match x.dtype() {
            DType::F32 => "channel_norm_f32",
            DType::BF16 => "channel_norm_bf16",
            _ => return Ok(None),
        };
        let positions = t * h * w;
        let out = card.unwritten((1, t, h, w, padded), DType::BF16, x.device())?;
        let gain = gain.map(Tensor::contiguous).transpose()?;
        let limit = match guard {
            Some(Guard::Add(epsilon)) => epsilon as f32,
            Some(Guard::AtLeast(bound)) => -bound as f32,
            None => 0.0,
        };
        let activation = match activation {
            Activation::None => 0,
            Activation::Silu => 1,
            Activation::Relu => 2,
        };
        let arguments = [
            card.address(&x, x.dtype())?,
            gain.as_ref().map_or(Ok(Argument::Address(0)), |gain| card.address(gain, DType::F32))?,
            card.address(&out, DType::BF16)?,
            Argument::Long(positions as i64),
            Argument::Int(channels as i32),
            Argument::Int(padded as i32),
            Argument::Float(limit),
            Argument::Int(i32::from(guard.is_some())),
            Argument::Int(activation),
        ];
        let spread = cuda::Spread { grid: (positions.div_ceil(8), 1), threads: 256, shared_bytes: 0 };
        // SAFETY: the input has `positions` rows of `channels`, the result as many of `padded`.
        unsafe { card.launch(kernel, &spread, &arguments) }?;
        Ok(Some(out))
    }

    /// The weights, packed at the first call.
    fn packed(&self, padded: usize) -> Result<&Packed> {
        if let Some(packed) = self.card.get() {
            return Ok(packed);
        }
        let Some(weight) = &self.weight else {
            return Err(super::shape_error("a layer loaded for the CPU cannot run on another device".into()));
        };
        let (columns, channels, kt, kh, kw) = weight.dims5()?;
        let n = columns.next_multiple_of(if columns > 64 { 128 } else { 64 });
        let taps = weight.permute((0, 2, 3, 4, 1))?.reshape((columns, kt * kh * kw, channels))?;
        let taps = taps.pad_with_zeros(2, 0, padded - channels)?.pad_with_zeros(0, 0, n - columns)?;
        let taps = taps.to_dtype(DType::BF16)?.contiguous()?;
        let bias = match &self.bias {
            Some(bias) => bias.pad_with_zeros(0, 0, n - columns)?.contiguous()?,
            None => Tensor::zeros(n, DType::F32, weight.device())?,
        };
        Ok(self.card.get_or_init(|| Packed { weight: taps, bias }))
    }
}

/// `[1, c, t, h, w]` as `[1, t, h, w, c]`.
fn channels_last(x: &Tensor) -> candle_core::Result<Tensor> {
    x.permute((0, 2, 3, 4, 1))
}
