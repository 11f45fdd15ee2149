//! One layer of the encoder.

use candle_core::{D, DType, Device, IndexOp, Tensor};

use super::config::{Config, LayerType};
use super::{Softcap, round};
use crate::Result;
use crate::ops::attention::{Window, attention};
use crate::ops::linear::{Activation, Linear, Then};
use crate::ops::rope::Qkv;
use crate::ops::{Precision, Routing};
use crate::weights::Scope;

/// `x / sqrt(mean(x^2) + eps) * (1 + weight)` in float32.
pub(super) struct Norm {
    /// `1 + weight`, `[d]`.
    scale: Tensor,
    eps: f64,
    precision: Precision,
}

impl Norm {
    pub(super) fn new(config: &Config, precision: Precision, scope: &Scope) -> Result<Self> {
        let weight = scope.get_as(config.hidden_size, "weight", precision.dtype())?.to_dtype(DType::F32)?;
        Ok(Self { scale: (weight + 1.0)?, eps: config.rms_norm_eps, precision })
    }

    /// `[l, d]` to `[l, d]`, rounded to the precision.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.to_dtype(DType::F32)?;
        let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
        let x = x.broadcast_div(&(mean + self.eps)?.sqrt()?)?;
        round(&x.broadcast_mul(&self.scale)?, self.precision)
    }
}

/// A linear layer, with a bias where the checkpoint has one.
struct Project {
    linear: Linear,
    bias: Option<Tensor>,
    precision: Precision,
}

impl Project {
    fn new(input: usize, output: usize, bias: bool, precision: Precision, scope: &Scope) -> Result<Self> {
        let linear = Linear::new(input, output, 1, Activation::None, precision, scope)?;
        let bias = if bias { Some(scope.get_as(output, "bias", precision.dtype())?) } else { None };
        let bias = bias.map(|bias| if scope.device().is_cpu() { bias.to_dtype(DType::F32) } else { Ok(bias) });
        Ok(Self { linear, bias: bias.transpose()?, precision })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.linear.forward(&x.contiguous()?, &rows(x)?, Then::Return)?;
        match &self.bias {
            Some(bias) => round(&y.broadcast_add(bias)?, self.precision),
            None => Ok(y),
        }
    }
}

/// All rows of `x` as one group of tokens.
fn rows(x: &Tensor) -> Result<Routing> {
    Ok(Routing { video: 0, audio: 0, text: x.dim(0)? })
}

/// Rotations of all positions, `[l, head_dim / 2]` each, rounded to the precision as in the reference.
pub(super) struct Rotations {
    cos: Tensor,
    sin: Tensor,
}

/// `theta^(-2i / head_dim)`, `head_dim / 2` values.
pub fn inverse_frequencies(config: &Config) -> Vec<f32> {
    let exponent = |i: usize| -2.0 * i as f64 / config.head_dim as f64;
    (0..config.head_dim / 2).map(|i| config.rope_theta.powf(exponent(i)) as f32).collect()
}

impl Rotations {
    pub(super) fn new(config: &Config, len: usize, precision: Precision, device: &Device) -> Result<Self> {
        let frequencies = inverse_frequencies(config);
        let angles: Vec<f32> = (0..len).flat_map(|l| frequencies.iter().map(move |f| l as f32 * f)).collect();
        let angles = Tensor::from_vec(angles, (len, frequencies.len()), device)?;
        Ok(Self { cos: round(&angles.cos()?, precision)?, sin: round(&angles.sin()?, precision)? })
    }

    /// Rotates the pairs `(j, j + head_dim / 2)` of `[heads, l, head_dim]`.
    fn apply(&self, x: &Tensor, precision: Precision) -> Result<Tensor> {
        let half = x.dim(2)? / 2;
        let (first, second) = (x.narrow(2, 0, half)?, x.narrow(2, half, half)?);
        let times = |x: &Tensor, by: &Tensor| -> Result<Tensor> { round(&x.broadcast_mul(by)?, precision) };
        let left = (times(&first, &self.cos)? - times(&second, &self.sin)?)?;
        let right = (times(&second, &self.cos)? + times(&first, &self.sin)?)?;
        round(&Tensor::cat(&[left, right], 2)?.contiguous()?, precision)
    }
}

/// A layer: attention and MLP, each between two norms.
pub(super) struct Layer {
    kind: LayerType,
    before_attention: Norm,
    after_attention: Norm,
    before_mlp: Norm,
    after_mlp: Norm,
    query: Project,
    key: Project,
    value: Project,
    output: Project,
    gate: Project,
    up: Project,
    down: Project,
}

