//! A project's timeline as it is at the moment of an export, with everything that the files are made of: a later edit does
//! not change what is exported.

use std::path::{Path, PathBuf};

use gallop_protocol::Id;
use gallop_protocol::shot::Language;
use serde::{Deserialize, Serialize};

use super::captions::captions;
use super::graph::Materials;
use super::material::materials;
use crate::project::ProjectData;
use crate::timeline::Timeline;

/// What is exported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// The folder of its project.
    pub folder: PathBuf,
    /// Its project.
    pub project: Id,
    /// Its project's name for people.
    pub name: String,
    /// Shape of the project's clips, as in `9:16`.
    pub aspect: String,
    /// What is seen, heard and read when.
    pub timeline: Timeline,
    /// The files.
    pub materials: Materials,
    /// The models that made the takes.
    pub models: Vec<String>,
}

/// The take that is seen of a shot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Where its clip is.
    pub clip: PathBuf,
    /// The model that made it.
    pub model: Option<String>,
}

impl Scene {
    /// Of a project in `folder`. `shown` tells which take is seen of a shot.
    ///
    /// # Errors
    /// As [`materials`].
    pub fn new(
        folder: &Path,
        data: &ProjectData,
        timeline: Timeline,
        shown: &dyn Fn(Id) -> Option<Shown>,
    ) -> anyhow::Result<Self> {
        let materials = materials(folder, data, &timeline, &|shot| shown(shot).map(|shown| shown.clip))?;
        let mut models: Vec<String> = timeline.clips.iter().filter_map(|clip| shown(clip.shot)?.model).collect();
        models.sort();
        models.dedup();
        Ok(Self {
            folder: folder.to_owned(),
            project: data.id,
            name: data.name.clone(),
            aspect: data.aspect.clone(),
            timeline,
            materials,
            models,
        })
    }

    /// Whether somebody's own pictures or sounds are in it, beside what a model made.
    pub fn is_mixed(&self) -> bool {
        !self.timeline.footage.is_empty() || self.timeline.tracks.iter().any(|track| !track.items.is_empty())
    }

    /// The languages of its captions, the most used first.
    pub fn languages(&self) -> Vec<Language> {
        captions(&self.timeline)
    }
}
