//! Shots: adding, editing, choosing a take.

use gallop_protocol::Id;
use gallop_protocol::shot::Shot;
use serde::Deserialize;
use ts_rs::TS;

use super::open::ShotsOf;
use super::studio::Studio;
use super::value::{Named, Patch, Pixels};
use crate::project::{Edit, MediaRef, ProjectData, ShotEntry};
use crate::timeline::{Clip, TimelineEdit, Track};
use crate::{Code, coded};

/// A new shot.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "ShotAddArgs")]
pub struct AddArgs {
    /// What is to be seen and heard.
    #[ts(optional)]
    pub shot: Option<Shot>,
    /// The reference picture.
    #[ts(optional)]
    pub image: Option<MediaRef>,
    /// The voice track.
    #[ts(optional)]
    pub voice: Option<MediaRef>,
    /// Length.
    #[ts(optional)]
    pub seconds: Option<f32>,
    /// What people call it.
    #[ts(optional)]
    pub title: Option<String>,
    /// The frame of the timeline where its clip goes; at the end where it is left out. `null`: not on the timeline.
    #[ts(as = "Option<u32>", optional = nullable)]
    pub at: Patch<u32>,
    /// The clip or shot that it comes behind; goes before `at`.
    #[ts(optional)]
    pub after: Option<Id>,
}

/// Changes of a shot.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "ShotEditArgs")]
pub struct EditArgs {
    /// The shot.
    pub id: Id,
    /// What is to be seen and heard.
    #[serde(default)]
    #[ts(optional)]
    pub shot: Option<Shot>,
    /// Length; `null` for the model's usual one.
    #[serde(default)]
    #[ts(as = "Option<f32>", optional = nullable)]
    pub seconds: Patch<f32>,
    /// What decides all noise, below 2^53; `null` for a new one for each take.
    #[serde(default)]
    #[ts(as = "Option<u64>", optional = nullable)]
    pub seed: Patch<u64>,
    /// The reference picture; `null` for none.
    #[serde(default)]
    #[ts(as = "Option<MediaRef>", optional = nullable)]
    pub image: Patch<MediaRef>,
    /// The voice track; `null` for none.
    #[serde(default)]
    #[ts(as = "Option<MediaRef>", optional = nullable)]
    pub voice: Patch<MediaRef>,
    /// What people call it; `null` for nothing.
    #[serde(default)]
    #[ts(as = "Option<String>", optional = nullable)]
    pub title: Patch<String>,
    /// Width and height of its takes; `null` for the model's.
    #[serde(default)]
    #[ts(as = "Option<Pixels>", optional = nullable)]
    pub size: Patch<Pixels>,
}

/// Which take of a shot is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ShotChooseArgs")]
pub struct ChooseArgs {
    /// The shot.
    pub shot: Id,
    /// The take; `null` for the newest.
    pub take: Option<Id>,
}

/// Where the story goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ShotContinueArgs")]
pub struct ContinueArgs {
    /// The clip whose last picture is the first of the new shot.
    pub clip: Id,
}

/// JSON numbers of a browser are exact up to here.
pub(super) const MAX_SEED: u64 = (1 << 53) - 1;

/// Where a new shot goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// Behind everything.
    End,
    /// At a frame of the timeline.
    Frame(u32),
    /// Behind a clip, or behind the last clip of a shot.
    Behind(Id),
    /// Not on the timeline.
    Shelf,
}

impl Spot {
    /// As the arguments of a call say it.
    pub(super) fn of(at: &Patch<u32>, after: Option<Id>) -> Self {
        match (after, at) {
            (Some(after), _) => Self::Behind(after),
            (None, Patch::Set(frame)) => Self::Frame(*frame),
            (None, Patch::Clear) => Self::Shelf,
            (None, Patch::Keep) => Self::End,
        }
    }
}

