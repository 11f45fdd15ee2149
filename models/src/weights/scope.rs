//! The view that networks load their tensors through.

use std::fmt::Display;
use std::sync::Arc;

use candle_core::{DType, Device, Shape, Tensor};

use super::Weights;
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

    fn read(&self, shape: Shape, name: &str, dtype: Option<DType>) -> Result<Tensor> {
        let expected = shape.into_dims();
        let path = || self.weights.file_of(name).to_owned();
        let Some(entry) = self.weights.tensors.get(name) else {
            return Err(Error::MissingTensor { name: name.to_owned(), expected, path: path() });
        };
        if entry.shape != expected {
            let (name, found) = (name.to_owned(), entry.shape.clone());
            return Err(Error::TensorShape { name, expected, found, path: path() });
        }
        match self.reading {
            Reading::Real => {
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
            Reading::Dry => {
                let dtype = dtype.or(entry.dtype.dtype());
                let dtype = dtype.ok_or_else(|| {
                    Error::format(path(), format!("tensor `{name}` has type {}, which is not read", entry.dtype))
                })?;
                Ok(Tensor::zeros((), dtype, &self.device)?.broadcast_as(expected)?)
            }
        }
    }

    fn full_name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }
}
