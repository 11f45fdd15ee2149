//! The studio: its window, its page in a browser, and the tests that drive both.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{at_root, built, cargo, root, run as command};
use crate::node::Node;
use crate::score::{self, Score};
use crate::{packages, page};

/// Opens the window where there is a display, and serves the page where there is none.
pub fn run() -> Result<(), String> {
    let has_display = has_display();
    packages::ensure(if has_display { &[packages::PROGRAM, packages::WINDOW] } else { &[packages::PROGRAM] })?;
    page::build()?;
    println!("Building Gallop (the first time takes some minutes) …");
    let packages: &[&str] = if has_display { &["gallop", "gallop-studio"] } else { &["gallop"] };
    command(cargo().args(["build", "--release"]).args(packages.iter().flat_map(|package| ["--package", package])))?;
    if has_display {
        command(&mut at_root(built("release", "gallop-studio")?))
    } else {
        command(at_root(built("release", "gallop")?).arg("serve"))
    }
}

/// Whether a window can be opened here.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Drives the page in the system's Chromium against the real `gallop serve`.
pub fn browser_test(names: &[&str]) -> Result<Score, String> {
    let node = prepare()?;
    node_tests(&node, "tests/browser", names, Command::new)
}

/// Drives the real window under Xvfb through WebKitWebDriver.
pub fn desktop_test(names: &[&str]) -> Result<Score, String> {
    if !cfg!(target_os = "linux") {
        println!("the window is driven through WebKitWebDriver, which is there on Linux only");
        return Ok(Score::default());
    }
    let node = prepare()?;
    node_tests(&node, "tests/desktop", names, without_screen)
}

/// Starts the window as it is shipped, some times, and tells how soon it can be used and what memory it takes.
pub fn bench_start(runs: &[&str]) -> Result<(), String> {
    packages::ensure(&[packages::PROGRAM, packages::WINDOW, packages::TESTS])?;
    page::build()?;
    command(cargo().args(["build", "--release", "--package", "gallop", "--package", "gallop-studio"]))?;
    let node = Node::ensure()?;
    let runner = node.node();
    let mut wrapped = without_screen(runner.get_program().to_owned());
    wrapped.envs(runner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    wrapped.current_dir(root()).env("GALLOP_WINDOW", built("release", "gallop-studio")?);
    command(wrapped.arg("tests/desktop/start.mjs").args(runs))
}

/// A program under a display without a screen, with a session bus of its own.
fn without_screen(program: std::ffi::OsString) -> Command {
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "xvfb-run", "--auto-servernum", "--server-args=-screen 0 1600x1000x24"]).arg(program);
    command
}

/// Takes the README's pictures of the window.
pub fn screenshots() -> Result<(), String> {
    let node = prepare()?;
    command(with_programs(node.node(), &[])?.arg("tests/browser/screenshots.mjs"))
}

/// Fails where a test did.
pub fn all_passed(score: Score) -> Result<(), String> {
    println!("{} passed, {} failed", score.passed, score.failed);
    if score.failed == 0 { Ok(()) } else { Err(format!("{} tests failed", score.failed)) }
}

/// Writes the page's types from the core's calls.
pub fn bindings() -> Result<(), String> {
    let folder = root().join("ui/src/backend/bindings");
    command(cargo().args(["run", "--quiet", "--package", "gallop-core", "--example", "bindings", "--"]).arg(folder))
}

/// Everything that a test of the studio needs: packages, the page, the programs with it inside, Node.
fn prepare() -> Result<Node, String> {
    packages::ensure(&[packages::PROGRAM, packages::WINDOW, packages::TESTS])?;
    page::build()?;
    // With the tests: a build of these two alone would unify features differently and compile the big dependencies again.
    command(cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    let node = Node::ensure()?;
    page::install(&node)?;
    Ok(node)
}

/// Runs Node's own test runner over a folder of tests, one file after the other: they measure nothing, but each has a
/// browser and an engine.
fn node_tests(
    node: &Node,
    folder: &str,
    names: &[&str],
    wrap: impl FnOnce(std::ffi::OsString) -> Command,
) -> Result<Score, String> {
    let runner = node.node();
    let mut wrapped = wrap(runner.get_program().to_owned());
    wrapped.envs(runner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut command =
        with_programs(wrapped, &["--test", "--test-force-exit", "--test-concurrency=1", "--test-reporter=tap"])?;
    for file in test_files(folder, names)? {
        command.arg(file);
    }
    Ok(score::of_tap(&mut command))
}

fn test_files(folder: &str, names: &[&str]) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(root().join(folder)).map_err(|error| format!("cannot read {folder}: {error}"))?;
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".test.mjs") && (names.is_empty() || names.iter().any(|wanted| name.contains(wanted)))
        })
        .collect();
    files.sort();
    if files.is_empty() { Err(format!("no test in {folder} is called {}", names.join(" or "))) } else { Ok(files) }
}

/// A command at the root that knows where the built programs lie.
fn with_programs(mut command: Command, args: &[&str]) -> Result<Command, String> {
    command.current_dir(root()).args(args);
    command.env("GALLOP_PROGRAM", built("debug", "gallop")?).env("GALLOP_WINDOW", built("debug", "gallop-studio")?);
    Ok(command)
}
