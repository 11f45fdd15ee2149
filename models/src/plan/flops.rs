//! How much the networks compute, and how long that takes where the speed of a device was measured.
//!
//! An estimate is operations over the measured rate of the loop that carries them out: products of matrices, attention,
//! convolutions; and the bytes that pass memory between those over its measured bandwidth. It knows nothing of what the
//! system does beside it, of a card that throttles, or of the encoder of the clip, so it is always said with "about".

use serde::{Deserialize, Serialize};

use super::activations::{Kernels, Stream};
use crate::generator::{Length, Size, Tiles};
use crate::ops::attention::Window;
use crate::ops::{Precision, Routing};
use crate::text::t5gemma;
use crate::transformer::Config;
use crate::vae::{oobleck, turbo};

/// Latent frames that local layers see to each side.
const FRAME_RADIUS: usize = 11;
/// Tokens of an ordinary prompt. Memory is planned for the longest one; time is told for this.
pub(super) const PROMPT_TOKENS: usize = 300;

/// How fast a device was measured to be. Without it there are no seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// What depends on the compute type.
    pub types: Vec<TypeRates>,
    /// Floating-point operations a second of a three-dimensional convolution.
    pub convolution_flops_per_second: f64,
    /// Bytes a second, read and written together, of a copy within the device's memory.
    pub memory_bytes_per_second: f64,
    /// Bytes a second from main memory to the device; none for the processor itself.
    pub upload_bytes_per_second: Option<f64>,
}

/// How fast a device is in one compute type.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TypeRates {
    /// The type.
    pub precision: Precision,
    /// Floating-point operations a second of a product of matrices.
    pub product_flops_per_second: f64,
    /// Floating-point operations a second of attention.
    pub attention_flops_per_second: f64,
}

impl Probe {
    /// How long a device computes that was measured in this type; nothing where it was not, or where the numbers, which
    /// may come out of a file, cannot be.
    pub(super) fn seconds(&self, work: &Work, precision: Precision) -> Option<f64> {
        let rates = self.types.iter().find(|rates| rates.precision == precision)?;
        let parts = [
            (work.product_flops, rates.product_flops_per_second),
            (work.attention_flops, rates.attention_flops_per_second),
            (work.convolution_flops, self.convolution_flops_per_second),
            (work.passed_bytes, self.memory_bytes_per_second),
        ];
        let seconds: f64 = parts.iter().filter(|(amount, _)| *amount > 0.0).map(|(amount, rate)| amount / rate).sum();
        (parts.iter().all(|(_, rate)| *rate > 0.0) && seconds.is_finite()).then_some(seconds)
    }
}

/// What a stage computes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Work {
    pub product_flops: f64,
    pub attention_flops: f64,
    pub convolution_flops: f64,
    /// Bytes that go through memory in norms, rotations, sums and copies.
    pub passed_bytes: f64,
}

impl Work {
    /// The same so many times over.
    pub(super) fn times(self, times: usize) -> Self {
        let times = times as f64;
        Self {
            product_flops: self.product_flops * times,
            attention_flops: self.attention_flops * times,
            convolution_flops: self.convolution_flops * times,
            passed_bytes: self.passed_bytes * times,
        }
    }

    /// All operations.
    #[cfg(test)]
    pub(super) fn flops(&self) -> f64 {
        self.product_flops + self.attention_flops + self.convolution_flops
    }
}

/// One call of a transformer: two operations for each weight that a token meets, four for each pair of query and key and
/// head column.
pub(super) fn of_call(config: &Config, stream: &Stream, kernels: Kernels) -> Work {
    let hidden = config.hidden_size as f64;
    let width = config.heads().width() as f64;
    let gelu7 = config.gelu7_layers.len() as f64;
    let swiglu7 = config.num_layers as f64 - gelu7;
    let mlp = gelu7 * 8.0 * hidden * hidden + swiglu7 * 3.0 * hidden * config.gated_width() as f64;
    let layers = config.num_layers as f64;
    let weights = layers * (hidden * width + hidden * hidden) + mlp;
    let local = config.local_attn_layers.len() as f64;
    let tokens = stream.tokens() as f64;
    let pairs = (layers - local) * tokens * tokens + local * local_pairs(stream);
    // Two norms and two sums of the stream, the split of the heads, and the result of attention, in float32.
    let passes = layers * tokens * 4.0 * (9.0 * hidden + 2.0 * width);
    Work {
        product_flops: 2.0 * weights * tokens,
        attention_flops: 4.0 * hidden * pairs,
        convolution_flops: 0.0,
        passed_bytes: passes * passes_of(kernels),
    }
}

/// An operation that is composed of candle's passes memory several times where ours passes it once.
fn passes_of(kernels: Kernels) -> f64 {
    if kernels == Kernels::Composed { 4.0 } else { 1.0 }
}

/// Pairs of query and key of a layer that looks at near frames only.
fn local_pairs(stream: &Stream) -> f64 {
    let frames = stream.length.video_latents;
    let routing =
        Routing { video: stream.video_tokens() as usize, audio: stream.length.audio_latents, text: stream.text_tokens };
    let spans = Window::Frames { frames, radius: FRAME_RADIUS }.spans(&routing);
    spans
        .iter()
        .map(|span| span.queries.len() as f64 * span.keys.iter().map(|keys| keys.len() as f64).sum::<f64>())
        .sum()
}

/// An ordinary prompt through the text encoder.
pub(super) fn text(config: &t5gemma::Config, tokens: usize, kernels: Kernels) -> Work {
    let (l, hidden, layers) = (tokens as f64, config.hidden_size as f64, config.num_hidden_layers as f64);
    let heads = (config.num_attention_heads * config.head_dim) as f64;
    let pairs = (config.num_key_value_heads * config.head_dim) as f64;
    let inner = config.intermediate_size as f64;
    let weights = layers * hidden * (2.0 * heads + 2.0 * pairs + 3.0 * inner);
    Work {
        product_flops: 2.0 * weights * l,
        attention_flops: layers * 4.0 * heads * l * l,
        convolution_flops: 0.0,
        passed_bytes: layers * l * 4.0 * (8.0 * hidden + 3.0 * inner + 2.0 * heads) * passes_of(kernels),
    }
}

/// The picture of a clip through its decoder; what two pieces or tiles share counts as often as it is decoded.
pub(super) fn video_decoder(
    config: &turbo::Config,
    size: Size,
    length: Length,
    tiles: Tiles,
    kernels: Kernels,
) -> Work {
    let (h, w) = size.latent_hw();
    let enlarging_taps = if kernels == Kernels::Cpu { 4 } else { 9 };
    let passes = turbo::chunks::passes(config, length.video_latents);
    let of = |frames: usize| config.flops([frames, tiles.longest(h), tiles.longest(w)], enlarging_taps);
    Work { convolution_flops: passes.into_iter().map(of).sum(), ..Work::default() }.times(tiles.count(h, w))
}

/// So many latents through the decoder of sound.
pub(super) fn audio_decoder(config: &oobleck::Config, latents: usize) -> Work {
    Work { convolution_flops: config.decoder().flops(latents), ..Work::default() }
}
