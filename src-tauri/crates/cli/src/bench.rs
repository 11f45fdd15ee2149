//! `gallop bench`: the same clip every time, stage by stage.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::time::Instant;

use gallop_core::places::Places;
use gallop_engine::clip::Clip;
use gallop_engine::complete::{self, nearest_trained};
use gallop_engine::shape::Aspect;
use gallop_engine::{cards, device, fit, machine};
use gallop_models::Device;
use gallop_models::bench::Preset;
use gallop_models::generator::{Manifest, Request, Size};
use gallop_models::plan::{self, ModelSizes, Task};
use gallop_protocol::message::Stage;
use gallop_protocol::recipe::{Model, Plan, Recipe};
use serde::Serialize;

use crate::args::BenchArgs;
use crate::cancel::Cancel;
use crate::doctor::{KeptSpeed, NO_SECONDS};
use crate::making::Making;
use crate::prepare::ordinary_shot;
use crate::report::{Format, News, choose, stage_name};
use crate::sink::{StageTime, Studio};
use crate::{model, output};

/// The seed of every bench.
const SEED: u64 = 1;

/// What was measured.
#[derive(Debug, Serialize)]
struct Measured {
    engine: String,
    cpu: Option<String>,
    threads: usize,
    device: &'static str,
    model: Model,
    /// How it was made in the end.
    plan: Plan,
    size: [u32; 2],
    frames: usize,
    clip_seconds: f64,
    stages: Vec<StageTime>,
    /// What was expected of each stage beforehand; empty until `gallop doctor --probe` has measured this machine.
    expected: Vec<Expected>,
    /// From the first stage after loading to the last frame.
    seconds: f64,
    /// Seconds of clip for each second of work, loading left out.
    real_time_factor: f64,
    /// The most memory this process ever held.
    peak_memory_bytes: Option<u64>,
}

/// What was expected of a stage.
#[derive(Debug, Serialize)]
struct Expected {
    stage: Stage,
    seconds: f64,
}

/// What the planner expects of the plan that is taken here.
fn expected(manifest: &Manifest, device: &Device, request: &Request) -> anyhow::Result<Vec<Expected>> {
    let kept = KeptSpeed::load(&Places::located()?);
    let processor = fit::processor(device);
    let Some(probe) = kept.probe(processor, &cards::look()) else { return Ok(Vec::new()) };
    let task = Task { size: request.size, length: request.length()? };
    let planned = plan::plan(&ModelSizes::of(manifest)?, &task, processor, &fit::budgets(processor), Some(probe));
    let stages = planned.first().map(|forecast| forecast.stages.as_slice()).unwrap_or_default();
    let stages = stages
        .iter()
        .filter_map(|need| Some(Expected { stage: gallop_engine::stage(need.stage), seconds: need.seconds? }));
    Ok(stages.collect())
}

