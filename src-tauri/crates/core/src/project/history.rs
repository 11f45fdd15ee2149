//! Undo and redo without an end.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::data::{MediaRef, ProjectData, ShotEntry};
use crate::timeline::{AudioTrack, Caption, CaptionStyle, Clip, Footage, Marker, Timeline, Track};

/// What an edit is called, and which edits become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    label: String,
    merge_key: Option<String>,
}

impl Edit {
    /// An edit that is undone together with those directly before it that have the same key: the letters of one word,
    /// the steps of one slider.
    pub fn merging(label: impl Into<String>, merge_key: impl Into<String>) -> Self {
        Self { label: label.into(), merge_key: Some(merge_key.into()) }
    }
}

impl From<&str> for Edit {
    fn from(label: &str) -> Self {
        Self { label: label.into(), merge_key: None }
    }
}

impl From<String> for Edit {
    fn from(label: String) -> Self {
        Self { label, merge_key: None }
    }
}

/// Which way through the history.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Back,
    Forth,
}

/// What a project was, and what it was before that was undone.
#[derive(Default)]
pub(super) struct History {
    back: Vec<Step>,
    forth: Vec<Step>,
    /// What the next edit may become one with.
    merge_key: Option<String>,
}

struct Step {
    label: String,
    /// The project on the other side of the edit.
    snapshot: Snapshot,
}

/// A project whose shots are shared with the snapshots beside it: most edits touch one of many.
struct Snapshot {
    /// Without its shots and its timeline.
    rest: ProjectData,
    shots: Vec<Arc<ShotEntry>>,
    cut: Option<Cut>,
}

/// A timeline whose lists are shared with the snapshots beside it.
struct Cut {
    track: Track,
    clips: Arc<Vec<Clip>>,
    footage: Arc<Vec<Footage>>,
    captions: Arc<Vec<Caption>>,
    caption_style: CaptionStyle,
    tracks: Arc<Vec<AudioTrack>>,
    markers: Arc<Vec<Marker>>,
}

impl Cut {
    fn of(timeline: &Timeline, like: Option<&Self>) -> Self {
        let Timeline { track, clips, footage, captions, caption_style, tracks, markers } = timeline;
        Self {
            track: *track,
            clips: shared(clips, like.map(|like| &like.clips)),
            footage: shared(footage, like.map(|like| &like.footage)),
            captions: shared(captions, like.map(|like| &like.captions)),
            caption_style: *caption_style,
            tracks: shared(tracks, like.map(|like| &like.tracks)),
            markers: shared(markers, like.map(|like| &like.markers)),
        }
    }

    fn timeline(&self) -> Timeline {
        let Self { track, clips, footage, captions, caption_style, tracks, markers } = self;
        Timeline {
            track: *track,
            clips: clips.to_vec(),
            footage: footage.to_vec(),
            captions: captions.to_vec(),
            caption_style: *caption_style,
            tracks: tracks.to_vec(),
            markers: markers.to_vec(),
        }
    }
}

fn shared<T: Clone + PartialEq>(list: &[T], like: Option<&Arc<Vec<T>>>) -> Arc<Vec<T>> {
    like.filter(|like| ***like == list).map_or_else(|| Arc::new(list.to_vec()), Arc::clone)
}

impl History {
    /// Remembers what the project was `before` an edit.
    pub(super) fn push(&mut self, edit: Edit, before: &ProjectData) {
        self.forth.clear();
        let merges = edit.merge_key.is_some() && edit.merge_key == self.merge_key && !self.back.is_empty();
        if !merges {
            let snapshot = Snapshot::of(before, self.back.last().map(|step| &step.snapshot));
            self.back.push(Step { label: edit.label, snapshot });
        }
        self.merge_key = edit.merge_key;
    }

    /// What the next step on this way is called.
    pub(super) fn label(&self, way: Way) -> Option<&str> {
        self.steps(way).last().map(|step| step.label.as_str())
    }

    /// What the project is after the next step on this way.
    pub(super) fn peek(&self, way: Way) -> Option<ProjectData> {
        self.steps(way).last().map(|step| step.snapshot.data())
    }

    /// Takes the step, away from `current`.
    pub(super) fn step(&mut self, way: Way, current: &ProjectData) -> Option<String> {
        self.merge_key = None;
        let (from, to) = match way {
            Way::Back => (&mut self.back, &mut self.forth),
            Way::Forth => (&mut self.forth, &mut self.back),
        };
        let Step { label, snapshot } = from.pop()?;
        let snapshot = Snapshot::of(current, Some(&snapshot));
        to.push(Step { label: label.clone(), snapshot });
        Some(label)
    }

    /// The files that a step could bring back.
    pub(super) fn media(&self) -> impl Iterator<Item = &MediaRef> {
        let steps = self.back.iter().chain(&self.forth);
        steps.flat_map(|step| step.snapshot.media())
    }

    fn steps(&self, way: Way) -> &[Step] {
        match way {
            Way::Back => &self.back,
            Way::Forth => &self.forth,
        }
    }
}

impl Snapshot {
    fn of(data: &ProjectData, like: Option<&Self>) -> Self {
        let known: BTreeMap<_, _> =
            like.iter().flat_map(|snapshot| &snapshot.shots).map(|shot| (shot.id, shot)).collect();
        let share = |entry: &ShotEntry| match known.get(&entry.id) {
            Some(shot) if ***shot == *entry => Arc::clone(shot),
            _ => Arc::new(entry.clone()),
        };
        let ProjectData { format, id, name, aspect, model, shots, cast, cut, other, scores: _, library: _ } = data;
        let rest = ProjectData {
            format: *format,
            id: *id,
            name: name.clone(),
            aspect: aspect.clone(),
            model: model.clone(),
            shots: Vec::new(),
            cast: cast.clone(),
            cut: None,
            // What the author thought of takes, and the files at hand, are not taken back.
            scores: BTreeMap::new(),
            library: Vec::new(),
            other: other.clone(),
        };
        let cut = cut.as_ref().map(|cut| Cut::of(cut, like.and_then(|like| like.cut.as_ref())));
        Self { rest, shots: shots.iter().map(share).collect(), cut }
    }

    fn data(&self) -> ProjectData {
        let shots = self.shots.iter().map(|shot| shot.as_ref().clone()).collect();
        ProjectData { shots, cut: self.cut.as_ref().map(Cut::timeline), ..self.rest.clone() }
    }

    fn media(&self) -> impl Iterator<Item = &MediaRef> {
        let sounds = self.cut.iter().flat_map(|cut| cut.tracks.iter()).flat_map(|track| &track.items);
        let shots = self.shots.iter().flat_map(|shot| shot.media());
        let footage = self.cut.iter().flat_map(|cut| cut.footage.iter()).map(|footage| &footage.media);
        shots.chain(self.rest.media()).chain(sounds.map(|item| &item.media)).chain(footage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::NewProject;

    #[test]
    fn steps_share_what_they_do_not_change() {
        let new = NewProject { name: "A".into(), aspect: "1:1".into(), model: "pony".into() };
        let mut data = ProjectData::new(new);
        data.shots = (0..50).map(|_| ShotEntry::new(Default::default())).collect();
        let mut history = History::default();
        for seed in 0..20 {
            history.push("Seed".into(), &data);
            data.shots[7].seed = Some(seed);
        }
        let mut distinct: Vec<_> = history.back.iter().flat_map(|step| &step.snapshot.shots).map(Arc::as_ptr).collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), 49 + 20);
    }
}
