//! Weight files and the scoped view that networks load their tensors through.
//!
//! [`Weights::open`] takes what people have on disk: a `.safetensors` file, a folder of shards with its index, or a
//! file written by `torch.save` (`.pth`, `.pt`, `.ckpt`). What a file is, is told by its first bytes and not by its
//! name. A checkpoint is data: tensors are read, nothing in it is ever executed.
//!
//! Opening maps the files and reads their tables of contents; every offset and size is checked against the file then,
//! so that a file that was cut short is reported before any work starts, and 60 GB open as fast as 60 kB.
//!
//! ```no_run
//! # use gallop_models::weights::Weights;
//! # use candle_core::{DType, Device};
//! let weights = Weights::open("models/pony/transformer.safetensors")?;
//! let scope = weights.root(&Device::Cpu).pp("adapter");
//! let bias = scope.pp("video_embedder").get_as(256, "bias", DType::F32)?;
//! # Ok::<(), gallop_models::Error>(())
//! ```

mod dtype;
mod mapped;
mod matrix;
mod open;
mod pickle;
mod safetensors;
mod scope;
mod stack;
mod tally;
mod torch;
mod zip;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};

use crate::{Error, Result};
pub use dtype::StoredType;
use mapped::Mapped;
pub(crate) use matrix::Matrix;
pub(crate) use open::download_mishap;
pub use scope::Scope;
pub use stack::Layers;
pub(crate) use stack::Stack;
pub use tally::Footprint;

/// More axes than any tensor has.
const MAX_RANK: usize = 16;

/// Opened weight files: names, shapes and types are known, no tensor has been read.
pub struct Weights {
    path: PathBuf,
    files: Vec<Mapped>,
    tensors: BTreeMap<String, Entry>,
}

/// Where a tensor lies. Whoever makes one has checked that it lies inside its file.
pub(crate) struct Entry {
    /// Index into [`Weights::files`].
    file: usize,
    dtype: StoredType,
    shape: Vec<usize>,
    /// Byte offset of the first element.
    start: usize,
    /// Bytes from the first to behind the last element.
    span: usize,
    /// Distance between neighbours along each axis, in elements; nothing for the usual row-major order.
    strides: Option<Vec<usize>>,
}

impl Entry {
    /// Whether its rows are in 8 bits, with scales of their own beside it.
    fn is_int8(&self) -> bool {
        self.dtype == StoredType::I8 && self.strides.is_none() && !self.shape.is_empty()
    }
}

/// What is known about a tensor without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TensorInfo<'a> {
    /// Its shape.
    pub shape: &'a [usize],
    /// The type it is stored in.
    pub dtype: StoredType,
}

impl Weights {
    /// Opens a weight file, or a folder of them.
    ///
    /// `path` is a safetensors file, a file written by `torch.save`, an `….safetensors.index.json`, or a folder that
    /// holds an index, a `model.safetensors`, or one single weight file.
    ///
    /// # Errors
    /// The message says what the file is instead (an HTML page, a git-lfs pointer, an incomplete download), which
    /// tensor is cut off, or which shard is missing.
    pub fn open(path: impl AsRef<Path>) -> Result<Arc<Self>> {
        Self::open_part(path, "")
    }

    /// As [`Weights::open`], but only shards that hold names beginning with `prefix` must be there: half of a
    /// text model's files are a decoder that nobody here runs.
    ///
    /// # Errors
    /// As [`Weights::open`].
    pub fn open_part(path: impl AsRef<Path>, prefix: &str) -> Result<Arc<Self>> {
        Ok(Arc::new(open::open(path.as_ref(), prefix)?))
    }

    /// Several files as one, for networks whose parts were saved apart.
    ///
    /// # Errors
    /// As [`Weights::open`]; also where two of them hold a tensor of the same name.
    pub fn open_all<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Arc<Self>> {
        let mut all: Option<Self> = None;
        for path in paths {
            let next = open::open(path.as_ref(), "")?;
            match &mut all {
                None => all = Some(next),
                Some(all) => all.absorb(next)?,
            }
        }
        all.map(Arc::new).ok_or_else(|| Error::Input("no weight file was given".into()))
    }