impl Layer {
    /// Loads layer `index` from a scope that holds its tensors.
    pub(super) fn new(config: &Config, index: usize, precision: Precision, scope: &Scope) -> Result<Self> {
        let (width, dim, inner) = (config.hidden_size, config.head_dim, config.intermediate_size);
        let (heads, key_values) = (config.num_attention_heads * dim, config.num_key_value_heads * dim);
        let norm = |name: &str| Norm::new(config, precision, &scope.pp(name));
        let attention = |name: &str, input, output| {
            Project::new(input, output, config.attention_bias, precision, &scope.pp("self_attn").pp(name))
        };
        let mlp = |name: &str, input, output| Project::new(input, output, false, precision, &scope.pp("mlp").pp(name));
        Ok(Self {
            kind: config.layer_type(index),
            before_attention: norm("pre_self_attn_layernorm")?,
            after_attention: norm("post_self_attn_layernorm")?,
            before_mlp: norm("pre_feedforward_layernorm")?,
            after_mlp: norm("post_feedforward_layernorm")?,
            query: attention("q_proj", width, heads)?,
            key: attention("k_proj", width, key_values)?,
            value: attention("v_proj", width, key_values)?,
            output: attention("o_proj", heads, width)?,
            gate: mlp("gate_proj", width, inner)?,
            up: mlp("up_proj", width, inner)?,
            down: mlp("down_proj", inner, width)?,
        })
    }

    /// The stream `[l, d]` after this layer.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        config: &Config,
        softcap: Softcap,
        rotations: &Rotations,
    ) -> Result<Tensor> {
        let precision = self.before_attention.precision;
        let attended = self.attend(&self.before_attention.forward(x)?, config, softcap, rotations, precision)?;
        let x = round(&(x + self.after_attention.forward(&attended)?)?, precision)?;
        let normed = self.before_mlp.forward(&x)?;
        let gate = round(&self.gate.forward(&normed)?.gelu()?, precision)?;
        let inner = round(&(gate * self.up.forward(&normed)?)?, precision)?;
        round(&(&x + self.after_mlp.forward(&self.down.forward(&inner)?)?)?, precision)
    }

    fn attend(
        &self,
        x: &Tensor,
        config: &Config,
        softcap: Softcap,
        rotations: &Rotations,
        precision: Precision,
    ) -> Result<Tensor> {
        let (len, dim) = (x.dim(0)?, config.head_dim);
        let split = |x: Tensor| -> Result<Tensor> { Ok(x.reshape((len, (), dim))?.transpose(0, 1)?.contiguous()?) };
        let query = rotations.apply(&split(self.query.forward(x)?)?, precision)?;
        let key = rotations.apply(&split(self.key.forward(x)?)?, precision)?;
        let value = split(self.value.forward(x)?)?;
        let window = match self.kind {
            LayerType::Sliding if config.sliding_window < len => Some(config.sliding_window),
            _ => None,
        };
        let cap = match softcap {
            Softcap::Ignored => None,
            Softcap::Applied => config.attn_logit_softcapping,
        };
        let result = if window.is_none() && cap.is_none() {
            // Our attention divides by the square root of the head's width.
            let scale = (dim as f64 / config.query_pre_attn_scalar).sqrt();
            let query = if scale == 1.0 { query } else { (query * scale)? };
            attention(&Qkv { query, key, value, gate: None }, &rows(x)?, Window::Full, precision)?
        } else {
            let scale = config.query_pre_attn_scalar.powf(-0.5);
            let heads = masked_attention(&query, &key, &value, scale, window, cap)?;
            round(&heads.transpose(0, 1)?.contiguous()?.flatten_from(1)?, precision)?
        };
        self.output.forward(&result)
    }
}

/// Softmax attention over `[heads, l, head_dim]` in plain operations, float32, with a window and a cap on the scores.
fn masked_attention(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    scale: f64,
    window: Option<usize>,
    cap: Option<f64>,
) -> Result<Tensor> {
    let (heads, len, dim) = query.dims3()?;
    let shared = heads / key.dim(0)?;
    let spread = |x: &Tensor| -> Result<Tensor> {
        let x = x.to_dtype(DType::F32)?.unsqueeze(1)?.broadcast_as((heads / shared, shared, len, dim))?;
        Ok(x.contiguous()?.reshape((heads, len, dim))?)
    };
    let query = query.to_dtype(DType::F32)?;
    let mut scores = (query.matmul(&spread(key)?.t()?)? * scale)?;
    if let Some(cap) = cap {
        scores = ((scores / cap)?.tanh()? * cap)?;
    }
    if let Some(window) = window {
        let far = |i: usize, j: usize| if i.abs_diff(j) < window { 0f32 } else { f32::NEG_INFINITY };
        let mask: Vec<f32> = (0..len).flat_map(|i| (0..len).map(move |j| far(i, j))).collect();
        scores = scores.broadcast_add(&Tensor::from_vec(mask, (len, len), query.device())?)?;
    }
    let scores = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
    let scores = scores.broadcast_div(&scores.sum_keepdim(D::Minus1)?)?;
    Ok(scores.matmul(&spread(value)?)?.i(..)?)
}
