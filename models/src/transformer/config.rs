//! The numbers of a transformer.

use serde::{Deserialize, Serialize};

use crate::ops::rope::{Gate, Heads};
use crate::weights::Scope;
use crate::{Error, Result};

/// The numbers of a transformer; keys as in the `arch_config` of the released configuration files. Keys that inference does
/// not need (`params_dtype`, `num_heads_q`, …) are ignored.
///
/// Source: daVinci-MagiHuman `inference/common/config.py` (commit 209209b), `ModelConfig`; the defaults are its own, the
/// 15 B model's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Layers.
    pub num_layers: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width of an attention head; there are `hidden_size / head_dim` query heads.
    pub head_dim: usize,
    /// Key-value heads.
    pub num_query_groups: usize,
    /// Width of a video token: latent channels times the four cells of a patch.
    pub video_in_channels: usize,
    /// Width of an audio token: latent channels.
    pub audio_in_channels: usize,
    /// Width of the text encoder.
    pub text_in_channels: usize,
    /// Layers with one expert per modality.
    pub mm_layers: Vec<usize>,
    /// Layers that attend to near frames only, where a call gives a frame receptive field.
    pub local_attn_layers: Vec<usize>,
    /// Whether each head's attention result is multiplied by the sigmoid of its gate.
    pub enable_attn_gating: bool,
    /// Layers whose MLP is GELU7; the others are SwiGLU7.
    pub gelu7_layers: Vec<usize>,
    /// Layers that norm what attention and MLP return.
    pub post_norm_layers: Vec<usize>,
    /// Whether video and audio tokens are told their places where they come in. The released model is not: it finds them out
    /// by rotary attention to the text, for which a small model's few heads do not do.
    pub place_embedder: bool,
    /// Whether what comes in is added to what comes out, which then is the velocity times the noise level: what is left to say
    /// is the clean latents, and a narrow network need not carry the noise through all of its layers. The released model does
    /// carry it; shapes do not tell which.
    pub input_skip: bool,
    /// Whether a second head says, for each number of a video token, how far it goes from its own prediction to that of the first
    /// frame at its place, which is the first frame itself where that is given: what stands still has not to be carried from
    /// frame to frame by attention. Needs `input_skip`, without which nothing clean is predicted.
    pub first_frame_skip: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            num_layers: 40,
            hidden_size: 5120,
            head_dim: 128,
            num_query_groups: 8,
            video_in_channels: 192,
            audio_in_channels: 64,
            text_in_channels: 3584,
            mm_layers: vec![0, 1, 2, 3, 36, 37, 38, 39],
            local_attn_layers: Vec::new(),
            enable_attn_gating: true,
            gelu7_layers: vec![0, 1, 2, 3],
            post_norm_layers: Vec::new(),
            place_embedder: false,
            input_skip: false,
            first_frame_skip: false,
        }
    }
}

/// Cells of the video latent in one token, along height and along width.
pub const PATCH: usize = 2;

impl Config {
    /// Checks that the numbers fit each other.
    ///
    /// # Errors
    /// [`Error::Input`] names the key that does not.
    pub fn validate(&self) -> Result<()> {
        let fail = |message: String| Err(Error::Input(format!("transformer configuration: {message}")));
        let counts = [
            ("num_layers", self.num_layers),
            ("hidden_size", self.hidden_size),
            ("head_dim", self.head_dim),
            ("num_query_groups", self.num_query_groups),
            ("video_in_channels", self.video_in_channels),
            ("audio_in_channels", self.audio_in_channels),
            ("text_in_channels", self.text_in_channels),
        ];
        if let Some((name, _)) = counts.iter().find(|(_, count)| *count == 0) {
            return fail(format!("`{name}` is 0"));
        }
        if !self.hidden_size.is_multiple_of(self.head_dim) {
            return fail(format!(
                "`hidden_size` {} is not a multiple of `head_dim` {}",
                self.hidden_size, self.head_dim
            ));
        }
        if !self.head_dim.is_multiple_of(8) {
            return fail(format!("`head_dim` {} is not a multiple of 8", self.head_dim));
        }
        let heads = self.query_heads();
        if !heads.is_multiple_of(self.num_query_groups) {
            return fail(format!(
                "{heads} query heads do not divide into `num_query_groups` {}",
                self.num_query_groups
            ));
        }
        if !self.video_in_channels.is_multiple_of(PATCH * PATCH) {
            return fail(format!("`video_in_channels` {} is not a multiple of 4", self.video_in_channels));
        }
        if self.first_frame_skip && !self.input_skip {
            return fail("`first_frame_skip` needs `input_skip`".to_owned());
        }
        let lists = [
            ("mm_layers", &self.mm_layers),
            ("local_attn_layers", &self.local_attn_layers),
            ("gelu7_layers", &self.gelu7_layers),
            ("post_norm_layers", &self.post_norm_layers),
        ];
        for (name, layers) in lists {
            if let Some(layer) = layers.iter().find(|layer| **layer >= self.num_layers) {
                return fail(format!("`{name}` names layer {layer} of {}", self.num_layers));
            }
        }
        Ok(())
    }

    /// Query heads.
    pub fn query_heads(&self) -> usize {
        self.hidden_size / self.head_dim
    }

    /// Channels of the video latent.
    pub fn video_channels(&self) -> usize {
        self.video_in_channels / (PATCH * PATCH)
    }

    /// How a layer's qkv product splits.
    pub fn heads(&self) -> Heads {
        Heads {
            query: self.query_heads(),
            key_value: self.num_query_groups,
            dim: self.head_dim,
            gate: if self.enable_attn_gating { Gate::PerHead } else { Gate::None },
        }
    }

