//! Compiles our kernels for the cards from Ampere to Blackwell, where the card is built for at all.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Generations that get code of their own. Others from the first on translate the intermediate code at the first start.
const GENERATIONS: [&str; 6] = ["80", "86", "89", "90", "100", "120"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/ops/cuda");
    if std::env::var_os("CARGO_FEATURE_CUDA").is_none() {
        return;
    }
    println!("cargo::rerun-if-env-changed=CUDA_HOME");
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).expect("cargo sets OUT_DIR");
    let home = std::env::var_os("CUDA_HOME").map(PathBuf::from);
    let compiler = home.map_or_else(|| PathBuf::from("nvcc"), |home| home.join("bin/nvcc"));
    for name in ["stream", "attention", "convolution"] {
        compile(&compiler, &Path::new("src/ops/cuda").join(name).with_extension("cu"), &out.join(name));
    }
}

fn compile(compiler: &Path, source: &Path, to: &Path) {
    let mut command = Command::new(compiler);
    command.args(["-std=c++17", "-O3", "-fatbin", "-o"]).arg(to.with_extension("fatbin"));
    for generation in GENERATIONS {
        command.arg(format!("-gencode=arch=compute_{generation},code=sm_{generation}"));
    }
    command.args(["-gencode=arch=compute_80,code=compute_80"]).arg(source);
    let output = command.output().unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask cuda` prepares a toolkit", compiler.display());
    });
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} cannot be compiled:\n{report}", source.display());
}
