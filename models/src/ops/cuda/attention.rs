//! Attention by our kernel for the matrix units that every card from Ampere on has.

use std::collections::HashMap;
use std::sync::Mutex;

use candle_core::{DType, Tensor};

use super::{Argument, Card, Spread, lock};
use crate::Result;
use crate::ops::attention::{Span, Window};
use crate::ops::rope::Qkv;
use crate::ops::{Precision, Routing};

/// Queries of one block of the kernel.
const QUERIES: usize = 128;
/// Keys that it has in shared memory at once.
const KEYS: usize = 64;

/// What blocks of the kernel compute, by stream and window; each is the same at every layer and step.
#[derive(Default)]
pub(super) struct Spans(Mutex<HashMap<(Routing, Window), Tensor>>);

/// For each block of queries: from, to, and two ranges of keys.
pub(crate) fn blocks(spans: &[Span]) -> Vec<[usize; 6]> {
    let of_span = |span: &Span| {
        let range = |index: usize| span.keys.get(index).map_or([0, 0], |range| [range.start, range.end]);
        let ([a, b], [c, d]) = (range(0), range(1));
        let to = span.queries.end;
        let starts = span.queries.clone().step_by(QUERIES);
        starts.map(move |from| [from, (from + QUERIES).min(to), a, b, c, d]).collect::<Vec<_>>()
    };
    spans.iter().flat_map(of_span).collect()
}

/// [`crate::ops::attention::attention`]; nothing where the kernel was not made for the shape.
pub(crate) fn attention(qkv: &Qkv, routing: &Routing, window: Window, precision: Precision) -> Result<Option<Tensor>> {
    let Some(card) = Card::of(qkv.query.device())? else { return Ok(None) };
    let (heads, tokens, dim) = qkv.query.dims3()?;
    let kernel = match dim {
        128 => "attention_128",
        64 => "attention_64",
        _ => return Ok(None),
    };
    let tensors = [Some(&qkv.query), Some(&qkv.key), Some(&qkv.value), qkv.gate.as_ref()];
    let is_plain = |tensor: &&Tensor| tensor.dtype() == DType::BF16 && tensor.is_contiguous();
    if precision != Precision::Bf16 || !tensors.iter().flatten().all(is_plain) {
        return Ok(None);
    }
    let mut known = lock(&card.spans.0);
    let spans = match known.get(&(*routing, window)) {
        Some(spans) => spans.clone(),
        None => {
            let blocks = blocks(&window.spans(routing));
            let numbers: Vec<_> = blocks.iter().flatten().map(|number| *number as u32).collect();
            let spans = Tensor::from_vec(numbers, (blocks.len(), 6), qkv.query.device())?;
            known.insert((*routing, window), spans.clone());
            spans
        }
    };
    drop(known);
    let out = card.unwritten((tokens, heads * dim), DType::BF16, qkv.query.device())?;
    let address = |tensor: &Tensor| card.address(tensor, DType::BF16);
    let int = |count: usize| Argument::Int(count as i32);
    let arguments = [
        address(&qkv.query)?,
        address(&qkv.key)?,
        address(&qkv.value)?,
        qkv.gate.as_ref().map_or(Ok(Argument::Address(0)), address)?,
        address(&out)?,
        card.address(&spans, DType::U32)?,
        int(tokens),
        int(heads),
        int(qkv.key.dim(0)?),
        Argument::Float(std::f32::consts::LOG2_E / (dim as f32).sqrt()),
    ];
    let spread = Spread { grid: (spans.dim(0)?, heads), threads: 128, shared_bytes: (QUERIES + 2 * KEYS) * dim * 2 };
    // SAFETY: the spans ask for every token once, and all ranges lie within the tokens.
    unsafe { card.launch(kernel, &spread, &arguments) }?;
    Ok(Some(out))
}
