//! Engines as real processes, and what the studio makes of them. The engine is `examples/fake_engine.rs`.

mod choice;
mod house;
mod link;
mod program;
mod runner;

use gallop_core::settings::EngineSettings;

/// The engine of these tests, with arguments.
fn fake(arguments: &str) -> EngineSettings {
    fake_with(arguments.split_whitespace())
}

fn fake_with<'a>(arguments: impl IntoIterator<Item = &'a str>) -> EngineSettings {
    let program = program::fake_engine().to_str().expect("a path").to_owned();
    let words = [program].into_iter().chain(arguments.into_iter().map(str::to_owned));
    EngineSettings { start_seconds: Some(20), cancel_seconds: Some(1), ..EngineSettings::new("fake", words) }
}
