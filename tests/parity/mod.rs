//! The networks against outputs of the reference implementation (`tests/golden`).

pub mod fixture;
pub mod report;

mod coords_rope;
mod decode_video;
mod dit;
mod dit_local;
mod image_prep;
mod oobleck;
mod sampling;
mod scheduler;
mod t5gemma;
mod turbo_vaed;
mod wan_vae;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::Device;

use fixture::Fixture;
use report::{Line, Report};

type Run = fn(&Fixture, &mut Report) -> Result<()>;

/// What is known to compare, by the beginning of a fixture's name; the longest one that fits is taken, so that
/// `turbo_vaed_shuffle` and another seed's `dit_b` find their way.
const RUNS: &[(&str, Run)] = &[
    ("coords_rope", coords_rope::run),
    ("dit", dit::run),
    ("dit_local", dit_local::run),
    ("decode_video", decode_video::run),
    ("image_prep", image_prep::run),
    ("oobleck", oobleck::run),
    ("sampling", sampling::run),
    ("scheduler", scheduler::run),
    ("t5gemma", t5gemma::run),
    ("turbo_vaed", turbo_vaed::run),
    ("wan_vae", wan_vae::run),
];

/// Runs every fixture in a folder.
///
/// # Errors
/// The folder cannot be read or holds no fixture. A fixture that cannot run is a failed line, not an error.
pub fn run_all(dir: &Path, device: &Device) -> Result<Vec<Line>> {
    let entries = std::fs::read_dir(dir).with_context(|| dir.display().to_string())?;
    let mut heads: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    heads.retain(|path| {
        path.extension().is_some_and(|ext| ext == "json") && path.with_extension("safetensors").exists()
    });
    heads.sort();
    ensure!(!heads.is_empty(), "no fixtures (NAME.json with NAME.safetensors) in {}", dir.display());
    let mut lines = Vec::new();
    for head in &heads {
        lines.extend(run_one(head, device)?);
    }
    Ok(lines)
}

fn run_one(head: &Path, device: &Device) -> Result<Vec<Line>> {
    let fixture = Fixture::open(head, device)?;
    let mut report = Report::new(&fixture);
    let run = RUNS.iter().filter(|(name, _)| fixture.name.starts_with(name)).max_by_key(|(name, _)| name.len());
    let outcome = match run {
        Some((_, run)) => run(&fixture, &mut report),
        None => Err(anyhow::anyhow!("no network is known for this fixture")),
    };
    if let Err(error) = outcome {
        report.push("-", 0.0, Err(error));
    }
    for name in fixture.names() {
        if let Some(tolerance) = fixture.tolerance(name).filter(|_| !report.covers(name)) {
            report.push(name, tolerance, Err(anyhow::anyhow!("stored with a bound, but not compared")));
        }
    }
    Ok(report.lines)
}
