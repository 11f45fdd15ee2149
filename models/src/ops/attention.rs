//! Attention of all tokens to all tokens, or of each video frame to the frames around it.
//!
//! Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` and `inference/pipeline/data_proxy.py`
//! (commit 209209b).

use std::ops::Range;

use candle_core::{D, DType, Tensor};
use rayon::prelude::*;

use super::activation::sigmoid_of;
use super::gemm::{Left, PANEL, ROWS, Start, pack_left, tile};
use super::rope::Qkv;
use super::simd::{exp, sigmoid, vectorised};
use super::{Precision, Routing, Values};
use crate::Result;

/// What a token attends to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// Everything.
    Full,
    /// Video tokens: the latent frames at most `radius` away, and all audio and text. Audio and text tokens: everything.
    Frames {
        /// Latent frames of the clip; the video tokens divide evenly among them.
        frames: usize,
        /// How far away a frame may be.
        radius: usize,
    },
}

/// Tokens that attend to the same tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The tokens that ask.
    pub queries: Range<usize>,
    /// The tokens that answer; ranges do not overlap.
    pub keys: Vec<Range<usize>>,
}

impl Window {
    /// The spans of a stream, which together ask for every token once.
    pub fn spans(&self, routing: &Routing) -> Vec<Span> {
        let (video, all) = (routing.video, routing.tokens());
        let one = |range: Range<usize>| std::iter::once(range).collect::<Vec<_>>();
        match *self {
            Self::Full => vec![Span { queries: 0..all, keys: one(0..all) }],
            Self::Frames { frames, radius } => {
                let frame = video / frames.max(1);
                let mut spans: Vec<_> = (0..frames)
                    .map(|i| {
                        let near = i.saturating_sub(radius) * frame..((i + radius + 1) * frame).min(video);
                        Span { queries: i * frame..(i + 1) * frame, keys: vec![near, video..all] }
                    })
                    .collect();
                spans.push(Span { queries: video..all, keys: one(0..all) });
                spans
            }
        }
    }
}

/// Softmax attention with scale `d^-0.5`, each head's result times the sigmoid of its gate where there are gates:
/// `[l, query heads * d]`. The softmax is float32; the result is rounded to `precision` before and after the gate.
///
/// # Errors
/// A device failure.
pub fn attention(qkv: &Qkv, routing: &Routing, window: Window, precision: Precision) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(out) = super::cuda::attention::attention(qkv, routing, window, precision)? {
        return Ok(out);
    }
    if !qkv.query.device().is_cpu() {
        return attention_fallback(qkv, routing, window, precision);
    }
    let (heads, tokens, dim) = qkv.query.dims3()?;
    let kv_heads = qkv.key.dim(0)?;
    let (query, key, value) = (Values::of(&qkv.query)?, Values::of(&qkv.key)?, Values::of(&qkv.value)?);
    let gate = qkv.gate.as_ref().map(Values::of).transpose()?;
    let key_values: Vec<_> = (0..kv_heads)
        .into_par_iter()
        .map(|head| {
            let range = head * tokens * dim..(head + 1) * tokens * dim;
            KeyValues::new(&key[range.clone()], &value[range], dim)
        })
        .collect();
    let spans = window.spans(routing);
    let blocks: Vec<_> = (0..heads)
        .flat_map(|head| {
            spans.iter().flat_map(move |span| {
                let queries = span.queries.clone();
                let starts = queries.clone().step_by(BLOCK_ROWS);
                starts.map(move |start| (head, start..(start + BLOCK_ROWS).min(queries.end), &span.keys))
            })
        })
        .collect();
    let mut out = vec![0f32; tokens * heads * dim];
    let results: Vec<_> = blocks
        .par_iter()
        .map(|(head, rows, keys)| {
            let query = &query[(head * tokens + rows.start) * dim..(head * tokens + rows.end) * dim];
            let mut result = key_values[head / (heads / kv_heads)].attend(query, keys);
            precision.round_all(&mut result);
            if let Some(gate) = &gate {
                let gates = gate[rows.start * heads..].iter().skip(*head).step_by(heads);
                for (row, gate) in result.chunks_exact_mut(dim).zip(gates) {
                    let gate = sigmoid(*gate);
                    row.iter_mut().for_each(|value| *value *= gate);
                }
                precision.round_all(&mut result);
            }
            result
        })
        .collect();
    for ((head, rows, _), result) in blocks.iter().zip(results) {
        for (row, values) in rows.clone().zip(result.chunks_exact(dim)) {
            out[(row * heads + head) * dim..][..dim].copy_from_slice(values);
        }
    }
    Ok(Tensor::from_vec(out, (tokens, heads * dim), qkv.query.device())?)
}

/// Query rows of one block.
const BLOCK_ROWS: usize = 4 * ROWS;
/// Keys that a block sees at once, so that their scores stay in the cache.
const BLOCK_KEYS: usize = 16 * PANEL;

/// Keys and values of one head in the order of the matrix products.
struct KeyValues {
    /// Panels of `PANEL` keys, `[d, PANEL]` each.
    keys: Vec<f32>,
    /// `[l, padded]`.
    values: Vec<f32>,
    dim: usize,
    /// `d` rounded up to whole panels.
    padded: usize,
}

