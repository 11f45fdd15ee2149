//! The same layers composed of candle's operations, for devices that have no kernel of ours.

use candle_core::Tensor;

use super::{Activation, Before, Convolution, Guard, Kind, Spread, TimeEdge, shape_error};
use crate::Result;

impl Convolution {
    /// As `forward`, for `x` of five axes.
    pub(super) fn composed(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let Some(weight) = &self.weight else {
            return Err(shape_error("a layer loaded for the CPU cannot run on another device".into()));
        };
        let x = apply(&self.before, x)?;
        let out = match self.kind {
            Kind::Transposed { stride, pad } => {
                let (b, c, _, l, _) = x.dims5()?;
                let out = x.reshape((b, c, l))?.conv_transpose1d(weight, pad, 0, stride, 1, 1)?;
                let (b, c, l) = out.dims3()?;
                out.reshape((b, c, 1, l, 1))?
            }
            Kind::Enlarged => {
                let (b, c, t, h, w) = x.dims5()?;
                let large = x.reshape((b * c, t, h, w))?.upsample_nearest2d(2 * h, 2 * w)?;
                self.sum_of_planes(weight, &large.reshape((b, c, t, 2 * h, 2 * w))?)?
            }
            Kind::Dense | Kind::Depthwise => self.sum_of_planes(weight, &x)?,
        };
        let out = match &self.bias {
            Some(bias) => out.broadcast_add(&bias.reshape((1, (), 1, 1, 1))?)?,
            None => out,
        };
        let out = self.spread_out(&out)?;
        Ok(match residual {
            Some(residual) => (out + residual)?,
            None => out,
        })
    }

    fn spread_out(&self, x: &Tensor) -> Result<Tensor> {
        let (b, c, t, h, w) = x.dims5()?;
        let by_pixel = |side: usize, axes: [usize; 7]| -> Result<Tensor> {
            let channels = c / (side * side);
            let split = x.reshape(&[b, channels, side, side, t, h, w])?;
            Ok(split.permute(axes)?.reshape((b, channels, t, side * h, side * w))?)
        };
        match self.spread {
            Spread::Channels => Ok(x.clone()),
            Spread::Frames => {
                let split = x.reshape(&[b, 2, c / 2, t, h, w])?;
                Ok(split.permute([0, 2, 3, 1, 4, 5])?.reshape((b, c / 2, 2 * t, h, w))?)
            }
            Spread::PixelsByColumn(side) => by_pixel(side, [0, 1, 4, 5, 3, 6, 2]),
            Spread::PixelsByRow => by_pixel(2, [0, 1, 4, 5, 2, 6, 3]),
        }
    }

    /// One two-dimensional convolution per frame of the kernel, summed.
    fn sum_of_planes(&self, weight: &Tensor, x: &Tensor) -> Result<Tensor> {
        let geometry = &self.geometry;
        let [front, back] = geometry.pad[0];
        let x = match geometry.time_edge {
            TimeEdge::Zero => x.pad_with_zeros(2, front, back)?,
            TimeEdge::Replicate => x.pad_with_same(2, front, back)?,
        };
        let x = x.pad_with_zeros(3, geometry.pad[1][0], geometry.pad[1][1])?;
        let x = x.pad_with_zeros(4, geometry.pad[2][0], geometry.pad[2][1])?;
        let (b, c, t, h, w) = x.dims5()?;
        let [st, sh, sw] = geometry.stride;
        let [dt, dh, dw] = geometry.dilation;
        let frames = (t - dt * (self.kernel[0] - 1) - 1) / st + 1;
        // candle has one stride and one dilation for both axes: an axis of one tap takes the other's.
        let (stride, dilation) = if self.kernel[2] == 1 && w == 1 { (sh, dh) } else { (sw.max(sh), dw.max(dh)) };
        let groups = if matches!(self.kind, Kind::Depthwise) { c } else { 1 };
        let mut sum: Option<Tensor> = None;
        for tap in 0..self.kernel[0] {
            let mut part = x.narrow(2, tap * dt, (frames - 1) * st + 1)?;
            if st > 1 {
                let wanted = (0..frames as u32).map(|i| i * st as u32).collect::<Vec<_>>();
                part = part.contiguous()?.index_select(&Tensor::from_vec(wanted, frames, x.device())?, 2)?;
            }
            let part = part.transpose(1, 2)?.contiguous()?.reshape((b * frames, c, h, w))?;
            let kernel = weight.narrow(2, tap, 1)?.squeeze(2)?.contiguous()?;
            let part = part.conv2d(&kernel, 0, stride, dilation, groups)?;
            sum = Some(match sum {
                Some(sum) => (sum + part)?,
                None => part,
            });
        }
        let sum = sum.ok_or_else(|| shape_error("a kernel without frames".into()))?;
        let (_, c, h, w) = sum.dims4()?;
        Ok(sum.reshape((b, frames, c, h, w))?.transpose(1, 2)?.contiguous()?)
    }
}

fn apply(before: &Before, x: &Tensor) -> Result<Tensor> {
    let per_channel = |v: &Tensor| -> Result<Tensor> { Ok(v.reshape((1, (), 1, 1, 1))?) };
    Ok(match before {
        Before::Nothing => x.clone(),
        Before::Norm { guard, gain, activation } => {
            let squares = x.sqr()?;
            let c = x.dim(1)? as f64;
            let normed = match guard {
                Guard::Add(epsilon) => x.broadcast_div(&((squares.sum_keepdim(1)? / c)? + *epsilon)?.sqrt()?)?,
                Guard::AtLeast(bound) => {
                    (x.broadcast_div(&squares.sum_keepdim(1)?.sqrt()?.maximum(*bound)?)? * c.sqrt())?
                }
            };
            let normed = match gain {
                Some(gain) => normed.broadcast_mul(&per_channel(gain)?)?,
                None => normed,
            };
            match activation {
                Activation::None => normed,
                Activation::Silu => normed.silu()?,
                Activation::Relu => normed.relu()?,
            }
        }
        Before::Snake { frequency, height } => {
            let wave = x.broadcast_mul(&per_channel(frequency)?)?.sin()?.sqr()?;
            (x + wave.broadcast_mul(&per_channel(height)?)?)?
        }
    })
}
