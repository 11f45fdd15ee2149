//! The view that networks load their tensors through.

use std::fmt::Display;
use std::sync::Arc;

use candle_core::{DType, Device, Shape, Tensor};

use super::matrix::{SCALES, WIDENED};
use super::tally::{Tally, Took};
use super::{Entry, Footprint, StoredType, Weights};
use crate::ops::{Precision, WeightType, conv};
use crate::{Error, Result};

/// A prefix of tensor names in [`Weights`]: networks descend with [`Scope::pp`] as the names do.
#[derive(Clone)]
pub struct Scope {
    pub(super) weights: Arc<Weights>,
    prefix: String,
    device: Device,
    reading: Reading,
    pub(super) keeping: WeightType,
    convolving: Precision,
    tally: Option<Arc<Tally>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Real,
    Dry,
    /// Of a checkpoint that is not here, all of whose tensors are stored in this type.
    Imagined(StoredType),
    /// Drawn where they are asked for, on the device.
    Random,
}

impl Scope {
    pub(super) fn new(weights: Arc<Weights>, prefix: String, device: Device) -> Self {
        Self {
            weights,
            prefix,
            device,
            reading: Reading::Real,
            keeping: WeightType::Computed,
            convolving: Precision::F32,
            tally: None,
        }
    }

    /// A dry scope of a checkpoint that is not here: whatever tensor is asked for is taken to be there, `stored` in this
    /// type. What a network would ask for can so be told from its configuration alone.
    pub fn imagined(stored: StoredType) -> Self {
        let weights = Weights { path: "a checkpoint that is not here".into(), files: Vec::new(), tensors: [].into() };
        Self { reading: Reading::Imagined(stored), ..Self::new(Arc::new(weights), String::new(), Device::Cpu) }
    }

    /// A scope whose tensors are drawn on `device` where they are asked for, so large that a signal neither dies nor
    /// explodes: what a network of any size computes can so be measured without its file. Two draws differ.
    pub fn random(device: &Device) -> Self {
        let weights = Weights { path: "random weights".into(), files: Vec::new(), tensors: [].into() };
        Self { reading: Reading::Random, ..Self::new(Arc::new(weights), String::new(), device.clone()) }
    }

