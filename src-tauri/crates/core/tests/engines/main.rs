//! Engines as real processes, and what the studio makes of them. The engine is `examples/fake_engine.rs`.

mod link;
mod runner;

use std::path::PathBuf;

use gallop_core::settings::EngineSettings;

/// The engine of these tests, with arguments.
fn fake(arguments: &str) -> EngineSettings {
    fake_with(arguments.split_whitespace())
}

fn fake_with<'a>(arguments: impl IntoIterator<Item = &'a str>) -> EngineSettings {
    let program = fake_program().to_str().expect("a path").to_owned();
    let words = [program].into_iter().chain(arguments.into_iter().map(str::to_owned));
    EngineSettings { start_seconds: Some(20), cancel_seconds: Some(1), ..EngineSettings::new("fake", words) }
}

/// Cargo builds the examples of a package with its tests, into the folder beside theirs.
fn fake_program() -> PathBuf {
    let tests = std::env::current_exe().expect("this program");
    let name = format!("fake_engine{}", std::env::consts::EXE_SUFFIX);
    let program = tests.parent().and_then(|deps| deps.parent()).expect("folder").join("examples").join(name);
    assert!(program.exists(), "run `cargo build -p gallop-core --examples` first: {}", program.display());
    program
}
