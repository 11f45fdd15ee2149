//! Weights in 8 bits where no kernel of ours reads them.

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;

use crate::Result;
use crate::ops::Precision;
use crate::weights::Matrix;

/// A weight in 8 bits on a device.
pub(super) struct Int8 {
    /// `[out, in]`, 128 more than the value: candle has no signed type so narrow.
    pub values: Tensor,
    /// `[out, 1]` float32.
    pub scales: Tensor,
}

/// Rows of a weight in 8 bits that are widened at once where there is no kernel of ours.
const INT8_ROWS: usize = 1024;

impl Int8 {
    pub(super) fn new(matrix: &Matrix, first: usize, [output, input]: [usize; 2], device: &Device) -> Result<Self> {
        let (mut values, mut scales) = (vec![0u8; output * input], vec![0f32; output]);
        let rows = values.par_chunks_mut(input.max(1)).zip(&mut scales).enumerate();
        rows.for_each_init(<(Vec<f32>, Vec<i8>)>::default, |(wide, narrow), (row, (values, scale))| {
            *scale = matrix.int8_row(first + row, wide, narrow);
            values.iter_mut().zip(&*narrow).for_each(|(to, from)| *to = from.cast_unsigned() ^ 0x80);
        });
        Ok(Self {
            values: Tensor::from_vec(values, (output, input), device)?,
            scales: Tensor::from_vec(scales, (output, 1), device)?,
        })
    }

    /// `[l, in]` times the weight, of which never more than a block of rows is there in full.
    pub(super) fn multiply(&self, x: &Tensor, precision: Precision) -> Result<Tensor> {
        let output = self.values.dim(0)?;
        let x = x.to_dtype(precision.dtype())?;
        let blocks = (0..output).step_by(INT8_ROWS).map(|first| -> Result<Tensor> {
            let rows = INT8_ROWS.min(output - first);
            let values = (self.values.narrow(0, first, rows)?.to_dtype(DType::F32)? - 128.0)?;
            let weight = values.broadcast_mul(&self.scales.narrow(0, first, rows)?)?.to_dtype(precision.dtype())?;
            Ok(x.matmul(&weight.t()?)?)
        });
        Ok(Tensor::cat(&blocks.collect::<Result<Vec<_>>>()?, 1)?)
    }
}
