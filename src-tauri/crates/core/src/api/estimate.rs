//! What a clip will cost, by what clips like it did cost here; else by the speed that the doctor measured; else unknown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use gallop_protocol::Id;
use gallop_protocol::doctor::{Report, SizeFit};
use gallop_protocol::message::{Cost, Goal};
use gallop_protocol::recipe::Recipe;

use super::check::{Basis, EstimateView};
use super::known::KnownModels;
use super::studio::{Studio, lock};
use crate::jobs::State;
use crate::take::{Take, TakeFolder};

/// Jobs that are looked through, takes of the same kind that are enough.
const HISTORY: usize = 200;
const ENOUGH: usize = 5;
/// Lengths that differ by less cost the same.
const SAME_SECONDS: f32 = 0.5;

/// Takes that were made here, so that each is read once.
#[derive(Default)]
pub struct Forecasts {
    made: Mutex<BTreeMap<Id, Option<Arc<Take>>>>,
}

impl Forecasts {
    /// Reads again what is asked for next: takes may have come or gone.
    pub fn forget(&self) {
        lock(&self.made).clear();
    }

    /// What clips like one that is wanted did cost, the latest first.
    fn like(&self, studio: &Studio, wanted: &Recipe, goal: Goal, length: f64, size: Option<[u32; 2]>) -> Vec<Cost> {
        let history = studio.queue.history(HISTORY).unwrap_or_default();
        let done = history
            .into_iter()
            .filter(|job| job.state == State::Done && job.order.goal == goal && job.parent.is_none());
        let mut made = lock(&self.made);
        let takes = done.filter_map(|job| {
            let read = || TakeFolder::find(&job.project, job.id).ok()??.read().ok()?.map(Arc::new);
            made.entry(job.id).or_insert_with(read).clone()
        });
        takes
            .filter(|take| is_like(&take.recipe, wanted, length, size))
            .take(ENOUGH)
            .map(|take| take.cost.clone())
            .collect()
    }
}

fn is_like(made: &Recipe, wanted: &Recipe, length: f64, size: Option<[u32; 2]>) -> bool {
    let name = |recipe: &Recipe| recipe.model.as_ref().map(|model| model.name.clone());
    let is_shape = match size {
        Some(_) => made.size == size,
        None => made.aspect == wanted.aspect,
    };
    name(made) == name(wanted)
        && is_shape
        && made.seconds.is_some_and(|seconds| (seconds - length as f32).abs() < SAME_SECONDS)
}

/// What a clip of this length will cost.
pub fn estimate(studio: &Studio, models: &KnownModels, wanted: &Recipe, goal: Goal, length: f64) -> EstimateView {
    let name = wanted.model.as_ref().map(|model| model.name.as_str()).unwrap_or_default();
    let aspect = wanted.aspect.as_deref().unwrap_or_default();
    let size = wanted.size.or_else(|| models.usual_size(name, aspect, goal));
    let report = studio.doctor.report(studio);
    let fit = report.as_deref().and_then(|report| fit(report, name, size));
    let budget_bytes = report.as_deref().and_then(|report| budget(report, fit));
    let peak_bytes = fit.and_then(|fit| if fit.device == "cuda" { fit.vram_bytes } else { fit.ram_bytes });
    let like = studio.forecasts.like(studio, wanted, goal, length, size);
    if !like.is_empty() {
        let peak = like.iter().filter_map(|cost| cost.peak_device_bytes.or(cost.peak_memory_bytes)).max();
        let energy = median(like.iter().filter_map(|cost| cost.energy_joules).collect());
        return EstimateView {
            seconds: median(like.iter().map(|cost| cost.seconds).collect()),
            peak_bytes: peak.or(peak_bytes),
            budget_bytes,
            energy_wh: energy.map(|joules| joules / 3600.0),
            size,
            basis: Basis::Measured,
        };
    }
    let seconds = fit.and_then(|fit| {
        let scale = length / f64::from(fit.clip_seconds).max(0.1);
        Some(fit.seconds? * scale)
    });
    let basis = if seconds.is_some() { Basis::Probe } else { Basis::Unknown };
    EstimateView { seconds, peak_bytes, budget_bytes, energy_wh: None, size, basis }
}

/// What the doctor says of a size of a model; of its first one where none is meant.
fn fit<'a>(report: &'a Report, model: &str, size: Option<[u32; 2]>) -> Option<&'a SizeFit> {
    let model = report.models.iter().find(|known| known.id == model || known.name == model)?;
    match size {
        // The doctor tells of one shape; what counts is the number of pixels.
        Some([width, height]) => {
            let pixels = |size: [u32; 2]| u64::from(size[0]) * u64::from(size[1]);
            let wanted = u64::from(width) * u64::from(height);
            model.sizes.iter().find(|fit| pixels(fit.size).abs_diff(wanted) * 10 <= wanted)
        }
        None => model.sizes.first(),
    }
}

/// The memory that there is: of the card where that is used, else of the machine.
fn budget(report: &Report, fit: Option<&SizeFit>) -> Option<u64> {
    if fit.is_some_and(|fit| fit.device == "cuda") {
        return report.machine.cards.iter().filter_map(|card| card.vram_bytes).max();
    }
    report.machine.ram_bytes
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}
