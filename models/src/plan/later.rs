//! What a card could do with what is not built yet. Never handed to a generator.

use std::collections::BTreeSet;

use serde::Serialize;

use super::activations::{self, Kernels, Stream};
use super::budget::Budgets;
use super::forecast::{CONTEXT_BYTES, PROCESS_BYTES};
use super::sizes::{ModelSizes, Network};
use super::verdict::Task;
use crate::generator::Stage;
use crate::ops::Precision;
use crate::transformer;
use crate::weights::Footprint;

/// A tile of a picture shows so much more than its own part, so that its edges are not seen.
const TILE_OVERLAP: f64 = 1.25;
/// More tiles than this are smaller than what a convolution needs around a pixel.
const MOST_TILES: u64 = 64;

/// What Gallop lacks today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Operations of our own on the card: attention without a score matrix, MLPs over blocks of tokens, convolutions
    /// without unrolled windows.
    FusedOperations,
    /// Weights in 8 bit.
    EightBit,
    /// Layers that come from main memory while the ones before them compute.
    StreamedLayers,
    /// A picture that is decoded tile by tile.
    Tiles,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FusedOperations => "operations of its own on the card",
            Self::EightBit => "weights in 8 bit",
            Self::StreamedLayers => "streamed layers",
            Self::Tiles => "decoding in tiles",
        })
    }
}

/// Where streamed layers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Main memory.
    Ram,
    /// The disk, since main memory does not hold them.
    Disk,
}

/// A stage on a card, once what it needs is built.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LaterStage {
    /// The stage.
    pub stage: Stage,
    /// Bits of a weight.
    pub weight_bits: u32,
    /// Layers that stay on the card.
    pub resident_layers: usize,
    /// Layers that come for each call.
    pub streamed_layers: usize,
    /// Bytes that come for each call.
    pub streamed_bytes: u64,
    /// Where they come from.
    pub source: Option<Source>,
    /// Tiles of a frame.
    pub tiles: u64,
    /// Peak on the card.
    pub vram_bytes: u64,
    /// Peak in main memory.
    pub ram_bytes: u64,
}

/// What a card could do, once it is built. Not yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Later {
    /// Always "not yet": nobody shall take this for what runs today.
    pub state: &'static str,
    /// Whether it would run.
    pub runs: bool,
    /// Why not, in a sentence.
    pub reason: Option<String>,
    /// What must be built for it.
    pub missing: BTreeSet<Missing>,
    /// The stages that decide.
    pub stages: Vec<LaterStage>,
    /// Peak on the card.
    pub vram_bytes: u64,
    /// Peak in main memory.
    pub ram_bytes: u64,
}

/// What a card of `budgets` could do for `task`.
pub(super) fn later(sizes: &ModelSizes, task: &Task, budgets: &Budgets) -> Later {
    let route = task.route(sizes);
    let numbers = &sizes.numbers;
    let kernels = Kernels::Fused;
    let denoiser = |stage, network: &Network, config: &transformer::Config, size| {
        let stream = Stream { size, length: task.length, text_tokens: numbers.max_tokens };
        let working = activations::transformer(config, &stream, Precision::Bf16, kernels);
        place(stage, network.at(Precision::Bf16), working, budgets)
    };
    let text = activations::text(&numbers.text, numbers.max_tokens, kernels);
    let mut stages = vec![
        place(Stage::Text, sizes.text.at(Precision::Bf16), text, budgets),
        denoiser(Stage::Denoise, &sizes.base, &numbers.base, route.draft),
    ];
    if let Some(upscaler) = route.upscaler.and_then(|index| sizes.upscalers.get(index)) {
        stages.push(denoiser(Stage::Upscale, &upscaler.network, &upscaler.config, task.size));
    }
    stages.push(decode(sizes, task, budgets));

    let reason = stages.iter().find_map(|made| made.as_ref().err().cloned());
    let stages: Vec<_> = stages.into_iter().filter_map(Result::ok).collect();
    let mut missing = BTreeSet::from([Missing::FusedOperations]);
    missing.extend(stages.iter().any(|stage| stage.weight_bits == 8).then_some(Missing::EightBit));
    missing.extend(stages.iter().any(|stage| stage.streamed_layers > 0).then_some(Missing::StreamedLayers));
    missing.extend(stages.iter().any(|stage| stage.tiles > 1).then_some(Missing::Tiles));
    let peak = |of: fn(&LaterStage) -> u64| stages.iter().map(of).max().unwrap_or(0);
    Later {
        state: "not yet",
        runs: reason.is_none(),
        reason,
        missing,
        vram_bytes: peak(|stage| stage.vram_bytes),
        ram_bytes: peak(|stage| stage.ram_bytes),
        stages,
    }
}

