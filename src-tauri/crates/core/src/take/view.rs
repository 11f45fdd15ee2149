//! What people see of a take before they play it: a picture, and the outline of the sound.

use std::ops::ControlFlow;
use std::path::Path;

use gallop_media::render::{Graph, Mixer};
use gallop_media::{Picture, Ticks};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Code, coded};

/// The file of the picture.
pub(super) const POSTER: &str = "poster.png";
/// The file of the outline.
pub(super) const PEAKS: &str = "peaks.json";

/// Parts of a second.
const PER_SECOND: u32 = 50;
/// Samples of a part: mixers give 48 kHz, the rate at which clips store sound.
const PART: usize = 48_000 / PER_SECOND as usize;

/// The outline of a sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Peaks {
    /// Parts of a second.
    pub per_second: u32,
    /// The lowest and the highest sample of each part over all channels, full scale at ±127.
    pub peaks: Vec<[i8; 2]>,
}

impl Peaks {
    /// Of the sound in a file, however long; empty where there is none.
    pub fn read(path: &Path) -> gallop_media::Result<Self> {
        let mut peaks = Vec::new();
        if let Some(sound) = gallop_media::probe(path)?.audio {
            let mut mixer = Mixer::new(&Graph::of_sound(path, Ticks::of_secs(sound.duration_secs)))?;
            // It plays whole seconds, which are whole parts.
            let hear = |[left, right]: [Vec<f32>; 2]| {
                let parts = left.chunks(PART).zip(right.chunks(PART));
                peaks.extend(parts.map(|(left, right)| part(left.iter().chain(right))));
                Ok(())
            };
            mixer.play(|_| ControlFlow::Continue(()), hear)?;
        }
        Ok(Self { per_second: PER_SECOND, peaks })
    }
}

fn part<'a>(samples: impl Iterator<Item = &'a f32>) -> [i8; 2] {
    let (low, high) = samples.fold((f32::MAX, f32::MIN), |(low, high), sample| (low.min(*sample), high.max(*sample)));
    [byte(low), byte(high)]
}

/// ±1 to ±127.
fn byte(sample: f32) -> i8 {
    (sample.clamp(-1.0, 1.0) * 127.0).round() as i8
}

/// The frame in the middle of a clip.
pub(super) fn poster(clip: &Path) -> anyhow::Result<Picture> {
    let info = gallop_media::probe(clip)?;
    let no_picture = || coded(Code::Input, format!("there is no picture in this clip: {}", clip.display()));
    let video = info.video.ok_or_else(no_picture)?;
    let pixels = u64::from(video.width) * u64::from(video.height);
    if pixels > gallop_media::MAX_PICTURE_PIXELS {
        let why = format!("this clip is too large, {}x{} pixels", video.width, video.height);
        return Err(coded(Code::Input, format!("{why}: {}", clip.display())));
    }
    let middle_secs = video.duration_secs / 2.0;
    let mut poster = None;
    gallop_media::for_each_frame(clip, |time_secs, picture| {
        poster = Some(picture);
        if time_secs < middle_secs { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    poster.ok_or_else(no_picture)
}
