//! Where the engine of the tests lies.

use std::path::PathBuf;

/// Cargo builds the examples of a package with its tests, into the folder beside theirs.
pub fn fake_engine() -> PathBuf {
    let tests = std::env::current_exe().expect("this program");
    let name = format!("fake_engine{}", std::env::consts::EXE_SUFFIX);
    let program = tests.parent().and_then(|deps| deps.parent()).expect("folder").join("examples").join(name);
    assert!(program.exists(), "run `cargo build -p gallop-core --examples` first: {}", program.display());
    program
}