/// A network of layers: whole in 16 bit, else whole in 8 bit, else with as many layers on the card as there is room for
/// beside two places through which the others come.
fn place(stage: Stage, bf16: &Footprint, working: u64, budgets: &Budgets) -> Result<LaterStage, String> {
    let vram = budgets.vram_bytes.unwrap_or(u64::MAX);
    let layers: u64 = bf16.layer_bytes.iter().sum();
    let outside = bf16.loaded_bytes.saturating_sub(layers);
    let fixed = CONTEXT_BYTES + outside + working;
    let count = bf16.layer_bytes.len();
    let ram_bytes = PROCESS_BYTES + CONTEXT_BYTES + 2 * bf16.largest_stored_bytes;
    let whole = |weight_bits: u32| LaterStage {
        stage,
        weight_bits,
        resident_layers: count,
        streamed_layers: 0,
        streamed_bytes: 0,
        source: None,
        tiles: 1,
        vram_bytes: fixed + layers * u64::from(weight_bits) / 16,
        ram_bytes,
    };
    if let Some(fits) = [16, 8].into_iter().map(whole).find(|stage| stage.vram_bytes <= vram) {
        return Ok(fits);
    }
    let eight: Vec<u64> = bf16.layer_bytes.iter().map(|bytes| bytes / 2).collect();
    let places = 2 * eight.iter().max().copied().unwrap_or(0);
    let Some(mut room) = vram.checked_sub(fixed + places) else {
        let needed = super::gib(fixed + places);
        return Err(format!("{stage:?} would need {needed} of video memory with all layers streamed"));
    };
    let (mut resident_layers, mut resident_bytes) = (0, 0);
    for bytes in &eight {
        let Some(left) = room.checked_sub(*bytes) else { break };
        (room, resident_layers, resident_bytes) = (left, resident_layers + 1, resident_bytes + bytes);
    }
    let streamed_bytes = layers / 2 - resident_bytes.min(layers / 2);
    let in_ram = PROCESS_BYTES + CONTEXT_BYTES + streamed_bytes;
    let fits_ram = budgets.ram_bytes.is_none_or(|there| in_ram <= there);
    Ok(LaterStage {
        stage,
        weight_bits: 8,
        resident_layers,
        streamed_layers: count - resident_layers,
        streamed_bytes,
        source: Some(if fits_ram { Source::Ram } else { Source::Disk }),
        tiles: 1,
        vram_bytes: fixed + places + resident_bytes,
        ram_bytes: if fits_ram { in_ram } else { ram_bytes },
    })
}

/// The picture, whole or in as few tiles as there is room for.
fn decode(sizes: &ModelSizes, task: &Task, budgets: &Budgets) -> Result<LaterStage, String> {
    let whole = activations::video_decoder(&sizes.numbers.video, task.size, task.length, Kernels::Fused);
    let vram = budgets.vram_bytes.unwrap_or(u64::MAX);
    let fixed = CONTEXT_BYTES + sizes.video_decoder.loaded_bytes / 2;
    let of_tile = |tiles: u64| {
        let overlap = if tiles > 1 { TILE_OVERLAP } else { 1.0 };
        fixed + (whole.device_bytes as f64 / tiles as f64 * overlap) as u64
    };
    let tiles = (1..=MOST_TILES).find(|tiles| of_tile(*tiles) <= vram).ok_or_else(|| {
        format!("decoding would need {} of video memory even in {MOST_TILES} tiles", super::gib(of_tile(MOST_TILES)))
    })?;
    Ok(LaterStage {
        stage: Stage::DecodeVideo,
        weight_bits: 16,
        resident_layers: 0,
        streamed_layers: 0,
        streamed_bytes: 0,
        source: None,
        tiles,
        vram_bytes: of_tile(tiles),
        ram_bytes: PROCESS_BYTES + CONTEXT_BYTES + whole.host_bytes,
    })
}
