//! From flags and a recipe to a recipe.

use std::path::{Path, PathBuf};

use gallop_engine::complete::{self, Completed, References};
use gallop_models::generator::Manifest;
use gallop_protocol::recipe::{Recipe, Reference};
use gallop_protocol::shot::{Language, Line, Shot};

use crate::args::GenerateArgs;
use crate::{recipe, words};

/// A recipe that was given, and the file that carried it.
pub struct Given {
    /// The recipe.
    pub recipe: Recipe,
    /// The clip, shot file or draft.
    pub path: PathBuf,
}

/// The shot of `gallop bench`: every part of the prompt is in it.
pub fn ordinary_shot() -> Shot {
    let line = Line { speaker: None, language: Language::English, text: "Hello, my friend!".into() };
    let description = "A red paper pony stands in a meadow at sunset, the camera slowly pans left.";
    Shot { description: description.into(), lines: vec![line], sound: Some("Wind".into()) }
}

/// Puts flags over the given recipe and asks the model for the rest.
pub fn prepare(args: &GenerateArgs, given: Option<&Given>, manifest: &Manifest) -> anyhow::Result<Completed> {
    let old = given.map(|given| &given.recipe);
    let recipe = over(args, old)?;
    let image = reference(args.image.as_deref(), given, |recipe| recipe.image.as_ref(), "--image")?;
    let voice = reference(args.audio.as_deref(), given, |recipe| recipe.voice.as_ref(), "--audio")?;
    let references = References { image, voice };
    let mut completed = complete::complete(recipe, &references, manifest, complete::model(manifest)?)?;
    // Behind the reading, which has the better words for a file that cannot be read.
    completed.recipe.image = references.image.as_deref().map(complete::reference).transpose()?;
    completed.recipe.voice = references.voice.as_deref().map(complete::reference).transpose()?;
    Ok(completed)
}

/// The recipe that flags and an old recipe make together, references left out.
fn over(args: &GenerateArgs, old: Option<&Recipe>) -> anyhow::Result<Recipe> {
    let (shot, prompt) = text(args, old)?;
    let mut recipe = Recipe::new(shot);
    recipe.prompt = Some(prompt);
    recipe.seed = args.seed.or_else(|| old?.seed);
    recipe.seconds = args.seconds.or_else(|| old?.seconds);
    recipe.model = old.and_then(|old| old.model.clone());
    // Whichever of size and shape is given as a flag stands alone; the recipe's come after both.
    match (args.size, args.aspect) {
        (Some(size), _) => recipe.size = Some([size.width, size.height]),
        (None, Some(aspect)) => recipe.aspect = Some(aspect.to_string()),
        (None, None) => {
            recipe.size = old.and_then(|old| old.size);
            recipe.aspect = old.and_then(|old| old.aspect.clone());
        }
    }
    Ok(recipe)
}

/// The shot and its composed prompt. A recipe's own prompt stands word for word as long as no flag changes the shot.
fn text(args: &GenerateArgs, old: Option<&Recipe>) -> anyhow::Result<(Shot, String)> {
    let mut shot = old.map(|recipe| recipe.shot.clone()).unwrap_or_default();
    let before = shot.clone();
    words::put(&args.words, &mut shot)?;
    let prompt = match old.and_then(|recipe| recipe.prompt.as_ref()).filter(|_| shot == before) {
        Some(prompt) => prompt.clone(),
        None => shot.compose()?,
    };
    Ok((shot, prompt))
}

/// The file that a flag names, else the one that the recipe names.
fn reference(
    flag_value: Option<&Path>,
    given: Option<&Given>,
    of_recipe: impl Fn(&Recipe) -> Option<&Reference>,
    flag: &str,
) -> anyhow::Result<Option<PathBuf>> {
    if let Some(path) = flag_value {
        return Ok(Some(path.to_path_buf()));
    }
    let Some(given) = given else { return Ok(None) };
    of_recipe(&given.recipe).map(|reference| recipe::find(reference, &given.path, flag)).transpose()
}
