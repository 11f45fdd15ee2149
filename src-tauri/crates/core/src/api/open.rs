//! The open project, its takes, and the one way in which calls change it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gallop_protocol::Id;
use gallop_protocol::recipe::Reference;
use gallop_protocol::shot::{Line, speech};

use super::known::KnownModels;
use super::reel::{Reel, Seen};
use super::view::{ProjectView, ShotView, TakeView};
use crate::project::{Edit, Project, ProjectData, ShotEntry};
use crate::timeline::Shots;

/// A project that this studio has open.
pub struct Open {
    /// The project.
    pub project: Project,
    /// Its takes.
    pub reel: Reel,
    /// What its shots can be made with.
    pub models: KnownModels,
}

impl Open {
    /// Looks at the takes of a project, and writes its timeline down where it never had one.
    ///
    /// # Errors
    /// The project cannot be saved.
    pub fn new(project: Project, models: KnownModels) -> anyhow::Result<Self> {
        let reel = Reel::default().look(project.folder());
        let mut open = Self { project, reel, models };
        let lengths = open.lengths();
        open.project.adapt(|data| {
            data.cut = Some(data.timeline(|entry| lengths.get(&entry.id).copied().unwrap_or(1)));
            fit(data, &lengths);
        })?;
        Ok(open)
    }

    /// How many frames each shot has, or is expected to have.
    pub fn lengths(&self) -> BTreeMap<Id, u32> {
        self.reel.lengths(self.project.data(), &self.models)
    }

    /// Changes the project in one step of undo. Clips follow what becomes of the lengths of their shots.
    ///
    /// # Errors
    /// As [`Project::edit`].
    pub fn edit<R>(
        &mut self,
        edit: impl Into<Edit>,
        change: impl FnOnce(&mut ProjectData) -> anyhow::Result<R>,
    ) -> anyhow::Result<R> {
        let (reel, models) = (&self.reel, &self.models);
        self.project.edit(edit, |data| {
            let result = change(data)?;
            fit(data, &reel.lengths(data, models));
            Ok(result)
        })
    }

    /// Goes a step back or forth, and brings the clips to the takes that are there now.
    ///
    /// # Errors
    /// It cannot be saved.
    pub fn travel(&mut self, step: impl FnOnce(&mut Project) -> anyhow::Result<Option<String>>) -> anyhow::Result<()> {
        step(&mut self.project)?;
        self.settle()
    }

    /// Brings the clips to the takes that are there now.
    ///
    /// # Errors
    /// It cannot be saved.
    pub fn settle(&mut self) -> anyhow::Result<()> {
        let lengths = self.lengths();
        self.project.adapt(|data| fit(data, &lengths))
    }

    /// Takes over what engines have told of the models. Clips of shots that were not made yet become as long as those will be.
    ///
    /// # Errors
    /// It cannot be saved.
    pub fn learn(&mut self, models: KnownModels) -> anyhow::Result<()> {
        let before = self.lengths();
        self.models = models;
        if before == self.lengths() { Ok(()) } else { self.settle() }
    }

    /// Looks at the takes again. Gives those that are new; nothing where all is as it was.
    ///
    /// # Errors
    /// What follows from them for the project cannot be saved.
    pub fn look(&mut self) -> anyhow::Result<Option<Vec<Arc<Seen>>>> {
        let after = self.reel.look(self.project.folder());
        if after.is_like(&self.reel) {
            return Ok(None);
        }
        let fresh: Vec<_> = after.takes().filter(|seen| self.reel.get(seen.take.id).is_none()).cloned().collect();
        self.reel = after;
        let (reel, models) = (&self.reel, &self.models);
        self.project.adapt(|data| {
            for entry in &mut data.shots {
                // Whoever chose a draft and had it finished sees what became of it.
                let finished =
                    fresh.iter().rfind(|seen| seen.take.shot == entry.id && seen.take.parent == entry.chosen_take);
                if let Some(finished) = finished.filter(|_| entry.chosen_take.is_some()) {
                    entry.chosen_take = Some(finished.take.id);
                }
            }
            fit(data, &reel.lengths(data, models));
        })?;
        Ok(Some(fresh))
    }

