//! Every check of the repository, counted.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::command::{at_root, built, cargo};

/// What passed and what did not.
#[derive(Default, Clone, Copy)]
struct Score {
    passed: u64,
    failed: u64,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Runs the checks that `--skip` leaves. The last line printed is `N passed, M failed`, where the format, the lints and
/// each test count one, and so does each tensor that is compared with the reference.
pub fn run(options: &[&str]) -> Result<(), String> {
    let skipped = skipped(options)?;
    let mut score = Score::default();
    for (name, check) in [("fmt", fmt as fn() -> Score), ("clippy", clippy), ("tests", tests), ("parity", parity)] {
        if skipped.contains(&name) {
            println!("\n== {name}: skipped");
            continue;
        }
        println!("\n== {name}");
        let result = check();
        println!("== {name}: {} passed, {} failed", result.passed, result.failed);
        score.add(result);
    }
    println!("\n{} passed, {} failed", score.passed, score.failed);
    std::io::stdout().flush().ok();
    if score.failed == 0 { Ok(()) } else { std::process::exit(1) }
}

fn skipped<'a>(options: &[&'a str]) -> Result<Vec<&'a str>, String> {
    let mut skipped = Vec::new();
    for pair in options.chunks(2) {
        match pair {
            ["--skip", name @ ("fmt" | "clippy" | "tests" | "parity")] => skipped.push(*name),
            _ => return Err(format!("unknown option `{}`; there is --skip fmt|clippy|tests|parity", pair.join(" "))),
        }
    }
    Ok(skipped)
}

fn fmt() -> Score {
    whole(cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Score {
    whole(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// One `--workspace` build for tests and examples: building single packages would unify features differently and
/// compile the big dependencies again.
fn tests() -> Score {
    let mut score = Score::default();
    let succeeded = follow(cargo().args(["test", "--workspace", "--no-fail-fast"]), |line| {
        score.add(test_result(line).unwrap_or_default());
    });
    if !succeeded && score.failed == 0 {
        // It did not get as far as a result: a crate does not compile, or a test program died.
        score.failed = 1;
    }
    score
}

fn parity() -> Score {
    let mut last = None;
    let program = match built("debug", "examples/parity") {
        Ok(program) if program.is_file() => program,
        _ => {
            println!("the parity program is built together with the tests; do not skip them");
            return Score { passed: 0, failed: 1 };
        }
    };
    let succeeded = follow(at_root(program).arg("tests/golden"), |line| last = summary(line).or(last));
    match last {
        Some(score) if succeeded == (score.failed == 0) => score,
        _ => Score { passed: 0, failed: 1 },
    }
}

/// A check that passes or fails as one.
fn whole(command: &mut Command) -> Score {
    let passed = command.status().is_ok_and(|status| status.success());
    Score { passed: u64::from(passed), failed: u64::from(!passed) }
}

/// Runs `command`, shows its output while it comes, and hands each line on. Tells whether it succeeded.
fn follow(command: &mut Command, mut take: impl FnMut(&str)) -> bool {
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("cannot start it: {error}");
            return false;
        }
    };
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            take(&line);
        }
    }
    child.wait().is_ok_and(|status| status.success())
}

/// Reads `test result: ok. 3 passed; 0 failed; …`.
fn test_result(line: &str) -> Option<Score> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |word: &str| counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    Some(Score { passed: count("passed")?, failed: count("failed")? })
}

/// Reads `N passed, M failed`.
fn summary(line: &str) -> Option<Score> {
    let (passed, failed) = line.split_once(" passed, ")?;
    Some(Score { passed: passed.parse().ok()?, failed: failed.strip_suffix(" failed")?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read() {
        let score = test_result("test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out");
        assert!(score.is_some_and(|score| (score.passed, score.failed) == (3, 2)));
        assert!(test_result("running 3 tests").is_none());
        assert!(summary("213 passed, 4 failed").is_some_and(|score| (score.passed, score.failed) == (213, 4)));
        assert!(summary("dit out.video 1e-7 1e-6 ok").is_none());
    }

    #[test]
    fn only_known_checks_can_be_skipped() {
        assert_eq!(skipped(&["--skip", "fmt", "--skip", "parity"]), Ok(vec!["fmt", "parity"]));
        assert!(skipped(&["--skip", "everything"]).is_err());
        assert!(skipped(&["--skip"]).is_err());
    }
}
