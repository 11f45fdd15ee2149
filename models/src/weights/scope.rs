//! The view that networks load their tensors through.

use std::fmt::Display;
use std::sync::Arc;

use candle_core::{DType, Device, Shape, Tensor};

use super::{Entry, Weights};
use crate::{Error, Result};

/// A prefix of tensor names in [`Weights`]: networks descend with [`Scope::pp`] as the names do.
#[derive(Clone)]
pub struct Scope {
    weights: Arc<Weights>,
    prefix: String,
    device: Device,
    reading: Reading,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Real,
    Dry,
}

impl Scope {
    pub(super) fn new(weights: Arc<Weights>, prefix: String, device: Device) -> Self {
        Self { weights, prefix, device, reading: Reading::Real }
    }

    /// The scope below `name`.
    #[must_use]
    pub fn pp(&self, name: impl Display) -> Self {
        Self { prefix: self.full_name(&name.to_string()), ..self.clone() }
    }

    /// The same scope, but tensors are only checked and not read: each comes as zeros that take no memory, on the CPU.
    /// `Net::new(&config, &scope.dry())` proves that a checkpoint fits a configuration in the time it takes to say so.
    #[must_use]
    pub fn dry(&self) -> Self {
        Self { device: Device::Cpu, reading: Reading::Dry, ..self.clone() }
    }

    /// Where tensors are loaded to.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The shape of a tensor, if it is there.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.weights.info(&self.full_name(name)).map(|info| info.shape)
    }

    /// Whether any tensor's name begins with `name.`, or is `name`.
    pub fn has(&self, name: &str) -> bool {
        let name = self.full_name(name);
        let below = format!("{name}.");
        let mut behind = self.weights.tensors.range(below.clone()..);
        self.weights.tensors.contains_key(&name) || behind.next().is_some_and(|(next, _)| next.starts_with(&below))
    }

    /// Loads a tensor in the type it is stored in.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] and [`Error::TensorShape`] name the file, the tensor and both shapes.
    pub fn get(&self, shape: impl Into<Shape>, name: &str) -> Result<Tensor> {
        self.read(shape.into(), &self.full_name(name), None)
    }

    /// Loads a tensor and converts it to `dtype`.
    ///
    /// # Errors
    /// As [`Scope::get`].
    pub fn get_as(&self, shape: impl Into<Shape>, name: &str, dtype: DType) -> Result<Tensor> {
        self.read(shape.into(), &self.full_name(name), Some(dtype))
    }

    /// Loads a tensor that a checkpoint may leave out.
    ///
    /// # Errors
    /// [`Error::TensorShape`] if it is there with another shape.
    pub fn optional(&self, shape: impl Into<Shape>, name: &str) -> Result<Option<Tensor>> {
        if self.shape(name).is_none() {
            return Ok(None);
        }
        self.get(shape, name).map(Some)
    }

    /// Loads the rows `indices` of a table of `[n, d]`, in the type it is stored in: nothing else of it is read.
    ///
    /// # Errors
    /// As [`Scope::get`], also where an index is outside of the table.
    pub fn rows(&self, shape: (usize, usize), name: &str, indices: &[u32]) -> Result<Tensor> {
        let name = self.full_name(name);
        let entry = self.checked(&[shape.0, shape.1], &name)?;
        match self.reading {
            Reading::Real => self.weights.load_rows(&name, entry, indices, &self.device),
            Reading::Dry => self.zeros(entry, &name, None, vec![indices.len(), shape.1]),
        }
    }

    /// Whether tensors are only checked, see [`Scope::dry`]. What reorders weights in its constructor may skip it then.
    pub fn is_dry(&self) -> bool {
        self.reading == Reading::Dry
    }

    fn read(&self, shape: Shape, name: &str, dtype: Option<DType>) -> Result<Tensor> {
        let expected = shape.into_dims();
        let entry = self.checked(&expected, name)?;
        if self.is_dry() {
            return self.zeros(entry, name, dtype, expected);
        }
        let tensor = self.weights.load(name, entry, &self.device)?;
        match dtype {
            // candle 0.11 never returns from converting this type to any but f32.
            Some(dtype) if tensor.dtype() == DType::F8E4M3 && dtype != DType::F8E4M3 => {
                Ok(tensor.to_dtype(DType::F32)?.to_dtype(dtype)?)
            }
            Some(dtype) => Ok(tensor.to_dtype(dtype)?),
            None => Ok(tensor),
        }
    }

    /// The place of a tensor that is there and has the expected shape.
    fn checked(&self, expected: &[usize], name: &str) -> Result<&Entry> {
        let path = || self.weights.file_of(name).to_owned();
        let Some(entry) = self.weights.tensors.get(name) else {
            return Err(Error::MissingTensor { name: name.to_owned(), expected: expected.to_vec(), path: path() });
        };
        if entry.shape != expected {
            let (name, found) = (name.to_owned(), entry.shape.clone());
            return Err(Error::TensorShape { name, expected: expected.to_vec(), found, path: path() });
        }
        Ok(entry)
    }

    fn zeros(&self, entry: &Entry, name: &str, dtype: Option<DType>, shape: Vec<usize>) -> Result<Tensor> {
        let stored = self.weights.readable(name, entry)?;
        Ok(Tensor::zeros((), dtype.unwrap_or(stored), &self.device)?.broadcast_as(shape)?)
    }

    fn full_name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }
}
