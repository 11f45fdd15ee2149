//! The way into the transformer: one embedder per modality, that of places where there is one, and the rotary bands.

use candle_core::{DType, Tensor};

use super::config::Config;
use crate::Result;
use crate::ops::linear::{Activation, Linear, Then};
use crate::ops::{Precision, Routing};
use crate::weights::Scope;

/// Embeds the tokens of each modality into the residual stream; float32 throughout.
///
/// Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` (commit 209209b), `Adapter`.
pub struct Adapter {
    video: Linear,
    audio: Linear,
    text: Linear,
    places: Option<Linear>,
    bands: Vec<f32>,
}

impl Adapter {
    /// Loads `video_embedder`, `audio_embedder`, `text_embedder` and `rope.bands`, and `place_embedder` if `config` has one.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn new(config: &Config, scope: &Scope) -> Result<Self> {
        let embedder = |name: &str, width| Linear::with_bias(width, config.hidden_size, &scope.pp(name));
        let places = config.place_embedder.then(|| {
            let scope = scope.pp("place_embedder");
            Linear::new(config.place_width(), config.hidden_size, 1, Activation::None, OUTSIDE, &scope)
        });
        let bands = scope.pp("rope").get_as(config.head_dim / 8, "bands", DType::F32)?;
        Ok(Self {
            video: embedder("video_embedder", config.video_in_channels)?,
            audio: embedder("audio_embedder", config.audio_in_channels)?,
            text: embedder("text_embedder", config.text_in_channels)?,
            places: places.transpose()?,
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

    /// What the places of some tokens add to them: their Fourier embedding `[l, 6 * head_dim / 8]` to `[l, hidden]`; none
    /// where the network is not told places.
    ///
    /// # Errors
    /// Another width.
    pub fn embed_places(&self, fourier: &Tensor) -> Result<Option<Tensor>> {
        self.places.as_ref().map(|places| embed(places, fourier)).transpose()
    }

    /// Video tokens, audio tokens and embedded text to the residual stream `[l, hidden]`; `places` is added to video and audio.
    ///
    /// # Errors
    /// Another width.
    pub fn forward(&self, video: &Tensor, audio: &Tensor, text: &Tensor, places: Option<&Tensor>) -> Result<Tensor> {
        let (mut video, mut audio) = (embed(&self.video, video)?, embed(&self.audio, audio)?);
        if let Some(places) = places {
            let (seen, heard) = (video.dim(0)?, audio.dim(0)?);
            video = (video + places.narrow(0, 0, seen)?)?;
            audio = (audio + places.narrow(0, seen, heard)?)?;
        }
        Ok(Tensor::cat(&[&video, &audio, text], 0)?)
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
