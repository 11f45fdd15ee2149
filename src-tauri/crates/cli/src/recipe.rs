//! Recipes out of files, and the files that recipes refer to.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gallop_engine::digest;
use gallop_models::generator::Latents;
use gallop_protocol::recipe::{KEY, Recipe, Reference};

/// Reads the recipe of a clip, or a shot file.
pub fn of_clip(path: &Path) -> anyhow::Result<Recipe> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read: {}", path.display()))?;
        return read(&text, path);
    }
    let metadata = gallop_media::read_metadata(path)?;
    let Some(text) = metadata.get(KEY) else {
        bail!("this clip carries no recipe: it was not made by Gallop, or was converted since: {}", path.display());
    };
    read(text, path)
}

/// Reads the recipe of a draft.
pub fn of_draft(path: &Path) -> anyhow::Result<Recipe> {
    match Latents::note(path)? {
        Some(text) => read(&text, path),
        None => bail!("this draft carries no recipe: {}", path.display()),
    }
}

fn read(text: &str, path: &Path) -> anyhow::Result<Recipe> {
    Recipe::from_json(text).map_err(|error| anyhow::anyhow!("{error}: {}", path.display()))
}

/// Looks for the file of a reference beside `clip` and here. `flag` is how the user can give it instead.
pub fn find(reference: &Reference, clip: &Path, flag: &str) -> anyhow::Result<PathBuf> {
    // Only the name counts: a recipe from elsewhere must not choose which files of this machine are read.
    let name = Path::new(&reference.file).file_name().unwrap_or_default();
    let beside = clip.parent().map(|folder| folder.join(name));
    let found = beside.into_iter().chain([PathBuf::from(name)]).find(|path| path.is_file());
    let Some(found) = found else {
        bail!(
            "the clip was made with a file that is neither beside it nor here; give it with {flag}: {}",
            reference.file
        );
    };
    match reference.sha256 {
        Some(expected) if expected != digest::of_file(&found)? => {
            bail!(
                "this is not the file that the clip was made with; give the right one with {flag}: {}",
                found.display()
            )
        }
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_recipe_names_its_file() {
        let error = read("{}", Path::new("clip.mp4")).expect_err("no recipe").to_string();
        assert!(error.contains("cannot be read") && error.ends_with("clip.mp4"), "{error}");
    }

    #[test]
    fn references_are_found_by_name_and_checked() {
        let folder = tempfile::tempdir().expect("folder");
        let clip = folder.path().join("clip.mp4");
        let picture = folder.path().join("ref.png");
        std::fs::write(&picture, "one").expect("written");
        let reference = gallop_engine::complete::reference(&picture).expect("reference");
        assert_eq!(reference.file, "ref.png");
        assert_eq!(find(&reference, &clip, "--image").expect("found"), picture);

        let elsewhere = Reference { file: "/etc/../some/where/ref.png".into(), ..reference.clone() };
        assert_eq!(find(&elsewhere, &clip, "--image").expect("found"), picture, "only the name counts");

        std::fs::write(&picture, "two").expect("written");
        let error = find(&reference, &clip, "--image").expect_err("another file").to_string();
        assert!(error.contains("not the file"), "{error}");
        std::fs::remove_file(&picture).expect("removed");
        let error = find(&reference, &clip, "--image").expect_err("no file").to_string();
        assert!(error.contains("--image"), "{error}");
    }
}