    /// Width of the Fourier embedding of a place: sine and cosine of three axes with each rotary band.
    pub fn place_width(&self) -> usize {
        self.head_dim / 8 * 6
    }

    /// Width between the two products of a SwiGLU7 layer: two thirds of `4 * hidden_size`, down to a multiple of 4.
    pub fn gated_width(&self) -> usize {
        gated_width(self.hidden_size)
    }

    /// Reads the numbers off the shapes of a checkpoint. Which layers attend locally cannot be seen in shapes: none are
    /// taken to.
    ///
    /// # Errors
    /// [`Error::Input`] where a tensor is missing or its shape fits no transformer of this kind.
    pub fn detect(scope: &Scope) -> Result<Self> {
        let shape = |name: &str| scope.shape(name);
        let matrix = |name: &str| match shape(name) {
            Some(&[rows, columns]) => Ok((rows, columns)),
            Some(other) => Err(foreign(format!("`{name}` has shape {other:?}, expected two axes"))),
            None => Err(foreign(format!("`{name}` is missing"))),
        };
        let vector = |name: &str| match shape(name) {
            Some(&[length]) => Ok(length),
            Some(other) => Err(foreign(format!("`{name}` has shape {other:?}, expected one axis"))),
            None => Err(foreign(format!("`{name}` is missing"))),
        };
        let (hidden_size, video_in_channels) = matrix("adapter.video_embedder.weight")?;
        let (_, audio_in_channels) = matrix("adapter.audio_embedder.weight")?;
        let (_, text_in_channels) = matrix("adapter.text_embedder.weight")?;
        let first_frame_skip = shape("final_linear_first.weight").is_some();
        let mut config = Self {
            num_layers: 0,
            hidden_size,
            video_in_channels,
            audio_in_channels,
            text_in_channels,
            mm_layers: Vec::new(),
            gelu7_layers: Vec::new(),
            place_embedder: shape("adapter.place_embedder.weight").is_some(),
            // Seen only where the layer that needs it is.
            input_skip: first_frame_skip,
            first_frame_skip,
            ..Self::default()
        };
        loop {
            let layer = config.num_layers;
            let name = |end: &str| format!("block.layers.{layer}.{end}");
            if shape(&name("attention.linear_qkv.weight")).is_none() {
                break;
            }
            let experts = vector(&name("attention.pre_norm.weight"))? / hidden_size.max(1);
            match experts {
                1 => {}
                3 => config.mm_layers.push(layer),
                _ => return Err(foreign(format!("`{}` holds {experts} experts", name("attention.pre_norm.weight")))),
            }
            if layer == 0 {
                config.head_dim = vector(&name("attention.q_norm.weight"))? / experts;
                let (rows, _) = matrix(&name("attention.linear_qkv.weight"))?;
                (config.num_query_groups, config.enable_attn_gating) = groups(rows / experts, &config)
                    .ok_or_else(|| foreign(format!("`{}` has {rows} rows", name("attention.linear_qkv.weight"))))?;
            }
            let (rows, _) = matrix(&name("mlp.up_gate_proj.weight"))?;
            if rows / experts == 4 * hidden_size {
                config.gelu7_layers.push(layer);
            } else if rows / experts != 2 * config.gated_width() {
                return Err(foreign(format!("`{}` has {rows} rows", name("mlp.up_gate_proj.weight"))));
            }
            if shape(&name("attn_post_norm.weight")).is_some() {
                config.post_norm_layers.push(layer);
            }
            config.num_layers += 1;
        }
        config.validate()?;
        Ok(config)
    }
}

fn gated_width(hidden_size: usize) -> usize {
    hidden_size * 8 / 3 / 4 * 4
}

/// Key-value heads, and whether there are gates, from the rows of a qkv weight; gates are taken to be there where both fit.
fn groups(rows: usize, config: &Config) -> Option<(usize, bool)> {
    let dim = config.head_dim;
    if dim == 0 || !config.hidden_size.is_multiple_of(dim) {
        return None;
    }
    let heads = config.hidden_size / dim;
    [(true, heads), (false, 0)].into_iter().find_map(|(gating, gates)| {
        let rest = rows.checked_sub(config.hidden_size + gates)?;
        let groups = rest / (2 * dim);
        (rest % (2 * dim) == 0 && groups > 0 && heads.is_multiple_of(groups)).then_some((groups, gating))
    })
}

fn foreign(reason: impl std::fmt::Display) -> Error {
    Error::Input(format!("these are not the weights of a single-stream transformer: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_released_model() {
        let config: Config =
            serde_json::from_str(r#"{"params_dtype": "bfloat16", "num_heads_q": 40}"#).expect("config");
        assert_eq!(config, Config::default());
        config.validate().expect("valid");
        assert_eq!((config.gated_width(), config.heads().width()), (13652, 7208));
        assert_eq!(groups(7208, &config), Some((8, true)));
        assert_eq!(groups(7168, &config), Some((8, false)));
    }

    #[test]
    fn numbers_that_do_not_fit_are_named() {
        let cases = [
            (Config { num_layers: 0, ..Config::default() }, "`num_layers`"),
            (Config { head_dim: 100, ..Config::default() }, "`hidden_size`"),
            (Config { num_query_groups: 7, ..Config::default() }, "`num_query_groups`"),
            (Config { gelu7_layers: vec![40], ..Config::default() }, "`gelu7_layers`"),
            (Config { first_frame_skip: true, ..Config::default() }, "`first_frame_skip`"),
        ];
        for (config, name) in cases {
            let error = config.validate().expect_err(name).to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
