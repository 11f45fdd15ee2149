//! One source by one preset: what went in, what came out, and whether that is right.

use std::path::Path;

use gallop_core::export::Preset;
use gallop_media::FrameRate;
use gallop_media::inspect::{Depth, Inspection, inspect};

use crate::choice::Pair;
use crate::heard::{Heard, listen};
use crate::house::{Exported, Film};
use crate::seen::{Shown, watch};
use crate::sources::{Known, Source};
use crate::{kit, labels, pictures, sounds, tracks};

/// A finished clip with all that is known of it.
pub struct Case<'a> {
    /// What went in.
    pub source: &'a Source,
    /// What it should come out as.
    pub preset: &'a Preset,
    /// How.
    pub pair: Pair,
    /// Length of the timeline, in its frames.
    pub frames: u32,
    /// What core made.
    pub made: &'a Exported,
    /// What the file says of itself.
    pub file: Inspection,
    /// What is seen in it; nothing of sound alone.
    pub shown: Option<Shown>,
    /// What is heard in it.
    pub heard: Heard,
}

/// Looks at an exported clip. The first thing that is wrong is the error.
pub fn check(source: &Source, preset: &Preset, pair: Pair, film: &Film, made: &Exported) -> Result<(), String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("it cannot be read back: {error}");
    let file = inspect(&made.clip, Depth::Whole).map_err(|error| unreadable(&error))?;
    let shown = match &preset.picture {
        Some(_) => Some(watch(&made.clip).map_err(|error| unreadable(&error))?),
        None => None,
    };
    let heard = listen(&made.clip, file.duration_secs).map_err(|error| unreadable(&error))?;
    let case = Case { source, preset, pair, frames: film.frames, made, file, shown, heard };
    film_is(&case, film)?;
    tracks::check(&case)?;
    pictures::check(&case)?;
    sounds::check(&case)?;
    labels::check(&case)?;
    kit::check(&case)
}

/// Whether the studio took the source for what it is.
fn film_is(case: &Case<'_>, film: &Film) -> Result<(), String> {
    let Some(known) = &case.source.known else { return Ok(()) };
    if film.is_still != known.secs.is_none() || film.has_sound != known.clicks {
        return Err(format!("imported as still: {}, with sound: {}", film.is_still, film.has_sound));
    }
    let length = known.secs.map_or(f64::from(film.frames), |secs| secs * 25.0);
    if (f64::from(film.frames) - length).abs() > 1.0 {
        return Err(format!("imported as {} frames instead of {length:.1}", film.frames));
    }
    Ok(())
}

impl Case<'_> {
    /// Frames per second of its pictures.
    pub fn rate(&self) -> Option<FrameRate> {
        self.preset.rate()
    }

    /// Width and height of its pictures.
    pub fn size(&self) -> Option<(u32, u32)> {
        self.preset.size(self.pair.aspect)
    }

    /// Length of the timeline.
    pub fn timeline_secs(&self) -> f64 {
        f64::from(self.frames) / 25.0
    }

    /// How many pictures there should be: those that begin within the timeline.
    pub fn pictures(&self) -> u64 {
        let rate = self.rate().map_or(0, |rate| rate.num);
        (u64::from(self.frames) * u64::from(rate)).div_ceil(25).max(1)
    }

    /// Length that the clip should have.
    pub fn secs(&self) -> f64 {
        self.rate().map_or(self.timeline_secs(), |rate| self.pictures() as f64 / rate.per_second())
    }

    /// The name of a file of the kit.
    pub fn file(&self, ending: &str) -> std::path::PathBuf {
        self.made.folder.join(format!("clip.{ending}"))
    }

    /// What is known of the source, where it was made here.
    pub fn known(&self) -> Option<&Known> {
        self.source.known.as_ref()
    }
}

/// Says what differs.
pub fn same<T: Copy + PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found:?} instead of {wanted:?}")) }
}

/// Whether a file is there and not empty.
pub fn is_there(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.len() > 0)
}
