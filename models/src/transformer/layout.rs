//! The tensors of a checkpoint, for planning memory and for making networks in tests.

use super::config::Config;

impl Config {
    /// Names and shapes of all tensors that a checkpoint of these numbers holds.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let hidden = self.hidden_size;
        let mut all = vec![("adapter.rope.bands".to_owned(), vec![self.head_dim / 8])];
        let mut add = |name: String, shape: &[usize]| all.push((name, shape.to_vec()));
        let inputs =
            [("video", self.video_in_channels), ("audio", self.audio_in_channels), ("text", self.text_in_channels)];
        for (name, width) in inputs {
            add(format!("adapter.{name}_embedder.weight"), &[hidden, width]);
            add(format!("adapter.{name}_embedder.bias"), &[hidden]);
        }
        if self.place_embedder {
            add("adapter.place_embedder.weight".to_owned(), &[hidden, self.place_width()]);
        }
        for layer in 0..self.num_layers {
            let experts = if self.mm_layers.contains(&layer) { 3 } else { 1 };
            let (up, inner) = if self.gelu7_layers.contains(&layer) {
                (4 * hidden, 4 * hidden)
            } else {
                (2 * self.gated_width(), self.gated_width())
            };
            let mut add = |name: &str, shape: &[usize]| add(format!("block.layers.{layer}.{name}.weight"), shape);
            add("attention.pre_norm", &[experts * hidden]);
            add("attention.linear_qkv", &[experts * self.heads().width(), hidden]);
            add("attention.linear_proj", &[experts * hidden, hidden]);
            add("attention.q_norm", &[experts * self.head_dim]);
            add("attention.k_norm", &[experts * self.head_dim]);
            add("mlp.pre_norm", &[experts * hidden]);
            add("mlp.up_gate_proj", &[experts * up, hidden]);
            add("mlp.down_proj", &[experts * hidden, inner]);
            if self.post_norm_layers.contains(&layer) {
                add("attn_post_norm", &[experts * hidden]);
                add("mlp_post_norm", &[experts * hidden]);
            }
        }
        for (name, width) in [("video", self.video_in_channels), ("audio", self.audio_in_channels)] {
            add(format!("final_norm_{name}.weight"), &[hidden]);
            add(format!("final_linear_{name}.weight"), &[width, hidden]);
        }
        if self.first_frame_skip {
            add("final_linear_first.weight".to_owned(), &[self.video_in_channels, hidden]);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_released_model_has_fifteen_billion_parameters() {
        let count: usize = Config::default().tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
        assert_eq!(count / 10_000_000, 1529);
    }
}
