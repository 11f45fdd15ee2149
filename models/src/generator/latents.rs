//! The latents of a draft: small enough to keep, enough to finish the clip without rolling it again.

use std::collections::HashMap;
use std::path::Path;

use candle_core::Device;

use crate::{Error, Result};

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

    /// Reads what [`Latents::save`] wrote.
    ///
    /// # Errors
    /// [`Error::Format`] where the file is not such a pair.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        let path = path.as_ref();
        let mut tensors = candle_core::safetensors::load(path, device)
            .map_err(|error| Error::format(path, format!("not readable as latents ({error})")))?;
        let mut take = |name: &str, rank: usize| {
            let tensor = tensors.remove(name).filter(|tensor| tensor.rank() == rank);
            tensor.ok_or_else(|| Error::format(path, format!("holds no {name} latent")))
        };
        Ok(Self { video: take("video", 5)?, audio: take("audio", 3)? })
    }

    /// A number that two runs share exactly when their latents are equal to the bit (FNV-1a, 64 bits).
    ///
    /// # Errors
    /// [`Error::Tensor`] where the values cannot be read back from the device.
    pub fn fingerprint(&self) -> Result<u64> {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for tensor in [&self.video, &self.audio] {
            for value in tensor.flatten_all()?.to_vec1::<f32>()? {
                for byte in value.to_bits().to_le_bytes() {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        }
        Ok(hash)
    }
}