pub(super) fn add(studio: &Studio, args: AddArgs) -> anyhow::Result<Id> {
    let AddArgs { shot, image, voice, seconds, title, at, after } = args;
    let title = title.filter(|title| !title.is_empty());
    let entry = ShotEntry { image, voice, seconds, title, ..ShotEntry::new(shot.unwrap_or_default()) };
    put(studio, "Add a shot", entry, Spot::of(&at, after))
}

/// Adds a shot to the project and its timeline.
pub(super) fn put(studio: &Studio, label: &str, entry: ShotEntry, spot: Spot) -> anyhow::Result<Id> {
    studio.change(|open| {
        let (reel, models) = (open.reel.clone(), open.models.clone());
        open.edit(label, |data| {
            check_media(data, entry.image.iter().chain(&entry.voice))?;
            let id = entry.id;
            let index = match spot {
                Spot::Behind(other) => shot_of(data, other)
                    .and_then(|shot| position(data, shot))
                    .map_or(data.shots.len(), |index| index + 1),
                _ => data.shots.len(),
            };
            data.shots.insert(index, entry);
            if spot != Spot::Shelf {
                let shots = ShotsOf::new(data, reel.lengths(data, &models));
                place(data, id, spot, &shots)?;
            }
            Ok(id)
        })
    })
}

/// Puts a clip of a shot on the timeline.
fn place(data: &mut ProjectData, shot: Id, spot: Spot, shots: &ShotsOf) -> anyhow::Result<()> {
    let Some(timeline) = &mut data.cut else { return Ok(()) };
    let before = match spot {
        Spot::Behind(other) => timeline.clips.iter().rfind(|clip| clip.id == other || clip.shot == other).copied(),
        _ => None,
    };
    let at = match (before, spot) {
        // The middle rule of a magnetic track puts it behind the clip that ends there.
        (Some(before), _) => before.end(),
        (None, Spot::Frame(frame)) => frame,
        (None, _) => timeline.end(),
    };
    if let (Some(before), Track::Magnetic) = (before, timeline.track) {
        // A clip of a single frame behind it has its middle at that very place.
        let index =
            timeline.clips.iter().position(|clip| clip.id == before.id).map_or(timeline.clips.len(), |index| index + 1);
        let mut after = timeline.clone();
        let out = crate::timeline::Shots::frames(shots, shot).unwrap_or(1);
        after.clips.insert(index, Clip { start: at, ..Clip::of(shot, 0, out) });
        after.mend(|_| true);
        *timeline = after;
        return Ok(());
    }
    *timeline = timeline.after(&TimelineEdit::InsertClip { shot, at }, shots)?;
    Ok(())
}

pub(super) fn edit(studio: &Studio, args: EditArgs) -> anyhow::Result<()> {
    let EditArgs { id, shot, seconds, seed, image, voice, title, size } = args;
    if matches!(seed, Patch::Set(seed) if seed > MAX_SEED) {
        return Err(coded(Code::Input, format!("a seed is a number from 0 to {MAX_SEED}")));
    }
    let changed = [
        (shot.is_some(), "words"),
        (!seconds.is_keep(), "seconds"),
        (!seed.is_keep(), "seed"),
        (!image.is_keep(), "image"),
        (!voice.is_keep(), "voice"),
        (!title.is_keep(), "title"),
        (!size.is_keep(), "size"),
    ];
    let changed: Vec<_> = changed.into_iter().filter(|(is_changed, _)| *is_changed).map(|(_, name)| name).collect();
    let key = format!("shot {id} {}", changed.join(" "));
    // Another picture is a step of its own; letters and sliders are not.
    let is_typed = image.is_keep() && voice.is_keep();
    let edit = if is_typed { Edit::merging("Edit the shot", key) } else { Edit::from("Edit the shot") };
    studio.change(|open| {
        open.edit(edit, |data| {
            let media = [&image, &voice]
                .into_iter()
                .filter_map(|media| if let Patch::Set(media) = media { Some(media) } else { None });
            check_media(data, media)?;
            let entry = data.shot_mut(id)?;
            if let Some(shot) = shot {
                entry.shot = shot;
            }
            seconds.put(&mut entry.seconds);
            seed.put(&mut entry.seed);
            image.put(&mut entry.image);
            voice.put(&mut entry.voice);
            title.put(&mut entry.title);
            entry.title = entry.title.take().filter(|title| !title.is_empty());
            size.put(&mut entry.size);
            Ok(())
        })
    })
}

