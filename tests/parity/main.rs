//! Compares the networks with outputs of the reference implementation.
//!
//! `cargo run --release -p gallop-models --example parity -- DIR` runs every fixture in `DIR`, prints one line per
//! compared tensor and ends with `N passed, M failed`; the exit status is 1 on any failure. `DIR cuda` runs them on the card,
//! where video decoders compute in bfloat16 and pass only what is as wide as that.
#![allow(clippy::print_stdout, reason = "its result is what it prints")]

#[path = "mod.rs"]
mod parity;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: parity DIR [cuda]");
        return ExitCode::from(2);
    };
    let device = match std::env::args().nth(2).as_deref() {
        Some("cuda") => gallop_models::card::open(),
        _ => Ok(candle_core::Device::Cpu),
    };
    let lines = match device.map_err(Into::into).and_then(|device| parity::run_all(&dir, &device)) {
        Ok(lines) => lines,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::from(2);
        }
    };
    for line in &lines {
        println!("{line}");
    }
    let failed = lines.iter().filter(|line| !line.passed()).count();
    println!("{} passed, {failed} failed", lines.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
