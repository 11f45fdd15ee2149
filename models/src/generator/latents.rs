//! The latents of a draft: small enough to keep, enough to finish the clip without rolling it again.

use std::collections::HashMap;
use std::path::Path;

use candle_core::Device;

use crate::fnv::Fnv1a;
use crate::weights::{self, StoredType, TensorInfo, Weights};
use crate::{Error, Result};

/// The name of a note in a file's metadata.
const NOTE: &str = "note";

pub use crate::transformer::Latents;

impl Latents {
    /// Writes both as safetensors.
    ///
    /// # Errors
    /// [`Error::Tensor`] where the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let tensors = HashMap::from([("video", self.video.clone()), ("audio", self.audio.clone())]);
        Ok(candle_core::safetensors::save(&tensors, path)?)
    }

    /// As [`Latents::save`], with a text that [`Latents::note`] gives back.
    ///
    /// # Errors
    /// [`Error::Format`] where the file cannot be written.
    pub fn save_with_note(&self, path: impl AsRef<Path>, note: &str) -> Result<()> {
        let path = path.as_ref();
        let notes = HashMap::from([(NOTE.to_owned(), note.to_owned())]);
        safetensors::serialize_to_file([("video", &self.video), ("audio", &self.audio)], Some(notes), path)
            .map_err(|error| Error::format(path, format!("the latents cannot be written ({error})")))
    }

    /// The text that was saved with the latents, if any.
    ///
    /// # Errors
    /// [`Error::Format`] where the file is not safetensors, [`Error::Io`] where it cannot be read.
    pub fn note(path: impl AsRef<Path>) -> Result<Option<String>> {
        weights::note(path.as_ref(), NOTE)
    }

    /// Reads what [`Latents::save`] wrote.
    ///
    /// # Errors
    /// [`Error::Format`] where the file is not such a pair, or as [`Weights::open`].
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        let path = path.as_ref();
        let weights = Weights::open(path)?;
        let take = |name: &str, rank: usize| {
            // Seen before anything is read: the file may come from anywhere.
            let is_latent = |info: &TensorInfo<'_>| {
                let [batch, axes @ ..] = info.shape else { return false };
                info.dtype == StoredType::F32 && *batch == 1 && axes.len() + 1 == rank && !axes.contains(&0)
            };
            let info = weights.info(name).filter(is_latent);
            let info = info.ok_or_else(|| Error::format(path, format!("holds no {name} latent")))?;
            weights.root(device).get(info.shape, name)
        };
        Ok(Self { video: take("video", 5)?, audio: take("audio", 3)? })
    }

    /// A number that two runs share exactly when their latents are equal to the bit (FNV-1a, 64 bits).
    ///
    /// # Errors
    /// [`Error::Tensor`] where the values cannot be read back from the device.
    pub fn fingerprint(&self) -> Result<u64> {
        let mut hash = Fnv1a::new();
        for tensor in [&self.video, &self.audio] {
            for value in tensor.flatten_all()?.to_vec1::<f32>()? {
                hash.update(&value.to_bits().to_le_bytes());
            }
        }
        Ok(hash.finish())
    }
}