    /// What a network takes that `build` makes from this scope; nothing is read.
    ///
    /// # Errors
    /// Those of `build`.
    pub fn footprint<T>(&self, build: impl FnOnce(&Self) -> Result<T>) -> Result<Footprint> {
        let tally = Arc::new(Tally::default());
        build(&Self { tally: Some(Arc::clone(&tally)), ..self.dry() })?;
        Ok(tally.footprint())
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
        let reading = match self.reading {
            Reading::Real => Reading::Dry,
            Reading::Random => Reading::Imagined(StoredType::BF16),
            other => other,
        };
        Self { device: Device::Cpu, reading, ..self.clone() }
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

    /// Loads the rows `indices` of a table of `[n, d]`, in the type it is stored in or, of one in 8 bits, in float16: nothing else of
    /// it is read.
    ///
    /// # Errors
    /// As [`Scope::get`], also where an index is outside of the table.
    pub fn rows(&self, shape: (usize, usize), name: &str, indices: &[u32]) -> Result<Tensor> {
        let name = self.full_name(name);
        if let Reading::Imagined(stored) = self.reading {
            return zeros(readable(stored)?, vec![indices.len(), shape.1]);
        }
        if self.reading == Reading::Random {
            return self.draw(&[indices.len(), shape.1], None);
        }
        let entry = self.checked(&[shape.0, shape.1], &name)?;
        if self.is_dry() {
            return zeros(self.loaded(&name, entry)?, vec![indices.len(), shape.1]);
        }
        if let Some(index) = indices.iter().find(|index| **index as usize >= shape.0) {
            return Err(self.weights.outside(&name, *index, shape.0));
        }
        if entry.is_int8() {
            return self.widened_rows(&name, entry, shape, indices);
        }
        self.weights.load_rows(&name, entry, indices, &self.device)
    }

    /// Whether tensors are only checked, see [`Scope::dry`]. What reorders weights in its constructor may skip it then.
    pub fn is_dry(&self) -> bool {
        !matches!(self.reading, Reading::Real | Reading::Random)
    }

    /// Whether tensors are drawn, see [`Scope::random`].
    pub(super) fn is_random(&self) -> bool {
        self.reading == Reading::Random
    }

    pub(super) fn read(&self, shape: Shape, name: &str, dtype: Option<DType>) -> Result<Tensor> {
        let expected = shape.into_dims();
        if let Reading::Imagined(stored) = self.reading {
            return self.stand_in(name, (stored, readable(stored)?), dtype, expected);
        }
        if self.reading == Reading::Random {
            return self.draw(&expected, dtype);
        }
        let entry = self.checked(&expected, name)?;
        if self.is_dry() {
            return self.stand_in(name, (entry.dtype, self.loaded(name, entry)?), dtype, expected);
        }
        let tensor =
            if entry.is_int8() { self.widened(name, entry)? } else { self.weights.load(name, entry, &self.device)? };
        match dtype {
            // candle 0.11 never returns from converting this type to any but f32.
            Some(dtype) if tensor.dtype() == DType::F8E4M3 && dtype != DType::F8E4M3 => {
                Ok(tensor.to_dtype(DType::F32)?.to_dtype(dtype)?)
            }
            Some(dtype) => Ok(tensor.to_dtype(dtype)?),
            None => Ok(tensor),
        }
    }

    /// What a dry scope says that a tensor is loaded as.
    fn loaded(&self, name: &str, entry: &Entry) -> Result<DType> {
        if !entry.is_int8() {
            return self.weights.readable(name, entry);
        }
        let rows = entry.shape.first().copied().unwrap_or(1);
        self.read((rows, 1).into(), &format!("{name}{SCALES}"), None)?;
        Ok(WIDENED)
    }

    /// A matrix or kernel whose rows have length 1 on average; a vector of small values.
    fn draw(&self, shape: &[usize], dtype: Option<DType>) -> Result<Tensor> {
        let fan_in: usize = shape.iter().skip(1).product();
        let scale = if shape.len() > 1 { 1.0 / (fan_in.max(1) as f32).sqrt() } else { 0.1 };
        Ok(Tensor::randn(0f32, scale, shape, &self.device)?.to_dtype(dtype.unwrap_or(DType::BF16))?)
    }

    /// The same scope, whose linear layers keep their weights like this. Weights that a file holds in 8 bits stay so.
    #[must_use]
    pub fn keeping(&self, weights: WeightType) -> Self {
        Self { keeping: weights, ..self.clone() }
    }

    /// The same scope, whose convolutions may multiply in this type; sums stay float32.
    #[must_use]
    pub fn convolving(&self, products: Precision) -> Self {
        Self { convolving: products, ..self.clone() }
    }

    /// The type that convolutions take their weights in, see [`Scope::convolving`].
    pub fn convolved(&self) -> DType {
        conv::weight_type(self.convolving, &self.device)
    }

    /// The same scope for another device.
    pub(super) fn on(&self, device: &Device) -> Self {
        Self { device: device.clone(), ..self.clone() }
    }

    /// The type of a tensor that is there, or imagined, and has the expected shape.
    pub(super) fn stored(&self, expected: &[usize], name: &str) -> Result<StoredType> {
        match self.reading {
            Reading::Imagined(stored) => Ok(stored),
            Reading::Random => Ok(StoredType::BF16),
            _ => Ok(self.checked(expected, name)?.dtype),
        }
    }

    /// The place of a tensor that is there and has the expected shape.
    pub(super) fn checked(&self, expected: &[usize], name: &str) -> Result<&Entry> {
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

    /// What a dry scope hands out, which is counted where somebody counts.
    fn stand_in(
        &self,
        name: &str,
        (stored, loaded): (StoredType, DType),
        dtype: Option<DType>,
        shape: Vec<usize>,
    ) -> Result<Tensor> {
        let dtype = dtype.unwrap_or(loaded);
        let bytes = |of_one: usize| shape.iter().fold(of_one as u64, |size, dim| size.saturating_mul(*dim as u64));
        self.count(
            name,
            Took { stored: bytes(stored.size_bytes()), loaded: bytes(dtype.size_in_bytes()), by_row: false },
        );
        zeros(dtype, shape)
    }

    /// Takes down what a tensor takes, where somebody counts.
    pub(super) fn count(&self, name: &str, took: Took) {
        if let Some(tally) = &self.tally {
            tally.note(name, took);
        }
    }

    pub(super) fn full_name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }
}

/// Zeros of any shape that take no memory.
fn zeros(dtype: DType, shape: Vec<usize>) -> Result<Tensor> {
    Ok(Tensor::zeros((), dtype, &Device::Cpu)?.broadcast_as(shape)?)
}

fn readable(stored: StoredType) -> Result<DType> {
    stored.dtype().ok_or_else(|| Error::Input(format!("tensors of type {stored} are not read")))
}
