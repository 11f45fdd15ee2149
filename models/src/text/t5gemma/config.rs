//! The numbers of a T5Gemma encoder, as its `config.json` names them.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// How far a layer's tokens see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum LayerType {
    /// Tokens less than [`Config::sliding_window`] apart, on both sides.
    #[serde(rename = "sliding_attention")]
    Sliding,
    /// All tokens.
    #[serde(rename = "full_attention")]
    Full,
}

/// The encoder's numbers. Keys are those of `config.json`; the default is `google/t5gemma-9b-9b-ul2`. Read from the
/// configuration of the whole model, it is that model's `encoder` section.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Config {
    /// Rows of the embedding table.
    pub vocab_size: usize,
    /// Width of the stream.
    pub hidden_size: usize,
    /// Width inside the MLP.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Query heads.
    pub num_attention_heads: usize,
    /// Key-value heads; query head `h` reads key-value head `h / (query / key_value)`.
    pub num_key_value_heads: usize,
    /// Width of one head.
    pub head_dim: usize,
    /// Scores are divided by the square root of this, not of the head's width.
    pub query_pre_attn_scalar: f64,
    /// Distance from which on sliding layers do not see.
    pub sliding_window: usize,
    /// The kind of each layer; where it is empty, sliding and full ones take turns.
    pub layer_types: Vec<LayerType>,
    /// Base of the rotary frequencies.
    pub rope_theta: f64,
    /// Added to the mean square in norms.
    pub rms_norm_eps: f64,
    /// Scores beyond this are bent back, see [`super::Softcap`].
    pub attn_logit_softcapping: Option<f64>,
    /// The MLP's activation; only `gelu_pytorch_tanh` is known.
    pub hidden_activation: String,
    /// Whether the attention's linears have a bias.
    pub attention_bias: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            vocab_size: 256_000,
            hidden_size: 3584,
            intermediate_size: 14336,
            num_hidden_layers: 42,
            num_attention_heads: 16,
            num_key_value_heads: 8,
            head_dim: 256,
            query_pre_attn_scalar: 256.0,
            sliding_window: 4096,
            layer_types: Vec::new(),
            rope_theta: 10_000.0,
            rms_norm_eps: 1e-6,
            attn_logit_softcapping: Some(50.0),
            hidden_activation: "gelu_pytorch_tanh".into(),
            attention_bias: false,
        }
    }
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = Value::deserialize(deserializer)?;
        let encoder = json.get_mut("encoder").filter(|encoder| encoder.is_object()).map(Value::take);
        let json = encoder.unwrap_or(json);
        if !json.is_object() {
            return Err(D::Error::custom("not a JSON object"));
        }
        // The derived function, which `remote` makes one of the type's own.
        let config = Self::deserialize(json).map_err(D::Error::custom)?;
        config.check().map_err(D::Error::custom)?;
        Ok(config)
    }
}

impl Config {
    /// Whether the numbers fit each other; `Err` says which do not.
    ///
    /// # Errors
    /// As said.
    pub fn check(&self) -> Result<(), String> {
        let Self { num_attention_heads: heads, num_key_value_heads: key_values, head_dim, .. } = *self;
        let positive = [self.vocab_size, self.hidden_size, self.intermediate_size, heads, key_values, head_dim];
        if positive.contains(&0) {
            return Err("a size is 0".into());
        }
        if heads % key_values != 0 {
            return Err(format!("{heads} query heads cannot share {key_values} key-value heads"));
        }
        if head_dim % 2 != 0 {
            return Err(format!("head_dim {head_dim} is odd"));
        }
        if self.hidden_activation != "gelu_pytorch_tanh" {
            return Err(format!("hidden_activation `{}` is not known, only gelu_pytorch_tanh", self.hidden_activation));
        }
        let kinds = self.layer_types.len();
        if kinds != 0 && kinds != self.num_hidden_layers {
            return Err(format!("{kinds} layer_types for {} layers", self.num_hidden_layers));
        }
        let numbers = [self.query_pre_attn_scalar, self.rope_theta, self.attn_logit_softcapping.unwrap_or(1.0)];
        if numbers.iter().any(|number| !(number.is_finite() && *number > 0.0)) {
            return Err("query_pre_attn_scalar, rope_theta or attn_logit_softcapping is not positive".into());
        }
        Ok(())
    }

    /// The kind of layer `index`.
    pub fn layer_type(&self, index: usize) -> LayerType {
        let turn = if index.is_multiple_of(2) { LayerType::Sliding } else { LayerType::Full };
        self.layer_types.get(index).copied().unwrap_or(turn)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn the_whole_models_configuration_serves_as_well_as_the_encoders() {
        let encoder = json!({"hidden_size": 48, "num_hidden_layers": 2, "torch_dtype": "bfloat16"});
        let whole = json!({"architectures": ["T5GemmaForConditionalGeneration"], "hidden_size": 7, "encoder": encoder});
        let config = from_value::<Config>(whole).expect("a configuration");
        assert_eq!(config, from_value(encoder).expect("a configuration"));
        assert_eq!((config.hidden_size, config.num_hidden_layers, config.vocab_size), (48, 2, 256_000));
    }

    #[test]
    fn layers_take_turns_unless_they_are_listed() {
        let config = Config::default();
        assert_eq!([0, 1, 2].map(|i| config.layer_type(i)), [LayerType::Sliding, LayerType::Full, LayerType::Sliding]);
        let listed = json!({"num_hidden_layers": 1, "layer_types": ["full_attention"]});
        assert_eq!(from_value::<Config>(listed).expect("a configuration").layer_type(0), LayerType::Full);
    }

    #[test]
    fn numbers_that_fit_no_encoder_are_refused() {
        for (json, why) in [
            (json!({"num_attention_heads": 6, "num_key_value_heads": 4}), "share"),
            (json!({"head_dim": 15}), "odd"),
            (json!({"hidden_size": 0}), "is 0"),
            (json!({"hidden_activation": "relu"}), "relu"),
            (json!({"num_hidden_layers": 3, "layer_types": ["full_attention"]}), "layer_types"),
            (json!({"layer_types": ["causal"]}), "causal"),
            (json!({"query_pre_attn_scalar": 0}), "positive"),
            (json!([]), "object"),
        ] {
            let reason = from_value::<Config>(json).expect_err(why).to_string();
            assert!(reason.contains(why), "{reason}");
        }
    }
}
