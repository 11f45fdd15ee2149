//! The takes of the open project as they were last seen on the disk, and how long each shot is by them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use gallop_protocol::Id;
use gallop_protocol::message::Checkpoint;

use super::known::KnownModels;
use crate::project::{ProjectData, ShotEntry};
use crate::take::{self, Take, TakeFolder};
use crate::timeline::{MAX_FRAMES, RATE, frames_of};

/// A take, and what its files told.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The take.
    pub take: Take,
    /// Frames of its clip.
    pub frames: u32,
    /// Whether its draft is there.
    pub has_draft: bool,
    /// What is wrong with its files.
    pub trouble: Option<String>,
}

/// The takes of a project. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Reel {
    takes: BTreeMap<Id, Arc<Seen>>,
}

impl Reel {
    /// The takes that lie in a project's folder now. What is known already is not read again: a take never changes.
    pub fn look(&self, folder: &Path) -> Self {
        let entries = match std::fs::read_dir(folder.join(take::FOLDER)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::default(),
            // A disk that cannot be read for a moment has lost nothing.
            Err(_) => return self.clone(),
        };
        let mut takes = BTreeMap::new();
        for entry in entries.flatten() {
            let id =
                entry.file_name().to_str().and_then(|name| name.parse::<Id>().ok().filter(|id| id.to_string() == name));
            let Some(id) = id.filter(|_| entry.path().join(take::FILE).is_file()) else { continue };
            match self.takes.get(&id) {
                Some(seen) => drop(takes.insert(id, Arc::clone(seen))),
                // One that cannot be read is no take that could be shown; `gallop library rebuild` tells of it.
                None => drop(read(folder, id).map(|seen| takes.insert(id, Arc::new(seen)))),
            }
        }
        Self { takes }
    }

    /// All takes, the oldest first.
    pub fn takes(&self) -> impl Iterator<Item = &Arc<Seen>> {
        let mut takes: Vec<_> = self.takes.values().collect();
        takes.sort_by_key(|seen| (seen.take.created_unix_ms, seen.take.id));
        takes.into_iter()
    }

    /// A take.
    pub fn get(&self, id: Id) -> Option<&Arc<Seen>> {
        self.takes.get(&id)
    }

    /// Whether the same takes are in both.
    pub fn is_like(&self, other: &Self) -> bool {
        self.takes.keys().eq(other.takes.keys())
    }

    /// The take that is seen of each shot of a project: the chosen one where it is there, else the newest.
    pub fn shown(&self, data: &ProjectData) -> BTreeMap<Id, Arc<Seen>> {
        let mut newest: BTreeMap<Id, &Arc<Seen>> = BTreeMap::new();
        for seen in self.takes() {
            newest.insert(seen.take.shot, seen);
        }
        let of_shot = |entry: &ShotEntry| {
            let chosen =
                entry.chosen_take.and_then(|take| self.takes.get(&take)).filter(|seen| seen.take.shot == entry.id);
            Some((entry.id, Arc::clone(chosen.or_else(|| newest.get(&entry.id).copied())?)))
        };
        data.shots.iter().filter_map(of_shot).collect()
    }

    /// How many frames each shot of a project has, or is expected to have.
    pub fn lengths(&self, data: &ProjectData, models: &KnownModels) -> BTreeMap<Id, u32> {
        let shown = self.shown(data);
        let length =
            |entry: &ShotEntry| shown.get(&entry.id).map_or_else(|| expected(entry, data, models), |seen| seen.frames);
        data.shots.iter().map(|entry| (entry.id, length(entry))).collect()
    }
}

/// How many frames a shot without a take is expected to have.
fn expected(entry: &ShotEntry, data: &ProjectData, models: &KnownModels) -> u32 {
    let usual = frames_of(entry.seconds.unwrap_or_else(|| models.usual_seconds(&data.model)));
    // A voice sets the length of its clip.
    let voice =
        entry.voice.as_ref().and_then(|voice| data.library.iter().find(|item| item.sha256 == voice.sha256)?.frames);
    match (voice, entry.seconds) {
        (Some(frames), None) => frames.clamp(1, MAX_FRAMES),
        (Some(frames), Some(_)) => usual.min(frames).max(1),
        (None, _) => usual,
    }
}

fn read(project: &Path, id: Id) -> Option<Seen> {
    let folder = TakeFolder::find(project, id).ok()??;
    let take = folder.read().ok()??;
    let clip = gallop_media::probe(&folder.path(Checkpoint::Clip));
    let by_recipe = || frames_of(take.recipe.seconds.unwrap_or(4.0));
    let (frames, trouble) = match clip.ok().and_then(|info| info.video) {
        Some(video) => ((video.duration_secs * f64::from(RATE)).round() as u32, None),
        None => (by_recipe(), Some("the clip of this take is gone or damaged; make it again".to_owned())),
    };
    let has_draft = folder.path(Checkpoint::Draft).is_file();
    Some(Seen { take, frames: frames.clamp(1, MAX_FRAMES), has_draft, trouble })
}
