//! Files that are taken into a project.

use std::ops::ControlFlow;
use std::path::Path;

use gallop_protocol::message::Checkpoint;
use gallop_protocol::recipe::{self, Recipe, Reference};
use gallop_protocol::{Digest, Id};
use serde::Deserialize;
use ts_rs::TS;

use super::event::Event;
use super::shot::Spot;
use super::studio::Studio;
use super::value::Patch;
use crate::loopback::upload;
use crate::project::{MediaItem, MediaKind, MediaRef, ProjectData, ShotEntry, import_media};
use crate::take::{Take, TakeFolder};
use crate::timeline::{MAX_FRAMES, RATE};
use crate::{Code, Detail, coded, of_media, told};

/// Files to be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "MediaImportArgs")]
pub struct ImportArgs {
    /// Where they are.
    pub paths: Vec<String>,
}

/// A clip that Gallop made.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "MediaClipArgs")]
pub struct ClipArgs {
    /// Where it is.
    pub path: String,
    /// The frame of the timeline where its shot goes; at the end where it is left out. `null`: not on the timeline.
    #[serde(default)]
    #[ts(as = "Option<u32>", optional = nullable)]
    pub at: Patch<u32>,
}

/// A file of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "MediaRemoveArgs")]
pub struct RemoveArgs {
    /// The file.
    pub sha256: Digest,
}

pub(super) fn import(studio: &Studio, args: ImportArgs) -> anyhow::Result<Vec<MediaItem>> {
    let folder = studio.with_project(|open| Ok(open.project.folder().to_owned()))?;
    // Copied before the project is held: a long file keeps nobody waiting.
    let items = args.paths.iter().map(|path| take_in(&folder, Path::new(path))).collect::<anyhow::Result<Vec<_>>>()?;
    keep(studio, &folder, &items)?;
    for path in &args.paths {
        upload::forget(studio.cache(), Path::new(path));
    }
    studio.tell(Event::MediaChanged);
    Ok(items)
}

/// Lists files in the library of the project that they were copied into; another one may be open by now.
fn keep(studio: &Studio, folder: &Path, items: &[MediaItem]) -> anyhow::Result<()> {
    studio.change(|open| {
        if open.project.folder() != folder {
            let why = "another project was opened while the files were copied; add them again in theirs";
            return Err(coded(Code::Input, why));
        }
        open.project.adapt(|data| items.iter().for_each(|item| list(data, item)))
    })
}

fn list(data: &mut ProjectData, item: &MediaItem) {
    match data.library.iter_mut().find(|known| known.sha256 == item.sha256) {
        // The newer name counts.
        Some(known) => known.name.clone_from(&item.name),
        None => data.library.push(item.clone()),
    }
}

/// Copies a picture, a film or a sound into a project.
fn take_in(folder: &Path, path: &Path) -> anyhow::Result<MediaItem> {
    let Seen { kind, size, frames, rate, has_sound } = look(path)?;
    let MediaRef { sha256, name, bytes, other } = import_media(folder, path)?;
    Ok(MediaItem { sha256, name, bytes, kind, size, frames, rate, has_sound, other })
}

/// What a file is, as [`MediaItem`] says it.
struct Seen {
    kind: MediaKind,
    size: Option<[u32; 2]>,
    frames: Option<u32>,
    rate: Option<f64>,
    has_sound: bool,
}

fn look(path: &Path) -> anyhow::Result<Seen> {
    let refuse = |why: &str| Err(coded(Code::Input, format!("{why}: {}", path.display())));
    if !path.is_file() {
        return refuse("there is no such file");
    }
    let picture = match gallop_media::read_picture(path) {
        Ok(picture) => {
            let size = Some([picture.width, picture.height]);
            return Ok(Seen { kind: MediaKind::Picture, size, frames: None, rate: None, has_sound: false });
        }
        Err(error) => error,
    };
    let Ok(info) = gallop_media::probe(path) else {
        // Neither; what is wrong with the picture says more where the name is one's.
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if ["png", "jpg", "jpeg", "webp", "bmp", "gif"].contains(&ending.as_str()) {
            return Err(of_media(Code::Input, &picture));
        }
        return Err(told(Code::Input, Detail::NotMedia { path: path.to_owned() }));
    };
    if info.metadata.contains_key(recipe::KEY) {
        return Err(told(Code::Input, Detail::OwnClip { path: path.to_owned() }));
    }
    let frames = |secs: f64| Some((secs * f64::from(RATE)).floor() as u32).filter(|frames| *frames > 0);
    if let Some(film) = info.video {
        // A single picture of a faster film is less than a frame of the timeline, and is seen all the same.
        let frames = frames(film.duration_secs).unwrap_or(1);
        // A file can say that it has pictures and hold none.
        gallop_media::for_each_frame(path, |_, _| ControlFlow::Break(()))
            .map_err(|error| of_media(Code::Input, &error))?;
        return Ok(Seen {
            kind: MediaKind::Film,
            size: Some([film.seen.0, film.seen.1]),
            frames: Some(frames.min(MAX_FRAMES)),
            rate: Some(film.fps).filter(|fps| fps.den > 0).map(|fps| f64::from(fps.num) / f64::from(fps.den)),
            has_sound: info.audio.is_some(),
        });
    }
    let Some(sound) = info.audio else { return Err(told(Code::Input, Detail::NotMedia { path: path.to_owned() })) };
    let Some(frames) = frames(sound.duration_secs) else { return refuse("this sound is shorter than a frame") };
    let frames = Some(frames.min(MAX_FRAMES));
    Ok(Seen { kind: MediaKind::Sound, size: None, frames, rate: None, has_sound: true })
}

