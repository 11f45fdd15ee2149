//! From a recipe that leaves things open to a request that leaves none.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gallop_media::Channels;
use gallop_models::generator::{Manifest, Picture, Request, Size, Sound};
use gallop_models::image;
use gallop_protocol::recipe::{Model, Recipe, Reference, Sampler};

use crate::digest;
use crate::shape::{Aspect, MAX_SECONDS, Pixels};

/// Samples per second at which a voice track is kept; the clip has the same.
const VOICE_RATE: u32 = 48_000;
/// A voice shorter than this has no word in it.
const MIN_VOICE_SECS: f64 = 0.2;

/// The files that a recipe refers to, as they are here.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// The reference picture.
    pub image: Option<PathBuf>,
    /// The voice track.
    pub voice: Option<PathBuf>,
}

/// All that is known before the work begins.
pub struct Completed {
    /// What the generator is asked.
    pub request: Request,
    /// The recipe with nothing open but the latents.
    pub recipe: Recipe,
    /// What will not be exactly as asked.
    pub notices: Vec<String>,
}

/// Reads the references and asks the model for what the recipe leaves open. The recipe's own prompt stands word for word.
/// `model` is what [`model`] says of the manifest: hashing takes long enough to be done once.
///
/// # Errors
/// The shot cannot be composed, a reference cannot be read or used, or the size or the length cannot be made.
pub fn complete(
    recipe: Recipe,
    references: &References,
    manifest: &Manifest,
    model: Model,
) -> anyhow::Result<Completed> {
    let mut notices = Vec::new();
    let prompt = match &recipe.prompt {
        Some(prompt) => prompt.clone(),
        None => recipe.shot.compose()?,
    };
    let image = references.image.as_deref().map(read_picture).transpose()?;
    let voice = references.voice.as_deref().map(read_voice).transpose()?;
    let size = size(&recipe, image.as_ref(), manifest, &mut notices)?;
    let duration_secs = duration_secs(&recipe, voice.as_ref(), manifest, &mut notices)?;
    let seed = recipe.seed.unwrap_or_else(any_seed);
    if let Some(before) = &recipe.model {
        let other_weights = before.sha256.as_ref().is_some_and(|sha256| Some(sha256) != model.sha256.as_ref());
        if before.name != model.name {
            notices.push("this is another model than the clip was made with, so the new clip will differ".into());
        } else if other_weights {
            notices.push("these are other weights than the clip was made with, so the new clip will differ".into());
        }
    }
    let recipe = Recipe {
        prompt: Some(prompt.clone()),
        seed: Some(seed),
        size: Some([size.width(), size.height()]),
        aspect: None,
        seconds: Some(duration_secs),
        model: Some(model),
        sampler: Some(sampler(manifest)),
        image: recipe.image,
        voice: recipe.voice,
        ..Recipe::new(recipe.shot)
    };
    let request = Request { prompt, size, duration_secs, seed, image, voice };
    Ok(Completed { request, recipe, notices })
}

/// The model that a manifest describes.
///
/// # Errors
/// A file of it cannot be read.
pub fn model(manifest: &Manifest) -> anyhow::Result<Model> {
    Ok(Model { name: manifest.name.clone(), sha256: Some(digest::of_model(manifest)?) })
}

/// The sampler that a manifest describes.
pub fn sampler(manifest: &Manifest) -> Sampler {
    let base = &manifest.base;
    Sampler {
        name: format!("{:?}", base.sampler).to_lowercase(),
        steps: base.steps,
        shift: base.shift,
        guidance: base.guidance.map(|scales| [scales.video, scales.video_low, scales.audio]),
    }
}

/// The file at `path`, as it is now.
///
/// # Errors
/// It cannot be read.
pub fn reference(path: &Path) -> anyhow::Result<Reference> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Reference { file, sha256: Some(digest::of_file(path)?) })
}

fn read_picture(path: &Path) -> anyhow::Result<Picture> {
    let picture = gallop_media::read_picture(path)?;
    let size = image::Size { width: picture.width as usize, height: picture.height as usize };
    Ok(Picture::new(size, picture.rgb)?)
}

fn read_voice(path: &Path) -> anyhow::Result<Sound> {
    let sound = gallop_media::read_sound(path, VOICE_RATE, Channels::Stereo)?;
    let seconds = sound.duration_secs();
    if seconds < MIN_VOICE_SECS {
        bail!("the voice lasts {seconds:.2} s, too short to be followed: {}", path.display());
    }
    if seconds > f64::from(MAX_SECONDS) {
        bail!("the voice lasts {seconds:.1} s, and a clip {MAX_SECONDS} s at most; cut it first: {}", path.display());
    }
    if sound.is_silent() {
        bail!("the voice is silent, there is nothing in it to follow: {}", path.display());
    }
    Ok(Sound { sample_rate: sound.sample_rate, channels: sound.channels })
}

