//! The way into the transformer: one embedder per modality, and the rotary bands.

use candle_core::{DType, Tensor};

use super::config::Config;
use crate::Result;
use crate::ops::linear::{Linear, Then};
use crate::ops::{Precision, Routing};
use crate::weights::Scope;

/// Embeds the tokens of each modality into the residual stream; float32 throughout.
///
/// Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` (commit 209209b), `Adapter`.
pub struct Adapter {
    video: Linear,
    audio: Linear,
    text: Linear,
    bands: Vec<f32>,
}

impl Adapter {
    /// Loads `video_embedder`, `audio_embedder`, `text_embedder` and `rope.bands`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn new(config: &Config, scope: &Scope) -> Result<Self> {
        let embedder = |name: &str, width| Linear::with_bias(width, config.hidden_size, &scope.pp(name));
        let bands = scope.pp("rope").get_as(config.head_dim / 8, "bands", DType::F32)?;
        Ok(Self {
            video: embedder("video_embedder", config.video_in_channels)?,
            audio: embedder("audio_embedder", config.audio_in_channels)?,
            text: embedder("text_embedder", config.text_in_channels)?,
            bands: bands.to_vec1()?,
        })
    }

    /// The rotary bands of the checkpoint.
    pub fn bands(&self) -> &[f32] {
        &self.bands
    }

    /// Text rows `[l, text_in_channels]` to `[l, hidden]`.
    ///
    /// # Errors
    /// Another width.
    pub fn embed_text(&self, rows: &Tensor) -> Result<Tensor> {
        embed(&self.text, rows)
    }

    /// Video tokens, audio tokens and embedded text to the residual stream `[l, hidden]`.
    ///
    /// # Errors
    /// Another width.
    pub fn forward(&self, video: &Tensor, audio: &Tensor, text: &Tensor) -> Result<Tensor> {
        Ok(Tensor::cat(&[&embed(&self.video, video)?, &embed(&self.audio, audio)?, text], 0)?)
    }
}

fn embed(embedder: &Linear, rows: &Tensor) -> Result<Tensor> {
    embedder.forward(rows, &one_kind(rows)?, Then::Return)
}

/// Rows that all take the same weights.
pub(super) fn one_kind(rows: &Tensor) -> Result<Routing> {
    Ok(Routing { video: rows.dim(0)?, audio: 0, text: 0 })
}

/// The precision of everything outside the blocks.
pub(super) const OUTSIDE: Precision = Precision::F32;
