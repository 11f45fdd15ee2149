//! Judging the model in the box: clips that the program makes of fixed requests, and the measures of `models/pony/train`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{absolute, at_root, cache, output, root, run, target};
use crate::packages;
use crate::sample;

/// What the measures need of the system: voices to compare with, and a reader of films.
const PACKAGES: &[&str] = &["espeak-ng", "python3-venv", packages::MEDIA];
const REQUIREMENTS: &str = "models/pony/train/requirements.txt";

/// Makes the clips and prints the table. `--each N` requests a language; `--model` judges another folder.
pub fn scores(options: &[&str]) -> Result<(), String> {
    let (mut each, mut model) = ("4", root().join("models/pony"));
    let mut into = target()?.join("pony-scores");
    let mut rest = options.iter();
    while let Some(flag) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{flag} needs a value"))?;
        match *flag {
            "--each" if value.parse::<u32>().is_ok_and(|each| each > 0) => each = value,
            "--model" => model = absolute(value)?,
            "--into" => into = absolute(value)?,
            _ => return Err(format!("`{flag} {value}`: there is --each NUMBER, --model FOLDER and --into FOLDER")),
        }
    }
    if !model.join("model.json").is_file() {
        return Err(format!("{} is no model folder: there is no model.json in it", model.display()));
    }
    packages::ensure(&[packages::PROGRAM, PACKAGES])?;
    let gallop = sample::build()?;
    let python = python()?;
    run(Command::new(python)
        .current_dir(root().join("models/pony"))
        .args(["-m", "train.scores.run"])
        .args([&gallop, &model, &into])
        .args(["--each", each]))?;
    println!("\nThe clips, the requests and the table lie in {}", into.display());
    Ok(())
}

/// A Python with the packages of the recipe: the one that `GALLOP_PYTHON` names, or one that is made once in the cache.
fn python() -> Result<PathBuf, String> {
    let asks = |python: &Path| {
        let imports = "import numpy, PIL, safetensors, scipy, skia, tokenizers, torch";
        output(at_root(python).args(["-c", imports])).is_some()
    };
    if let Some(named) = std::env::var_os("GALLOP_PYTHON").map(PathBuf::from) {
        let missing = || format!("GALLOP_PYTHON names {}, which lacks packages of {REQUIREMENTS}", named.display());
        return if asks(&named) { Ok(named) } else { Err(missing()) };
    }
    let folder = cache("gallop-pony-python")?;
    let python = folder.join("bin/python");
    if !asks(&python) {
        println!("Fetching the Python packages of {REQUIREMENTS} (PyTorch among them, some GB, once) …");
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run(at_root(&python).args(["-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS]))?;
    }
    if asks(&python) {
        Ok(python)
    } else {
        Err(format!("{} cannot import the packages of {REQUIREMENTS}", python.display()))
    }
}
