//! What networks hold beside their weights while they run.
//!
//! Each number counts the tensors that are alive at the fullest moment of the code it names. `Composed` is a card today:
//! operations composed of candle's, which keep scores, widened copies and unrolled windows in memory. `Fused` is a card
//! with operations of our own (attention without a score matrix, MLPs over blocks of tokens, convolutions without
//! unrolled windows), which are not built yet.

use crate::generator::{Length, Size, Tiles};
use crate::ops::Precision;
use crate::ops::linear::Activation;
use crate::text::t5gemma;
use crate::transformer;
use crate::vae::{oobleck, turbo, wan};

/// How operations are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernels {
    /// Ours on the CPU, all values in float32.
    Cpu,
    /// Composed of candle's.
    Composed,
    /// Ours on a card.
    Fused,
}

const F32: u64 = 4;
/// Queries whose scores are in memory at once (`ops/attention.rs`).
const QUERY_BLOCK: u64 = 1024;
/// Tokens that a fused MLP takes at once.
const MLP_BLOCK: u64 = 8192;
/// Copies of a convolution's input and output that are alive beside the unrolled windows (`ops/conv/composed.rs`): the
/// input, the residual, three in the norm, three of padding, one tap's frames, two of the sum.
const CONV_COPIES: u64 = 11;
/// Copies of the latents that a sampler keeps: state, noise, velocity, and what its multistep solver remembers.
const SAMPLER_COPIES: u64 = 12;

/// What a block of a weight in 8 bits takes while it is widened (`ops/linear.rs`): 1024 rows of the longest there are.
pub(super) const WIDENED_BYTES: u64 = 1024 * 16_384 * 10;
/// A cell of the latent stands for 16x16 pixels.
const PIXELS_OF_A_CELL: u64 = 256;

fn bytes_of(precision: Precision) -> u64 {
    precision.dtype().size_in_bytes() as u64
}

/// Tokens of one call, picture, sound and text, and the same as latents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream {
    pub size: Size,
    pub length: Length,
    pub text_tokens: usize,
}

impl Stream {
    pub(super) fn video_tokens(&self) -> u64 {
        let (h, w) = self.size.latent_hw();
        (self.length.video_latents * (h / 2) * (w / 2)) as u64
    }

    pub(super) fn tokens(&self) -> u64 {
        self.video_tokens() + (self.length.audio_latents + self.text_tokens) as u64
    }

    fn latent_bytes(&self, config: &transformer::Config) -> u64 {
        let (h, w) = self.size.latent_hw();
        let video = config.video_channels() * self.length.video_latents * h * w;
        (video + config.audio_in_channels * self.length.audio_latents) as u64 * F32
    }
}

/// A call of a transformer (`transformer/layer.rs`), and the latents around it.
pub(super) fn transformer(
    config: &transformer::Config,
    stream: &Stream,
    precision: Precision,
    kernels: Kernels,
) -> u64 {
    let (n, hidden, heads) = (stream.tokens(), config.hidden_size as u64, config.heads());
    let qkv = heads.width() as u64;
    let pairs = (heads.key_value * heads.dim) as u64;
    // The wider of the two kinds of MLP: what the first product is wide, and what is left of it behind the activation.
    let gated = 2 * config.gated_width() as u64;
    let (up, kept) = match widest(config) {
        Activation::SwiGlu7 => (gated.max(4 * hidden), (gated / 2).max(4 * hidden)),
        _ => (4 * hidden, 4 * hidden),
    };
    let narrow = if kernels == Kernels::Cpu { F32 } else { bytes_of(precision) };
    // Stream, its norm, the product of queries, keys and values, and these again by head: alive until a layer ends.
    let held = n * (F32 * hidden + narrow * (hidden + qkv + hidden + 2 * pairs));
    let at_layer = match kernels {
        Kernels::Cpu => {
            let attention = n * F32 * (2 * pairs + 2 * hidden);
            let mlp = n * F32 * (4 * hidden + kept);
            held + attention.max(mlp)
        }
        Kernels::Composed => {
            // Keys and values spread over all query heads, results by block and in one piece; three score matrices and
            // the weights in float32, and the weights once more in the compute type.
            let scores = config.query_heads() as u64 * QUERY_BLOCK.min(n) * n * (4 * F32 + narrow);
            let attention = n * narrow * 4 * hidden + scores;
            // The product by expert and in one piece, widened; five widened halves; the stream again, its norm.
            let mlp = n * (narrow * (2 * up + kept + 2 * hidden) + F32 * (up + 5 * kept + 2 * hidden));
            held + attention.max(mlp)
        }
        Kernels::Fused => n * (F32 * hidden + narrow * (hidden + qkv)) + MLP_BLOCK.min(n) * narrow * (up + kept),
    };
    at_layer + SAMPLER_COPIES * stream.latent_bytes(config)
}

fn widest(config: &transformer::Config) -> Activation {
    if config.gelu7_layers.len() < config.num_layers { Activation::SwiGlu7 } else { Activation::Gelu7 }
}