/// Makes a fixed clip and tells how long each stage took.
pub fn run(args: &BenchArgs) -> anyhow::Result<()> {
    if let Some(path) = &args.output {
        output::check(path, "mp4")?;
    }
    let cancel = Cancel::listen()?;
    if let Some(preset) = args.preset {
        return random(preset, args, &cancel);
    }
    let manifest = model::open(args.model.as_deref())?;
    let model = complete::model(&manifest)?;
    let size = match args.size {
        Some(asked) => Size::nearest(asked.width, asked.height),
        None => nearest_trained(Aspect::of(9, 16), &manifest)?.1,
    };
    let duration_secs = args.seconds.unwrap_or(manifest.seconds.default);
    let shot = ordinary_shot();
    let prompt = shot.compose()?;
    let mut recipe = Recipe::new(shot);
    recipe.prompt = Some(prompt.clone());
    recipe.seed = Some(SEED);
    recipe.size = Some([size.width(), size.height()]);
    recipe.seconds = Some(duration_secs);
    recipe.model = Some(model.clone());
    recipe.sampler = Some(complete::sampler(&manifest));
    let request = Request { prompt, size, duration_secs, seed: SEED, image: None, voice: None };

    // The table comes once, at the end; until then the progress goes where people look.
    let mut report = choose(Format::Human);
    let mut studio = Studio::new(&mut *report, &cancel, None);
    let (device, no_card) = device::open(args.device.map(Into::into))?;
    if let Some(text) = &no_card {
        studio.news(&News::Notice { text });
    }
    let expected = expected(&manifest, &device, &request)?;
    let mut making = Making::plan(&manifest, &device, &request, None, None, args.limits.budgets(), &mut studio)?;
    making.load(&mut studio)?;
    let started = Instant::now();
    let latents = making.draft(&mut studio)?;
    recipe.latents = Some(format!("{:016x}", latents.fingerprint()?));
    recipe.plan = Some(making.made());
    making.finish(&mut studio, &|tile| {
        let plan = recipe.plan.clone().map(|plan| Plan { tile, ..plan });
        args.output.clone().map(|path| Clip::new(path, &Recipe { plan, ..recipe.clone() })).transpose()
    })?;
    if let Some(clip) = studio.clip.take() {
        clip.finish()?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let clip_seconds = studio.frame_count as f64 / f64::from(gallop_models::generator::FPS);
    let measured = Measured {
        engine: format!("gallop {}", env!("CARGO_PKG_VERSION")),
        cpu: machine::cpu_name(),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        device: device::name(&device),
        model,
        plan: making.made(),
        size: [size.width(), size.height()],
        frames: studio.frame_count,
        clip_seconds,
        stages: studio.times,
        expected,
        seconds,
        real_time_factor: clip_seconds / seconds,
        peak_memory_bytes: machine::peak_memory_bytes(),
    };
    let text = if args.json { serde_json::to_string(&measured)? } else { table(&measured) };
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Measures the released network with random weights.
fn random(preset: Preset, args: &BenchArgs, cancel: &Cancel) -> anyhow::Result<()> {
    let (device, no_card) = device::open(args.device.map(Into::into))?;
    let mut report = choose(Format::Human);
    let mut studio = Studio::new(&mut *report, cancel, None);
    if let Some(text) = &no_card {
        studio.news(&News::Notice { text });
    }
    let measured = gallop_models::bench::run(preset, &device, &mut |text| {
        studio.news(&News::Notice { text });
        if cancel.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let text = if args.json { serde_json::to_string(&measured)? } else { measured.table() };
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

fn table(measured: &Measured) -> String {
    let Measured { model, size: [width, height], frames, device, threads, .. } = measured;
    let cpu = measured.cpu.as_deref().unwrap_or("unknown CPU");
    let mut lines = vec![
        format!("{}, {width}x{height}, {frames} frames, on {device} ({cpu}, {threads} threads)", model.name),
        format!("\n{:<12}{:>7}{:>12}{:>14}{:>12}", "stage", "steps", "seconds", "s per step", "expected"),
    ];
    for StageTime { stage, steps, seconds } in &measured.stages {
        let name = stage_name(*stage);
        let expected = measured.expected.iter().find(|expected| expected.stage == *stage);
        let expected = expected.map_or_else(|| "-".into(), |expected| format!("{:.2}", expected.seconds));
        let (steps, each) = match steps {
            0 => (String::new(), String::new()),
            _ => (steps.to_string(), format!("{:.3}", seconds / *steps as f64)),
        };
        lines.push(format!("{name:<12}{steps:>7}{seconds:>12.2}{each:>14}{expected:>12}"));
    }
    if measured.expected.is_empty() {
        lines.push(format!("\n{NO_SECONDS}"));
    }
    let (clip, all, factor) = (measured.clip_seconds, measured.seconds, measured.real_time_factor);
    lines.push(format!("\n{clip:.2} s of clip in {all:.2} s without loading: {factor:.3} times real time"));
    lines.push(match measured.peak_memory_bytes {
        Some(bytes) => format!("peak memory {}", machine::gib(bytes)),
        None => "peak memory is not known on this system".into(),
    });
    lines.join("\n")
}
