//! From flags, a recipe and a model to a request.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::bail;
use gallop_media::Channels;
use gallop_models::generator::{Manifest, Picture, Request, Size, Sound};
use gallop_models::image;
use gallop_models::text::prompt::{Language, Line, Shot};

use crate::args::{Aspect, GenerateArgs, MAX_SECONDS, Pixels};
use crate::error::usage;
use crate::recipe::{Model, Recipe, Reference, Sampler};

/// Samples per second at which a voice track is kept; the clip has the same.
const VOICE_RATE: u32 = 48_000;
/// A voice shorter than this has no word in it.
const MIN_VOICE_SECS: f64 = 0.2;

/// A recipe that was given, and the file that carried it.
pub struct Given {
    /// The recipe.
    pub recipe: Recipe,
    /// The clip, shot file or draft.
    pub path: PathBuf,
}

/// All that is known before the work begins.
pub struct Prepared {
    /// What the generator is asked.
    pub request: Request,
    /// The recipe of the new clip, but for its latents.
    pub recipe: Recipe,
    /// What will not be exactly as asked.
    pub notices: Vec<String>,
}

/// The shot of `gallop bench`: every part of the prompt is in it.
pub fn ordinary_shot() -> Shot {
    let line = Line { speaker: None, language: Language::English, text: "Hello, my friend!".into() };
    let description = "A red paper pony stands in a meadow at sunset, the camera slowly pans left.";
    Shot { description: description.into(), lines: vec![line], sound: Some("Wind".into()) }
}

/// Puts flags over the given recipe and asks the model for the rest.
pub fn prepare(args: &GenerateArgs, given: Option<&Given>, manifest: &Manifest) -> anyhow::Result<Prepared> {
    let mut notices = Vec::new();
    let old = given.map(|given| &given.recipe);
    let (shot, prompt) = text(args, old)?;
    let image = reference(args.image.as_deref(), given, |recipe| recipe.image.as_ref(), "--image")?;
    let voice = reference(args.audio.as_deref(), given, |recipe| recipe.voice.as_ref(), "--audio")?;
    let picture = image.as_deref().map(read_picture).transpose()?;
    let sound = voice.as_deref().map(read_voice).transpose()?;
    let size = size(args, old, picture.as_ref(), manifest, &mut notices)?;
    let duration_secs = duration_secs(args, old, sound.as_ref(), manifest, &mut notices)?;
    let seed = args.seed.or_else(|| old?.seed).unwrap_or_else(any_seed);
    let model = Model::of(manifest)?;
    if let Some(before) = old.and_then(|recipe| recipe.model.as_ref()).filter(|before| **before != model) {
        let what = if before.name == model.name { "other weights" } else { "another model" };
        notices.push(format!("this is {what} than the clip was made with, so the new clip will differ"));
    }
    let mut recipe = Recipe::new(shot);
    recipe.prompt = Some(prompt.clone());
    recipe.seed = Some(seed);
    recipe.size = Some([size.width(), size.height()]);
    recipe.seconds = Some(duration_secs);
    recipe.model = Some(model);
    recipe.sampler = Some(Sampler::of(manifest));
    recipe.image = image.as_deref().map(Reference::of).transpose()?;
    recipe.voice = voice.as_deref().map(Reference::of).transpose()?;
    let request = Request { prompt, size, duration_secs, seed, image: picture, voice: sound };
    Ok(Prepared { request, recipe, notices })
}

/// The shot and its composed prompt. A recipe's own prompt stands word for word as long as no flag changes the shot.
fn text(args: &GenerateArgs, old: Option<&Recipe>) -> anyhow::Result<(Shot, String)> {
    let mut shot = old.map(|recipe| recipe.shot.clone()).unwrap_or_default();
    let before = shot.clone();
    if let Some(description) = &args.prompt {
        shot.description.clone_from(description);
    }
    if args.sound.is_some() {
        shot.sound.clone_from(&args.sound);
    }
    if !args.say.is_empty() {
        shot.lines = args.say.iter().map(|text| line(text)).collect();
    }
    let shot_lines = shot.lines.len();
    for (line, language) in shot.lines.iter_mut().zip(one_each("--language", &args.language, shot_lines)?) {
        line.language = *language;
    }
    for (line, speaker) in shot.lines.iter_mut().zip(one_each("--speaker", &args.speaker, shot_lines)?) {
        line.speaker = Some(speaker.clone());
    }
    let prompt = match old.and_then(|recipe| recipe.prompt.as_ref()).filter(|_| shot == before) {
        Some(prompt) => prompt.clone(),
        None => shot.compose()?,
    };
    Ok((shot, prompt))
}

