//! The heads of a layer: norm of queries and keys, then their rotation by the Fourier embedding of the coordinates.
//!
//! Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` (commit 209209b), `Attention` and
//! `apply_rotary_emb_torch`.

use candle_core::{D, DType, Tensor};
use rayon::prelude::*;

use super::norm::{RmsNorm, norm_slice};
use super::simd::vectorised;
use super::{Precision, Routing, Values};
use crate::Result;

/// How a row of the qkv product splits into heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// Query heads.
    pub query: usize,
    /// Key-value heads; query head `h` reads key-value head `h / (query / key_value)`.
    pub key_value: usize,
    /// Width of one head.
    pub dim: usize,
    /// Whether the row ends in one gate per query head.
    pub gate: Gate,
}

/// Whether attention results are multiplied by a sigmoid per head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// They are left alone.
    None,
    /// One gate per query head, from the same normed input as the queries.
    PerHead,
}

impl Heads {
    /// Columns of the qkv product.
    pub fn width(&self) -> usize {
        (self.query + 2 * self.key_value) * self.dim + self.gates()
    }

    /// Columns of gates.
    pub fn gates(&self) -> usize {
        match self.gate {
            Gate::None => 0,
            Gate::PerHead => self.query,
        }
    }
}

/// Queries, keys and values of one layer.
pub struct Qkv {
    /// `[query heads, l, d]`, rounded to the precision.
    pub query: Tensor,
    /// `[key-value heads, l, d]`, rounded to the precision.
    pub key: Tensor,
    /// `[key-value heads, l, d]`.
    pub value: Tensor,
    /// `[l, query heads]` before the sigmoid, where there are gates.
    pub gate: Option<Tensor>,
}

/// Splits the qkv product `[l, width]` into heads, norms queries and keys over `d` and rotates the first three quarters
/// of each head. `rope` is `[l, 6 d / 8]` float32, sines then cosines. Norm and rotation are float32.
///
/// # Errors
/// Shapes that do not fit each other.
pub fn split_heads(
    qkv: &Tensor,
    heads: &Heads,
    (q_norm, k_norm): (&RmsNorm, &RmsNorm),
    rope: &Tensor,
    routing: &Routing,
    precision: Precision,
) -> Result<Qkv> {
    let rows = routing.tokens();
    let half = heads.dim / 8 * 3;
    if qkv.dims() != [rows, heads.width()] || rope.dims() != [rows, 2 * half] {
        let message = format!("{heads:?} from {:?} with rotations {:?}", qkv.dims(), rope.dims());
        return Err(candle_core::Error::Msg(message).into());
    }
    #[cfg(feature = "cuda")]
    if let Some(out) = super::cuda::stream::split_heads(qkv, heads, (q_norm, k_norm), rope, routing, precision)? {
        return Ok(out);
    }
    if !qkv.device().is_cpu() {
        return split_heads_fallback(qkv, heads, (q_norm, k_norm), rope, routing, precision);
    }
    let (values, rope) = (Values::of(qkv)?, Values::of(rope)?);
    let (q_scale, k_scale) = (Values::of(q_norm.scale())?, Values::of(k_norm.scale())?);
    let expert_of_row = |row: usize| match q_norm.experts() {
        1 => 0,
        _ => usize::from(row >= routing.video) + usize::from(row >= routing.video + routing.audio),
    };
    let (dim, width) = (heads.dim, heads.width());
    let normed = |first: usize, count: usize, scale: &[f32]| {
        let mut out = vec![0f32; count * rows * dim];
        head_blocks(&mut out, rows, dim).into_par_iter().for_each(|(head, start, block)| {
            for (row, out) in (start..).zip(block.chunks_exact_mut(dim)) {
                let x = &values[row * width + (first + head) * dim..][..dim];
                norm_slice(x, &scale[expert_of_row(row) * dim..][..dim], out);
                let (sin, cos) = rope[row * 2 * half..][..2 * half].split_at(half);
                rotate(&mut out[..2 * half], sin, cos);
                precision.round_all(out);
            }
        });
        Tensor::from_vec(out, (count, rows, dim), qkv.device())
    };
    let query = normed(0, heads.query, &q_scale)?;
    let key = normed(heads.query, heads.key_value, &k_scale)?;
    let mut value = vec![0f32; heads.key_value * rows * dim];
    let first = heads.query + heads.key_value;
    head_blocks(&mut value, rows, dim).into_par_iter().for_each(|(head, start, block)| {
        for (row, out) in (start..).zip(block.chunks_exact_mut(dim)) {
            out.copy_from_slice(&values[row * width + (first + head) * dim..][..dim]);
        }
    });
    let value = Tensor::from_vec(value, (heads.key_value, rows, dim), qkv.device())?;
    let gate = match heads.gates() {
        0 => None,
        gates => Some(qkv.narrow(1, width - gates, gates)?.contiguous()?),
    };
    Ok(Qkv { query, key, value, gate })
}

