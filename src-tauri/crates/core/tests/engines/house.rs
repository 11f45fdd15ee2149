//! A user with a project, a queue and engines that play their parts.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use gallop_core::database::Database;
use gallop_core::jobs::{Job, NewJob, Queue};
use gallop_core::places::Places;
use gallop_core::project::{NewProject, Project};
use gallop_core::protocol::Id;
use gallop_core::protocol::message::{Goal, Order};
use gallop_core::protocol::recipe::{self, Recipe};
use gallop_core::protocol::shot::Shot;
use gallop_core::runner::{EngineState, Runner};
use gallop_core::settings::{EngineSettings, Settings};
use gallop_core::take::TakeFolder;
use gallop_media::{Channels, ClipSpec, ClipWriter, FrameRate};

use crate::fake_with;

/// A user with a project and an engine.
pub struct House {
    pub home: tempfile::TempDir,
    pub places: Places,
    pub database: Database,
    pub queue: Queue,
    pub project: PathBuf,
    pub project_id: Id,
    pub shot: Id,
    pub settings: Settings,
}

impl House {
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("folder");
        let places = Places::under(home.path().join("gallop"));
        places.make().expect("places");
        let folder = home.path().join("Film.gallop");
        let new = NewProject { name: "Film".into(), aspect: "9:16".into(), model: "pony".into() };
        let project = Project::create(&folder, new).expect("a project");
        let (folder, project_id) = (project.folder().to_owned(), project.data().id);
        drop(project);
        let clip = home.path().join("clip.mp4");
        write_clip(&clip, None);
        let database = Database::open(&places).expect("a database");
        let queue = Queue::new(database.clone());
        let settings = Settings::default();
        let mut house = Self { home, places, database, queue, project: folder, project_id, shot: Id::new(), settings };
        house.settings.engines = vec![house.engine("fake", &[])];
        house
    }

    pub fn engine(&self, name: &str, arguments: &[&str]) -> EngineSettings {
        let path = |name: &str| self.home.path().join(name).to_str().expect("a path").to_owned();
        let (clip, log, home) = (path("clip.mp4"), path(&format!("{name}.log")), path(""));
        let own = ["--clip", &clip, "--log", &log, "--home", &home];
        EngineSettings { name: name.into(), ..fake_with(own.into_iter().chain(arguments.iter().copied())) }
    }

    pub fn order(&self, script: &str, seed: u64) -> NewJob {
        let shot = Shot { description: script.into(), ..Shot::default() };
        let recipe = Recipe { seed: Some(seed), ..Recipe::new(shot) };
        let order = Order { recipe, goal: Goal::Draft, checkpoints: Default::default() };
        NewJob { project: self.project.clone(), project_id: self.project_id, shot: self.shot, order, parent: None }
    }

    pub fn add(&self, job: NewJob) -> Id {
        self.queue.add(vec![job]).expect("added")[0].id
    }

    pub fn runner(&self) -> Runner {
        Runner::start(&self.places, &self.database, &self.settings).expect("started").expect("nobody else runs")
    }

    /// Runs until the jobs have ended.
    pub fn run(&self, jobs: &[Id]) -> Vec<Job> {
        self.runner().until(jobs, |_| ControlFlow::Continue(())).expect("ended")
    }

    pub fn run_one(&self, script: &str) -> Job {
        let id = self.add(self.order(script, 1));
        self.run(&[id]).remove(0)
    }

    pub fn take(&self, id: Id) -> TakeFolder {
        TakeFolder::find(&self.project, id).expect("readable").expect("there")
    }

    /// The stages that an engine finished of a job.
    pub fn stages(&self, engine: &str, job: Id) -> Vec<String> {
        let log = std::fs::read_to_string(self.home.path().join(format!("{engine}.log"))).unwrap_or_default();
        log.lines().filter_map(|line| line.strip_prefix(&format!("{job} "))).map(str::to_owned).collect()
    }

    /// Waits for a line in the log of the engine.
    pub fn wait_for(&self, runner: &Runner, line: &str) {
        let log = self.home.path().join("fake.log");
        while !std::fs::read_to_string(&log).unwrap_or_default().contains(line) {
            assert!(runner.board().engines().iter().all(|engine| !matches!(engine.state, EngineState::Lost { .. })));
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A small clip, with a recipe inside where one is given.
pub fn write_clip(path: &std::path::Path, recipe: Option<&Recipe>) {
    let metadata = recipe.map(|recipe| (recipe::KEY.to_owned(), recipe.to_json().expect("text")));
    let spec = ClipSpec {
        width: 64,
        height: 64,
        fps: FrameRate::whole(25),
        sample_rate: 48_000,
        channels: Channels::Stereo,
        produce_id: "1".into(),
        metadata: metadata.into_iter().collect(),
    };
    let mut clip = ClipWriter::create(path, &spec).expect("a clip");
    for _ in 0..5 {
        clip.write_frame(&[90; 64 * 64 * 3]).expect("a frame");
    }
    clip.write_samples(&[vec![0.1; 9600], vec![0.1; 9600]]).expect("sound");
    clip.finish().expect("finished");
}
