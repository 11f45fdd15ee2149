//! From sizes and budgets to a plan, or to what would make one.

use serde::Serialize;

use super::activations::Kernels;
use super::budget::{Budgets, Processor, gib};
use super::flops::Probe;
use super::forecast::{Asked, Forecast};
use super::later::{Later, Missing, later};
use super::rungs::{Look, Rung, ladder};
use super::sizes::ModelSizes;
use crate::Result;
use crate::generator::route::Route;
use crate::generator::{FPS, Length, Size, Stage};

/// A clip to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// Its size.
    pub size: Size,
    /// Its length.
    pub length: Length,
}

impl Task {
    /// A clip of this size and length.
    ///
    /// # Errors
    /// [`crate::Error::Input`] where no clip is that long.
    pub fn new(size: Size, duration_secs: f32) -> Result<Self> {
        Ok(Self { size, length: Length::generated(duration_secs)? })
    }

    /// How long it runs.
    pub fn seconds(&self) -> f32 {
        self.length.audio_latents.saturating_sub(1) as f32 / FPS as f32
    }

    pub(super) fn route(&self, sizes: &ModelSizes) -> Route {
        let upscalers: Vec<u32> = sizes.upscalers.iter().map(|upscaler| upscaler.short_side).collect();
        Route::new(self.size, &sizes.numbers.sizes, &upscalers)
    }
}

/// What a machine can run out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Memory of the card.
    Vram,
    /// Main memory.
    Ram,
    /// Disk space.
    Disk,
}

/// What is lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// Of what.
    pub resource: Resource,
    /// The stage that needs most of it.
    pub stage: Option<Stage>,
    /// How much is needed.
    pub needed_bytes: u64,
    /// How much is there.
    pub there_bytes: u64,
}

/// What would make it run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Remedy {
    /// A smaller picture runs here.
    SmallerSize {
        /// The largest that does.
        size: [u32; 2],
    },
    /// A shorter clip runs here.
    Shorter {
        /// The longest that does.
        seconds: f32,
    },
    /// More of something.
    More {
        /// Of what.
        resource: Resource,
        /// How much in all.
        bytes: u64,
    },
    /// Nothing to do today; it would run here if Gallop had this.
    WaitForLater {
        /// What must be built first.
        missing: Missing,
    },
}

/// How a clip will be made, or why it will not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// What was to spend.
    pub budgets: Budgets,
    /// The plans that fit, fastest first: the first is taken, the next one when memory runs out after all.
    pub plans: Vec<Forecast>,
    /// What the smallest plan lacks, where none fits.
    pub lacking: Vec<Shortfall>,
    /// What would make it run, where none fits.
    pub remedies: Vec<Remedy>,
    /// What this card could do with what is not built yet.
    pub later: Option<Later>,
}

impl Planned {
    /// The plan that is taken.
    pub fn first(&self) -> Option<&Forecast> {
        self.plans.first()
    }

    /// Why it does not run, and what would help, in one line; nothing where it runs.
    pub fn refusal(&self) -> Option<String> {
        let worst = self.lacking.first()?;
        let (needed, there) = (gib(worst.needed_bytes), gib(worst.there_bytes));
        let stage = worst.stage.map(|stage| format!(" while it is at {}", words(stage))).unwrap_or_default();
        let mut text = format!("this clip needs {needed} of {}{stage}, {there} can be used", worst.resource);
        let hints: Vec<_> = self.remedies.iter().filter_map(Remedy::hint).collect();
        if !hints.is_empty() {
            text = format!("{text}; {}", hints.join(", or "));
        }
        Some(text)
    }
}

/// The stage as it stands in a sentence.
fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Load => "loading",
        Stage::Text => "reading the prompt",
        Stage::Reference => "reading the reference",
        Stage::Denoise => "the draft",
        Stage::Upscale => "the upscaling",
        Stage::DecodeAudio => "the sound",
        Stage::DecodeVideo => "decoding the picture",
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Vram => "video memory",
            Self::Ram => "main memory",
            Self::Disk => "disk space",
        })
    }
}

impl Remedy {
    fn hint(&self) -> Option<String> {
        match self {
            Self::SmallerSize { size: [width, height] } => Some(format!("a size of {width}x{height} runs here")),
            Self::Shorter { seconds } => Some(format!("{seconds:.0} s of it run here")),
            Self::More { .. } => None,
            Self::WaitForLater { missing } => Some(format!("wait until Gallop has {missing}")),
        }
    }
}

