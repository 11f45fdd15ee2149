//! `cargo xtask faults`: many random faults against real processes. The last line is `N passed, M failed`.

#![allow(clippy::print_stdout, reason = "its report is what it is for")]

#[path = "mod.rs"]
mod faults;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [gallop, models, count, seed, about] = args.as_slice() else {
        eprintln!("usage: faults GALLOP MODELS COUNT SEED studio|pull|both");
        return ExitCode::from(2);
    };
    let (Ok(count), Ok(seed)) = (count.parse(), seed.parse()) else {
        eprintln!("COUNT and SEED are numbers");
        return ExitCode::from(2);
    };
    let about = match about.as_str() {
        "studio" => faults::About::Studio,
        "pull" => faults::About::Pull,
        _ => faults::About::Both,
    };
    let options = faults::Options { about, gallop: gallop.into(), models: models.into(), count, seed };
    match faults::run(&options, &mut |line| println!("{line}")) {
        Ok(score) => {
            println!("{} passed, {} failed", score.passed, score.failed);
            if score.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(reason) => {
            eprintln!("faults: {reason}");
            ExitCode::FAILURE
        }
    }
}
