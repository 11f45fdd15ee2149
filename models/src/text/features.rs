//! Text features on disk: a prompt that was encoded once is not encoded again by the same encoder.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use candle_core::{DType, Device, Tensor};

use crate::fnv::Fnv1a;
use crate::{Error, Result};

/// Prompts that are kept; the one that was used longest ago goes first. One takes 9 MB at most with the released encoder.
const KEPT: usize = 256;

/// A folder of text features of one encoder.
pub(crate) struct FeatureFolder {
    folder: PathBuf,
}

impl FeatureFolder {
    /// The folder for the encoder of this name below `root`; made where it is not there.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be made.
    pub(crate) fn open(root: &Path, encoder: &str) -> Result<Self> {
        let name: String = encoder.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
        let folder = root.join(name);
        fs::create_dir_all(&folder).map_err(|error| Error::io("making the folder of text features", &folder, error))?;
        Ok(Self { folder })
    }

    /// The features `[1, l, d]` float32 of these tokens, if they are there and whole.
    pub(crate) fn take(&self, ids: &[u32], device: &Device) -> Option<Tensor> {
        let path = self.path(ids);
        let mut tensors = candle_core::safetensors::load(&path, device).ok()?;
        let known = tensors.remove("ids")?.to_vec1::<u32>().ok()?;
        let features = tensors.remove("features").filter(|features| features.rank() == 3)?;
        // The name is only a hash: what counts is that the tokens are the same.
        if known != ids || features.dtype() != DType::F32 {
            return None;
        }
        // Last use, for `tidy`. Where it cannot be noted, the file only goes earlier.
        fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now())).ok();
        Some(features)
    }

    /// Keeps features `[1, l, d]`.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Tensor`] where they cannot be written.
    pub(crate) fn put(&self, ids: &[u32], features: &Tensor) -> Result<()> {
        let path = self.path(ids);
        let partial = path.with_extension(format!("{}.part", std::process::id()));
        let tensors = HashMap::from([
            ("ids", Tensor::new(ids, &Device::Cpu)?),
            ("features", features.to_device(&Device::Cpu)?.contiguous()?),
        ]);
        let io = |error| Error::io("keeping text features", &path, error);
        let write = || {
            candle_core::safetensors::save(&tensors, &partial)?;
            fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(io)?;
            fs::rename(&partial, &path).map_err(io)
        };
        let written = write();
        if written.is_err() {
            fs::remove_file(&partial).ok();
        }
        self.tidy();
        written
    }

    /// Where the features of these tokens are.
    fn path(&self, ids: &[u32]) -> PathBuf {
        let mut hash = Fnv1a::new();
        ids.iter().for_each(|id| hash.update(&id.to_le_bytes()));
        self.folder.join(format!("{:016x}.safetensors", hash.finish()))
    }

    /// Removes what was used longest ago. What cannot be removed stays: it is only a cache.
    fn tidy(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .filter(|(_, path)| path.extension().is_some_and(|extension| extension == "safetensors"))
            .collect();
        files.sort();
        let over = files.len().saturating_sub(KEPT);
        files.iter().take(over).for_each(|(_, path)| drop(fs::remove_file(path)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_taken_and_nothing_else() {
        let root = tempfile::tempdir().expect("folder");
        let folder = FeatureFolder::open(root.path(), "ab/../12").expect("folder");
        let features = Tensor::randn(0_f32, 1.0, (1, 3, 8), &Device::Cpu).expect("features");
        let bits = |tensor: &Tensor| tensor.flatten_all().and_then(|flat| flat.to_vec1::<f32>()).expect("values");
        assert!(folder.take(&[1, 2, 3], &Device::Cpu).is_none());
        folder.put(&[1, 2, 3], &features).expect("kept");
        assert_eq!(bits(&folder.take(&[1, 2, 3], &Device::Cpu).expect("there")), bits(&features));
        assert!(folder.take(&[1, 2], &Device::Cpu).is_none());
        let other = FeatureFolder::open(root.path(), "other").expect("folder");
        assert!(other.take(&[1, 2, 3], &Device::Cpu).is_none(), "another encoder");
        // Another prompt under the same name, and a file that was cut off.
        fs::rename(folder.path(&[1, 2, 3]), folder.path(&[4])).expect("renamed");
        assert!(folder.take(&[4], &Device::Cpu).is_none());
        fs::write(folder.path(&[4]), b"short").expect("written");
        assert!(folder.take(&[4], &Device::Cpu).is_none());
    }

    #[test]
    fn the_folder_does_not_grow_for_ever() {
        let root = tempfile::tempdir().expect("folder");
        let folder = FeatureFolder::open(root.path(), "encoder").expect("folder");
        let features = Tensor::zeros((1, 1, 1), DType::F32, &Device::Cpu).expect("features");
        (0..KEPT as u32 + 3).for_each(|id| folder.put(&[id], &features).expect("kept"));
        assert_eq!(fs::read_dir(&folder.folder).expect("folder").count(), KEPT);
    }
}