fn size(
    recipe: &Recipe,
    picture: Option<&Picture>,
    manifest: &Manifest,
    notices: &mut Vec<String>,
) -> anyhow::Result<Size> {
    if let Some([width, height]) = recipe.size {
        let checked = Pixels::new(width, height);
        let asked = checked.map_err(|reason| anyhow::anyhow!("the recipe's size cannot be made: {reason}"))?;
        return Ok(exact(asked, manifest, notices));
    }
    let asked = recipe.aspect.as_ref().map(|aspect| aspect.parse::<Aspect>()).transpose();
    let asked = asked.map_err(anyhow::Error::msg).context("the recipe's aspect")?;
    let of_picture = picture.map(|picture| Aspect::of(picture.size().width as u32, picture.size().height as u32));
    let wanted = asked.or(of_picture).unwrap_or(Aspect::of(9, 16));
    let (name, size) = nearest_trained(wanted, manifest)?;
    if let Some(asked) = asked.filter(|asked| asked.to_string() != name) {
        notices.push(format!("{} is not trained for {asked}; {name} ({size}) is used instead", manifest.name));
    }
    Ok(manifest.finished_size(size))
}

/// The asked size in whole tokens, with a word about it where it is not what the user or the model expects.
fn exact(asked: Pixels, manifest: &Manifest, notices: &mut Vec<String>) -> Size {
    let size = Size::nearest(asked.width, asked.height);
    if (size.width(), size.height()) != (asked.width, asked.height) {
        notices.push(format!("sides must be multiples of 32; {size} is used instead of {asked}"));
    }
    let short_side = size.width().min(size.height());
    let trained = manifest.sizes.values().any(|known| *known == [size.width(), size.height()])
        || manifest.upscale.iter().any(|part| part.short_side == short_side);
    if !trained {
        let known: Vec<_> = manifest.sizes.values().map(|[width, height]| format!("{width}x{height}")).collect();
        notices.push(format!("{} was not trained at {size}; it knows {}", manifest.name, known.join(", ")));
    }
    size
}

/// The trained size whose shape is nearest, by the ratio of the ratios, and its name.
///
/// # Errors
/// The model names no sizes.
pub fn nearest_trained(wanted: Aspect, manifest: &Manifest) -> anyhow::Result<(String, Size)> {
    let distance = |[width, height]: [u32; 2]| (Aspect::of(width, height).ratio() / wanted.ratio()).ln().abs();
    // By the name's ratio first: 128x224 is called 9:16, and is meant where 9:16 is asked for.
    let shape = |name: &str, size| {
        name.parse().map_or(distance(size), |named: Aspect| (named.ratio() / wanted.ratio()).ln().abs())
    };
    let nearest = manifest.sizes.iter().min_by(|a, b| shape(a.0, *a.1).total_cmp(&shape(b.0, *b.1)));
    match nearest {
        Some((name, [width, height])) => Ok((name.clone(), Size::nearest(*width, *height))),
        None => bail!("the model `{}` names no sizes; give one with --size", manifest.name),
    }
}

fn duration_secs(
    recipe: &Recipe,
    voice: Option<&Sound>,
    manifest: &Manifest,
    notices: &mut Vec<String>,
) -> anyhow::Result<f32> {
    let range = manifest.seconds;
    let duration_secs = match voice {
        // The voice can be cut, not stretched.
        Some(voice) => recipe.seconds.unwrap_or(MAX_SECONDS).min(voice.duration_secs() as f32),
        None => recipe.seconds.unwrap_or(range.default),
    };
    if recipe.seconds.is_some_and(|asked| duration_secs < asked - 0.05) {
        notices.push(format!("the clip is as long as the voice, {duration_secs:.2} s"));
    }
    if !(duration_secs > 0.0 && duration_secs <= MAX_SECONDS) {
        bail!("a clip cannot be {duration_secs} s long; it lasts above 0 and up to {MAX_SECONDS} s");
    }
    if duration_secs < range.min || duration_secs > range.max {
        let name = &manifest.name;
        notices.push(format!("{name} was trained for {} to {} s, not for {duration_secs:.1} s", range.min, range.max));
    }
    Ok(duration_secs)
}

/// A seed nobody chose, short enough to be typed.
pub fn any_seed() -> u64 {
    RandomState::new().build_hasher().finish() >> 32
}
