//! How a run uses the machine.

use candle_core::Device;

use super::Stage;

use crate::ops::Precision;
pub use crate::ops::WeightType;
pub use crate::vae::tiles::Tiles;
pub use crate::weights::Layers;

/// How a run uses the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Plan {
    /// Compute type of the transformers and the text encoder.
    pub precision: Precision,
    /// How the weights of their large linear layers are kept.
    pub weights: WeightType,
    /// How long networks stay loaded.
    pub residency: Residency,
    /// Which layers of the text encoder are loaded at once.
    pub text: Layers,
    /// Which layers of the transformer of the draft are loaded at once.
    pub base: Layers,
    /// Which layers of an upscaler are loaded at once.
    pub upscale: Layers,
    /// How the picture is cut when it is decoded.
    pub tiles: Tiles,
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
    /// What suits a device when nothing else is known: everything kept; float32 on a CPU, and the reference's bfloat16
    /// elsewhere.
    pub fn for_device(device: &Device) -> Self {
        let precision = if device.is_cpu() { Precision::F32 } else { Precision::Bf16 };
        Self::of(precision, Residency::Kept)
    }

    /// Everything whole: weights in the type that is computed in, all layers of a network at once, no tiles.
    pub const fn of(precision: Precision, residency: Residency) -> Self {
        Self {
            precision,
            weights: WeightType::Computed,
            residency,
            text: Layers::Resident,
            base: Layers::Resident,
            upscale: Layers::Resident,
            tiles: Tiles::Whole,
        }
    }

    /// Which layers of the network of a stage are loaded at once.
    pub fn layers(&self, stage: Stage) -> Layers {
        match stage {
            Stage::Text => self.text,
            Stage::Denoise => self.base,
            Stage::Upscale => self.upscale,
            _ => Layers::Resident,
        }
    }

    /// Whether two plans make the same clip to the bit: whatever else differs only decides where weights are.
    pub fn makes_the_same_as(&self, other: &Self) -> bool {
        (self.precision, self.weights, self.tiles) == (other.precision, other.weights, other.tiles)
    }
}
