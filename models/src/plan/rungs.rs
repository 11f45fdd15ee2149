//! The ways to make a clip, from the fastest to the smallest.

use super::budget::Processor;
use crate::generator::{Layers, Residency, Tiles, WeightType};
use crate::ops::Precision;

/// Tiles for pictures that cannot be decoded whole, largest first.
pub(super) const SMALLER_TILES: [Tiles; 5] = [
    Tiles::AtMost { side: 64 },
    Tiles::AtMost { side: 48 },
    Tiles::AtMost { side: 32 },
    Tiles::AtMost { side: 24 },
    Tiles::AtMost { side: 16 },
];

/// A way to make a clip; what a machine has decides how many layers stay and how large tiles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rung {
    pub precision: Precision,
    pub weights: WeightType,
    pub residency: Residency,
    pub streaming: Streaming,
}

/// Whether layers stay in their files until they are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Streaming {
    Never,
    /// As few as must.
    AsNeeded,
    Everything,
}

impl Streaming {
    /// What may be kept of a network of `count` layers, most first; and the least. In quarters, so that a little more or
    /// less of free memory does not make another plan.
    pub(super) fn choices(self, count: usize) -> (impl Iterator<Item = Layers>, Layers) {
        let quarter = move |quarters: usize| Layers::Streamed { kept: count * quarters / 4 };
        let (whole, most, least) = match self {
            Self::Never => (Some(Layers::Resident), 0, Layers::Resident),
            Self::AsNeeded => (Some(Layers::Resident), 4, quarter(0)),
            Self::Everything => (None, 0, quarter(0)),
        };
        (whole.into_iter().chain((0..most).rev().map(quarter)), least)
    }
}

/// What decides how a clip looks, and not only where its weights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Compute type of the transformers and the text encoder.
    pub precision: Precision,
    /// How their weights are kept.
    pub weights: WeightType,
    /// How the picture is cut when it is decoded.
    pub tiles: Tiles,
}

/// The ways that the generator can go on this processor, fastest first; only those to a look, where one is given. On the
/// CPU float32 comes first: bfloat16 is no faster there, and makes another clip of the same seed. A card reads 8-bit
/// weights that it holds faster than whole ones that have to come for each call.
pub(super) fn ladder(processor: Processor, look: Option<Look>) -> Vec<Rung> {
    use Residency::{Kept, PerStage};
    use Streaming::{AsNeeded, Everything, Never};
    let rung = |precision, weights, residency, streaming| Rung { precision, weights, residency, streaming };
    let all = [(Kept, Never), (PerStage, Never), (PerStage, AsNeeded), (PerStage, Everything)];
    if let Some(Look { precision, weights, .. }) = look {
        return all.map(|(residency, streaming)| rung(precision, weights, residency, streaming)).into();
    }
    let whole = |precision| move |(residency, streaming)| rung(precision, WeightType::Computed, residency, streaming);
    match processor {
        Processor::Cpu => {
            let narrow = all[2..].iter().copied().map(whole(Precision::Bf16));
            all.into_iter().map(whole(Precision::F32)).chain(narrow).collect()
        }
        Processor::Card => {
            let narrow = rung(Precision::Bf16, WeightType::Int8, PerStage, Never);
            let [kept, one, some, none] = all.map(whole(Precision::Bf16));
            vec![kept, one, narrow, some, none]
        }
    }
}
