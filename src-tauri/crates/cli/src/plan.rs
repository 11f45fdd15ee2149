//! `gallop plan`: what a clip takes and how it will be made here, before anything is loaded.

use std::io::Write as _;

use gallop_core::places::Places;
use gallop_engine::complete::nearest_trained;
use gallop_engine::shape::Aspect;
use gallop_engine::{cards, device, fit};
use gallop_models::generator::{Layers, Size, Stage, WeightType};
use gallop_models::plan::{
    self, Budgets, Forecast, Later, ModelSizes, Planned, Probe, Processor, Source, StageNeed, Task, gib,
};
use serde::Serialize;

use crate::args::PlanArgs;
use crate::doctor::{HOW_SECONDS, KeptSpeed, NO_SECONDS};
use crate::error::usage;
use crate::model;
use crate::report::duration;

/// The released model and its id in the catalog, which can be planned before all of its files are here.
const RELEASED: [&str; 2] = ["daVinci-MagiHuman", "magihuman-distill"];

/// What is printed as JSON.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    model: &'a str,
    size: [u32; 2],
    seconds: f32,
    processor: Processor,
    runs: bool,
    /// About how long it takes, without loading and encoding; nothing until this machine was measured.
    work_seconds: Option<f64>,
    /// Why it does not run, and what would help.
    reason: Option<String>,
    #[serde(flatten)]
    planned: &'a Planned,
}

/// Tells how a clip will be made. Fails where it cannot be made.
pub fn run(args: &PlanArgs) -> anyhow::Result<()> {
    let (sizes, size) = look(args)?;
    let task = Task::new(size, args.seconds.unwrap_or(plan_seconds(args)?))?;
    let processor = processor(args)?;
    let asked = Budgets { vram_bytes: args.vram, ram_bytes: args.ram, disk_bytes: args.disk };
    let here = fit::budgets(processor);
    let budgets = Budgets {
        vram_bytes: asked.vram_bytes.or(here.vram_bytes),
        ram_bytes: asked.ram_bytes.or(here.ram_bytes),
        disk_bytes: asked.disk_bytes,
    };
    let probe = probe(args, processor);
    let planned = plan::plan(&sizes, &task, processor, &budgets, probe.as_ref());
    let reason = planned.refusal();
    let text = if args.json {
        let size = [size.width(), size.height()];
        let runs = planned.first().is_some();
        let work_seconds = planned.first().and_then(Forecast::seconds);
        let answer = Answer {
            model: &sizes.name,
            size,
            seconds: task.seconds(),
            processor,
            runs,
            work_seconds,
            reason: reason.clone(),
            planned: &planned,
        };
        serde_json::to_string_pretty(&answer)?
    } else {
        page(&sizes.name, &task, processor, &planned)
    };
    writeln!(std::io::stdout().lock(), "{text}")?;
    match reason {
        None => Ok(()),
        Some(reason) => anyhow::bail!("{reason}"),
    }
}

/// The sizes of the model that is meant, and the size of the clip.
fn look(args: &PlanArgs) -> anyhow::Result<(ModelSizes, Size)> {
    let asked = args.size.map(|size| Size::nearest(size.width, size.height));
    match model::find(args.model.as_deref()) {
        Ok(place) => {
            let manifest = place.open()?;
            let size = match asked {
                Some(size) => size,
                None => nearest_trained(Aspect::of(9, 16), &manifest)?.1,
            };
            Ok((ModelSizes::of(&manifest)?, size))
        }
        Err(_) if is_released(args) => Ok((ModelSizes::released()?, asked.unwrap_or(Size::nearest(256, 448)))),
        Err(error) => Err(error),
    }
}

fn is_released(args: &PlanArgs) -> bool {
    args.model
        .as_ref()
        .and_then(|name| name.to_str())
        .is_some_and(|name| RELEASED.iter().any(|released| name.eq_ignore_ascii_case(released)))
}

/// The model's usual length.
fn plan_seconds(args: &PlanArgs) -> anyhow::Result<f32> {
    match model::find(args.model.as_deref()) {
        Ok(place) => Ok(place.open()?.seconds.default),
        Err(_) => Ok(5.0),
    }
}

/// A card where one is named by its memory or can be used, else the processor.
fn processor(args: &PlanArgs) -> anyhow::Result<Processor> {
    match (args.device.map(Into::into), args.vram) {
        (Some(device::Kind::Cpu), Some(_)) => Err(usage("--vram is of a card, and --device cpu uses none")),
        (Some(device::Kind::Cpu), None) => Ok(Processor::Cpu),
        (_, Some(_)) | (Some(device::Kind::Cuda), None) => Ok(Processor::Card),
        (None, None) => Ok(fit::processor(&device::open(None)?.0)),
    }
}

