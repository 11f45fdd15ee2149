//! What a media file is, as data: its boxes, tracks, times, labels, and what is seen and heard in it.

mod content;
mod facts;
mod tracks;

use std::{panic::resume_unwind, path::Path, thread};

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
    inspect_with(path, depth, |_, _| {})
}

/// The same, and shows every decoded frame, small and grey, with its time in seconds.
pub(crate) fn inspect_with(path: &Path, depth: Depth, show: impl FnMut(f64, &Gray)) -> Result<Inspection> {
    let file = files::open("open the file", path)?;
    let bytes = file.metadata().map_err(Error::io("open the file", path))?.len();
    let found = tracks::read(path)?;
    let metadata = probe::read_metadata(path)?;
    let labels = provenance::read(path, &metadata)?;
    let mut content = None;
    if depth == Depth::Whole {
        // Pictures seldom keep all cores busy.
        let (seen, heard) = thread::scope(|scope| {
            let hear = || content::hear(path, found.sound_secs);
            let hearing = (!found.audio.is_empty()).then(|| scope.spawn(hear));
            let seen = if found.video.is_empty() { Ok(Content::default()) } else { content::watch(path, show) };
            (seen, hearing.map(|hearing| hearing.join().unwrap_or_else(|panic| resume_unwind(panic))))
        });
        let seen = seen?;
        content = Some(match heard.transpose()?.flatten() {
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
