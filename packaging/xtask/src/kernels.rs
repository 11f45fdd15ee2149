//! `cargo xtask kernels`: what our kernels take of a card, as its assembler says; needs no card.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::root;
use crate::cuda::Kit;

/// Generations of cards: Ampere, Ada, Hopper, Blackwell of data centres and of desks.
const GENERATIONS: [&str; 5] = ["80", "89", "90", "100", "120"];
/// Registers that may go to memory and back without being felt: a few of the widest attention.
const MOST_SPILLED_BYTES: u32 = 128;

/// What one kernel takes on one generation.
#[derive(Debug, Default, Clone, PartialEq)]
struct Usage {
    registers: u32,
    spilled_bytes: u32,
}

/// Compiles each kernel for each generation and prints a table; fails where one does not compile, or spills.
pub fn report() -> Result<(), String> {
    let kit = Kit::ensure()?;
    let folder = root().join("models/src/ops/cuda");
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut sources: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    sources.retain(|path| path.extension().is_some_and(|extension| extension == "cu"));
    sources.sort();
    let mut all = BTreeMap::new();
    for source in &sources {
        all.extend(usages(&compile(&kit, source)?));
    }
    println!("registers of a thread (bytes that did not fit) on generation");
    print!("{:<22}", "kernel");
    GENERATIONS.iter().for_each(|generation| print!("{generation:>12}"));
    println!();
    let mut names: Vec<_> = all.keys().map(|(name, _)| name.clone()).collect();
    names.dedup();
    for name in &names {
        print!("{name:<22}");
        for generation in GENERATIONS {
            let usage = all.get(&(name.clone(), generation.to_owned())).cloned().unwrap_or_default();
            let spilled = if usage.spilled_bytes > 0 { format!(" ({})", usage.spilled_bytes) } else { String::new() };
            print!("{:>12}", format!("{}{spilled}", usage.registers));
        }
        println!();
    }
    match all.iter().find(|(_, usage)| usage.spilled_bytes > MOST_SPILLED_BYTES) {
        None => Ok(()),
        Some(((name, generation), usage)) => {
            Err(format!("{name} spills {} bytes on generation {generation}", usage.spilled_bytes))
        }
    }
}

/// The assembler's words on one file.
fn compile(kit: &Kit, source: &Path) -> Result<String, String> {
    let mut compiler = Command::new(kit.path().join("bin/nvcc"));
    compiler.args(["-std=c++17", "-O3", "-Xptxas", "-v", "-fatbin", "-o", "/dev/null"]).arg(source);
    for generation in GENERATIONS {
        compiler.arg(format!("-gencode=arch=compute_{generation},code=sm_{generation}"));
    }
    let output = compiler.output().map_err(|error| format!("nvcc does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(said) } else { Err(format!("{} cannot be compiled:\n{said}", source.display())) }
}

/// Reads `Compiling entry function 'NAME' for 'sm_90'`, `N bytes spill stores` and `Used N registers`.
fn usages(said: &str) -> BTreeMap<(String, String), Usage> {
    let (mut all, mut key, mut spilled) = (BTreeMap::new(), None, 0);
    let before = |line: &str, words: &str| -> Option<u32> {
        line.split_once(words)?.0.rsplit(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
    };
    for line in said.lines() {
        let quoted: Vec<_> = line.split('\'').collect();
        if let ([_, name, _, generation, ..], true) = (quoted.as_slice(), line.contains("Compiling entry function")) {
            key = Some(((*name).to_owned(), generation.trim_start_matches("sm_").to_owned()));
        }
        spilled = before(line, " bytes spill stores").unwrap_or(spilled);
        if let (Some(registers), Some(key)) = (before(line, " registers"), key.clone()) {
            all.insert(key, Usage { registers, spilled_bytes: spilled });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assemblers_words_are_read() {
        let said = "ptxas info    : Compiling entry function 'attention_128' for 'sm_90'\n\
                    ptxas info    : Function properties for attention_128\n    \
                    64 bytes stack frame, 56 bytes spill stores, 60 bytes spill loads\n\
                    ptxas info    : Used 255 registers, used 1 barriers, 64 bytes cumulative stack size\n";
        let all = usages(said);
        let expected = Usage { registers: 255, spilled_bytes: 56 };
        assert_eq!(all.get(&("attention_128".to_owned(), "90".to_owned())), Some(&expected));
    }
}
