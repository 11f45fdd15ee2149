//! Random faults against real processes.

use crate::command::{at_root, built, cargo, root, run as run_command};

const COUNT: u64 = 200;
const SEED: u64 = 1;

/// Builds Gallop and the program of faults, and runs it. Its last line is `N passed, M failed`.
pub fn run(options: &[&str]) -> Result<(), String> {
    let (mut count, mut seed) = (COUNT, SEED);
    let (about, options) = match options {
        [about @ ("studio" | "pull"), rest @ ..] => (*about, rest),
        rest => ("both", rest),
    };
    for pair in options.chunks(2) {
        let number = |text: &str| text.parse().map_err(|_| format!("not a whole number: {text}"));
        match pair {
            ["--count", text] => count = number(text)?,
            ["--seed", text] => seed = number(text)?,
            _ => {
                return Err(format!(
                    "unknown option `{}`; there is studio, pull, --count N and --seed S",
                    pair.join(" ")
                ));
            }
        }
    }
    // As the tests build it, so that nothing is compiled twice.
    run_command(cargo().args(["build", "--workspace", "--bins", "--examples"]))?;
    let (faults, gallop) = (built("debug", "examples/faults")?, built("debug", "gallop")?);
    let numbers = [count.to_string(), seed.to_string()];
    run_command(at_root(faults).arg(gallop).arg(root().join("models")).args(numbers).arg(about))
}
