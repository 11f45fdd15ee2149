//! Weight files and the scoped view that networks load their tensors through.
//!
//! A checkpoint is data: tensors are read, nothing in it is ever executed.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::safetensors::MmapedSafetensors;
use candle_core::{DType, Device, Shape, Tensor};

use crate::{Error, Result};

/// Opened weight files: names and shapes are known, no tensor has been read.
pub struct Weights {
    path: PathBuf,
    tensors: MmapedSafetensors,
    shapes: HashMap<String, Vec<usize>>,
}

impl Weights {
    /// Opens a weight file.
    pub fn open(path: impl AsRef<Path>) -> Result<Arc<Self>> {
        let path = path.as_ref().to_owned();
        // SAFETY: the file is only read; changing it underneath a running program is undefined for every reader.
        let tensors = unsafe { MmapedSafetensors::new(&path) }
            .map_err(|error| Error::format(&path, format!("not a readable safetensors file ({error})")))?;
        let shapes = tensors.tensors().into_iter().map(|(name, view)| (name, view.shape().to_vec())).collect();
        Ok(Arc::new(Self { path, tensors, shapes }))
    }

    /// The view from the root of the names, loading onto `device`.
    pub fn root(self: &Arc<Self>, device: &Device) -> Scope {
        Scope { weights: self.clone(), prefix: String::new(), device: device.clone() }
    }
}

/// A prefix of tensor names in [`Weights`]: networks descend with [`Scope::pp`] as the names do.
#[derive(Clone)]
pub struct Scope {
    weights: Arc<Weights>,
    prefix: String,
    device: Device,
}

impl Scope {
    /// The scope below `name`.
    #[must_use]
    pub fn pp(&self, name: impl Display) -> Self {
        Self { weights: self.weights.clone(), prefix: self.full_name(&name.to_string()), device: self.device.clone() }
    }

    /// Where tensors are loaded to.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The shape of a tensor, if it is there.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.weights.shapes.get(&self.full_name(name)).map(Vec::as_slice)
    }

    /// Loads a tensor in the type it is stored in.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] and [`Error::TensorShape`] name the file, the tensor and both shapes.
    pub fn get(&self, shape: impl Into<Shape>, name: &str) -> Result<Tensor> {
        let expected = shape.into().into_dims();
        let name = self.full_name(name);
        let path = &self.weights.path;
        let Some(found) = self.weights.shapes.get(&name) else {
            return Err(Error::MissingTensor { name, expected, path: path.clone() });
        };
        if *found != expected {
            return Err(Error::TensorShape { name, expected, found: found.clone(), path: path.clone() });
        }
        Ok(self.weights.tensors.load(&name, &self.device)?)
    }

    /// Loads a tensor and converts it to `dtype`.
    ///
    /// # Errors
    /// As [`Scope::get`].
    pub fn get_as(&self, shape: impl Into<Shape>, name: &str, dtype: DType) -> Result<Tensor> {
        Ok(self.get(shape, name)?.to_dtype(dtype)?)
    }

    fn full_name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }
}
