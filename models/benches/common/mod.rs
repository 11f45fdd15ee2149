//! Weights for the benchmarks: the model in the box, or the folder that `GALLOP_BENCH_WEIGHTS` names.

use std::path::PathBuf;

use candle_core::Device;
use gallop_models::weights::{Scope, Weights};
use serde::de::DeserializeOwned;

/// Opens `NAME.safetensors` with `NAME.json`; tells on stderr where they should be.
pub fn open<C: DeserializeOwned>(name: &str) -> Option<(C, Scope)> {
    let folder = std::env::var_os("GALLOP_BENCH_WEIGHTS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pony"), PathBuf::from);
    let weights = folder.join(format!("{name}.safetensors"));
    let Ok(json) = std::fs::read_to_string(folder.join(format!("{name}.json"))) else {
        eprintln!("{name} is not there, so it is not measured: {}", folder.display());
        return None;
    };
    let config = serde_json::from_str(&json).expect("configuration");
    Some((config, Weights::open(weights).expect("weights").root(&Device::Cpu)))
}
