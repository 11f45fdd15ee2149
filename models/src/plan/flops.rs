//! How much a transformer computes, and how long that takes where a rate was measured.

use super::activations::Stream;
use crate::ops::Routing;
use crate::ops::attention::Window;
use crate::transformer::Config;

/// Latent frames that local layers see to each side.
const FRAME_RADIUS: usize = 11;

/// What was measured on this machine. Without it there are no seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probe {
    /// Floating-point operations a second of a transformer call, products and attention together.
    pub transformer_flops_per_second: f64,
}

/// Operations of one call: two for each weight that a token meets, four for each pair of query and key and head column.
pub(super) fn of_call(config: &Config, stream: &Stream) -> f64 {
    let hidden = config.hidden_size as f64;
    let attention = hidden * config.heads().width() as f64 + hidden * hidden;
    let gelu7 = config.gelu7_layers.len() as f64;
    let swiglu7 = config.num_layers as f64 - gelu7;
    let mlp = gelu7 * 8.0 * hidden * hidden + swiglu7 * 3.0 * hidden * config.gated_width() as f64;
    let weights = config.num_layers as f64 * attention + mlp;
    let local = config.local_attn_layers.len() as f64;
    let global = config.num_layers as f64 - local;
    let tokens = stream.tokens() as f64;
    2.0 * weights * tokens + 4.0 * hidden * (global * tokens * tokens + local * local_pairs(stream))
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
