//! Fuzzing with the stable compiler: the counters that libFuzzer steers by are a pass of LLVM, which needs no nightly.

use std::path::Path;

use crate::command::{at_root, cargo, output, root, run as succeed, target};

/// What there is to fuzz.
const TARGETS: [&str; 7] = ["frame", "safetensors", "pickle", "latents", "project", "catalog", "ranges"];

/// What cargo-fuzz passes, too; only the sanitizers, which are in the nightly compiler alone, are left out.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// No input is worth more: a header that claims terabytes must not get them.
const MEMORY_MB: u32 = 1024;
/// The longest input. Most are as short as the seeds.
const INPUT_BYTES: u32 = 1 << 16;
/// The longest that one input may take.
const INPUT_SECONDS: u32 = 10;

/// Builds the targets and lets each run for a while. Inputs that go new ways are kept in the target folder for the next
/// time; one that fails is kept, too, and its path is printed.
pub fn run(options: &[&str]) -> Result<(), String> {
    let (targets, seconds) = read(options)?;
    let folder = target()?.join("fuzz");
    let host = host()?;
    let mut build = cargo();
    build.args(["build", "--manifest-path", "tests/fuzz/Cargo.toml", "--target", &host]);
    build.arg("--target-dir").arg(&folder).env("RUSTFLAGS", FLAGS).env_remove("CARGO_ENCODED_RUSTFLAGS");
    succeed(targets.iter().fold(&mut build, |build, name| build.args(["--bin", name])))?;
    for name in targets {
        println!("\n== {name}: {seconds} seconds");
        let program = folder.join(&host).join("debug").join(name).with_extension(std::env::consts::EXE_EXTENSION);
        fuzz(name, &program, &folder, seconds)?;
    }
    Ok(())
}

fn fuzz(name: &str, program: &Path, folder: &Path, seconds: u32) -> Result<(), String> {
    let (found, failed) = (folder.join("corpus").join(name), folder.join("failed").join(name));
    for folder in [&found, &failed] {
        std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    }
    // The fuzzer writes into the first folder and only reads the others.
    let seeds = root().join("tests/fuzz/corpus").join(name);
    let mut fuzzer = at_root(program);
    fuzzer.args([&found, &seeds]);
    fuzzer.arg(format!("-artifact_prefix={}/", failed.display()));
    fuzzer.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={INPUT_BYTES}"));
    fuzzer.arg(format!("-rss_limit_mb={MEMORY_MB}")).arg(format!("-timeout={INPUT_SECONDS}"));
    fuzzer.args(["-print_final_stats=1", "-print_funcs=0", "-verbosity=0"]);
    // Each input is a file. In memory it costs a tenth.
    if Path::new("/dev/shm").is_dir() {
        fuzzer.env("TMPDIR", "/dev/shm");
    }
    succeed(&mut fuzzer)
        .map_err(|reason| format!("{name}: {reason}; run {} with the input that is named above", program.display()))
}

/// The targets and the seconds for each.
fn read<'a>(options: &[&'a str]) -> Result<(Vec<&'a str>, u32), String> {
    let (mut targets, mut seconds) = (Vec::new(), 60);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--seconds" => {
                let given = options.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                seconds = given.ok_or("--seconds wants a whole number above 0")?;
            }
            name if TARGETS.contains(&name) => targets.push(name),
            other => return Err(format!("there is no target `{other}`; there are {}", TARGETS.join(", "))),
        }
    }
    if targets.is_empty() {
        targets.extend(TARGETS);
    }
    Ok((targets, seconds))
}

/// The platform that is built on. Naming it keeps the flags from what only runs while building.
fn host() -> Result<String, String> {
    let told = output(at_root(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV"));
    let host = told.as_deref().and_then(|told| told.lines().find_map(|line| line.strip_prefix("host: ")));
    host.map(str::to_owned).ok_or_else(|| "the compiler does not say which platform this is (`rustc -vV`)".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        assert_eq!(read(&[]), Ok((TARGETS.to_vec(), 60)));
        assert_eq!(read(&["pickle", "--seconds", "5"]), Ok((vec!["pickle"], 5)));
        for bad in [&["pickles"][..], &["--seconds"], &["--seconds", "0"], &["--seconds", "x"]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_target_has_seeds_and_a_program() {
        let fuzz = root().join("tests/fuzz");
        for name in TARGETS {
            assert!(fuzz.join("fuzz_targets").join(name).with_extension("rs").is_file(), "{name}");
            let seeds = std::fs::read_dir(fuzz.join("corpus").join(name));
            assert!(seeds.is_ok_and(|mut seeds| seeds.next().is_some()), "{name}");
        }
    }
}
