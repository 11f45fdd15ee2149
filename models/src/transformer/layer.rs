//! One layer: attention and MLP around a float32 residual stream.
//!
//! Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` (commit 209209b), `TransFormerLayer`.

use candle_core::Tensor;

use super::config::Config;
use crate::Result;
use crate::ops::attention::{Window, attention};
use crate::ops::linear::{Activation, Linear, Then};
use crate::ops::norm::RmsNorm;
use crate::ops::rope::{Heads, split_heads};
use crate::ops::{Precision, Routing};
use crate::weights::Scope;

/// What a layer is given beside the stream.
pub(super) struct Surroundings<'a> {
    /// `[l, 6 * head_dim / 8]`.
    pub rope: &'a Tensor,
    pub routing: Routing,
    /// For the layers that attend locally.
    pub window: Window,
}

/// One layer.
pub(super) struct Layer {
    attention_norm: RmsNorm,
    qkv: Linear,
    q_norm: RmsNorm,
    k_norm: RmsNorm,
    projection: Linear,
    attention_post_norm: Option<RmsNorm>,
    mlp_norm: RmsNorm,
    up: Linear,
    down: Linear,
    mlp_post_norm: Option<RmsNorm>,
    heads: Heads,
    reach: Reach,
    precision: Precision,
}

/// Whether the layer takes the window of the call.
enum Reach {
    Everything,
    Window,
}

impl Layer {
    pub(super) fn new(config: &Config, index: usize, precision: Precision, scope: &Scope) -> Result<Self> {
        let hidden = config.hidden_size;
        let experts = if config.mm_layers.contains(&index) { 3 } else { 1 };
        let (activation, up, inner) = if config.gelu7_layers.contains(&index) {
            (Activation::Gelu7, 4 * hidden, 4 * hidden)
        } else {
            (Activation::SwiGlu7, 2 * config.gated_width(), config.gated_width())
        };
        let heads = config.heads();
        let (attention, mlp) = (scope.pp("attention"), scope.pp("mlp"));
        let linear = |input, output, activation, scope: &Scope| {
            Linear::new(input, output, experts, activation, precision, scope)
        };
        let post_norm = |name: &str| -> Result<Option<RmsNorm>> {
            match config.post_norm_layers.contains(&index) {
                true => Ok(Some(RmsNorm::new(hidden, experts, &scope.pp(name))?)),
                false => Ok(None),
            }
        };
        Ok(Self {
            attention_norm: RmsNorm::new(hidden, experts, &attention.pp("pre_norm"))?,
            qkv: linear(hidden, heads.width(), Activation::None, &attention.pp("linear_qkv"))?,
            q_norm: RmsNorm::new(heads.dim, experts, &attention.pp("q_norm"))?,
            k_norm: RmsNorm::new(heads.dim, experts, &attention.pp("k_norm"))?,
            projection: linear(hidden, hidden, Activation::None, &attention.pp("linear_proj"))?,
            attention_post_norm: post_norm("attn_post_norm")?,
            mlp_norm: RmsNorm::new(hidden, experts, &mlp.pp("pre_norm"))?,
            up: linear(hidden, up, activation, &mlp.pp("up_gate_proj"))?,
            down: linear(inner, hidden, Activation::None, &mlp.pp("down_proj"))?,
            mlp_post_norm: post_norm("mlp_post_norm")?,
            heads,
            reach: if config.local_attn_layers.contains(&index) { Reach::Window } else { Reach::Everything },
            precision,
        })
    }

    /// The residual stream `[l, hidden]` float32 after this layer.
    pub(super) fn forward(&self, x: &Tensor, around: &Surroundings) -> Result<Tensor> {
        let (routing, precision) = (&around.routing, self.precision);
        let normed = self.attention_norm.forward(x, routing, precision)?;
        let qkv = self.qkv.forward(&normed, routing, Then::Return)?;
        let norms = (&self.q_norm, &self.k_norm);
        let qkv = split_heads(&qkv, &self.heads, norms, around.rope, routing, precision)?;
        let window = match self.reach {
            Reach::Everything => Window::Full,
            Reach::Window => around.window,
        };
        let attended = attention(&qkv, routing, window, precision)?;
        let x = self.add(x, &attended, &self.projection, self.attention_post_norm.as_ref(), routing)?;

        let normed = self.mlp_norm.forward(&x, routing, precision)?;
        let inner = self.up.forward(&normed, routing, Then::Activate)?;
        self.add(&x, &inner, &self.down, self.mlp_post_norm.as_ref(), routing)
    }

    /// The stream plus what `linear` makes of `branch`, normed first where there is a norm.
    fn add(
        &self,
        x: &Tensor,
        branch: &Tensor,
        linear: &Linear,
        norm: Option<&RmsNorm>,
        routing: &Routing,
    ) -> Result<Tensor> {
        let Some(norm) = norm else {
            return linear.forward(branch, routing, Then::Add(x));
        };
        let product = linear.forward(branch, routing, Then::Return)?.to_dtype(candle_core::DType::F32)?;
        let normed = norm.forward(&product, routing, self.precision)?;
        Ok((x + normed.to_dtype(candle_core::DType::F32)?)?)
    }
}
