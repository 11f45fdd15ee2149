//! The kernels of cards, on the processor: `kernels/main.cpp` runs their very source under an emulation of a block of
//! threads and compares with plain loops. It finds a wrong index or a missing barrier without a card.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

#[test]
fn kernels_compute_what_plain_loops_do() {
    let folder = tempfile::tempdir().expect("folder");
    let program = folder.path().join("kernels");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernels");
    let mut compiler = Command::new("c++");
    compiler.args(["-std=c++17", "-O2", "-Wno-unknown-pragmas", "-I"]).arg(&here).arg("-o").arg(&program);
    let status = compiler.arg(here.join("main.cpp")).status().expect("a C++ compiler");
    assert!(status.success(), "the kernels cannot be compiled");
    let output = Command::new(&program).output().expect("run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.lines().count() > 20, "{said}");
}