impl KeyValues {
    fn new(key: &[f32], value: &[f32], dim: usize) -> Self {
        let tokens = key.len() / dim;
        let panels = tokens.div_ceil(PANEL);
        let padded = dim.div_ceil(PANEL) * PANEL;
        let mut keys = vec![0f32; panels * PANEL * dim];
        for (token, row) in key.chunks_exact(dim).enumerate() {
            let panel = &mut keys[token / PANEL * PANEL * dim..];
            for (i, value) in row.iter().enumerate() {
                panel[i * PANEL + token % PANEL] = *value;
            }
        }
        let mut values = vec![0f32; panels * PANEL * padded];
        for (row, to) in value.chunks_exact(dim).zip(values.chunks_exact_mut(padded)) {
            to[..dim].copy_from_slice(row);
        }
        Self { keys, values, dim, padded }
    }

    /// `softmax(query * keys^T * d^-0.5) * values` for `[rows, d]`, over blocks of keys with a running maximum.
    fn attend(&self, query: &[f32], keys: &[Range<usize>]) -> Vec<f32> {
        let (dim, padded) = (self.dim, self.padded);
        let rows = query.len() / dim;
        let scale = 1.0 / (dim as f32).sqrt();
        let mut scores = vec![0f32; BLOCK_ROWS * BLOCK_KEYS];
        let mut sums = vec![0f32; rows * padded];
        let mut packed = Vec::new();
        pack_left(query, dim, &mut packed);
        let mut state = [(f32::NEG_INFINITY, 0f32); BLOCK_ROWS];
        for range in keys.iter().filter(|range| !range.is_empty()) {
            let panels = range.start / PANEL..range.end.div_ceil(PANEL);
            for first in panels.clone().step_by(BLOCK_KEYS / PANEL) {
                let last = (first + BLOCK_KEYS / PANEL).min(panels.end);
                let width = (last - first) * PANEL;
                for (place, panel) in (first..last).enumerate() {
                    let keys = &self.keys[panel * PANEL * dim..(panel + 1) * PANEL * dim];
                    for row in (0..rows).step_by(ROWS) {
                        let some = (rows - row).min(ROWS);
                        let scores = &mut scores[row * BLOCK_KEYS + place * PANEL..];
                        let query = Left::Packed(&packed[row * dim..]);
                        tile(some, dim, query, keys, PANEL, scores, BLOCK_KEYS, Start::Zero);
                    }
                }
                // A block's first and last panel may hold keys outside the range.
                let seen = range.start.saturating_sub(first * PANEL)..width.min(range.end - first * PANEL);
                for (row, state) in state[..rows].iter_mut().enumerate() {
                    let scores = &mut scores[row * BLOCK_KEYS..row * BLOCK_KEYS + width];
                    scores[..seen.start].fill(f32::NEG_INFINITY);
                    scores[seen.end..].fill(f32::NEG_INFINITY);
                    let shrink = softmax_step(scores, scale, state);
                    if shrink < 1.0 {
                        sums[row * padded..(row + 1) * padded].iter_mut().for_each(|sum| *sum *= shrink);
                    }
                }
                for column in (0..padded).step_by(PANEL) {
                    let values = &self.values[first * PANEL * padded + column..];
                    for row in (0..rows).step_by(ROWS) {
                        let some = (rows - row).min(ROWS);
                        let scores = Left::Rows(&scores[row * BLOCK_KEYS..], BLOCK_KEYS);
                        let sums = &mut sums[row * padded + column..];
                        tile(some, width, scores, values, padded, sums, padded, Start::Add);
                    }
                }
            }
        }
        let mut out = vec![0f32; rows * dim];
        for ((out, sums), (_, total)) in out.chunks_exact_mut(dim).zip(sums.chunks_exact(padded)).zip(state) {
            let inverse = 1.0 / total;
            out.iter_mut().zip(sums).for_each(|(out, sum)| *out = sum * inverse);
        }
        out
    }
}

vectorised! {
    /// Turns scores into weights relative to the running maximum and adds them to the running total of `state`; returns
    /// by what earlier sums shrink.
    fn softmax_step(scores: &mut [f32], scale: f32, state: &mut (f32, f32)) -> f32 {
        let (old, total) = *state;
        let mut maxima = [f32::NEG_INFINITY; PANEL];
        for chunk in scores.chunks_exact(PANEL) {
            for (maximum, score) in maxima.iter_mut().zip(chunk) {
                *maximum = if *score > *maximum { *score } else { *maximum };
            }
        }
        let new = old.max(halve(maxima, |a, b| if a > b { a } else { b }));
        let mut totals = [0f32; PANEL];
        for chunk in scores.chunks_exact_mut(PANEL) {
            for (total, score) in totals.iter_mut().zip(chunk) {
                *score = exp((*score - new) * scale);
                *total += *score;
            }
        }
        let shrink = exp((old - new) * scale);
        *state = (new, total * shrink + halve(totals, |a, b| a + b));
        shrink
    }
}

