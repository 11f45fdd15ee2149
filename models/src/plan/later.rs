//! What a card could do with what is not built yet. Never handed to a generator.

use serde::Serialize;

use super::activations::Kernels;
use super::budget::gib;
use super::forecast::{Asked, Forecast};
use super::rungs::Rung;

/// What Gallop lacks today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Operations of our own on the card: attention without a score matrix, MLPs over blocks of tokens, convolutions
    /// without unrolled windows.
    FusedOperations,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FusedOperations => "operations of its own on the card",
        })
    }
}

/// What a card could do, once it is built. Not yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Later {
    /// Always "not yet": nobody shall take this for what runs today.
    pub state: &'static str,
    /// What must be built for it.
    pub missing: Missing,
    /// Why it would not run even then, in a sentence; nothing where it would.
    pub reason: Option<String>,
    /// What it would take: the first way that fits, else the smallest.
    pub forecast: Option<Forecast>,
}

impl Later {
    /// Whether it would run.
    pub fn runs(&self) -> bool {
        self.reason.is_none() && self.forecast.is_some()
    }
}

/// What the card that is asked about could do on these rungs.
pub(super) fn later(asked: &Asked, ladder: &[Rung]) -> Later {
    let asked = Asked { kernels: Kernels::Fused, ..*asked };
    let all: Vec<_> = ladder.iter().map(|rung| asked.forecast(*rung)).collect();
    let fits = all.iter().find(|forecast| forecast.fits(asked.budgets));
    let least = all.iter().min_by_key(|forecast| forecast.vram_bytes);
    let reason = match (fits, least) {
        (None, Some(least)) => Some(format!("it would need {} of video memory even then", gib(least.vram_bytes))),
        _ => None,
    };
    Later { state: "not yet", missing: Missing::FusedOperations, reason, forecast: fits.or(least).cloned() }
}
