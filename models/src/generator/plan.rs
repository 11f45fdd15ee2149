//! How a run uses the machine.

use candle_core::Device;

use crate::ops::Precision;

/// How a run uses the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Plan {
    /// Compute type of the transformers and the text encoder.
    pub precision: Precision,
    /// How long networks stay loaded.
    pub residency: Residency,
}

/// How long networks stay loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Residency {
    /// From the first use to the end of the generator.
    Kept,
    /// For their stage, so that memory holds the largest network instead of all of them.
    PerStage,
}

impl Plan {
    /// What suits a device when nothing else is known: everything kept; float32 on a CPU, whose arithmetic has no faster
    /// type, and the reference's bfloat16 elsewhere.
    pub fn for_device(device: &Device) -> Self {
        let precision = if device.is_cpu() { Precision::F32 } else { Precision::Bf16 };
        Self { precision, residency: Residency::Kept }
    }
}
