//! What a media file is, as data: its boxes, tracks, times, labels, and what is seen and heard in it.

mod content;
mod facts;
mod tracks;

use std::{
    ops::ControlFlow,
    panic::resume_unwind,
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use serde::{Deserialize, Serialize};

pub(crate) use self::content::{Gray, Shrink, apart, gray};
pub use self::facts::{AudioTrack, Content, Inspection, OuterBox, Stretch, VideoTrack};
use crate::{Error, Result, boxes, files, probe, provenance};

/// How closely a file is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// Its boxes, tracks, times and labels. The file is read once, and nothing of it decoded.
    Surface,
    /// Also every picture and sample, decoded.
    #[default]
    Whole,
}

/// The tag that holds Gallop's recipe.
const RECIPE: &str = "gallop_recipe";
/// More boxes than these are counted but not listed: those of a live stream's recording.
const MOST_BOXES: usize = 1_000;

/// Tells what a media file is. The error names the file and says what is wrong with it, where it is no media file.
pub fn inspect(path: &Path, depth: Depth) -> Result<Inspection> {
    inspect_with(path, depth, |_, _| ControlFlow::Continue(()))
}

/// The same, and shows every decoded frame, small and grey, with the part of the file that has been decoded, 0 to 1; of a file
/// without pictures only the part. Where `show` breaks, it ends with [`Error::Stopped`].
pub(crate) fn inspect_with(
    path: &Path,
    depth: Depth,
    mut show: impl FnMut(Option<&Gray>, f64) -> ControlFlow<()>,
) -> Result<Inspection> {
    let file = files::open("open the file", path)?;
    let bytes = file.metadata().map_err(Error::io("open the file", path))?.len();
    let found = tracks::read(path)?;
    let metadata = probe::read_metadata(path)?;
    let labels = provenance::read(path, &metadata)?;
    let mut content = None;
    if depth == Depth::Whole {
        let (has_pictures, has_sound) = (!found.video.is_empty(), !found.audio.is_empty());
        let (seen, heard) = if has_pictures && has_sound {
            // Pictures seldom keep all cores busy.
            let unwanted = AtomicBool::new(false);
            let go_on =
                |_: f64| if unwanted.load(Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            thread::scope(|scope| {
                let hearing = scope.spawn(|| content::hear(path, found.sound_secs, go_on));
                let seen = content::watch(path, found.duration_secs, show);
                unwanted.store(seen.is_err(), Relaxed);
                let heard = hearing.join().unwrap_or_else(|panic| resume_unwind(panic));
                Ok((seen?, heard?))
            })?
        } else if has_sound {
            let heard = content::hear(path, found.sound_secs, |done| show(None, done))?;
            (Content::default(), Some(heard.ok_or_else(|| Error::Stopped { path: path.to_path_buf() })?))
        } else if has_pictures {
            (content::watch(path, found.duration_secs, show)?, None)
        } else {
            (Content::default(), None)
        };
        content = Some(match heard {
            None => seen,
            Some(loudness) => Content {
                integrated_lufs: loudness.integrated_lufs,
                loudness_range_lu: loudness.range_lu,
                true_peak_db: loudness.true_peak_db,
                ..seen
            },
        });
    }
    Ok(Inspection {
        path: path.to_path_buf(),
        bytes,
        format: found.format,
        duration_secs: found.duration_secs,
        boxes: if found.is_mp4 { outer_boxes(file) } else { Vec::new() },
        video: found.video,
        audio: found.audio,
        labels,
        recipe: metadata.iter().find(|(name, _)| name.eq_ignore_ascii_case(RECIPE)).map(|(_, value)| value.clone()),
        metadata,
        content,
    })
}

fn outer_boxes(mut file: std::fs::File) -> Vec<OuterBox> {
    // What is torn behind its data still plays; it was opened, so it is a media file.
    let all = boxes::outer_boxes(&mut file).unwrap_or_default();
    let name = |name: [u8; 4]| String::from_utf8_lossy(&name).into_owned();
    all.iter().take(MOST_BOXES).map(|found| OuterBox { name: name(found.name), bytes: found.bytes }).collect()
}
