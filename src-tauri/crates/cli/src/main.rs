//! Gallop on the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    gallop::run(std::env::args_os())
}