/// What a plan must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms<'a> {
    /// The stages that are still to run; all, where there are none.
    pub stages: &'a [Stage],
    /// What the clip must look like, to the bit.
    pub look: Option<Look>,
}

/// Plans a clip. More of anything never gives a slower plan, and no plan's peak is above its budget.
pub fn plan(
    sizes: &ModelSizes,
    task: &Task,
    processor: Processor,
    budgets: &Budgets,
    probe: Option<&Probe>,
) -> Planned {
    plan_on(sizes, task, processor, budgets, probe, &Terms::default())
}

/// As [`plan`], on these terms.
pub fn plan_on(
    sizes: &ModelSizes,
    task: &Task,
    processor: Processor,
    budgets: &Budgets,
    probe: Option<&Probe>,
    terms: &Terms,
) -> Planned {
    let kernels = match processor {
        Processor::Cpu => Kernels::Cpu,
        Processor::Card => Kernels::Composed,
    };
    let tiles = terms.look.map(|look| look.tiles);
    let asked = Asked { sizes, task, processor, kernels, budgets, tiles, stages: terms.stages, probe };
    let rungs = ladder(processor, terms.look);
    let mut all: Vec<_> = rungs.iter().map(|rung| asked.forecast(*rung)).collect();
    // Where there is room for everything, nothing is streamed on the rungs that may.
    let mut seen = Vec::new();
    all.retain(|forecast| {
        !seen.contains(&forecast.plan) && {
            seen.push(forecast.plan);
            true
        }
    });
    // The smallest plan is the one that comes nearest, whichever rung it stands on.
    let distance = |forecast: &Forecast| {
        forecast.shortfalls(budgets).iter().map(|short| short.needed_bytes - short.there_bytes).sum::<u64>()
    };
    let lacking = all.iter().min_by_key(|forecast| distance(forecast)).map(|forecast| forecast.shortfalls(budgets));
    let plans: Vec<_> = all.into_iter().filter(|forecast| forecast.fits(budgets)).collect();
    let lacking = if plans.is_empty() { lacking.unwrap_or_default() } else { Vec::new() };
    let later = (processor == Processor::Card).then(|| later(&asked, &rungs));
    let mut remedies = Vec::new();
    if plans.is_empty() {
        let fits = |task: &Task| {
            let asked = Asked { task, probe: None, ..asked };
            rungs.iter().any(|rung: &Rung| asked.forecast(*rung).fits(budgets))
        };
        remedies.extend(smaller(sizes, task, fits));
        remedies.extend(shorter(sizes, task, fits));
        remedies
            .extend(lacking.iter().map(|short| Remedy::More { resource: short.resource, bytes: short.needed_bytes }));
        let runs_later = later.as_ref().filter(|later| later.runs());
        remedies.extend(runs_later.map(|later| Remedy::WaitForLater { missing: later.missing }));
    }
    Planned { budgets: *budgets, plans, lacking, remedies, later }
}

/// The largest smaller size of this shape that the model is made for and that fits.
fn smaller(sizes: &ModelSizes, task: &Task, fits: impl Fn(&Task) -> bool) -> Option<Remedy> {
    let short = |size: Size| size.width().min(size.height());
    let scaled = |side: u32| {
        let factor = f64::from(side) / f64::from(short(task.size));
        let scale = |length: u32| (f64::from(length) * factor).round() as u32;
        Size::nearest(scale(task.size.width()), scale(task.size.height()))
    };
    let targets = sizes.short_sides().into_iter().rev().map(scaled).chain([task.route(sizes).draft]);
    targets
        .filter(|size| short(*size) < short(task.size))
        .find(|size| fits(&Task { size: *size, ..*task }))
        .map(|size| Remedy::SmallerSize { size: [size.width(), size.height()] })
}

/// The longest shorter clip, in whole seconds, that fits.
fn shorter(sizes: &ModelSizes, task: &Task, fits: impl Fn(&Task) -> bool) -> Option<Remedy> {
    let shortest = sizes.numbers.shortest_seconds.max(1.0).ceil() as u32;
    let seconds = (shortest..task.seconds().ceil() as u32).rev().map(|seconds| seconds as f32);
    let of = |seconds: f32| Task::new(task.size, seconds).is_ok_and(|task| fits(&task));
    seconds.into_iter().find(|seconds| of(*seconds)).map(|seconds| Remedy::Shorter { seconds })
}
