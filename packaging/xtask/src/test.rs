//! Every check of the repository, counted.

use std::io::Write as _;

use crate::command::{at_root, built, cargo};
use crate::node::Node;
use crate::page::in_ui;
use crate::score::{self, Score, whole};
use crate::{exports, page, studio};

/// A check and its name, which `--skip` takes.
type Check = (&'static str, fn() -> Score);

/// In this order: what is fast first, and the page before what has it inside.
const CHECKS: [Check; 8] = [
    ("fmt", fmt),
    ("page", the_page),
    ("clippy", clippy),
    ("tests", tests),
    ("parity", parity),
    ("exports", exports::check),
    ("browser", browser),
    ("desktop", desktop),
];

/// Runs the checks that `--skip` leaves. The last line printed is `N passed, M failed`, where the format, the lints and
/// each test count one, and so do each tensor that is compared with the reference and each source that is exported by a
/// preset.
pub fn run(options: &[&str]) -> Result<(), String> {
    let skipped = skipped(options)?;
    let mut score = Score::default();
    for (name, check) in CHECKS {
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
            ["--skip", name] if CHECKS.iter().any(|(check, _)| check == name) => skipped.push(*name),
            _ => {
                let names: Vec<_> = CHECKS.iter().map(|(name, _)| *name).collect();
                return Err(format!("unknown option `{}`; there is --skip {}", pair.join(" "), names.join("|")));
            }
        }
    }
    Ok(skipped)
}

fn fmt() -> Score {
    whole(cargo().args(["fmt", "--all", "--check"]))
}

/// The page's types, its own tests, and its build, which the window's tests need.
fn the_page() -> Score {
    let node = match Node::ensure().and_then(|node| page::install(&node).map(|()| node)) {
        Ok(node) => node,
        Err(reason) => return score::of(&Err(reason)),
    };
    let mut score = whole(in_ui(node.npm()).args(["run", "--silent", "check"]));
    score.add(score::of_vitest(in_ui(node.npm()).args(["run", "--silent", "test"]).env("NO_COLOR", "1")));
    score.add(score::of(&page::build()));
    score
}

fn clippy() -> Score {
    whole(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// One `--workspace` build for tests and examples: building single packages would unify features differently and
/// compile the big dependencies again.
fn tests() -> Score {
    score::of_rust_tests(cargo().args(["test", "--workspace", "--no-fail-fast"]))
}

fn parity() -> Score {
    match built("debug", "examples/parity") {
        Ok(program) if program.is_file() => score::of_summary(at_root(program).arg("tests/golden")),
        _ => {
            println!("the parity program is built together with the tests; do not skip them");
            Score { passed: 0, failed: 1 }
        }
    }
}

fn browser() -> Score {
    studio::browser_test(&[]).unwrap_or_else(|reason| score::of(&Err(reason)))
}

fn desktop() -> Score {
    studio::desktop_test(&[]).unwrap_or_else(|reason| score::of(&Err(reason)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_checks_can_be_skipped() {
        assert_eq!(skipped(&["--skip", "fmt", "--skip", "parity"]), Ok(vec!["fmt", "parity"]));
        assert!(skipped(&["--skip", "everything"]).is_err());
        assert!(skipped(&["--skip"]).is_err());
    }
}
