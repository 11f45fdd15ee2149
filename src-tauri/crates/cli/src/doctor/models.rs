//! The models that are here and those that can be downloaded, each with how it fits.

use std::collections::BTreeMap;
use std::path::Path;

use gallop_core::store::{Catalog, Entry, State, Store};
use gallop_engine::digest;
use gallop_engine::model_folder::{self, ModelPlace};
use gallop_engine::shape::Pixels;
use gallop_models::generator::Size;
use gallop_models::plan::{ModelSizes, gib};
use gallop_protocol::doctor::{Fit, ModelFit, ModelKind, Presence, ReasonCode, SizeFit};

use super::fits::{Clip, Ground, Stored, reason};
use crate::error::one_line;
use crate::model;

/// Sizes of one entry that are looked at; an entry may come from a stranger.
const MOST_SIZES: usize = 16;
/// A clip of the released model, as its makers tell about it.
const USUAL_SECONDS: f32 = 5.0;

/// What the planner knows of an entry of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// The released model in 8 steps.
    Distilled,
    /// The released model in 32 steps with guidance.
    Base,
    /// One of its upscalers.
    Upscaler,
    /// A network of it, by the planner's name.
    Part(&'static str),
}

fn known(id: &str) -> Option<Known> {
    Some(match id {
        "magihuman-distill" => Known::Distilled,
        "magihuman-base" => Known::Base,
        "magihuman-540p" | "magihuman-1080p" => Known::Upscaler,
        "magihuman-turbo-vae" => Known::Part("picture decoder"),
        "t5gemma-9b-encoder" => Known::Part("text encoder"),
        "stable-audio-open-vae" => Known::Part("sound decoder"),
        "wan22-vae" => Known::Part("picture encoder"),
        _ => return None,
    })
}

/// Whether a model's name is Gallop's own, and so tells nothing about the user.
pub fn is_ours(id: &str) -> bool {
    id == model_folder::DEFAULT || known(id).is_some()
}

/// The models that can be opened by name, apart from those of the catalog: the one that was asked about or the one in the
/// box first.
pub fn installed(wanted: Option<&Path>, catalog: &Catalog, ground: &Ground) -> Vec<ModelFit> {
    let named = model::find(wanted);
    let mut fits = Vec::new();
    if let Err(error) = &named {
        let id = wanted.map_or_else(|| model_folder::DEFAULT.into(), |path| path.display().to_string());
        fits.push(unreadable(gallop_protocol::shown(&id), &one_line(error), Presence::Absent));
    }
    let is_of_catalog = |place: &ModelPlace| place.name.as_ref().is_some_and(|name| catalog.get(name).is_ok());
    let others = model::all().into_iter().filter(|place| !is_of_catalog(place));
    for place in named.into_iter().chain(others) {
        let fit = place_fit(&place, ground).unwrap_or_else(|error| {
            let folder = place.folders.first().and_then(|folder| folder.file_name()).unwrap_or_default();
            unreadable(gallop_protocol::shown(&folder.to_string_lossy()), &one_line(&error), Presence::Unreadable)
        });
        if !fits.iter().any(|known| known.id == fit.id) {
            fits.push(fit);
        }
    }
    fits
}

fn place_fit(place: &ModelPlace, ground: &Ground) -> anyhow::Result<ModelFit> {
    let manifest = place.open()?;
    let sizes = ModelSizes::of(&manifest)?;
    let clip = |size| Clip { size, seconds: manifest.seconds.default, longest_seconds: manifest.seconds.max };
    let trained = manifest.sizes.values().map(|[width, height]| Size::nearest(*width, *height));
    // An upscaler's targets are wide ones here; a tall one takes as much.
    let targets = manifest.upscale.iter().map(|part| Size::nearest(part.short_side * 16 / 9, part.short_side));
    let fits = trained.chain(targets).map(|size| ground.clip(&sizes, &clip(size), Stored::AsTheyAre));
    let fits = fits.collect::<Result<Vec<_>, _>>()?;
    let bytes = digest::model_bytes(&manifest)?;
    let id = gallop_protocol::shown(&manifest.name);
    Ok(fit_of(id.clone(), id, ModelKind::Clips, Presence::Whole { bytes }, fits))
}

