//! What passes the stream once: norms, the split into heads, activations.

use candle_core::{DType, Tensor};

use super::{Argument, Card, Spread};
use crate::Result;
use crate::ops::linear::Activation;
use crate::ops::norm::RmsNorm;
use crate::ops::rope::{Heads, Qkv};
use crate::ops::{Precision, Routing};

/// Where the modalities end, as kernels are told.
fn borders(experts: usize, routing: &Routing) -> [Argument; 3] {
    [experts, routing.video, routing.video + routing.audio].map(|count| Argument::Int(count as i32))
}

/// [`RmsNorm::forward`]; nothing where the kernel was not made for the shape.
pub(crate) fn rms_norm(norm: &RmsNorm, x: &Tensor, routing: &Routing, precision: Precision) -> Result<Option<Tensor>> {
    let (rows, width) = x.dims2()?;
    let Some(card) = Card::of(x.device())? else { return Ok(None) };
    if !width.is_multiple_of(4) || x.dtype() != DType::F32 || !x.is_contiguous() {
        return Ok(None);
    }
    let (dtype, kernel) = match precision {
        Precision::F32 => (DType::F32, "rms_norm_f32"),
        Precision::Bf16 => (DType::BF16, "rms_norm_bf16"),
    };
    let out = card.unwritten((rows, width), dtype, x.device())?;
    let [experts, video, audio_end] = borders(norm.experts(), routing);
    let arguments = [
        card.address(x, DType::F32)?,
        card.address(norm.scale(), DType::F32)?,
        card.address(&out, dtype)?,
        Argument::Int(width as i32),
        experts,
        video,
        audio_end,
    ];
    let spread = Spread { grid: (rows, 1), threads: 256, shared_bytes: 32 };
    // SAFETY: `out` has the shape of `x`, and the scale has as many rows as there are experts.
    unsafe { card.launch(kernel, &spread, &arguments) }?;
    Ok(Some(out))
}

/// [`crate::ops::rope::split_heads`]; nothing where the kernel was not made for the shape.
pub(crate) fn split_heads(
    qkv: &Tensor,
    heads: &Heads,
    (q_norm, k_norm): (&RmsNorm, &RmsNorm),
    rope: &Tensor,
    routing: &Routing,
    precision: Precision,
) -> Result<Option<Qkv>> {
    let Some(card) = Card::of(qkv.device())? else { return Ok(None) };
    let (dtype, kernel) = match precision {
        Precision::F32 => (DType::F32, "split_heads_f32"),
        Precision::Bf16 => (DType::BF16, "split_heads_bf16"),
    };
    if qkv.dtype() != dtype || !qkv.is_contiguous() || heads.dim > 512 {
        return Ok(None);
    }
    let (rows, dim) = (routing.tokens(), heads.dim);
    let made = |heads: usize| card.unwritten((heads, rows, dim), dtype, qkv.device());
    let (query, key, value) = (made(heads.query)?, made(heads.key_value)?, made(heads.key_value)?);
    let gate = match heads.gates() {
        0 => None,
        gates => Some(card.unwritten((rows, gates), dtype, qkv.device())?),
    };
    let [experts, video, audio_end] = borders(q_norm.experts(), routing);
    let int = |count: usize| Argument::Int(count as i32);
    let arguments = [
        card.address(qkv, dtype)?,
        card.address(rope, DType::F32)?,
        card.address(q_norm.scale(), DType::F32)?,
        card.address(k_norm.scale(), DType::F32)?,
        card.address(&query, dtype)?,
        card.address(&key, dtype)?,
        card.address(&value, dtype)?,
        gate.as_ref().map_or(Ok(Argument::Address(0)), |gate| card.address(gate, dtype))?,
        int(rows),
        int(heads.query),
        int(heads.key_value),
        int(heads.gates()),
        int(dim),
        experts,
        video,
        audio_end,
    ];
    let all = heads.query + 2 * heads.key_value;
    let spread = Spread { grid: (rows, all.div_ceil(8)), threads: 256, shared_bytes: 8 * 4 * dim };
    // SAFETY: the shapes were checked by the caller, and the results have those that the kernel writes.
    unsafe { card.launch(kernel, &spread, &arguments) }?;
    Ok(Some(Qkv { query, key, value, gate }))
}

/// The activation of a product `[l, n]` in bfloat16; that of SwiGLU7 with zeros up to `width` columns. Nothing where the
/// kernel was not made for the shape.
pub(crate) fn activate(product: &Tensor, activation: Activation, width: usize) -> Result<Option<Tensor>> {
    let (rows, columns) = product.dims2()?;
    let Some(card) = Card::of(product.device())? else { return Ok(None) };
    let is_plain = product.dtype() == DType::BF16 && product.is_contiguous();
    if !is_plain || !width.is_multiple_of(4) {
        return Ok(None);
    }
    let out = card.unwritten((rows, width), DType::BF16, product.device())?;
    let (from, to) = (card.address(product, DType::BF16)?, card.address(&out, DType::BF16)?);
    match activation {
        Activation::SwiGlu7 => {
            let sizes = [columns / 2, columns, width].map(|size| Argument::Int(size as i32));
            let spread = Spread { grid: (rows, width.div_ceil(1024)), threads: 256, shared_bytes: 0 };
            // SAFETY: a row of the product has `columns` values, one of the result `width`.
            unsafe { card.launch("swiglu7_bf16", &spread, &[from, to, sizes[0], sizes[1], sizes[2]]) }?;
        }
        Activation::Gelu7 if width == columns => {
            let count = rows * columns;
            let spread = Spread { grid: (count.div_ceil(1024), 1), threads: 256, shared_bytes: 0 };
            // SAFETY: both have `count` values, a multiple of 4.
            unsafe { card.launch("gelu7_bf16", &spread, &[from, to, Argument::Long(count as i64)]) }?;
        }
        _ => return Ok(None),
    }
    Ok(Some(out))
}
