//! Gallop's window: the core's studio behind the system's own web view.
//!
//! Nothing that a terminal user would want lies here: the page asks the core by one command, hears it by another, and
//! the rest of this crate is the window itself.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod display;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    display::prepare();
    match window::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gallop-studio: {error:#}");
            ExitCode::FAILURE
        }
    }
}
