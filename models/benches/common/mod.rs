//! Weights for the benchmarks: the model in the box, or the folder that `GALLOP_BENCH_WEIGHTS` names.
//!
//! With `GALLOP_BENCH_CPU_TIME=N` a benchmark runs N times and prints the least processor time of a run in seconds, on
//! a machine that does other work the one number that can be compared.
#![allow(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::path::PathBuf;

use candle_core::Device;
use gallop_models::weights::{Scope, Weights};
use serde::de::DeserializeOwned;

/// Opens `NAME.safetensors` with `NAME.json`; tells on stderr where they should be.
pub fn open<C: DeserializeOwned>(name: &str) -> Option<(C, Scope)> {
    let folder = std::env::var_os("GALLOP_BENCH_WEIGHTS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pony"), PathBuf::from);
    let weights = folder.join(format!("{name}.safetensors"));
    let Ok(json) = std::fs::read_to_string(folder.join(format!("{name}.json"))) else {
        eprintln!("{name} is not there, so it is not measured: {}", folder.display());
        return None;
    };
    let config = serde_json::from_str(&json).expect("configuration");
    Some((config, Weights::open(weights).expect("weights").root(&Device::Cpu)))
}

/// Runs `work` for its processor time if that was asked for; tells whether it was.
pub fn cpu_time_only(mut work: impl FnMut()) -> bool {
    let Some(runs) = std::env::var("GALLOP_BENCH_CPU_TIME").ok().and_then(|runs| runs.parse::<usize>().ok()) else {
        return false;
    };
    work();
    let mut least = f64::INFINITY;
    for _ in 0..runs {
        let start = cpu_secs();
        work();
        least = least.min(cpu_secs() - start);
    }
    println!("{least}");
    true
}

/// Processor time of all threads so far.
fn cpu_secs() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").expect("needs Linux's /proc");
    let nanos = |entry: std::io::Result<std::fs::DirEntry>| -> Option<f64> {
        let text = std::fs::read_to_string(entry.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    threads.filter_map(nanos).sum::<f64>() / 1e9
}
