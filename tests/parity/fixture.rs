//! A fixture on disk: inputs, weights and expected tensors of one reference computation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use candle_core::{Device, Tensor};
use gallop_models::weights::{Scope, Weights};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// `NAME.safetensors` with its `NAME.json`.
pub struct Fixture {
    /// The `NAME`.
    pub name: String,
    /// The folder that holds it and the files it refers to.
    pub dir: PathBuf,
    /// Where the networks run.
    pub device: Device,
    config: Value,
    tolerances: BTreeMap<String, f64>,
    tensors: std::collections::HashMap<String, Tensor>,
}

impl Fixture {
    /// Reads `NAME.json` and its tensors.
    pub fn open(json: &Path, device: &Device) -> Result<Self> {
        let text = std::fs::read_to_string(json).with_context(|| json.display().to_string())?;
        let mut head: Value = serde_json::from_str(&text).with_context(|| json.display().to_string())?;
        let tolerances =
            serde_json::from_value(head["tolerance_max_rel"].take()).context("`tolerance_max_rel` is not a table")?;
        let tensors = candle_core::safetensors::load(json.with_extension("safetensors"), &Device::Cpu)?;
        let name = json.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let dir = json.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(Self { name, dir, device: device.clone(), config: head["config"].take(), tolerances, tensors })
    }

    /// The part of `config` under a JSON pointer, as in `/model`; the empty pointer is the whole of it.
    pub fn config<T: DeserializeOwned>(&self, pointer: &str) -> Result<T> {
        let value = self.config.pointer(pointer).with_context(|| format!("`config{pointer}` is missing"))?;
        serde_json::from_value(value.clone()).with_context(|| format!("`config{pointer}`"))
    }

    /// A stored tensor, on the device of the run.
    pub fn tensor(&self, name: &str) -> Result<Tensor> {
        let tensor = self.tensors.get(name).with_context(|| format!("tensor `{name}` is missing"))?;
        Ok(tensor.to_device(&self.device)?)
    }

    /// Whether a tensor is stored.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Names of all stored tensors, in order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.tensors.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The weights stored in the fixture itself.
    pub fn weights(&self) -> Result<Scope> {
        self.weights_in(&format!("{}.safetensors", self.name))
    }

    /// The weights in a file beside the fixture.
    pub fn weights_in(&self, file: &str) -> Result<Scope> {
        Ok(Weights::open(self.dir.join(file))?.root(&self.device))
    }

    /// The bound for `name`; a tensor without one is not to be compared.
    pub fn tolerance(&self, name: &str) -> Option<f64> {
        self.tolerances.get(name).copied()
    }
}