pub(super) fn remove(studio: &Studio, args: Named) -> anyhow::Result<()> {
    studio.change(|open| {
        open.edit("Remove the shot", |data| {
            data.shot(args.id)?;
            data.shots.retain(|entry| entry.id != args.id);
            Ok(())
        })
    })
}

pub(super) fn duplicate(studio: &Studio, args: Named) -> anyhow::Result<Id> {
    let original = studio.with_project(|open| Ok(open.project.data().shot(args.id)?.clone()))?;
    let copy = ShotEntry { id: Id::new(), chosen_take: None, ..original };
    put(studio, "Duplicate the shot", copy, Spot::Behind(args.id))
}

pub(super) fn choose_take(studio: &Studio, args: ChooseArgs) -> anyhow::Result<()> {
    let ChooseArgs { shot, take } = args;
    studio.change(|open| {
        if let Some(take) = take
            && open.reel.get(take).is_none_or(|seen| seen.take.shot != shot)
        {
            return Err(coded(Code::Input, format!("the shot has no take {take}")));
        }
        open.edit("Choose a take", |data| {
            data.shot_mut(shot)?.chosen_take = take;
            Ok(())
        })
    })
}

pub(super) fn continue_from(studio: &Studio, args: ContinueArgs) -> anyhow::Result<Id> {
    let (clip, entry, seen, folder) = studio.with_project(|open| {
        let data = open.project.data();
        let clip = *data
            .cut
            .as_ref()
            .map_or_else(|| Err(coded(Code::Input, "the timeline is empty")), |cut| cut.clip(args.clip))?;
        let entry = data.shot(clip.shot)?.clone();
        let seen = open.reel.shown(data).get(&clip.shot).cloned();
        Ok((clip, entry, seen, open.project.folder().to_owned()))
    })?;
    let seen = seen.ok_or_else(|| {
        coded(Code::Input, "this clip has no take yet: generate it first, then go on from its last picture")
    })?;
    let name = entry.title.clone().unwrap_or_else(|| "shot".into());
    let image = super::media::picture_of_take(studio, &folder, &seen.take, clip.out, &name)?;
    // The same people go on: what is seen stays, what was said was said.
    let shot = Shot { lines: Vec::new(), ..entry.shot.clone() };
    let copy = ShotEntry {
        id: Id::new(),
        shot,
        image: Some(image),
        voice: None,
        chosen_take: None,
        seed: None,
        title: None,
        ..entry
    };
    put(studio, "Continue from the last picture", copy, Spot::Behind(args.clip))
}

/// Whether files that a caller names are in the project's folder.
pub(super) fn check_media<'a>(data: &ProjectData, media: impl IntoIterator<Item = &'a MediaRef>) -> anyhow::Result<()> {
    for media in media {
        media.check("the shot")?;
        let is_known = data.library.iter().any(|item| item.sha256 == media.sha256)
            || data.media().any(|known| known.sha256 == media.sha256);
        if !is_known {
            let name = media.name.escape_debug();
            return Err(coded(Code::MediaMissing, format!("this file is not in the project, import it first: {name}")));
        }
    }
    Ok(())
}

/// The shot that an id means: its own, or a clip's.
fn shot_of(data: &ProjectData, id: Id) -> Option<Id> {
    let clip = data.cut.as_ref()?.clips.iter().find(|clip| clip.id == id);
    Some(clip.map_or(id, |clip| clip.shot))
}

fn position(data: &ProjectData, shot: Id) -> Option<usize> {
    data.shots.iter().position(|entry| entry.id == shot)
}
