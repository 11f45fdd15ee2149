mod changes;
mod processes;
mod running;
mod states;

use std::collections::BTreeMap;
use std::path::PathBuf;

use gallop_protocol::Id;
use gallop_protocol::message::{Cost, Goal, Order};
use gallop_protocol::recipe::Recipe;
use gallop_protocol::shot::Shot;

use super::*;
use crate::places::Places;
use crate::project::{NewProject, Project};

/// A user with a queue and a project.
pub(crate) struct Studio {
    pub home: tempfile::TempDir,
    pub root: PathBuf,
    pub places: Places,
    pub queue: Queue,
    pub project: PathBuf,
    pub project_id: Id,
}

impl Studio {
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("folder");
        let root = home.path().canonicalize().expect("folder");
        let places = Places::under(&root);
        places.make().expect("folders");
        let (project, project_id) = new_project(&root.join("Pony.gallop"));
        let queue = Queue::new(Database::open(&places).expect("database"));
        Self { home, root, places, queue, project, project_id }
    }

    pub fn wish(&self, seed: u64) -> NewJob {
        wish(&self.project, self.project_id, seed)
    }

    pub fn add(&self, seed: u64) -> Job {
        self.queue.add(vec![self.wish(seed)]).expect("added").remove(0)
    }

    /// The seeds of the jobs that are not at their end, in the order of their turns.
    pub fn seeds(&self) -> Vec<u64> {
        let jobs = self.queue.list(&Filter::states(State::UNFINISHED)).expect("list");
        jobs.iter().map(|job| job.order.recipe.seed.expect("seed")).collect()
    }

    pub fn record(&self, id: Id) -> Option<JobRecord> {
        let folder = crate::take::TakeFolder::find(&self.project, id).expect("folder")?;
        JobRecord::read(&folder).expect("record")
    }
}

pub(crate) fn new_project(folder: &std::path::Path) -> (PathBuf, Id) {
    let new = NewProject { name: "Pony".into(), aspect: "9:16".into(), model: "pony".into() };
    std::fs::create_dir_all(folder.parent().expect("folder")).expect("folder");
    let project = Project::create(folder, new).expect("project");
    (project.folder().to_owned(), project.data().id)
}

pub(crate) fn wish(project: &std::path::Path, project_id: Id, seed: u64) -> NewJob {
    let shot = Shot { description: "A pony in the rain.".into(), ..Shot::default() };
    let recipe = Recipe { seed: Some(seed), seconds: Some(2.0), ..Recipe::new(shot) };
    let order = Order { recipe, goal: Goal::Draft, checkpoints: BTreeMap::new() };
    NewJob { project: project.to_owned(), project_id, shot: Id::new(), order, parent: None }
}

pub(crate) fn cost(seconds: f64) -> Cost {
    Cost { seconds, ..Cost::default() }
}