/// The entries of the catalog.
pub fn catalog(catalog: &Catalog, store: &Store, ground: &Ground, free_bytes: Option<u64>) -> Vec<ModelFit> {
    let released = ModelSizes::released().and_then(|distilled| Ok((distilled, ModelSizes::released_base()?)));
    let fit = |entry: &Entry| {
        let presence = match store.state(entry) {
            Ok(State::Absent) => Presence::Absent,
            Ok(State::Partial { bytes }) => Presence::Partial { bytes },
            Ok(State::Whole { bytes }) => Presence::Whole { bytes },
            Err(_) => Presence::Unreadable,
        };
        let fits = match &released {
            Ok((distilled, base)) => entry_fits(entry, distilled, base, ground),
            Err(error) => Err(gallop_models::Error::Input(error.to_string())),
        };
        let kind = match known(&entry.id) {
            Some(Known::Distilled | Known::Base) => ModelKind::Clips,
            Some(Known::Upscaler) => ModelKind::Upscaler,
            Some(Known::Part(_)) => ModelKind::Part,
            None => ModelKind::Unknown,
        };
        let mut fit = match fits {
            Ok(sizes) => fit_of(entry.id.clone(), gallop_protocol::shown(&entry.name), kind, presence, sizes),
            Err(error) => unreadable(entry.id.clone(), &error.to_string(), presence),
        };
        room(&mut fit, entry, free_bytes);
        fit
    };
    let mut fits: Vec<_> = catalog.entries.iter().map(fit).collect();
    needs(&mut fits, catalog);
    fits
}

fn entry_fits(
    entry: &Entry,
    distilled: &ModelSizes,
    base: &ModelSizes,
    ground: &Ground,
) -> gallop_models::Result<Vec<SizeFit>> {
    let Some(known) = known(&entry.id) else { return Ok(Vec::new()) };
    let makes = entry.makes.clone().unwrap_or_default();
    let longest_seconds = makes.longest_seconds.unwrap_or(USUAL_SECONDS).clamp(1.0, 60.0);
    let clip = |size| Clip { size, seconds: USUAL_SECONDS.min(longest_seconds), longest_seconds };
    if let Known::Part(network) = known {
        return Ok(vec![ground.part(distilled, &clip(Size::nearest(448, 256)), network)?]);
    }
    let sizes = makes.sizes.iter().take(MOST_SIZES).filter_map(|size| size.parse::<Pixels>().ok());
    let sizes_of = if known == Known::Base { base } else { distilled };
    let fit = |size: Pixels| ground.clip(sizes_of, &clip(Size::nearest(size.width, size.height)), Stored::Converted);
    sizes.map(fit).collect()
}

/// A model that is as good as its best size.
fn fit_of(id: String, name: String, kind: ModelKind, presence: Presence, sizes: Vec<SizeFit>) -> ModelFit {
    let best = sizes.iter().min_by_key(|size| size.fit);
    let (fit, reasons) = match best {
        Some(best) => (best.fit, best.reasons.clone()),
        None => {
            let text = "nothing is known of what this model needs, so nobody can say whether it runs";
            (Fit::DoesNotRun, vec![reason(ReasonCode::Unknown, text)])
        }
    };
    ModelFit { id, name, kind, presence, fit, reasons, sizes }
}

fn unreadable(id: String, why: &str, presence: Presence) -> ModelFit {
    let reasons = vec![reason(ReasonCode::Unreadable, gallop_protocol::shown(why))];
    let (name, kind, fit) = (id.clone(), ModelKind::Unknown, Fit::DoesNotRun);
    ModelFit { id, name, kind, presence, fit, reasons, sizes: Vec::new() }
}

/// Whether there is room for what is not here yet.
fn room(fit: &mut ModelFit, entry: &Entry, free_bytes: Option<u64>) {
    let here = match fit.presence {
        Presence::Whole { .. } => return,
        Presence::Partial { bytes } => bytes,
        Presence::Absent | Presence::Unreadable => 0,
    };
    let needed = entry.disk_bytes.saturating_sub(here);
    if let Some(free) = free_bytes.filter(|free| *free < needed) {
        let text = format!("it still takes {} of the disk, {} are free; make room first", gib(needed), gib(free));
        fit.reasons.insert(0, reason(ReasonCode::DiskTooSmall, text));
        fit.fit = Fit::DoesNotRun;
    }
}

/// A model that needs one which does not run here does not run either.
fn needs(fits: &mut [ModelFit], catalog: &Catalog) {
    let before: BTreeMap<String, Fit> = fits.iter().map(|fit| (fit.id.clone(), fit.fit)).collect();
    for (fit, entry) in fits.iter_mut().zip(&catalog.entries).filter(|(fit, _)| fit.fit != Fit::DoesNotRun) {
        let lacking: Vec<&str> = entry.needs.iter().map(String::as_str).collect();
        let lacking: Vec<_> = lacking.into_iter().filter(|id| before.get(*id) == Some(&Fit::DoesNotRun)).collect();
        if !lacking.is_empty() {
            fit.fit = Fit::DoesNotRun;
            let text = format!("it needs what does not run here: {}", lacking.join(", "));
            fit.reasons.insert(0, reason(ReasonCode::NeedsAnother, text));
        }
    }
}

/// Where clips cannot be written, no model makes any.
pub fn without_encoder(fits: &mut [ModelFit]) {
    for fit in fits.iter_mut().filter(|fit| fit.kind != ModelKind::Unknown) {
        fit.fit = Fit::DoesNotRun;
        let text = "clips cannot be written: this FFmpeg has no H.264 or AAC encoder; install one with libx264";
        fit.reasons.insert(0, reason(ReasonCode::NoEncoder, text));
    }
}
