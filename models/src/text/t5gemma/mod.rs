//! The T5Gemma encoder, which turns a prompt's tokens into the features that the transformer reads.
//!
//! Source: the released model's configuration and tensor names (`google/t5gemma-9b-9b-ul2`, encoder half) and
//! daVinci-MagiHuman `inference/model/t5_gemma/t5_gemma_model.py`, `inference/pipeline/prompt_process.py` (commit
//! 209209b), which runs it in bfloat16 without padding and rounds its output to float16.

mod config;
mod layer;

use candle_core::{DType, Tensor};

pub use config::{Config, LayerType};
pub use layer::inverse_frequencies;
use layer::{Layer, Norm, Rotations};

pub use crate::ops::Precision;
use crate::weights::{Layers, Scope, Stack};
use crate::{Error, Result};

/// What becomes of [`Config::attn_logit_softcapping`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Softcap {
    /// It is ignored, as the reference's attention implementation does: the transformer was trained on such features.
    #[default]
    Ignored,
    /// Scores are bent back as the configuration says.
    Applied,
}

/// The encoder.
pub struct Encoder {
    frame: Frame,
    layers: Stack<Layer>,
}

/// What is left of the encoder without its layers.
struct Frame {
    config: Config,
    precision: Precision,
    softcap: Softcap,
    /// The scope of `embed_tokens`. Only the rows of a prompt are ever read: the table of the released model is 1.8 GB.
    embedding: Scope,
    norm: Norm,
}

/// What is called after each layer, with its index and the stream `[l, d]`; an error ends the run.
pub type AfterLayer<'a> = &'a mut dyn FnMut(usize, &Tensor) -> Result<()>;

impl Encoder {
    /// Loads every layer. `scope` is the root of the names (`model.encoder.…`, or without that prefix).
    ///
    /// # Errors
    /// A tensor is missing or has another shape than `config` says.
    pub fn new(config: &Config, precision: Precision, scope: &Scope) -> Result<Self> {
        Self::with_layers(config, precision, Layers::Resident, scope)
    }

    /// As [`Encoder::new`], with some layers left in their file: each prompt brings them one after the other.
    ///
    /// # Errors
    /// As [`Encoder::new`]; what is wrong with a layer that is left shows when a prompt is encoded.
    pub fn with_layers(config: &Config, precision: Precision, layers: Layers, scope: &Scope) -> Result<Self> {
        let (frame, scope) = Frame::new(config, precision, scope)?;
        // Whoever only asks whether a checkpoint fits asks for all of it.
        let layers = if scope.is_dry() { Layers::Resident } else { layers };
        let (of_layers, scope) = (config.clone(), scope.pp("layers"));
        let load = move |index| Layer::new(&of_layers, index, precision, &scope.pp(index));
        Ok(Self { frame, layers: Stack::new(config.num_hidden_layers, layers, load)? })
    }

    /// With the cap on scores applied or, as it is unless asked for, ignored.
    #[must_use]
    pub fn with_softcap(mut self, softcap: Softcap) -> Self {
        self.frame.softcap = softcap;
        self
    }

    /// The last hidden state of a prompt, `[1, l, d]` float32.
    ///
    /// # Errors
    /// No token, or one outside of the vocabulary.
    pub fn forward(&self, ids: &[u32]) -> Result<Tensor> {
        self.forward_inspected(ids, &mut |_, _| Ok(()))
    }

    /// As [`Encoder::forward`], showing the stream after each layer.
    ///
    /// # Errors
    /// As [`Encoder::forward`], and what `after_layer` returns.
    pub fn forward_inspected(&self, ids: &[u32], after_layer: AfterLayer) -> Result<Tensor> {
        self.frame.run(ids, &self.layers, after_layer)
    }

    /// The features that the transformer reads: the last hidden state rounded to float16, `[1, l, d]` float32.
    ///
    /// # Errors
    /// As [`Encoder::forward`].
    pub fn features(&self, ids: &[u32]) -> Result<Tensor> {
        features(&self.forward(ids)?)
    }
}

impl Frame {
    /// What stands outside of the layers, and the scope that the names of all stand in.
    fn new(config: &Config, precision: Precision, scope: &Scope) -> Result<(Self, Scope)> {
        config.check().map_err(|reason| Error::Input(format!("these are no numbers of a text encoder: {reason}")))?;
        let prefixes = ["model.encoder", "encoder", "model"];
        let prefix = prefixes.into_iter().find(|prefix| scope.pp(prefix).has("embed_tokens"));
        let scope = match (prefix, scope.has("embed_tokens")) {
            (Some(prefix), _) => scope.pp(prefix),
            (None, true) => scope.clone(),
            (None, false) => scope.pp(prefixes[0]), // so that the name that is missing is the released one
        };
        let embedding = scope.pp("embed_tokens");
        embedding.rows((config.vocab_size, config.hidden_size), "weight", &[])?;
        let norm = Norm::new(config, precision, &scope.pp("norm"))?;
        Ok((Self { config: config.clone(), precision, softcap: Softcap::Ignored, embedding, norm }, scope))
    }

    fn run(&self, ids: &[u32], layers: &Stack<Layer>, after_layer: AfterLayer) -> Result<Tensor> {
        let mut stream = self.embed(ids)?;
        let rotations = Rotations::new(&self.config, ids.len(), self.precision, stream.device())?;
        layers.each(|index, layer| {
            stream = layer.forward(&stream, &self.config, self.softcap, &rotations)?;
            after_layer(index, &stream)
        })?;
        Ok(self.norm.forward(&stream)?.to_dtype(DType::F32)?.unsqueeze(0)?)
    }

    /// Embeddings times the square root of the width, both rounded to the precision.
    fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        let Config { vocab_size, hidden_size, .. } = self.config;
        if ids.is_empty() {
            return Err(Error::Input("there is no text to encode".into()));
        }
        if let Some(id) = ids.iter().find(|id| **id as usize >= vocab_size) {
            let reason = format!("token {id} is outside of the vocabulary of {vocab_size}");
            return Err(Error::Input(format!("{reason}: the tokenizer does not belong to this text encoder")));
        }
        let rows = self.embedding.rows((vocab_size, hidden_size), "weight", ids)?.to_dtype(DType::F32)?;
        let factor = self.precision.round((hidden_size as f64).sqrt() as f32);
        round(&(round(&rows, self.precision)? * f64::from(factor))?, self.precision)
    }
}

/// Rounds a hidden state to float16, as the reference's text features are; still float32.
///
/// # Errors
/// A device failure.
pub fn features(hidden: &Tensor) -> Result<Tensor> {
    Ok(hidden.to_dtype(DType::F16)?.to_dtype(DType::F32)?)
}

/// `[1, l, d]` with zeros behind, or cut, to `len` tokens.
///
/// # Errors
/// A device failure.
pub fn pad_or_cut(features: &Tensor, len: usize) -> Result<Tensor> {
    let found = features.dim(1)?;
    Ok(if found < len { features.pad_with_zeros(1, 0, len - found)? } else { features.narrow(1, 0, len)? })
}

/// The nearest values of the precision: on the CPU still float32, elsewhere in the type that is computed in.
fn round(x: &Tensor, precision: Precision) -> Result<Tensor> {
    let rounded = x.to_dtype(precision.dtype())?;
    Ok(if x.device().is_cpu() { rounded.to_dtype(DType::F32)? } else { rounded })
}
