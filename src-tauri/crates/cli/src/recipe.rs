//! What a clip was made from. It travels inside the clip, so that the clip can be made again.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gallop_models::generator::{Latents, Manifest};
use gallop_models::text::prompt::Shot;
use serde::{Deserialize, Serialize};

use crate::digest;

/// The clip's metadata key.
pub const KEY: &str = "gallop_recipe";
/// Version of this format. It rises when an older reader would misunderstand, not when a field is added.
const FORMAT: u32 = 1;

/// What a clip was made from. A shot file is the same with most of it left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Version of this format.
    pub format: u32,
    /// The program that made the clip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// What was asked for, in its parts.
    pub shot: Shot,
    /// The prompt that was composed of the parts, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Decides all noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Width and height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
    /// Shape, where a shot file leaves the size to the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect: Option<String>,
    /// Length in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f32>,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// How the model was sampled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampler: Option<Sampler>,
    /// The reference picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Reference>,
    /// The voice track.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Reference>,
    /// Fingerprint of the latents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latents: Option<String>,
}

/// A model by its name and its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// SHA-256 of its files, as [`digest::of_model`] takes it.
    pub sha256: String,
}

/// How the model was sampled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sampler {
    /// Its name.
    pub name: String,
    /// Denoising steps.
    pub steps: usize,
    /// Shift of the sigma schedule.
    pub shift: f64,
    /// Guidance of video, of video at low noise, and of audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guidance: Option<[f64; 3]>,
}

/// A file that the clip was made with. Its folder is not kept: a clip is published, and folders tell about their owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file; a shot file may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Recipe {
    /// A recipe with nothing but a shot.
    pub fn new(shot: Shot) -> Self {
        Self {
            format: FORMAT,
            engine: Some(format!("gallop {}", env!("CARGO_PKG_VERSION"))),
            shot,
            prompt: None,
            seed: None,
            size: None,
            aspect: None,
            seconds: None,
            model: None,
            sampler: None,
            image: None,
            voice: None,
            latents: None,
        }
    }

    /// Reads the recipe of a clip, or a shot file.
    pub fn of_clip(path: &Path) -> anyhow::Result<Self> {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read: {}", path.display()))?;
            return Self::from_json(&text, path);
        }
        let metadata = gallop_media::read_metadata(path)?;
        let Some(text) = metadata.get(KEY) else {
            bail!("this clip carries no recipe: it was not made by Gallop, or was converted since: {}", path.display());
        };
        Self::from_json(text, path)
    }

    /// Reads the recipe of a draft.
    pub fn of_draft(path: &Path) -> anyhow::Result<Self> {
        match Latents::note(path)? {
            Some(text) => Self::from_json(&text, path),
            None => bail!("this draft carries no recipe: {}", path.display()),
        }
    }

    fn from_json(text: &str, path: &Path) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let unreadable = |error| anyhow::anyhow!("the recipe cannot be read ({error}): {}", path.display());
        let version: Version = serde_json::from_str(text).map_err(unreadable)?;
        if version.format > FORMAT {
            bail!("this was made by a newer Gallop (recipe format {}): {}", version.format, path.display());
        }
        serde_json::from_str(text).map_err(unreadable)
    }

    /// The recipe as text.
    pub fn to_json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

impl Model {
    /// The model that a manifest describes.
    pub fn of(manifest: &Manifest) -> anyhow::Result<Self> {
        Ok(Self { name: manifest.name.clone(), sha256: digest::of_model(manifest)? })
    }
}

impl Sampler {
    /// The sampler that a manifest describes.
    pub fn of(manifest: &Manifest) -> Self {
        let base = &manifest.base;
        Self {
            name: format!("{:?}", base.sampler).to_lowercase(),
            steps: base.steps,
            shift: base.shift,
            guidance: base.guidance.map(|scales| [scales.video, scales.video_low, scales.audio]),
        }
    }
}

impl Reference {
    /// The file at `path`, as it is now.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { file, sha256: Some(digest::of_file(path)?) })
    }

    /// Looks for the file beside `clip` and here. `flag` is how the user can give it instead.
    pub fn find(&self, clip: &Path, flag: &str) -> anyhow::Result<PathBuf> {
        // Only the name counts: a recipe from elsewhere must not choose which files of this machine are read.
        let name = Path::new(&self.file).file_name().unwrap_or_default();
        let beside = clip.parent().map(|folder| folder.join(name));
        let found = beside.into_iter().chain([PathBuf::from(name)]).find(|path| path.is_file());
        let Some(found) = found else {
            bail!(
                "the clip was made with a file that is neither beside it nor here; give it with {flag}: {}",
                self.file
            );
        };
        match &self.sha256 {
            Some(expected) if *expected != digest::of_file(&found)? => {
                bail!(
                    "this is not the file that the clip was made with; give the right one with {flag}: {}",
                    found.display()
                )
            }
            _ => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Recipe> {
        Recipe::from_json(text, Path::new("clip.mp4"))
    }

    #[test]
    fn a_shot_file_may_be_short() {
        let recipe = read(r#"{"format": 1, "shot": {"description": "A pony."}}"#).expect("recipe");
        assert_eq!(recipe.shot.description, "A pony.");
        assert_eq!(read(&recipe.to_json().expect("text")).expect("recipe"), recipe);
    }

    #[test]
    fn strange_recipes_are_refused() {
        for bad in ["", "{}", "[]", r#"{"format": 1}"#, r#"{"format": 1, "shot": 3}"#, r#"{"format": "1"}"#] {
            let error = read(bad).expect_err(bad).to_string();
            assert!(error.contains("cannot be read") && error.ends_with("clip.mp4"), "{error}");
        }
        let error = read(r#"{"format": 2, "picture": 1}"#).expect_err("from the future").to_string();
        assert!(error.contains("newer"), "{error}");
    }

    #[test]
    fn references_are_found_by_name_and_checked() {
        let folder = tempfile::tempdir().expect("folder");
        let clip = folder.path().join("clip.mp4");
        let picture = folder.path().join("ref.png");
        std::fs::write(&picture, "one").expect("written");
        let reference = Reference::of(&picture).expect("reference");
        assert_eq!(reference.file, "ref.png");
        assert_eq!(reference.find(&clip, "--image").expect("found"), picture);

        let elsewhere = Reference { file: "/etc/../some/where/ref.png".into(), ..reference.clone() };
        assert_eq!(elsewhere.find(&clip, "--image").expect("found"), picture, "only the name counts");

        std::fs::write(&picture, "two").expect("written");
        let error = reference.find(&clip, "--image").expect_err("another file").to_string();
        assert!(error.contains("not the file"), "{error}");
        std::fs::remove_file(&picture).expect("removed");
        let error = reference.find(&clip, "--image").expect_err("no file").to_string();
        assert!(error.contains("--image"), "{error}");
    }
}