/// A prompt of so many tokens through the text encoder (`text/t5gemma/layer.rs`).
pub(super) fn text(config: &t5gemma::Config, tokens: usize, kernels: Kernels) -> u64 {
    let (l, hidden, inner) = (tokens as u64, config.hidden_size as u64, config.intermediate_size as u64);
    let heads = (config.num_attention_heads * config.head_dim) as u64;
    let scores = if kernels == Kernels::Composed { config.num_attention_heads as u64 * l * l * 5 * F32 } else { 0 };
    l * F32 * (8 * hidden + 4 * inner + 8 * heads) + scores
}

/// A picture through its encoder (`vae/wan/encoder.rs`).
pub(super) fn image_encoder(config: &wan::Config, size: Size, kernels: Kernels) -> u64 {
    let pixels = u64::from(size.width()) * u64::from(size.height());
    let stages =
        config.dim_mult.iter().enumerate().map(|(i, mult)| (config.dim * mult) as u64 * (pixels >> (2 * i + 2)));
    let largest = stages.max().unwrap_or(0) * F32;
    // One frame is padded to three by a causal kernel.
    largest * copies(4, 9, 8, kernels)
}

/// Copies of the largest tensor: `live` ones between the operations, and what a convolution of `taps` taps a frame adds.
fn copies(live: u64, taps: u64, more: u64, kernels: Kernels) -> u64 {
    match kernels {
        Kernels::Cpu | Kernels::Fused => live,
        Kernels::Composed => CONV_COPIES + taps + more,
    }
}

/// What decoding a clip's picture holds: on the device, and in main memory where frames become bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decoding {
    pub device_bytes: u64,
    pub host_bytes: u64,
    /// Latent frames of the longest piece.
    pub latent_frames: usize,
}

/// The picture of a clip, piece by piece (`vae/turbo/chunks.rs`), each tile by tile (`vae/tiles.rs`).
pub(super) fn video_decoder(
    config: &turbo::Config,
    size: Size,
    length: Length,
    tiles: Tiles,
    kernels: Kernels,
) -> Decoding {
    let (h, w) = size.latent_hw();
    let latent_frames = turbo::chunks::longest(config, length.video_latents);
    let of = |extent: &[usize; 4]| extent.iter().map(|side| *side as u64).product::<u64>();
    let tile = [latent_frames, tiles.longest(h), tiles.longest(w)];
    let largest = config.extents(tile).iter().map(of).max().unwrap_or(0);
    let width = if kernels == Kernels::Fused { 2 } else { F32 };
    let frames = (latent_frames * config.temporal_compression_ratio) as u64;
    let piece = u64::from(size.width()) * u64::from(size.height()) * 3 * frames;
    let (of_tile, canvas) = match tiles.count(h, w) {
        1 => (piece, 0),
        _ => ((tile[1] * tile[2]) as u64 * PIXELS_OF_A_CELL * 3 * frames, piece * F32),
    };
    Decoding {
        device_bytes: largest * width * copies(3, 9, 0, kernels) + of_tile * width,
        // The piece that tiles are put into, widened on its way, and its bytes.
        host_bytes: canvas + piece * (2 * F32 + 1),
        latent_frames,
    }
}

/// The frame that a preview decodes (`generator/progress.rs`): 256 latent cells or a few more, padded to a piece.
pub(super) fn preview(config: &turbo::Config, size: Size, kernels: Kernels) -> u64 {
    let length = Length { audio_latents: 1, video_latents: 1 };
    let (h, w) = size.latent_hw();
    let small = if h * w > 256 { Size::nearest(256, 256) } else { size };
    video_decoder(config, small, length, Tiles::Whole, kernels).device_bytes
}

/// So many latents through the decoder of sound (`vae/oobleck`).
pub(super) fn audio_decoder(config: &oobleck::Config, latents: usize, kernels: Kernels) -> u64 {
    let stack = config.decoder();
    largest_signal(&stack.c_mults, &stack.strides, stack.channels, latents) * copies(4, 7, 0, kernels)
}

/// So many latents' worth of sound through its encoder.
pub(super) fn audio_encoder(config: &oobleck::Config, latents: usize, kernels: Kernels) -> u64 {
    let stack = config.encoder();
    largest_signal(&stack.c_mults, &stack.strides, stack.channels, latents) * copies(4, 7, 0, kernels)
}

/// The largest of the signals between the blocks: the more samples, the fewer channels.
fn largest_signal(mults: &[usize], strides: &[usize], channels: usize, latents: usize) -> u64 {
    let mut samples = latents as u64 * strides.iter().product::<usize>() as u64;
    let mut width = channels as u64;
    let mut largest = samples * width;
    for (mult, stride) in mults.iter().zip(strides) {
        // The block's own width at the finer of its two rates.
        largest = largest.max(samples * width);
        (samples, width) = (samples / (*stride).max(1) as u64, (mult * channels) as u64);
        largest = largest.max(samples * width);
    }
    largest * F32
}