/// Cuts `[heads, rows, dim]` into (head, first row, block).
fn head_blocks(out: &mut [f32], rows: usize, dim: usize) -> Vec<(usize, usize, &mut [f32])> {
    const BLOCK: usize = 128;
    let heads = out.chunks_mut((rows * dim).max(1)).enumerate();
    heads
        .flat_map(|(head, out)| {
            out.chunks_mut(BLOCK * dim).enumerate().map(move |(block, out)| (head, block * BLOCK, out))
        })
        .collect()
}

vectorised! {
    /// Rotates the pairs `(j, j + half)`.
    fn rotate(x: &mut [f32], sin: &[f32], cos: &[f32]) {
        let (left, right) = x.split_at_mut(sin.len());
        for (((a, b), sin), cos) in left.iter_mut().zip(right).zip(sin).zip(cos) {
            (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
        }
    }
}

fn split_heads_fallback(
    qkv: &Tensor,
    heads: &Heads,
    (q_norm, k_norm): (&RmsNorm, &RmsNorm),
    rope: &Tensor,
    routing: &Routing,
    precision: Precision,
) -> Result<Qkv> {
    let rows = routing.tokens();
    let (dim, half) = (heads.dim, heads.dim / 8 * 3);
    let (sin, cos) = (rope.narrow(1, 0, half)?, rope.narrow(1, half, half)?);
    let part = |first: usize, count: usize| -> Result<Tensor> {
        let part = qkv.narrow(1, first * dim, count * dim)?.reshape((rows, count, dim))?;
        Ok(part.transpose(0, 1)?.contiguous()?)
    };
    let normed = |x: &Tensor, norm: &RmsNorm| -> Result<Tensor> {
        let parts = norm_heads(x, norm, routing)?;
        let (a, b) = (parts.narrow(D::Minus1, 0, half)?, parts.narrow(D::Minus1, half, half)?);
        let turned = Tensor::cat(
            &[
                (a.broadcast_mul(&cos)? - b.broadcast_mul(&sin)?)?,
                (b.broadcast_mul(&cos)? + a.broadcast_mul(&sin)?)?,
                parts.narrow(D::Minus1, 2 * half, dim - 2 * half)?,
            ],
            D::Minus1,
        )?;
        Ok(turned.to_dtype(precision.dtype())?)
    };
    let query = normed(&part(0, heads.query)?, q_norm)?;
    let key = normed(&part(heads.query, heads.key_value)?, k_norm)?;
    let value = part(heads.query + heads.key_value, heads.key_value)?.to_dtype(precision.dtype())?;
    let gate = match heads.gates() {
        0 => None,
        gates => Some(qkv.narrow(1, heads.width() - gates, gates)?.contiguous()?),
    };
    Ok(Qkv { query, key, value, gate })
}

/// The norm over the heads `[heads, l, d]`, float32.
fn norm_heads(x: &Tensor, norm: &RmsNorm, routing: &Routing) -> Result<Tensor> {
    let x = x.to_dtype(DType::F32)?;
    let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
    let x = x.broadcast_div(&(mean + super::norm::EPSILON)?.sqrt()?)?;
    let parts = routing
        .rows(norm.experts())
        .into_iter()
        .map(|(expert, rows)| x.narrow(1, rows.start, rows.len())?.broadcast_mul(&norm.scale().get(expert)?))
        .collect::<candle_core::Result<Vec<_>>>()?;
    Ok(Tensor::cat(&parts, 1)?)
}