/// How fast this machine was measured to be; nothing for a card that is only imagined.
fn probe(args: &PlanArgs, processor: Processor) -> Option<Probe> {
    if processor == Processor::Card && args.vram.is_some() {
        return None;
    }
    let cards = cards::look();
    KeptSpeed::load(&Places::located().ok()?).probe(processor, &cards).cloned()
}

fn page(model: &str, task: &Task, processor: Processor, planned: &Planned) -> String {
    let (seconds, size) = (task.seconds(), task.size);
    let budget = |bytes: Option<u64>| bytes.map_or("unknown".into(), gib);
    let Budgets { vram_bytes, ram_bytes, .. } = planned.budgets;
    let mut lines = vec![format!("{model}, {size}, {seconds} s")];
    lines.push(match processor {
        Processor::Card => {
            format!("on an NVIDIA card: {} of video memory, {} of main memory", budget(vram_bytes), budget(ram_bytes))
        }
        Processor::Cpu => format!("on the CPU: {} of main memory", budget(ram_bytes)),
    });
    match planned.first() {
        Some(forecast) => lines.extend(table(forecast)),
        None => lines.push(format!("\nIt does not run: {}.", planned.refusal().unwrap_or_default())),
    }
    for smaller in planned.plans.iter().skip(1) {
        lines.push(format!("If memory runs out: {}, {}", fit::words(smaller.plan), peaks(smaller)));
    }
    lines.extend(planned.first().map(time));
    lines.extend(planned.later.iter().filter(|_| planned.first().is_none()).flat_map(later));
    if processor == Processor::Card {
        lines.push("\nPeaks on a card are computed and were not measured yet.".into());
    }
    lines.join("\n")
}

fn table(forecast: &Forecast) -> Vec<String> {
    let mut lines = vec![format!("\nIt runs {}, {}.\n", fit::words(forecast.plan), peaks(forecast))];
    let memory = if forecast.processor == Processor::Card { "video memory" } else { "memory" };
    lines.push(format!("{:<14}{:<17}{:<10}{:>10}{:>10}{memory:>14}", "stage", "network", "in", "weights", "working"));
    for need in &forecast.stages {
        let peak = if forecast.processor == Processor::Card { need.vram_bytes } else { need.ram_bytes };
        let precision = match need.weights {
            WeightType::Computed => format!("{:?}", need.precision).to_lowercase(),
            WeightType::Int8 => "int8".into(),
        };
        let piece = need.piece_latent_frames.map(|frames| format!("  {frames} latent frames at once"));
        let tiles = (need.tiles > 1).then(|| format!(", {} tiles", need.tiles));
        let seconds = need.seconds.map(|seconds| format!("  about {}", duration(seconds)));
        lines.push(format!(
            "{:<14}{:<17}{precision:<10}{:>10}{:>10}{:>14}{}{}{}{}",
            stage_name(need.stage),
            need.network,
            gib(need.weights_bytes),
            gib(need.working_bytes),
            gib(peak),
            streamed(need).unwrap_or_default(),
            piece.unwrap_or_default(),
            tiles.unwrap_or_default(),
            seconds.unwrap_or_default()
        ));
    }
    lines
}

/// How long it takes, or what tells that.
fn time(forecast: &Forecast) -> String {
    match forecast.seconds() {
        Some(seconds) => format!("\nAbout {} in all. {HOW_SECONDS}", duration(seconds)),
        None => format!("\n{NO_SECONDS}"),
    }
}

fn peaks(forecast: &Forecast) -> String {
    let ram = gib(forecast.ram_bytes);
    match forecast.processor {
        Processor::Card => format!("with a peak of {} on the card and {ram} in main memory", gib(forecast.vram_bytes)),
        Processor::Cpu => format!("with a peak of {ram}"),
    }
}

/// What is not built yet, told apart from what runs.
fn later(later: &Later) -> Vec<String> {
    if let Some(reason) = &later.reason {
        return vec![format!("Nor would it with all that is planned: {reason}.")];
    }
    let Some(forecast) = &later.forecast else { return Vec::new() };
    let (missing, plan) = (later.missing, fit::words(forecast.plan));
    vec![format!("\nNot yet: with {missing} this card would make it, {plan}, {}.", peaks(forecast))]
}

/// Which layers of a stage come for each call, and from where.
fn streamed(need: &StageNeed) -> Option<String> {
    let Layers::Streamed { kept } = need.layers else { return None };
    let from = match need.source {
        Some(Source::Disk) => "from the disk, slowly",
        _ => "from main memory",
    };
    Some(format!("  {kept} layers stay, {} come {from} for each call", gib(need.streamed_bytes)))
}

fn stage_name(stage: Stage) -> &'static str {
    crate::report::stage_name(gallop_engine::stage(stage))
}
