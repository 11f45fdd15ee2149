//! `cargo xtask dist`: the programs as they are handed out.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{cargo, output, root, run, target};
use crate::{cuda, packages, page};

/// The most that the packed engine may weigh, so that it can be carried to a card's machine with its tree.
const MOST_PACKED_BYTES: u64 = 64 << 20;

/// `gallop`, and with `--cuda` the engine for NVIDIA cards beside it, in `dist/` of the target folder.
pub fn make(options: &[&str]) -> Result<(), String> {
    let is_cuda = match options {
        [] => false,
        ["--cuda"] => true,
        other => return Err(format!("unknown option `{}`; there is --cuda", other.join(" "))),
    };
    packages::ensure(&[packages::PROGRAM])?;
    page::build()?;
    let folder = target()?.join("dist");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    run(cargo().args(["build", "--release", "--package", "gallop"]))?;
    place(&target()?.join("release/gallop"), &folder.join("gallop"))?;
    if is_cuda {
        let engine = folder.join("gallop-cuda");
        build_cuda(&["--release", "--package", "gallop", "--bin", "gallop"])?;
        place(&target()?.join("release/gallop"), &engine)?;
        let packed = packed_bytes(&engine)?;
        if packed > MOST_PACKED_BYTES {
            return Err(format!("{} is {} MiB packed, more than it may be", engine.display(), packed >> 20));
        }
        starts_without_a_card(&engine)?;
    }
    Ok(())
}

/// Builds with CUDA.
fn build_cuda(arguments: &[&str]) -> Result<(), String> {
    let kit = cuda::Kit::ensure()?;
    run(cargo().arg("build").args(arguments).args(["--features", "cuda"]).envs(kit.environment()))
}

/// What a machine with a card needs to be measured: the program of `tests/parity/card.rs`, the same shapes in PyTorch, and
/// a script that runs both. They come as `card/` of the target folder, or where `--into` says.
pub fn card(options: &[&str]) -> Result<(), String> {
    let (mut folder, mut profile) = (target()?.join("card"), "release");
    for pair in options.chunks(2) {
        match pair {
            ["--into", path] => folder = path.into(),
            ["--profile", "dev"] => profile = "debug",
            _ => return Err(format!("unknown option `{}`; there are --into FOLDER and --profile dev", pair.join(" "))),
        }
    }
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let arguments = ["--package", "gallop-models", "--example", "card", "--release"];
    build_cuda(if profile == "release" { &arguments } else { &arguments[..4] })?;
    place(&target()?.join(profile).join("examples/card"), &folder.join("card"))?;
    for name in ["bench_reference.py", "card.sh"] {
        let (from, to) = (root().join("tests/parity").join(name), folder.join(name));
        fs::copy(&from, &to).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
    }
    println!("on the machine with the card: sh {}", folder.join("card.sh").display());
    Ok(())
}

/// Copies a program without its symbols and tells how large it is.
fn place(from: &Path, to: &Path) -> Result<(), String> {
    run(Command::new("strip").arg("-o").arg(to).arg(from))?;
    let size = fs::metadata(to).map_err(|error| format!("{}: {error}", to.display()))?.len();
    println!("{}: {:.1} MiB, {:.1} MiB packed", to.display(), mib(size), mib(packed_bytes(to)?));
    Ok(())
}

/// What a program weighs packed by gzip.
fn packed_bytes(path: &Path) -> Result<u64, String> {
    let mut pack = Command::new("sh");
    let text = output(pack.args(["-c", "gzip -9 -c -- \"$0\" | wc -c"]).arg(path)).ok_or("gzip is not there")?;
    text.parse().map_err(|_| format!("wc said `{text}`"))
}

/// The engine must tell that there is no card, not fail to start: the machine that builds it usually has none.
fn starts_without_a_card(engine: &Path) -> Result<(), String> {
    run(Command::new(engine).arg("--version"))
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
