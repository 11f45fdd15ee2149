//! What a machine with a card is for, in one program that needs nothing but the driver and NVIDIA's libraries:
//!
//! - `card look` asks the driver;
//! - `card self-test` computes known numbers on the card and on the CPU;
//! - `card bench PRESET…` measures the clips `tiny`, `256p`, `540p`, `1080p` with random weights and prints their tables, and
//!   one line of JSON each behind them.
//!
//! `cargo xtask card` builds it and packs it with what runs it beside PyTorch. With `GALLOP_CARD_DEVICE=cpu` it computes on
//! the CPU, to try it where there is no card.
#![allow(clippy::print_stdout, reason = "its result is what it prints")]

use std::ops::ControlFlow;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use gallop_models::bench::{self, Preset};
use gallop_models::ops::self_test::{Check, self_test};
use gallop_models::{Device, card};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("card: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<()> {
    match args {
        ["look"] => {
            println!("{:?}", card::look()?);
            Ok(())
        }
        ["self-test"] => {
            let checks = self_test(&device()?)?;
            for Check { name, error } in &checks {
                println!("{name:<40} {error:.2e}");
            }
            let failed = checks.iter().filter(|check| !check.passed()).count();
            println!("{} passed, {failed} failed", checks.len() - failed);
            if failed > 0 { bail!("{failed} operations are wrong") } else { Ok(()) }
        }
        ["bench", presets @ ..] if !presets.is_empty() => {
            let device = device()?;
            let mut all = Vec::new();
            for name in presets {
                let preset = Preset::of(name).with_context(|| format!("there is no preset `{name}`"))?;
                let measured = bench::run(preset, &device, &mut |text| {
                    eprintln!("{name}: {text}");
                    ControlFlow::Continue(())
                })?;
                println!("{}\n", measured.table());
                all.push(measured);
            }
            for measured in &all {
                println!("{}", serde_json::to_string(measured)?);
            }
            Ok(())
        }
        _ => bail!("usage: card look | self-test | bench PRESET…"),
    }
}

/// Not [`card::open`]: the self-test is to tell what is wrong, and a measurement must not be lost to a check that fails.
fn device() -> Result<Device> {
    if std::env::var_os("GALLOP_CARD_DEVICE").is_some_and(|device| device == "cpu") {
        return Ok(Device::Cpu);
    }
    if !cfg!(feature = "cuda") {
        return Err(card::Problem::NotBuilt.into());
    }
    card::look()?;
    Ok(Device::new_cuda(0)?)
}
