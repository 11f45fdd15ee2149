//! Root-mean-square norm with a weight per modality.
//!
//! Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` (commit 209209b), `MultiModalityRMSNorm`.

use candle_core::{D, DType, Tensor};
use rayon::prelude::*;

use super::simd::vectorised;
use super::{Precision, Routing, Values, row_blocks};
use crate::Result;
use crate::weights::Scope;

/// Added to the mean square.
pub const EPSILON: f64 = 1e-6;

/// `x / sqrt(mean(x^2) + 1e-6) * (1 + weight)` over the last axis, with one weight for all tokens or one per modality.
#[derive(Debug)]
pub struct RmsNorm {
    /// `1 + weight`, `[experts, d]` in float32.
    scale: Tensor,
    experts: usize,
    width: usize,
}

impl RmsNorm {
    /// Loads `weight` of `[experts * d]`.
    ///
    /// # Errors
    /// The tensor is missing or has another shape.
    pub fn new(width: usize, experts: usize, scope: &Scope) -> Result<Self> {
        let weight = scope.get_as(width * experts, "weight", DType::F32)?;
        Ok(Self { scale: (weight.reshape((experts, width))? + 1.0)?, experts, width })
    }

    /// A norm whose factors are these, `[experts, d]` float32.
    ///
    /// # Errors
    /// The factors have not two axes.
    pub(crate) fn of_scale(scale: &Tensor) -> Result<Self> {
        let (experts, width) = scale.dims2()?;
        Ok(Self { scale: scale.contiguous()?, experts, width })
    }

    /// Norms `[l, d]` float32 with rows ordered as `routing` says; the result is `[l, d]` rounded to `precision`.
    ///
    /// # Errors
    /// Another width, or rows that `routing` does not count.
    pub fn forward(&self, x: &Tensor, routing: &Routing, precision: Precision) -> Result<Tensor> {
        let rows = routing.tokens();
        if x.dims() != [rows, self.width] {
            return Err(candle_core::Error::Msg(format!("norm of {:?}, not {:?}", x.dims(), [rows, self.width])).into());
        }
        #[cfg(feature = "cuda")]
        if let Some(out) = super::cuda::stream::rms_norm(self, x, routing, precision)? {
            return Ok(out);
        }
        if !x.device().is_cpu() {
            return self.forward_fallback(x, routing, precision);
        }
        let (values, scale) = (Values::of(x)?, Values::of(&self.scale)?);
        let width = self.width;
        let mut out = vec![0f32; rows * width];
        row_blocks(&mut out, width, routing, self.experts, 64).into_par_iter().for_each(|block| {
            let scale = &scale[block.expert * width..][..width];
            let rows = values[block.rows.start * width..block.rows.end * width].chunks_exact(width);
            for (row, out) in rows.zip(block.out.chunks_exact_mut(width)) {
                norm_slice(row, scale, out);
                precision.round_all(out);
            }
        });
        Ok(Tensor::from_vec(out, (rows, width), x.device())?)
    }

    fn forward_fallback(&self, x: &Tensor, routing: &Routing, precision: Precision) -> Result<Tensor> {
        let x = x.to_dtype(DType::F32)?;
        let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
        let x = x.broadcast_div(&(mean + EPSILON)?.sqrt()?)?;
        let parts = routing
            .rows(self.experts)
            .into_iter()
            .map(|(expert, rows)| x.narrow(0, rows.start, rows.len())?.broadcast_mul(&self.scale.get(expert)?))
            .collect::<candle_core::Result<Vec<_>>>()?;
        Ok(Tensor::cat(&parts, 0)?.to_dtype(precision.dtype())?)
    }

    /// `1 + weight` of all experts, `[experts, d]` in float32.
    pub(crate) fn scale(&self) -> &Tensor {
        &self.scale
    }

    /// How many weights there are.
    pub(crate) fn experts(&self) -> usize {
        self.experts
    }
}

vectorised! {
    /// One row: `x / rms(x) * scale`. Sixteen running sums, so that the result does not depend on the instruction set.
    pub(crate) fn norm_slice(x: &[f32], scale: &[f32], out: &mut [f32]) {
        let mut sums = [0f32; 16];
        let chunks = x.chunks_exact(16);
        for (sum, value) in sums.iter_mut().zip(chunks.remainder()) {
            *sum += value * value;
        }
        for chunk in chunks {
            for (sum, value) in sums.iter_mut().zip(chunk) {
                *sum += value * value;
            }
        }
        let mean = sums.iter().sum::<f32>() / x.len() as f32;
        let inverse = 1.0 / (mean + EPSILON as f32).sqrt();
        for ((out, x), scale) in out.iter_mut().zip(x).zip(scale) {
            *out = x * inverse * scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn cpu_and_plain_operations_agree() -> Result<()> {
        let routing = Routing { video: 5, audio: 0, text: 3 };
        let x = Tensor::randn(0f32, 3.0, (8, 40), &Device::Cpu)?;
        let scale = Tensor::randn(1f32, 0.3, (3, 40), &Device::Cpu)?;
        let norm = RmsNorm { scale, experts: 3, width: 40 };
        let (a, b) =
            (norm.forward(&x, &routing, Precision::F32)?, norm.forward_fallback(&x, &routing, Precision::F32)?);
        let error = (a - b)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(error < 1e-5, "{error}");
        Ok(())
    }
}
