//! What the files of a project's timeline are, read from them.

use std::collections::btree_map::{BTreeMap, Entry};
use std::path::{Path, PathBuf};

use gallop_protocol::{Digest, Id};

use super::graph::{Material, Materials, Seen};
use crate::project::{MediaRef, ProjectData, media_path};
use crate::timeline::{FootageKind, MAX_FRAMES, RATE, Timeline};
use crate::{Code, Detail, of_media, told};

/// Finds and reads the files that a timeline shows and plays. `clip_of` tells where the clip of a shot's take is, for a shot
/// that has one.
///
/// # Errors
/// [`Code::MediaMissing`] for a file that is gone, or a shot that was never made, with its number; a file that cannot be read.
pub fn materials(
    folder: &Path,
    data: &ProjectData,
    timeline: &Timeline,
    clip_of: &dyn Fn(Id) -> Option<PathBuf>,
) -> anyhow::Result<Materials> {
    let mut found = Materials::default();
    for clip in &timeline.clips {
        if found.clips.contains_key(&clip.shot) {
            continue;
        }
        let material = match timeline.footage(clip.shot) {
            Some(footage) => {
                let path = media_path(folder, &footage.media)?;
                if footage.kind == FootageKind::Still { still(path)? } else { film(path)? }
            }
            None => match clip_of(clip.shot) {
                Some(path) => film(path)?,
                None => return Err(unmade(data, clip.shot)),
            },
        };
        found.clips.insert(clip.shot, material);
    }
    let items = timeline.tracks.iter().flat_map(|track| &track.items);
    for media in items.map(|item| &item.media) {
        if let Entry::Vacant(place) = found.sounds.entry(media.sha256) {
            place.insert(media_path(folder, media)?);
        }
    }
    Ok(found)
}

/// As [`materials`], with as much of it as there is: for a preview.
pub fn materials_at_hand(
    folder: &Path,
    timeline: &Timeline,
    clip_of: &dyn Fn(Id) -> Option<PathBuf>,
    known: &mut Known,
) -> Materials {
    let mut found = Materials::default();
    for clip in &timeline.clips {
        let material = match timeline.footage(clip.shot) {
            Some(footage) => known.of_media(folder, &footage.media, footage.kind),
            None => clip_of(clip.shot).and_then(|path| known.of_clip(path)),
        };
        found.clips.extend(material.map(|material| (clip.shot, material)));
    }
    let items = timeline.tracks.iter().flat_map(|track| &track.items);
    for media in items.map(|item| &item.media) {
        let path = media_path(folder, media).ok();
        found.sounds.extend(path.map(|path| (media.sha256, path)));
    }
    found
}

/// Files that were looked at and could be read. Takes and media never change.
#[derive(Debug, Default)]
pub struct Known {
    media: BTreeMap<Digest, Material>,
    clips: BTreeMap<PathBuf, Material>,
}

impl Known {
    fn of_media(&mut self, folder: &Path, media: &MediaRef, kind: FootageKind) -> Option<Material> {
        if let Some(known) = self.media.get(&media.sha256) {
            return Some(known.clone());
        }
        let path = media_path(folder, media).ok()?;
        let found = if kind == FootageKind::Still { still(path).ok() } else { film(path).ok() }?;
        self.media.insert(media.sha256, found.clone());
        Some(found)
    }

    fn of_clip(&mut self, path: PathBuf) -> Option<Material> {
        if let Some(known) = self.clips.get(&path) {
            return Some(known.clone());
        }
        let found = film(path.clone()).ok()?;
        self.clips.insert(path, found.clone());
        Some(found)
    }
}

/// Reads what a film is.
fn film(path: PathBuf) -> anyhow::Result<Material> {
    let info = gallop_media::probe(&path).map_err(|error| of_media(Code::MediaMissing, &error))?;
    let frames = |secs: f64| ((secs * f64::from(RATE)).round() as u32).min(MAX_FRAMES);
    let length = info.video.as_ref().map_or(0, |video| frames(video.duration_secs));
    let picture = info.video.map_or(Seen::Nothing, |video| Seen::Film([video.seen.0, video.seen.1]));
    let sound_frames = info.audio.map(|audio| frames(audio.duration_secs));
    Ok(Material { path, picture, frames: length, sound_frames })
}

/// Reads what a picture is.
fn still(path: PathBuf) -> anyhow::Result<Material> {
    let picture = gallop_media::read_picture(&path).map_err(|error| of_media(Code::MediaMissing, &error))?;
    Ok(Material { path, picture: Seen::Still([picture.width, picture.height]), frames: 0, sound_frames: None })
}

fn unmade(data: &ProjectData, shot: Id) -> anyhow::Error {
    let number = data.shots.iter().position(|entry| entry.id == shot).map_or(0, |index| index + 1);
    told(Code::MediaMissing, Detail::ShotUnmade { number })
}