    /// What a user interface sees.
    pub fn view(&self, revision: u64) -> ProjectView {
        let data = self.project.data();
        let (shown, lengths) = (self.reel.shown(data), self.lengths());
        let shot = |entry: &ShotEntry| {
            let frames = lengths.get(&entry.id).copied().unwrap_or(1);
            shot_view(data, entry, shown.get(&entry.id).map(Arc::as_ref), frames)
        };
        ProjectView {
            id: data.id,
            folder: self.project.folder().display().to_string(),
            name: data.name.clone(),
            aspect: data.aspect.clone(),
            model: data.model.clone(),
            rate: crate::timeline::RATE,
            revision,
            undo: self.project.undo_label().map(str::to_owned),
            redo: self.project.redo_label().map(str::to_owned),
            shots: data.shots.iter().map(shot).collect(),
            cast: data.cast.clone(),
            timeline: data.timeline(|entry| lengths.get(&entry.id).copied().unwrap_or(1)),
            takes: self.reel.takes().map(|seen| take_view(seen)).collect(),
            media: data.library.clone(),
            scores: data.scores.clone(),
        }
    }
}

/// What a timeline has to know of the shots of a project.
pub struct ShotsOf {
    lengths: BTreeMap<Id, u32>,
    lines: BTreeMap<Id, Vec<Line>>,
}

impl ShotsOf {
    /// Of a project whose shots are so long.
    pub fn new(data: &ProjectData, lengths: BTreeMap<Id, u32>) -> Self {
        let lines = data.shots.iter().map(|entry| (entry.id, entry.shot.lines.clone())).collect();
        Self { lengths, lines }
    }
}

impl Shots for ShotsOf {
    fn frames(&self, shot: Id) -> Option<u32> {
        self.lengths.get(&shot).copied()
    }

    fn lines(&self, shot: Id) -> &[Line] {
        self.lines.get(&shot).map_or(&[], Vec::as_slice)
    }
}

/// Brings the clips of all shots to their lengths. Each shot knows which one they were brought to last, in every step of undo and
/// in the file too, so that a clip that showed all of a take then shows all of the one that is there now.
fn fit(data: &mut ProjectData, lengths: &BTreeMap<Id, u32>) {
    let Some(timeline) = &mut data.cut else { return };
    for entry in &mut data.shots {
        let frames = lengths.get(&entry.id).copied();
        if let Some(frames) = frames.filter(|frames| entry.fitted != Some(*frames)) {
            timeline.refit(entry.id, entry.fitted.replace(frames), frames);
        }
    }
}

fn shot_view(data: &ProjectData, entry: &ShotEntry, shown: Option<&Seen>, frames: u32) -> ShotView {
    let sha256 = |reference: &Option<Reference>| reference.as_ref().and_then(|reference| reference.sha256);
    let is_fresh = shown.zip(data.recipe(entry.id).ok()).is_some_and(|(seen, wanted)| {
        let made = &seen.take.recipe;
        made.shot == wanted.shot
            && sha256(&made.image) == sha256(&wanted.image)
            && sha256(&made.voice) == sha256(&wanted.voice)
    });
    ShotView {
        id: entry.id,
        shot: entry.shot.clone(),
        seconds: entry.seconds,
        seed: entry.seed,
        image: entry.image.clone(),
        voice: entry.voice.clone(),
        chosen_take: entry.chosen_take,
        title: entry.title.clone(),
        size: entry.size,
        take: shown.map(|seen| seen.take.id),
        frames,
        line_seconds: entry.shot.lines.iter().map(|line| speech::seconds(&line.text, line.language)).collect(),
        is_fresh,
    }
}

fn take_view(seen: &Seen) -> TakeView {
    let Seen { take, frames, has_draft, trouble } = seen;
    let file = |name: &str| format!("takes/{}/{name}", take.id);
    TakeView {
        id: take.id,
        shot: take.shot,
        parent: take.parent,
        goal: take.goal,
        seed: take.recipe.seed,
        model: take.recipe.model.as_ref().map(|model| model.name.clone()),
        size: take.recipe.size,
        frames: *frames,
        seconds: f64::from(*frames) / f64::from(crate::timeline::RATE),
        created_unix_ms: take.created_unix_ms,
        cost: (&take.cost).into(),
        clip: file("clip.mp4"),
        poster: file("poster.png"),
        peaks: file("peaks.json"),
        trouble: trouble.clone(),
        prompt: take.recipe.prompt.clone(),
        asked: take.recipe.shot.clone(),
        can_finish: *has_draft,
    }
}