fn line(text: &str) -> Line {
    Line { speaker: None, language: language_of_script(text), text: text.into() }
}

/// The values of a flag by line: none at all, one for all lines, or one for each.
fn one_each<'a, T>(flag: &str, values: &'a [T], lines: usize) -> anyhow::Result<Vec<&'a T>> {
    match values {
        [one] if lines > 0 => Ok(vec![one; lines]),
        _ if values.is_empty() || values.len() == lines => Ok(values.iter().collect()),
        _ if lines == 0 => Err(usage(format!("{flag} needs a spoken line; give one with --say"))),
        _ => Err(usage(format!(
            "{flag} is given {} times for {lines} of --say; give it once for all lines, or once for each in their order",
            values.len()
        ))),
    }
}

/// The likeliest language where none is named: kana is Japanese, Hangul is Korean, other Han characters are Mandarin.
fn language_of_script(text: &str) -> Language {
    let any = |range: std::ops::RangeInclusive<char>| text.chars().any(|char| range.contains(&char));
    if any('\u{3040}'..='\u{30ff}') {
        Language::Japanese
    } else if any('\u{ac00}'..='\u{d7a3}') {
        Language::Korean
    } else if any('\u{3400}'..='\u{9fff}') {
        Language::Mandarin
    } else {
        Language::English
    }
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
    of_recipe(&given.recipe).map(|reference| reference.find(&given.path, flag)).transpose()
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
    args: &GenerateArgs,
    old: Option<&Recipe>,
    picture: Option<&Picture>,
    manifest: &Manifest,
    notices: &mut Vec<String>,
) -> anyhow::Result<Size> {
    if let Some(asked) = args.size {
        return Ok(exact(asked, manifest, notices));
    }
    if args.aspect.is_none()
        && let Some([width, height]) = old.and_then(|recipe| recipe.size)
    {
        let checked = format!("{width}x{height}").parse::<Pixels>();
        let asked = checked.map_err(|reason| anyhow::anyhow!("the recipe's size cannot be made: {reason}"))?;
        return Ok(exact(asked, manifest, notices));
    }
    let of_recipe = || old?.aspect.as_ref().map(|aspect| aspect.parse::<Aspect>()).transpose().transpose();
    let asked = match args.aspect {
        Some(aspect) => Some(aspect),
        None => of_recipe().transpose().map_err(|reason| anyhow::anyhow!("the recipe's aspect: {reason}"))?,
    };
    let of_picture = picture.map(|picture| Aspect::of(picture.size().width as u32, picture.size().height as u32));
    let wanted = asked.or(of_picture).unwrap_or(Aspect::of(9, 16));
    let (name, size) = nearest_trained(wanted, manifest)?;
    if let Some(asked) = asked.filter(|asked| asked.to_string() != name) {
        notices.push(format!("{} is not trained for {asked}; {name} ({size}) is used instead", manifest.name));
    }
    Ok(size)
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

/// The trained size whose shape is nearest, by the ratio of the ratios.
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
    args: &GenerateArgs,
    old: Option<&Recipe>,
    voice: Option<&Sound>,
    manifest: &Manifest,
    notices: &mut Vec<String>,
) -> anyhow::Result<f32> {
    let range = manifest.seconds;
    let asked = args.seconds.or_else(|| old?.seconds);
    let duration_secs = match voice {
        // The voice can be cut, not stretched.
        Some(voice) => asked.unwrap_or(MAX_SECONDS).min(voice.duration_secs() as f32),
        None => asked.unwrap_or(range.default),
    };
    if args.seconds.is_some_and(|asked| duration_secs < asked - 0.05) {
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
fn any_seed() -> u64 {
    RandomState::new().build_hasher().finish() >> 32
}
