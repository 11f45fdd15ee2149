//! The handful of operations that decide speed. Each is one function with a CPU side of our own and a side in plain
//! candle operations for every other device; the networks call the function and know no device.
//!
//! On the CPU a tensor is always float32. Under [`Precision::Bf16`] its values are rounded to bfloat16 at the points
//! where the reference rounds, so that the CPU shows what a GPU will compute.

pub mod activation;
pub mod attention;
pub mod conv;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
mod gemm;
pub mod linear;
pub mod norm;
pub mod rope;
pub mod self_test;
mod simd;

use std::ops::{Deref, Range};

use candle_core::{CpuStorage, DType, Storage, Tensor};
use half::bf16;

use crate::Result;

/// The compute type of block linears and attention. Norms, embedders, heads and rotary bands are always float32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Everything in float32.
    F32,
    /// Operands and results in bfloat16, sums in float32.
    Bf16,
}

impl Precision {
    /// The type of tensors between operations on devices that compute in it.
    pub fn dtype(self) -> DType {
        match self {
            Self::F32 => DType::F32,
            Self::Bf16 => DType::BF16,
        }
    }

    /// The nearest value of this type.
    #[inline(always)]
    pub fn round(self, value: f32) -> f32 {
        match self {
            Self::F32 => value,
            Self::Bf16 => bf16::from_f32(value).to_f32(),
        }
    }

    /// Replaces each value by the nearest one of this type.
    pub(crate) fn round_all(self, values: &mut [f32]) {
        if self == Self::Bf16 {
            values.iter_mut().for_each(|value| *value = bf16::from_f32(*value).to_f32());
        }
    }
}

/// How the weights of the large linear layers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightType {
    /// In the type that is computed in; those that a file holds in 8 bits stay so.
    #[default]
    Computed,
    /// In 8 bits with a scale for each row.
    Int8,
}

/// How many tokens of each modality stand in the stream, which is ordered video, audio, text: with that order, routing
/// to an expert is slicing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Routing {
    /// Tokens of the video.
    pub video: usize,
    /// Tokens of the audio.
    pub audio: usize,
    /// Tokens of the text.
    pub text: usize,
}

impl Routing {
    /// All tokens.
    pub fn tokens(&self) -> usize {
        self.video + self.audio + self.text
    }

    /// The rows that each expert is in charge of: all of them where `experts` is 1, one modality each where it is 3.
    pub fn rows(&self, experts: usize) -> Vec<(usize, Range<usize>)> {
        if experts == 1 {
            return vec![(0, 0..self.tokens())];
        }
        let audio = self.video + self.audio;
        vec![(0, 0..self.video), (1, self.video..audio), (2, audio..self.tokens())]
    }
}

/// The float32 values of a contiguous tensor on the CPU.
pub(crate) struct Values<'a> {
    storage: candle_core::StorageRef<'a>,
    range: Range<usize>,
}

impl<'a> Values<'a> {
    /// Borrows the values.
    ///
    /// # Errors
    /// The tensor is on another device, of another type, or not contiguous.
    pub(crate) fn of(tensor: &'a Tensor) -> Result<Self> {
        let (storage, layout) = tensor.storage_and_layout();
        let Some((start, end)) = layout.contiguous_offsets() else {
            return Err(candle_core::Error::RequiresContiguous { op: "values" }.bt().into());
        };
        if !matches!(&*storage, Storage::Cpu(CpuStorage::F32(_))) {
            return Err(candle_core::Error::Msg("a float32 tensor on the CPU was expected".to_owned()).bt().into());
        }
        Ok(Self { storage, range: start..end })
    }
}

impl Deref for Values<'_> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &*self.storage {
            Storage::Cpu(CpuStorage::F32(values)) => &values[self.range.clone()],
            _ => &[],
        }
    }
}

/// A block of rows that one thread computes.
pub(crate) struct RowBlock<'a> {
    /// Which expert's weights the rows take.
    pub expert: usize,
    /// The rows.
    pub rows: Range<usize>,
    /// Their place in the result.
    pub out: &'a mut [f32],
}

/// Cuts a result of `width` columns into blocks of at most `most` rows, none across experts, evenly over the threads.
pub(crate) fn row_blocks<'a>(
    mut out: &'a mut [f32],
    width: usize,
    routing: &Routing,
    experts: usize,
    most: usize,
) -> Vec<RowBlock<'a>> {
    let threads = rayon::current_num_threads();
    let mut blocks = Vec::new();
    for (expert, rows) in routing.rows(experts) {
        let rounds = rows.len().div_ceil(threads * most).max(1);
        let step = rows.len().div_ceil(rounds * threads).max(1);
        for start in rows.clone().step_by(step) {
            let rows = start..(start + step).min(rows.end);
            let (block, rest) = std::mem::take(&mut out).split_at_mut(rows.len() * width);
            blocks.push(RowBlock { expert, rows, out: block });
            out = rest;
        }
    }
    blocks
}
