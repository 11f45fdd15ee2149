//! `gallop doctor`: what this machine has, and what will run on it.

mod gpu;
mod verdict;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use gallop_engine::complete::nearest_trained;
use gallop_engine::shape::Aspect;
use gallop_engine::{digest, fit, machine};
use gallop_models::plan::{self, ModelSizes, Processor, Task};
use serde::Serialize;

use crate::args::DoctorArgs;
use crate::error::one_line;
use crate::model;

/// What was found.
#[derive(Debug, Serialize)]
struct Findings {
    engine: String,
    built_with_cuda: bool,
    cpu: machine::Cpu,
    memory: machine::Memory,
    gpu: gpu::Gpu,
    ffmpeg: Ffmpeg,
    model: Option<FoundModel>,
    /// Why no model was found.
    model_problem: Option<String>,
}

#[derive(Debug, Serialize)]
struct Ffmpeg {
    version: String,
    h264_encoder: Option<&'static str>,
    aac_encoder: bool,
}

#[derive(Debug, Serialize)]
struct FoundModel {
    name: String,
    folder: PathBuf,
    bytes: u64,
    /// Peak of its usual clip on the CPU.
    peak_bytes: Option<u64>,
    /// Why that clip does not fit, where it does not.
    refusal: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    findings: &'a Findings,
    verdict: Vec<verdict::Line>,
}

/// Tells what this machine has. Fails where no clip can be made.
pub fn run(args: &DoctorArgs) -> anyhow::Result<()> {
    let (model, model_problem) = match look_for_model(args.model.as_deref()) {
        Ok(model) => (Some(model), None),
        Err(error) => (None, Some(one_line(&error))),
    };
    let findings = Findings {
        engine: format!("gallop {}", env!("CARGO_PKG_VERSION")),
        built_with_cuda: cfg!(feature = "cuda"),
        cpu: machine::cpu(),
        memory: machine::memory(),
        gpu: gpu::look(),
        ffmpeg: Ffmpeg {
            version: gallop_media::ffmpeg_version(),
            h264_encoder: gallop_media::h264_encoder().ok(),
            aac_encoder: gallop_media::has_encoder("aac"),
        },
        model,
        model_problem,
    };
    let verdict = verdict::of(&findings);
    let ready = verdict::can_make_clips(&findings);
    let text = if args.json {
        serde_json::to_string_pretty(&Answer { findings: &findings, verdict })?
    } else {
        page(&findings, &verdict)
    };
    writeln!(std::io::stdout().lock(), "{text}")?;
    if ready { Ok(()) } else { anyhow::bail!("no clip can be made here yet; the lines above tell what is missing") }
}

fn look_for_model(wanted: Option<&Path>) -> anyhow::Result<FoundModel> {
    let place = model::find(wanted)?;
    let manifest = place.open()?;
    let folder = place.folders.first().cloned().unwrap_or_default();
    let folder = folder.canonicalize().unwrap_or(folder);
    let size = nearest_trained(Aspect::of(9, 16), &manifest)?.1;
    let task = Task::new(size, manifest.seconds.default)?;
    let planned = plan::plan(&ModelSizes::of(&manifest)?, &task, Processor::Cpu, &fit::budgets(Processor::Cpu), None);
    Ok(FoundModel {
        bytes: digest::model_bytes(&manifest)?,
        name: manifest.name,
        folder,
        peak_bytes: planned.first().map(|forecast| forecast.ram_bytes),
        refusal: planned.refusal(),
    })
}

fn page(findings: &Findings, verdict: &[verdict::Line]) -> String {
    let Findings { engine, cpu, memory, gpu, ffmpeg, .. } = findings;
    let mut lines = vec![
        format!("{engine}{}", if findings.built_with_cuda { ", with CUDA" } else { ", without CUDA" }),
        format!("CPU      {cpu}"),
        format!("Memory   {memory}"),
        format!("GPU      {gpu}"),
    ];
    let encoder = ffmpeg.h264_encoder.unwrap_or("none");
    let aac = if ffmpeg.aac_encoder { "" } else { ", no AAC encoder" };
    lines.push(format!("FFmpeg   {}, H.264 encoder {encoder}{aac}", ffmpeg.version));
    lines.push(match (&findings.model, &findings.model_problem) {
        (Some(FoundModel { name, folder, bytes, .. }), _) => {
            format!("Model    {name}, {}: {}", machine::size(*bytes), folder.display())
        }
        (None, problem) => format!("Model    none: {}", problem.as_deref().unwrap_or("not found")),
    });
    lines.push("\nWhat will run here".into());
    lines.extend(verdict.iter().map(|line| format!("  {} {}", line.mark(), line.text)));
    lines.join("\n")
}
