//! Sources of all kinds, exported by the presets and read back.

use crate::command::{self, at_root, built, cargo, run as run_command};
use crate::packages;
use crate::score::{self, Score};

/// Builds the program that exports, and runs it. Its last line is `N passed, M failed`.
pub fn run(options: &[&str]) -> Result<(), String> {
    let mut arguments = Vec::new();
    let mut rest = options.iter();
    while let Some(flag) = rest.next() {
        match *flag {
            "--full" => arguments.push((*flag).to_owned()),
            "--media" | "--keep" | "--only" => {
                let value = rest.next().ok_or_else(|| format!("{flag} needs a value"))?;
                arguments.extend([(*flag).to_owned(), absolute(flag, value)?]);
            }
            _ => {
                return Err(format!(
                    "unknown option `{flag}`; there is --full, --media FOLDER, --keep FOLDER and --only NAME"
                ));
            }
        }
    }
    packages::ensure(&[packages::PROGRAM, &[packages::MEDIA]])?;
    // As the tests build it, so that nothing is compiled twice.
    run_command(cargo().args(["build", "--workspace", "--example", "exports"]))?;
    run_command(at_root(built("debug", "examples/exports")?).args(arguments))
}

/// The short run, as one of the checks: it is built together with the tests.
pub fn check() -> Score {
    if let Err(reason) = packages::ensure(&[&[packages::MEDIA]]) {
        return score::of(&Err(reason));
    }
    match built("debug", "examples/exports") {
        Ok(program) if program.is_file() => score::of_summary(&mut at_root(program)),
        _ => {
            println!("the program of exports is built together with the tests; do not skip them");
            Score { passed: 0, failed: 1 }
        }
    }
}

/// Folders are told from where the chore was started; the program runs at the root.
fn absolute(flag: &str, value: &str) -> Result<String, String> {
    if flag == "--only" {
        return Ok(value.to_owned());
    }
    command::absolute(value)?
        .into_os_string()
        .into_string()
        .map_err(|_| format!("this folder's name is not Unicode: {value}"))
}
