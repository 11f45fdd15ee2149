//! One call of the transformer on the CPU, with random weights.
//!
//! `cargo bench -p gallop-models --bench transformer` measures two sizes. `compare_transformer.py` beside this file runs
//! the same program with `GALLOP_COMPARE=FOLDER`: it then loads the network and the inputs that the script wrote there,
//! writes its result back and prints the seconds of each call.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use candle_core::{Device, Tensor, safetensors};
use criterion::Criterion;
use gallop_models::transformer::{Condition, Config, CoordStyle, Grid, Latents, Precision, Text, Transformer};
use gallop_models::weights::Weights;
use serde_json::Value;

fn main() -> Result<()> {
    match std::env::var_os("GALLOP_COMPARE") {
        Some(folder) => compare(Path::new(&folder)),
        None => measure(),
    }
}

fn measure() -> Result<()> {
    let sizes = [
        ("hidden 192, 6 layers, 892 tokens", 192, 6, Grid { frames: 26, height: 8, width: 14 }, 101, 63),
        ("hidden 512, 8 layers, 1892 tokens", 512, 8, Grid { frames: 26, height: 16, width: 16 }, 101, 127),
    ];
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    for (name, hidden_size, num_layers, grid, audio, text) in sizes {
        let config = Config {
            num_layers,
            hidden_size,
            head_dim: 64,
            num_query_groups: 1,
            text_in_channels: hidden_size,
            mm_layers: vec![0, num_layers - 1],
            gelu7_layers: vec![0],
            ..Config::default()
        };
        let transformer = random_transformer(&config)?;
        let normal = |shape: &[usize]| Tensor::randn(0f32, 1.0, shape, &Device::Cpu);
        let text = Text::whole(normal(&[1, text, hidden_size])?)?;
        let condition = transformer.condition(&text, grid, audio, CoordStyle::Base, None)?;
        let latents = Latents {
            video: normal(&[1, config.video_channels(), grid.frames, grid.height, grid.width])?,
            audio: normal(&[1, audio, config.audio_in_channels])?,
        };
        transformer.forward(&latents, &condition)?;
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| transformer.forward(&latents, &condition));
        });
    }
    Ok(())
}

/// A network whose weights are drawn, by way of a file as every network is.
fn random_transformer(config: &Config) -> Result<Transformer> {
    let shapes = config.tensors();
    let mut tensors = std::collections::HashMap::new();
    for (name, shape) in shapes {
        let scale = if shape.len() == 2 { 1.0 / (shape[1] as f64).sqrt() } else { 0.1 };
        tensors.insert(name, Tensor::randn(0f32, scale as f32, shape, &Device::Cpu)?);
    }
    let file = tempfile::Builder::new().suffix(".safetensors").tempfile()?;
    safetensors::save(&tensors, file.path())?;
    Ok(Transformer::new(config, Precision::F32, &Weights::open(file.path())?.root(&Device::Cpu))?)
}

fn compare(folder: &Path) -> Result<()> {
    let job: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("job.json"))?)?;
    let config: Config = serde_json::from_value(job["model"].clone())?;
    let repeats = job["repeats"].as_u64().context("repeats")?;
    let precision = if job["bf16"] == true { Precision::Bf16 } else { Precision::F32 };
    let root = Weights::open(folder.join("weights.safetensors"))?.root(&Device::Cpu);
    let transformer = Transformer::new(&config, precision, &root)?;
    let inputs = safetensors::load(folder.join("inputs.safetensors"), &Device::Cpu)?;
    let input = |name: &str| inputs.get(name).cloned().with_context(|| format!("input `{name}`"));
    let latents = Latents { video: input("video")?, audio: input("audio")? };
    let condition: Condition = transformer.condition(
        &Text::whole(input("text")?)?,
        Grid::of(&latents.video)?,
        latents.audio.dim(1)?,
        CoordStyle::Base,
        None,
    )?;
    let mut seconds = Vec::new();
    let mut velocity = transformer.forward(&latents, &condition)?;
    for _ in 0..repeats {
        let (start, cpu_start) = (Instant::now(), cpu_seconds());
        velocity = transformer.forward(&latents, &condition)?;
        seconds.push((start.elapsed().as_secs_f64(), cpu_seconds() - cpu_start));
    }
    let outputs = [("video".to_owned(), velocity.video), ("audio".to_owned(), velocity.audio)];
    safetensors::save(&outputs.into_iter().collect(), folder.join("outputs.safetensors"))?;
    std::fs::write(folder.join("seconds.json"), serde_json::to_string(&seconds)?)?;
    Ok(())
}

/// What all threads have computed so far, where the system tells (Linux); unlike the clock, it does not count other
/// programs on a busy machine.
fn cpu_seconds() -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let spent = threads.flatten().filter_map(|thread| {
        let line = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    });
    spent.sum::<f64>() * 1e-9
}
