//! What a call of the transformer computes.

use crate::ops::Routing;
use crate::ops::attention::Window;
use crate::transformer::{Config, Grid};

/// Floating-point operations of one stage's call.
pub(super) struct Work {
    pub tokens: usize,
    pub products: f64,
    pub attention: f64,
    steps: usize,
}

impl Work {
    /// All of the stage.
    pub(super) fn operations(&self) -> f64 {
        (self.products + self.attention) * self.steps as f64
    }
}

/// Pairs of query and key of one head.
pub(super) fn pairs(routing: &Routing, window: Window) -> f64 {
    let spans = window.spans(routing);
    spans.iter().map(|s| s.queries.len() as f64 * s.keys.iter().map(|keys| keys.len() as f64).sum::<f64>()).sum()
}

/// Two operations for each weight that a token meets, four for each pair of query and key and column of a head.
pub(super) fn of_call(
    config: &Config,
    grid: Grid,
    audio: usize,
    text: usize,
    (radius, steps): (Option<usize>, usize),
) -> Work {
    let routing = Routing { video: grid.tokens(), audio, text };
    let (hidden, tokens) = (config.hidden_size as f64, routing.tokens());
    let gelu7 = config.gelu7_layers.len() as f64;
    let layers = config.num_layers as f64;
    let mlp = gelu7 * 8.0 * hidden * hidden + (layers - gelu7) * 3.0 * hidden * config.gated_width() as f64;
    let weights = layers * (hidden * config.heads().width() as f64 + hidden * hidden) + mlp;
    let of_layer = |layer: usize| match radius {
        Some(radius) if config.local_attn_layers.contains(&layer) => {
            pairs(&routing, Window::Frames { frames: grid.frames, radius })
        }
        _ => pairs(&routing, Window::Full),
    };
    let pairs: f64 = (0..config.num_layers).map(of_layer).sum();
    Work { tokens, products: 2.0 * weights * tokens as f64, attention: 4.0 * hidden * pairs, steps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Preset;

    /// The sums of the published stages, worked out by hand from the paper's numbers.
    #[test]
    fn the_stages_compute_what_was_worked_out() {
        let grid = |height, width| Grid { frames: 32, height, width };
        let tera = |config: &Config, grid, radius| {
            let work = of_call(config, grid, 126, 300, (radius, 1));
            let tenths = |operations: f64| (operations / 1e11).round() / 10.0;
            (work.tokens, tenths(work.products), tenths(work.attention))
        };
        assert_eq!(tera(&Preset::P256.config(), grid(16, 28), None), (4010, 87.5, 13.2));
        assert_eq!(tera(&Preset::P540.config(), grid(32, 56), None), (14_762, 322.2, 178.5));
        let local = Config { local_attn_layers: Preset::P1080.local_layers(), ..Config::default() };
        assert_eq!(local.local_attn_layers.len(), 32);
        assert_eq!(tera(&local, grid(68, 120), Some(11)), (65_706, 1434.1, 2391.2));
    }
}