/// Joins the values of a panel pairwise, half by half, which keeps all lanes busy.
#[inline(always)]
fn halve(mut values: [f32; PANEL], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut width = PANEL / 2;
    while width > 0 {
        for i in 0..width {
            values[i] = join(values[i], values[i + width]);
        }
        width /= 2;
    }
    values[0]
}

fn attention_fallback(qkv: &Qkv, routing: &Routing, window: Window, precision: Precision) -> Result<Tensor> {
    let (heads, tokens, dim) = qkv.query.dims3()?;
    let repeat = heads / qkv.key.dim(0)?;
    let spread = |x: &Tensor| -> Result<Tensor> {
        let (kv_heads, tokens, dim) = x.dims3()?;
        Ok(x.unsqueeze(1)?.expand((kv_heads, repeat, tokens, dim))?.reshape((heads, tokens, dim))?)
    };
    let (key, value) = (spread(&qkv.key)?, spread(&qkv.value)?);
    let mut parts = Vec::new();
    for Span { queries, keys } in window.spans(routing) {
        // Blocks of queries keep the scores small.
        for start in queries.clone().step_by(1024) {
            let query = qkv.query.narrow(1, start, (queries.end - start).min(1024))?;
            let pick = |x: &Tensor| -> Result<Tensor> {
                let parts = keys.iter().map(|range| x.narrow(1, range.start, range.len()));
                Ok(Tensor::cat(&parts.collect::<candle_core::Result<Vec<_>>>()?, 1)?)
            };
            let scores = query.matmul(&pick(&key)?.transpose(1, 2)?)?.to_dtype(DType::F32)?;
            let scores = (scores * (dim as f64).powf(-0.5))?;
            let scores = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
            let weights = scores.broadcast_div(&scores.sum_keepdim(D::Minus1)?)?;
            parts.push(weights.to_dtype(value.dtype())?.matmul(&pick(&value)?)?);
        }
    }
    let out = Tensor::cat(&parts, 1)?.transpose(0, 1)?.contiguous()?;
    let out = match &qkv.gate {
        None => out,
        Some(gate) => {
            let gate = sigmoid_of(&gate.to_dtype(DType::F32)?)?.unsqueeze(2)?;
            out.to_dtype(DType::F32)?.broadcast_mul(&gate)?.to_dtype(precision.dtype())?
        }
    };
    Ok(out.reshape((tokens, heads * dim))?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn random(heads: usize, kv_heads: usize, tokens: usize, dim: usize) -> Result<Qkv> {
        let made = |heads| Tensor::randn(0f32, 2.0, (heads, tokens, dim), &Device::Cpu);
        let gate = Some(Tensor::randn(0f32, 1.0, (tokens, heads), &Device::Cpu)?);
        Ok(Qkv { query: made(heads)?, key: made(kv_heads)?, value: made(kv_heads)?, gate })
    }

    fn error(a: &Tensor, b: &Tensor) -> Result<f32> {
        assert_eq!(a.dims(), b.dims());
        Ok((a - b)?.abs()?.max_all()?.to_scalar::<f32>()?)
    }

    #[test]
    fn cpu_and_plain_operations_agree() -> Result<()> {
        for (tokens, dim) in [(5, 16), (333, 24), (700, 64)] {
            let routing = Routing { video: tokens - 3, audio: 2, text: 1 };
            let qkv = random(4, 2, tokens, dim)?;
            let frames = if (tokens - 3) % 2 == 0 { 2 } else { 1 };
            for window in [Window::Full, Window::Frames { frames, radius: 0 }] {
                let a = attention(&qkv, &routing, window, Precision::F32)?;
                let b = attention_fallback(&qkv, &routing, window, Precision::F32)?;
                assert!(error(&a, &b)? < 2e-5, "{tokens} tokens, {window:?}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_window_over_the_whole_clip_is_full_attention() -> Result<()> {
        let routing = Routing { video: 5 * 33, audio: 7, text: 4 };
        let qkv = random(2, 1, routing.tokens(), 32)?;
        let full = attention(&qkv, &routing, Window::Full, Precision::F32)?;
        let window = Window::Frames { frames: 5, radius: 4 };
        assert!(error(&full, &attention(&qkv, &routing, window, Precision::F32)?)? < 1e-5);
        let window = Window::Frames { frames: 5, radius: 1 };
        assert!(error(&full, &attention(&qkv, &routing, window, Precision::F32)?)? > 1e-2);
        Ok(())
    }

    #[test]
    fn spans_ask_for_every_token_once() {
        let routing = Routing { video: 12, audio: 3, text: 2 };
        let spans = Window::Frames { frames: 4, radius: 1 }.spans(&routing);
        assert_eq!(spans[0], Span { queries: 0..3, keys: vec![0..6, 12..17] });
        assert_eq!(spans[3], Span { queries: 9..12, keys: vec![6..12, 12..17] });
        assert_eq!(spans[4], Span { queries: 12..17, keys: std::iter::once(0..17).collect() });
        assert_eq!(spans.len(), 5);
    }
}