    /// The path that was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every tensor with its name, in order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, TensorInfo<'_>)> {
        self.tensors.iter().map(|(name, entry)| (name.as_str(), entry.info()))
    }

    /// The names of all tensors, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// What is known about a tensor, if it is there.
    pub fn info(&self, name: &str) -> Option<TensorInfo<'_>> {
        self.tensors.get(name).map(Entry::info)
    }

    /// Bytes of the files that are mapped.
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes().len() as u64).sum()
    }

    /// The view from the root of the names, loading onto `device`.
    pub fn root(self: &Arc<Self>, device: &Device) -> Scope {
        Scope::new(self.clone(), String::new(), device.clone())
    }

    /// The view from below `prefix`, as in `model.encoder`.
    pub fn root_at(self: &Arc<Self>, prefix: &str, device: &Device) -> Scope {
        Scope::new(self.clone(), prefix.trim_end_matches('.').to_owned(), device.clone())
    }

    fn absorb(&mut self, other: Self) -> Result<()> {
        let shift = self.files.len();
        for (name, mut entry) in other.tensors {
            if self.tensors.contains_key(&name) {
                let reason = format!("tensor `{name}` is also in {}", self.path.display());
                return Err(Error::format(&other.path, reason));
            }
            entry.file += shift;
            self.tensors.insert(name, entry);
        }
        self.files.extend(other.files);
        Ok(())
    }

    /// The file that holds `name`, or what was opened where none does.
    fn file_of(&self, name: &str) -> &Path {
        let entry = self.tensors.get(name);
        entry.and_then(|entry| self.files.get(entry.file)).map_or(&self.path, Mapped::path)
    }

    /// Reads a tensor in the type it is stored in.
    fn load(&self, name: &str, entry: &Entry, device: &Device) -> Result<Tensor> {
        let (dtype, bytes) = (self.readable(name, entry)?, self.bytes(name, entry)?);
        match &entry.strides {
            None => Ok(Tensor::from_raw_buffer(bytes, dtype, &entry.shape, device)?),
            Some(strides) => {
                let packed = torch::pack(bytes, &entry.shape, strides, entry.dtype.size_bytes());
                Ok(Tensor::from_raw_buffer(&packed, dtype, &entry.shape, device)?)
            }
        }
    }

    /// Reads rows of a matrix, which has all of them.
    fn load_rows(&self, name: &str, entry: &Entry, indices: &[u32], device: &Device) -> Result<Tensor> {
        if entry.strides.is_some() {
            let indices = Tensor::new(indices, device)?;
            return Ok(self.load(name, entry, device)?.index_select(&indices, 0)?);
        }
        let width = entry.shape.last().copied().unwrap_or(1);
        let (dtype, bytes, row_bytes) =
            (self.readable(name, entry)?, self.bytes(name, entry)?, width * entry.dtype.size_bytes());
        let mut rows = Vec::with_capacity(indices.len() * row_bytes);
        for index in indices {
            rows.extend_from_slice(&bytes[*index as usize * row_bytes..][..row_bytes]);
        }
        Ok(Tensor::from_raw_buffer(&rows, dtype, &[indices.len(), width], device)?)
    }

    /// What is said of a row that a tensor of `count` rows has not.
    fn outside(&self, name: &str, index: u32, count: usize) -> Error {
        Error::format(self.file_of(name), format!("row {index} is not one of `{name}`, which has {count}"))
    }

    fn bytes(&self, name: &str, entry: &Entry) -> Result<&[u8]> {
        let bytes = self.files.get(entry.file).and_then(|file| file.bytes().get(entry.start..entry.start + entry.span));
        bytes.ok_or_else(|| Error::format(self.file_of(name), format!("tensor `{name}` lies outside of its file")))
    }

    /// The type that a tensor has when it is loaded.
    fn readable(&self, name: &str, entry: &Entry) -> Result<DType> {
        let unread = || {
            Error::format(self.file_of(name), format!("tensor `{name}` has type {}, which is not read", entry.dtype))
        };
        entry.dtype.dtype().ok_or_else(unread)
    }
}

/// The text under `key` beside the tensors of a safetensors file.
///
/// # Errors
/// [`Error::Format`] where the file is none, [`Error::Io`] where it cannot be read.
pub(crate) fn note(path: &Path, key: &str) -> Result<Option<String>> {
    safetensors::note(&Mapped::open(path)?, key)
}

/// Bytes of a tensor; nothing where no machine could count them. An axis without elements does not make up for others
/// that are beyond all numbers, for the distances between elements are products of these.
fn size_bytes(dtype: StoredType, shape: &[usize]) -> Option<usize> {
    let filled = shape.iter().try_fold(dtype.size_bytes(), |size, dim| size.checked_mul(*dim.max(&1)))?;
    Some(if shape.contains(&0) { 0 } else { filled })
}

impl Entry {
    fn info(&self) -> TensorInfo<'_> {
        TensorInfo { shape: &self.shape, dtype: self.dtype }
    }
}

impl std::fmt::Debug for Weights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Weights({} tensors, {})", self.tensors.len(), self.path.display())
    }
}
