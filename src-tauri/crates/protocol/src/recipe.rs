//! What a clip is made from. It travels inside the clip, so that the clip can be made again.

use serde::{Deserialize, Serialize};

use crate::shot::Shot;
use crate::{Digest, Error, Result};

/// The clip's metadata key.
pub const KEY: &str = "gallop_recipe";
/// Version of this format. It rises when an older reader would misunderstand, not when a field is added.
pub const FORMAT: u32 = 1;

/// What a clip is made from. A shot file is the same with most of it left out; the engine completes it.
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
    /// How the model was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
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
    /// SHA-256 over its files; a shot file may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
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

/// How a model was run: what a machine's memory decided. All but the layers is seen in the clip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Type that the transformers and the text encoder computed in: `f32` or `bf16`.
    pub precision: String,
    /// Type that their weights were kept in, where that is another one: `int8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// Where the layers of the networks were: `resident`, or `streamed` from their files for each call.
    pub layers: String,
    /// Longest side of the tiles that the picture was decoded in, in latent cells; none where it was not cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tile: Option<usize>,
}

/// A file that the clip was made with. Its folder is not kept: a clip is published, and folders tell about their owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file; a shot file may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
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
            plan: None,
            image: None,
            voice: None,
            latents: None,
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`Error::Recipe`] for text that is none, [`Error::NewerRecipe`] for a later format.
    pub fn from_json(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let unreadable = |error: serde_json::Error| Error::Recipe(error.to_string());
        let version: Version = serde_json::from_str(text).map_err(unreadable)?;
        if version.format > FORMAT {
            return Err(Error::NewerRecipe(version.format));
        }
        serde_json::from_str(text).map_err(unreadable)
    }

    /// The recipe as text.
    ///
    /// # Errors
    /// [`Error::Recipe`] for a number that JSON has no word for.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Recipe(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shot_file_may_be_short() {
        let recipe = Recipe::from_json(r#"{"format": 1, "shot": {"description": "A pony."}}"#).expect("recipe");
        assert_eq!(recipe.shot.description, "A pony.");
        assert_eq!(Recipe::from_json(&recipe.to_json().expect("text")).expect("recipe"), recipe);
    }

    #[test]
    fn a_plan_says_what_is_not_usual() {
        let plan = Plan { precision: "f32".into(), weights: None, layers: "resident".into(), tile: None };
        let text = serde_json::to_string(&plan).expect("text");
        assert_eq!(text, r#"{"precision":"f32","layers":"resident"}"#);
        // What a later version adds does not keep this one from reading the rest.
        let later = r#"{"precision": "bf16", "weights": "int3", "layers": "streamed", "tile": 48, "more": 1}"#;
        let found = serde_json::from_str::<Plan>(later).expect("a plan");
        assert_eq!((found.weights.as_deref(), found.tile), (Some("int3"), Some(48)));
    }

    #[test]
    fn strange_recipes_are_refused() {
        for bad in ["", "{}", "[]", r#"{"format": 1}"#, r#"{"format": 1, "shot": 3}"#, r#"{"format": "1"}"#] {
            let error = Recipe::from_json(bad).expect_err(bad).to_string();
            assert!(error.contains("cannot be read"), "{error}");
        }
        let error = Recipe::from_json(r#"{"format": 2, "picture": 1}"#).expect_err("from the future").to_string();
        assert!(error.contains("newer"), "{error}");
    }
}
