//! What `gallop render -o` writes: the timeline as it is, as a film or a picture.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gallop_core::api::read_scene;
use gallop_core::export::{render_film, render_picture};
use gallop_core::places::Places;
use gallop_core::settings::Settings;
use gallop_core::timeline::RATE;
use serde_json::json;

use crate::cancel::Cancel;
use crate::error::usage;
use crate::export::{Tell, print};
use crate::report::Format;

/// Endings of films and of pictures.
const FILMS: [&str; 4] = ["mp4", "mov", "mkv", "wav"];
const PICTURES: [&str; 3] = ["png", "jpg", "jpeg"];

/// What is to be written.
pub struct Output {
    place: PathBuf,
    /// The frame of the timeline, for a picture.
    frame: Option<u32>,
}

impl Output {
    /// A file, which shows the moment of so many seconds where it is a picture.
    pub fn new(place: &Path, seconds: Option<f64>) -> anyhow::Result<Self> {
        let ending = place.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let (is_film, is_picture) = (FILMS.contains(&ending.as_str()), PICTURES.contains(&ending.as_str()));
        let frame = match seconds {
            None if is_film => None,
            None if is_picture => return Err(usage("a picture shows a moment; say which with --frame SECONDS")),
            None => return Err(usage(format!("a film ends in .mp4, .mov, .mkv or .wav, not so: {}", place.display()))),
            Some(seconds) if !(0.0..1e6).contains(&seconds) => {
                return Err(usage(format!("--frame names a moment of the timeline, not {seconds} seconds")));
            }
            // Rounded down: the picture that is seen at that moment.
            Some(seconds) if is_picture => Some((seconds * f64::from(RATE) + 1e-6).floor() as u32),
            Some(_) => return Err(usage(format!("a picture ends in .png or .jpg, not so: {}", place.display()))),
        };
        let place = std::path::absolute(place).context("this is not the name of a file")?;
        if !place.parent().is_some_and(Path::is_dir) {
            bail!("there is no folder for it: {}", place.display());
        }
        Ok(Self { place, frame })
    }

    /// Writes it, and says where it is.
    pub fn write(&self, places: &Places, project: &Path, format: Format) -> anyhow::Result<()> {
        let folder = std::path::absolute(project).context("this is not the name of a folder")?;
        let (scene, _) = read_scene(&folder)?;
        let fonts = places.fonts();
        match self.frame {
            Some(frame) => render_picture(&scene, frame, &self.place, &fonts)?,
            None => {
                let maker = Settings::load(places)?.export;
                let cancel = Cancel::listen()?;
                cancel.writing_begins();
                let mut tell = Tell::of_film(format);
                let written = render_film(&scene, &self.place, &maker, &fonts, &mut |progress| {
                    tell.step(&progress);
                    if cancel.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
                tell.clear();
                if cancel.is_asked() {
                    return Err(gallop_models::Error::Cancelled.into());
                }
                written?;
            }
        }
        let told = match format {
            Format::Json => json!({ "event": "file", "path": self.place }).to_string(),
            Format::Human => self.place.display().to_string(),
        };
        print(&told)
    }
}
