//! Gallop on the command line: single clips, projects, the queue, and the engine that works it off.
//!
//! Exit status: 0 done, 1 failed, 2 not a valid command line, 130 cancelled. Whatever fails is told in one line on stderr.

mod args;
mod bench;
mod call;
mod cancel;
mod doctor;
mod engine;
mod error;
mod export;
mod generate;
mod making;
mod model;
mod models;
mod output;
mod plan;
mod prepare;
mod recipe;
mod report;
mod serve;
mod sink;
mod studio;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};

/// Runs one command line, program name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            // Help and version. Where they cannot be written there is no other place to say so.
            error.print().ok();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("gallop: {}", error::clap_line(&error));
            return ExitCode::from(error::USAGE);
        }
    };
    let outcome = match cli.command {
        Command::Generate(args) => generate::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::New(args) => studio::project::create(args),
        Command::Shot(command) => studio::shot::run(command),
        Command::Render(args) => studio::render::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Handover(args) => export::handover(&args),
        Command::Inspect(args) => export::inspect(&args),
        Command::Jobs(command) => studio::jobs::run(command),
        Command::Library(command) => studio::library::run(command),
        Command::Models(command) => models::run(command),
        Command::Serve(args) => serve::run(&args),
        Command::Call(args) => call::run(&args),
        Command::Engine(args) => engine::run(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gallop: {}", error::one_line(&error));
            ExitCode::from(error::exit_status(&error))
        }
    }
}
