//! What is known of the models that clips are made with, without asking an engine.

use std::collections::BTreeMap;
use std::path::Path;

use gallop_protocol::message::{Goal, ModelInfo};
use serde::Deserialize;

use crate::files;
use crate::runner::EngineStatus;

/// The model in the box.
pub const PONY: &str = "pony";
const PONY_MANIFEST: &str = include_str!("../../../../../models/pony/model.json");
/// What the released model makes, before any engine here has it; its engine says the same.
const RELEASED: &str = "daVinci-MagiHuman";

/// What engines have told, in the cache folder.
const FILE: &str = "models.json";

/// What clips can be made with.
#[derive(Debug, Clone, Default)]
pub struct KnownModels {
    models: BTreeMap<String, ModelInfo>,
}

impl KnownModels {
    /// The model in the box, and what engines that have answered tell of theirs.
    pub fn new(engines: &[EngineStatus]) -> Self {
        let mut models: BTreeMap<String, ModelInfo> =
            pony().into_iter().map(|pony| (pony.name.clone(), pony)).collect();
        let told = engines.iter().filter_map(|engine| engine.hello.as_ref()).flat_map(|hello| &hello.models);
        models.extend(told.map(|model| (model.name.clone(), model.clone())));
        Self { models }
    }

    /// As [`Self::new`], with what earlier studios heard; what is new is kept for later ones.
    pub fn kept_in(cache: &Path, engines: &[EngineStatus]) -> Self {
        let file = cache.join(FILE);
        let kept: BTreeMap<String, ModelInfo> = files::read_json(&file).unwrap_or_default();
        let mut models = kept.clone();
        models.extend(Self::new(engines).models);
        if models != kept {
            // Not worth an error: the next engine tells it again.
            files::write_json(&file, &models).ok();
        }
        Self { models }
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &ModelInfo> {
        self.models.values()
    }

    /// What is known of one.
    pub fn get(&self, name: &str) -> Option<&ModelInfo> {
        self.models.get(name)
    }

    /// How long its clips are where nobody says otherwise.
    pub fn usual_seconds(&self, name: &str) -> f32 {
        let told = self.get(name).map(|model| model.seconds[2]).filter(|seconds| (0.1..=600.0).contains(seconds));
        told.unwrap_or(if name.starts_with(RELEASED) { 5.0 } else { 4.0 })
    }

    /// The size of its clips in a shape, where nobody says another.
    pub fn usual_size(&self, name: &str, aspect: &str, goal: Goal) -> Option<[u32; 2]> {
        let model = self.get(name)?;
        let draft = model.sizes.get(aspect).copied()?;
        Some(if goal == Goal::Final { final_size(draft, &model.upscales) } else { draft })
    }
}

/// The largest size that a model brings a draft to, in its shape; the draft's own where it has no network for that.
pub fn final_size([width, height]: [u32; 2], upscales: &[u32]) -> [u32; 2] {
    let short = width.min(height).max(1);
    let Some(target) = upscales.iter().copied().max().filter(|target| *target > short) else { return [width, height] };
    let scaled = |side: u32| {
        let side = f64::from(side) * f64::from(target) / f64::from(short);
        // The networks work on squares of 32 pixels.
        (side / 32.0).round().clamp(1.0, 512.0) as u32 * 32
    };
    [scaled(width), scaled(height)]
}

fn pony() -> Option<ModelInfo> {
    #[derive(Deserialize)]
    struct Manifest {
        seconds: Seconds,
        sizes: BTreeMap<String, [u32; 2]>,
        #[serde(default)]
        upscale: Vec<Upscale>,
    }
    #[derive(Deserialize)]
    struct Upscale {
        short_side: u32,
    }
    #[derive(Deserialize)]
    struct Seconds {
        min: f32,
        max: f32,
        default: f32,
    }
    let Manifest { seconds, sizes, upscale } = serde_json::from_str(PONY_MANIFEST).ok()?;
    let seconds = [seconds.min, seconds.max, seconds.default];
    let upscales = upscale.iter().map(|part| part.short_side).collect();
    Some(ModelInfo { name: PONY.into(), sha256: String::new(), sizes, upscales, seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_in_the_box_is_known() {
        let known = KnownModels::new(&[]);
        assert_eq!(known.usual_seconds(PONY), 4.0);
        assert_eq!(known.usual_size(PONY, "9:16", Goal::Draft), Some([128, 224]));
        assert_eq!(known.usual_size("another", "9:16", Goal::Draft), None);
    }

    #[test]
    fn a_draft_is_brought_to_the_largest_size_in_its_shape() {
        assert_eq!(final_size([256, 448], &[540, 1088]), [1088, 1920]);
        assert_eq!(final_size([256, 448], &[256]), [256, 448]);
        assert_eq!(final_size([256, 448], &[]), [256, 448]);
    }
}
