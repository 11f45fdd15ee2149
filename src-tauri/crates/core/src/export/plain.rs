//! The timeline as it is: a film or one picture of it, in the project's own shape, for no platform. There is nothing beside
//! the file; what it says of where it comes from stands in it, as in every export.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use gallop_media::export::Progress;
use gallop_media::render::Painter;
use gallop_media::words::write_cover;
use gallop_media::write_picture;

use super::edition::Edition;
use super::graph::{length, moment};
use super::kit::{Kit, Maker};
use super::order::{CaptionUse, EncoderChoice, Item, LabelChoice, Order};
use super::preset::Preset;
use super::presets::Presets;
use super::scene::Scene;
use crate::timeline::RATE;
use crate::{Code, Detail, coded, told};

/// Films in mp4.
const FILM: &str = include_str!("plain.toml");

/// The ending of a name, in small letters.
fn ending(place: &Path) -> String {
    place.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

/// How a file of this name is made: `mp4`, or the masters' `mov`, `mkv` and `wav`.
fn preset(place: &Path) -> anyhow::Result<Preset> {
    let shipped = |id| Presets::shipped()?.get(id).cloned();
    match ending(place).as_str() {
        "mp4" => Preset::parse("plain", FILM),
        "mov" => shipped("master"),
        "mkv" => shipped("archive"),
        "wav" => shipped("wav"),
        _ => {
            let why = "a film ends in .mp4, .mov (ProRes), .mkv (FFV1), or .wav for its sound alone";
            Err(coded(Code::Input, format!("{why}: {}", place.display())))
        }
    }
}

/// Writes the timeline of a scene as a film; the ending of its name says which kind. `progress` can break it off.
///
/// # Errors
/// [`Code::Input`]: no film ends so, or there is nothing on the timeline. `gallop_media::Error::Stopped` where it was broken
/// off; the file cannot be written, or is not as it should be.
pub fn render_film(
    scene: &Scene,
    place: &Path,
    maker: &Maker,
    fonts: &Path,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> anyhow::Result<()> {
    let preset = preset(place)?;
    if length(&scene.timeline) == 0 {
        return Err(told(Code::Input, Detail::NothingOnTimeline));
    }
    let order = Order {
        presets: vec![preset.id.clone()],
        languages: Vec::new(),
        folder: String::new(),
        name: None,
        captions: CaptionUse::Picture,
        label: LabelChoice::Usual,
        cover_frame: None,
        encoder: EncoderChoice::Software,
    };
    let item = Item { preset: preset.id.clone(), tongues: None, folder: PathBuf::new(), name: String::new() };
    Kit { scene, order: &order, preset: &preset, item: &item, maker, fonts }.film(place, progress)
}

/// Writes the picture of a scene's timeline at a frame, as a PNG or JPEG file.
///
/// # Errors
/// [`Code::Input`]: the name ends in neither `.png` nor `.jpg`, or the timeline does not reach so far; a file cannot be read
/// or written.
pub fn render_picture(scene: &Scene, frame: u32, place: &Path, fonts: &Path) -> anyhow::Result<()> {
    let is_jpeg = match ending(place).as_str() {
        "png" => false,
        "jpg" | "jpeg" => true,
        _ => return Err(coded(Code::Input, format!("a picture ends in .png or .jpg: {}", place.display()))),
    };
    let frames = length(&scene.timeline);
    if frame >= frames {
        let seconds = f64::from(frames) / f64::from(RATE);
        return Err(coded(
            Code::Input,
            format!("the timeline is {seconds:.2} s long; there is no picture behind that"),
        ));
    }
    let preset = Preset::parse("plain", FILM)?;
    let mut graph = Edition::graph(&preset, &scene.timeline, &scene.materials, &scene.aspect);
    let edition =
        Edition { preset: preset.id.clone(), tongues: None, captions: CaptionUse::Picture, label: LabelChoice::Usual };
    graph.words = edition.words(&preset, &scene.timeline, graph.size, fonts)?;
    let painted = Painter::new(&graph, graph.size)?.frame(moment(frame))?;
    if is_jpeg {
        write_cover(place, &painted, graph.size)?;
    } else {
        write_picture(place, &painted.to_picture()?)?;
    }
    Ok(())
}
