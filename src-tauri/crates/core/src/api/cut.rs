//! What the open project shows, as its files: for those who draw it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use gallop_protocol::Id;
use gallop_protocol::message::Checkpoint;

use super::export;
use super::reel::Seen;
use super::studio::Studio;
use crate::export::{Preset, Presets};
use crate::take;
use crate::timeline::Timeline;

/// What a project shows, and where that lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The project's folder.
    pub folder: PathBuf,
    /// Its shape, as `9:16`.
    pub aspect: String,
    /// Its timeline.
    pub timeline: Timeline,
    /// Its shots in order.
    pub shots: Vec<Id>,
    /// Its takes.
    pub takes: BTreeMap<Id, CutTake>,
    /// The clip that is seen of each shot that has one.
    pub clips: BTreeMap<Id, PathBuf>,
    /// A folder with fonts of the user's own; empty for none.
    pub fonts: PathBuf,
}

/// A take as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutTake {
    /// Its shot.
    pub shot: Id,
    /// Frames of its clip.
    pub frames: u32,
    /// Where its clip is, or should be.
    pub clip: PathBuf,
}

impl Studio {
    /// A preset, as it is now.
    ///
    /// # Errors
    /// As [`Presets::get`].
    pub(crate) fn preset(&self, id: &str) -> anyhow::Result<Preset> {
        let (presets, _) = Presets::of_this_user(&self.places)?;
        presets.get(id).cloned()
    }

    /// What the open project shows now.
    ///
    /// # Errors
    /// No project is open.
    pub(crate) fn cut(&self) -> anyhow::Result<Cut> {
        self.with_project(|open| {
            let data = open.project.data();
            let folder = open.project.folder().to_owned();
            let of_takes = folder.join(take::FOLDER);
            let take = |seen: &Seen| {
                let clip = of_takes.join(seen.take.id.to_string()).join(Checkpoint::Clip.file_name());
                CutTake { shot: seen.take.shot, frames: seen.frames, clip }
            };
            let takes: BTreeMap<_, _> = open.reel.takes().map(|seen| (seen.take.id, take(seen))).collect();
            let shown = open.reel.shown(data);
            let clip = |(shot, seen): (&Id, &Arc<Seen>)| Some((*shot, takes.get(&seen.take.id)?.clip.clone()));
            Ok(Cut {
                clips: shown.iter().filter_map(clip).collect(),
                aspect: data.aspect.clone(),
                timeline: export::timeline(open),
                shots: data.shots.iter().map(|entry| entry.id).collect(),
                takes,
                fonts: self.places.fonts(),
                folder,
            })
        })
    }
}