pub(super) fn shot_of_clip(studio: &Studio, args: ClipArgs) -> anyhow::Result<Id> {
    let ClipArgs { path, at } = args;
    let path = Path::new(&path);
    if !path.is_file() {
        return Err(coded(Code::Input, format!("there is no such file: {}", path.display())));
    }
    let metadata = gallop_media::read_metadata(path).map_err(|error| of_media(Code::Input, &error))?;
    let no_recipe = || told(Code::Input, Detail::NoRecipe { path: path.to_owned() });
    let text = metadata.get(recipe::KEY).ok_or_else(no_recipe)?;
    let recipe = Recipe::from_json(text).map_err(|error| coded(Code::Input, format!("{error}: {}", path.display())))?;
    let (image, voice) = studio.with_project(|open| {
        let data = open.project.data();
        Ok((known(data, recipe.image.as_ref()), known(data, recipe.voice.as_ref())))
    })?;
    for (what, named, found) in [("reference picture", &recipe.image, &image), ("voice", &recipe.voice, &voice)] {
        if let (Some(named), None) = (named, found) {
            let name: String = named.file.chars().take(100).collect();
            studio.tell(Event::Notice {
                text: format!(
                    "the {what} `{}` of this clip is not in the project; import it to make the clip again",
                    name.escape_debug()
                ),
            });
        }
    }
    let Recipe { shot, seconds, seed, .. } = recipe;
    let entry = ShotEntry { seconds, seed, image, voice, ..ShotEntry::new(shot) };
    super::shot::put(studio, "Get a shot back", entry, Spot::of(&at, None))
}

/// A file of the project that a recipe names.
fn known(data: &ProjectData, reference: Option<&Reference>) -> Option<MediaRef> {
    let sha256 = reference?.sha256?;
    let at_hand = data.library.iter().find(|item| item.sha256 == sha256).map(MediaItem::reference);
    at_hand.or_else(|| data.media().find(|media| media.sha256 == sha256).cloned())
}

pub(super) fn remove(studio: &Studio, args: RemoveArgs) -> anyhow::Result<()> {
    let removed = studio.change(|open| {
        let is_there = open.project.data().library.iter().any(|item| item.sha256 == args.sha256);
        if !is_there {
            return Err(coded(Code::Input, "this file is not in the library"));
        }
        open.project.adapt(|data| data.library.retain(|item| item.sha256 != args.sha256))?;
        // What a shot, a take or a step of undo still needs stays on the disk.
        open.project.remove_if_unused(args.sha256).map(drop)
    });
    studio.tell(Event::MediaChanged);
    removed
}

/// Takes the last picture that a clip shows of a take into the project.
pub(super) fn picture_of_take(
    studio: &Studio,
    folder: &Path,
    take: &Take,
    out: u32,
    name: &str,
) -> anyhow::Result<MediaRef> {
    let clip = TakeFolder::find(folder, take.id)?.map(|found| found.path(Checkpoint::Clip));
    let missing = || coded(Code::MediaMissing, "the clip of this take is gone; make it again");
    let clip = clip.filter(|clip| clip.is_file()).ok_or_else(missing)?;
    let (mut number, mut last) = (0, None);
    gallop_media::for_each_frame(&clip, |_, picture| {
        last = Some(picture);
        number += 1;
        if number >= out { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let scratch = tempfile::tempdir_in(studio.cache())?;
    let name: String = name.chars().filter(|letter| letter.is_alphanumeric() || *letter == ' ').take(40).collect();
    let name = if name.trim().is_empty() { "shot" } else { name.trim() };
    let file = scratch.path().join(format!("{name} - last picture.png"));
    gallop_media::write_picture(&file, &last.ok_or_else(missing)?)?;
    let item = take_in(folder, &file)?;
    keep(studio, folder, std::slice::from_ref(&item))?;
    studio.tell(Event::MediaChanged);
    Ok(item.reference())
}
