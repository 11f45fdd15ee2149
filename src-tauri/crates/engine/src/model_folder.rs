//! Where models are found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::bail;
use gallop_models::generator::Manifest;
use gallop_models::generator::manifest::FILE_NAME;

/// The model in the box.
pub const DEFAULT: &str = "pony";
/// A folder that holds model folders.
pub const ENV: &str = "GALLOP_MODEL_DIR";

/// Where a model lies: in one folder, or its parts in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelPlace {
    /// The name that it goes by here; its own where none is given.
    pub name: Option<String>,
    /// Its folders; each part is in the first one that has it.
    pub folders: Vec<PathBuf>,
}

impl From<PathBuf> for ModelPlace {
    fn from(folder: PathBuf) -> Self {
        Self { name: None, folders: vec![folder] }
    }
}

impl ModelPlace {
    /// Reads what the folders hold.
    ///
    /// # Errors
    /// They hold no model, or a part of it is missing.
    pub fn open(&self) -> anyhow::Result<Manifest> {
        let mut manifest = Manifest::open_spread(&self.folders)?;
        if let Some(name) = &self.name {
            manifest.name.clone_from(name);
        }
        Ok(manifest)
    }
}

/// The folder of the model that `wanted` names: a folder as it stands, or a name that is looked for in
/// `$GALLOP_MODEL_DIR`, beside this program, and in `models/` of the folders above this program and above here.
///
/// # Errors
/// There is none; the message tells where it was looked for.
pub fn find(wanted: Option<&Path>) -> anyhow::Result<PathBuf> {
    let wanted = wanted.unwrap_or(Path::new(DEFAULT));
    let is_name = wanted.components().count() == 1 && wanted.file_name().is_some_and(|name| name == wanted.as_os_str());
    // A folder here that only happens to be called like the model is not meant.
    if if is_name { is_model(wanted) } else { wanted.is_dir() } {
        return Ok(wanted.to_path_buf());
    }
    if !is_name {
        bail!("there is no such model folder: {}", wanted.display());
    }
    let candidates = candidates(wanted, &Surroundings::of_this_process());
    if let Some(found) = candidates.iter().find(|folder| is_model(folder)) {
        return Ok(found.clone());
    }
    let tried: Vec<_> = candidates.iter().map(|path| path.display().to_string()).collect();
    bail!(
        "there is no model `{}`; give its folder with --model, or set {ENV} to the folder that holds it; looked in: {}",
        wanted.display(),
        tried.join(", ")
    )
}

/// The folders of all models that [`find`] would find by name, each name once.
pub fn installed() -> Vec<PathBuf> {
    let mut found = BTreeMap::new();
    for folder in candidates(Path::new(""), &Surroundings::of_this_process()) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| is_model(path)) {
            found.entry(path.file_name().map(ToOwned::to_owned)).or_insert(path);
        }
    }
    found.into_values().collect()
}

struct Surroundings {
    model_dir: Option<PathBuf>,
    program: Option<PathBuf>,
    here: Option<PathBuf>,
}

impl Surroundings {
    fn of_this_process() -> Self {
        let program = std::env::current_exe().and_then(std::fs::canonicalize).ok();
        Self {
            model_dir: std::env::var_os(ENV).filter(|value| !value.is_empty()).map(PathBuf::from),
            program: program.as_deref().and_then(Path::parent).map(Path::to_path_buf),
            here: std::env::current_dir().ok(),
        }
    }
}

fn candidates(name: &Path, around: &Surroundings) -> Vec<PathBuf> {
    let mut candidates: Vec<PathBuf> = around.model_dir.iter().map(|folder| folder.join(name)).collect();
    if let Some(program) = &around.program {
        candidates.push(program.join("models").join(name));
        if let Some(prefix) = program.parent() {
            candidates.push(prefix.join("share/gallop/models").join(name));
        }
    }
    for start in around.program.iter().chain(&around.here) {
        candidates.extend(start.ancestors().map(|folder| folder.join("models").join(name)));
    }
    let mut seen = std::collections::HashSet::new();
    candidates.retain(|path| seen.insert(path.clone()));
    candidates
}

/// Whether a folder holds a model, as far as names tell.
pub fn is_model(folder: &Path) -> bool {
    folder.join(FILE_NAME).is_file() || folder.join("distill").is_dir() || folder.join("base").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_their_order() {
        let around = Surroundings {
            model_dir: Some("/models".into()),
            program: Some("/opt/gallop/bin".into()),
            here: Some("/home/me".into()),
        };
        let expected = [
            "/models/pony",
            "/opt/gallop/bin/models/pony",
            "/opt/gallop/share/gallop/models/pony",
            "/opt/gallop/models/pony",
            "/opt/models/pony",
            "/home/me/models/pony",
            "/home/models/pony",
        ];
        assert_eq!(candidates(Path::new("pony"), &around), expected.map(PathBuf::from));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = find(Some(Path::new("./nowhere/pony"))).expect_err("no such folder");
        assert!(error.to_string().ends_with("./nowhere/pony"), "{error}");
        let error = find(Some(Path::new("no-such-model"))).expect_err("no such model");
        assert!(error.to_string().contains("models/no-such-model"), "{error}");
    }
}
