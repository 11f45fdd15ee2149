//! Where everybody can read what the engines do. Nothing on it survives the process: what must, is in the database.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use gallop_protocol::Id;
use gallop_protocol::message::{Checkpoint, Hello, Stage};
use gallop_protocol::recipe::Recipe;
use serde::Serialize;
use tokio::sync::broadcast;
use ts_rs::TS;

use crate::jobs::{Job, State};
use crate::settings::EngineSettings;

use super::hopeless::{Hopeless, Obstacle};

/// News that a slow reader may fall behind with. Losing some does no harm: each tells all that it is about.
const CAPACITY: usize = 256;

/// What happens to a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// The job.
    pub job: Id,
    /// What happens.
    #[serde(flatten)]
    pub news: JobNews,
}

/// What happens to a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum JobNews {
    /// An engine has it.
    Claimed {
        /// The engine's name.
        engine: String,
    },
    /// The engine begins; this is what will be made.
    Begun {
        /// The order's recipe, completed.
        recipe: Box<Recipe>,
    },
    /// A stage begins.
    Started {
        /// The stage.
        stage: Stage,
        /// Its steps; 0 where it tells none.
        steps: usize,
        /// What is left of the job, where clips like this one were made before.
        seconds_left: Option<f64>,
    },
    /// A step is done.
    Step {
        /// The stage.
        stage: Stage,
        /// Steps done.
        done: usize,
        /// Steps in all.
        total: usize,
        /// What is left of the stage at the pace so far.
        stage_seconds_left: f64,
        /// What is left of the job, where clips like this one were made before.
        seconds_left: Option<f64>,
    },
    /// There is a new picture of it: [`Board::preview`].
    Preview,
    /// A stage is finished.
    Finished {
        /// The stage.
        stage: Stage,
        /// How long it took.
        seconds: f64,
    },
    /// A checkpoint is on disk. Whatever happens, the job goes on behind it.
    Stored {
        /// The checkpoint.
        checkpoint: Checkpoint,
    },
    /// Something that the user should know.
    Notice {
        /// One sentence.
        text: String,
    },
    /// No engine has it any more.
    Left {
        /// What it is now.
        state: State,
    },
}

/// An engine of the settings, as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct EngineStatus {
    /// Its name.
    pub name: String,
    /// What it does.
    pub state: EngineState,
    /// What it is, where it has ever answered.
    pub hello: Option<Hello>,
    /// What it last wrote to its standard error, where it takes none of the jobs that wait: why a model is left out, say.
    pub words: Vec<String>,
}

/// What an engine does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EngineState {
    /// It does not run: there is no work for it.
    Off,
    /// It is being started.
    Starting,
    /// It waits for work.
    Idle,
    /// It works.
    Working {
        /// On this job.
        job: Id,
    },
    /// It was lost, or could not be started. It is tried again after a pause.
    Lost {
        /// One sentence.
        why: String,
        /// How often in a row it could not be started; 0 for one that was lost over its work.
        failed_starts: u32,
    },
}

/// After so many failed starts an engine is not counted on.
const HOPELESS: u32 = 3;
/// An engine asks the queue for work, or tells it of an end, once a second. After so many failures in a row it is not a
/// moment's trouble.
const STUCK: u32 = 5;

/// What the engines do, for everybody to read.
#[derive(Debug)]
pub struct Board {
    sender: broadcast::Sender<Progress>,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    engines: Vec<EngineStatus>,
    /// The newest of each job that an engine has.
    pictures: BTreeMap<Id, Bytes>,
    steps: BTreeMap<Id, JobNews>,
    /// Engines that could not be started, again and again, and why.
    failing: BTreeMap<String, String>,
    /// How often in a row the queue could not be written for an engine, and why.
    unwritten: BTreeMap<String, (u32, String)>,
}

impl Board {
    pub(super) fn new(engines: &[EngineSettings]) -> Self {
        let status = |engine: &EngineSettings| EngineStatus {
            name: engine.name.clone(),
            state: EngineState::Off,
            hello: None,
            words: Vec::new(),
        };
        let engines = engines.iter().map(status).collect();
        let now = Now { engines, ..Now::default() };
        Self { sender: broadcast::channel(CAPACITY).0, now: Mutex::new(now) }
    }

    /// All that happens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Progress> {
        self.sender.subscribe()
    }

    /// How a running job's clip looks now: a PNG picture.
    pub fn preview(&self, job: Id) -> Option<Bytes> {
        self.now().pictures.get(&job).cloned()
    }

    /// Where a running job is: the last [`JobNews::Started`] or [`JobNews::Step`], for those who come late.
    pub fn step(&self, job: Id) -> Option<JobNews> {
        self.now().steps.get(&job).cloned()
    }

    /// The engines of the settings.
    pub fn engines(&self) -> Vec<EngineStatus> {
        self.now().engines.clone()
    }

    /// Why no engine will take a waiting job; none where one may.
    pub(crate) fn hopeless(&self, job: &Job) -> Option<Hopeless> {
        let now = self.now();
        let obstacle = |EngineStatus { name, state, hello, words }: &EngineStatus| {
            let engine = name.clone();
            match (state, hello) {
                (EngineState::Lost { why, failed_starts: HOPELESS.. }, _) => {
                    Some(Obstacle::NoStart { engine, why: why.clone() })
                }
                // It is tried once more, and nobody has to think that this is better than the times before.
                (EngineState::Starting, _) if now.failing.contains_key(name) => {
                    let why = now.failing.get(name).cloned().unwrap_or_default();
                    Some(Obstacle::NoStart { engine, why })
                }
                (EngineState::Lost { .. } | EngineState::Starting, _) | (_, None) => None,
                (_, Some(hello)) if !has_model(hello, job) => {
                    let models = hello.models.iter().map(|model| model.name.clone()).collect();
                    Some(Obstacle::NoModel { engine, models, words: words.clone() })
                }
                _ => None,
            }
        };
        let obstacles = now.engines.iter().map(obstacle).collect::<Option<_>>()?;
        Some(Hopeless { model: job.order.recipe.model.as_ref().map(|model| model.name.clone()), obstacles })
    }

    /// Why no job begins or ends although engines live: the queue cannot be written, for the disk is full, say.
    pub(super) fn stuck(&self) -> Option<String> {
        let now = self.now();
        let is_stuck = |name: &String| now.unwritten.get(name).is_some_and(|(times, _)| *times >= STUCK);
        let works = |engine: &EngineStatus| matches!(engine.state, EngineState::Working { .. });
        // As long as another one works, it is worth waiting for.
        if now.engines.iter().any(|engine| works(engine) && !is_stuck(&engine.name)) {
            return None;
        }
        now.unwritten.values().find(|(times, _)| *times >= STUCK).map(|(_, why)| why.clone())
    }

    /// The queue was written for an engine, or could not be.
    pub(super) fn wrote(&self, engine: &str, error: Option<&anyhow::Error>) {
        let unwritten = &mut self.now().unwritten;
        match error {
            None => drop(unwritten.remove(engine)),
            Some(error) => {
                let (times, why) = unwritten.entry(engine.to_owned()).or_default();
                *times += 1;
                *why = format!("{error:#}");
            }
        }
    }

    /// Whether an engine takes a job. Weights of the very same content go before others of the same name.
    pub(super) fn fits(&self, engine: &str, hello: &Hello, job: &Job) -> bool {
        self.now().fits(engine, hello, job)
    }

    /// Whether a job is left for an engine, when each engine before it in the settings that has nothing to do takes one: a
    /// card on a cluster is not asked for before it is needed.
    pub(super) fn leaves_one(&self, engine: &str, mut jobs: Vec<Job>) -> bool {
        let now = self.now();
        for EngineStatus { name, state, hello, .. } in now.engines.iter().take_while(|before| before.name != engine) {
            let is_free = matches!(state, EngineState::Off | EngineState::Starting | EngineState::Idle);
            let takes = |job: &Job| hello.as_ref().is_none_or(|hello| now.fits(name, hello, job));
            if is_free && let Some(taken) = jobs.iter().position(takes) {
                jobs.remove(taken);
            }
        }
        !jobs.is_empty()
    }

    pub(super) fn tell(&self, job: Id, news: JobNews) {
        let mut now = self.now();
        match &news {
            JobNews::Started { .. } | JobNews::Step { .. } => {
                now.steps.insert(job, news.clone());
            }
            JobNews::Left { .. } => {
                now.steps.remove(&job);
                now.pictures.remove(&job);
            }
            _ => {}
        }
        drop(now);
        // Nobody has to listen.
        self.sender.send(Progress { job, news }).ok();
    }

    pub(super) fn show(&self, job: Id, picture: Bytes) {
        self.now().pictures.insert(job, picture);
        self.tell(job, JobNews::Preview);
    }

    pub(super) fn engine(&self, name: &str, state: EngineState) {
        let mut now = self.now();
        match &state {
            EngineState::Starting => {}
            EngineState::Lost { why, failed_starts: HOPELESS.. } => {
                now.failing.insert(name.to_owned(), why.clone());
            }
            _ => drop(now.failing.remove(name)),
        }
        if let Some(engine) = now.engines.iter_mut().find(|engine| engine.name == name) {
            engine.state = state;
        }
    }

    pub(super) fn hello(&self, name: &str, hello: &Hello) {
        if let Some(engine) = self.now().engines.iter_mut().find(|engine| engine.name == name) {
            engine.hello = Some(hello.clone());
        }
    }

    pub(super) fn words(&self, name: &str, words: Vec<String>) {
        if let Some(engine) = self.now().engines.iter_mut().find(|engine| engine.name == name) {
            engine.words = words;
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    fn fits(&self, engine: &str, hello: &Hello, job: &Job) -> bool {
        // One that has not answered yet may have them.
        let may_be_better = |status: &EngineStatus| {
            let counts = status.name != engine && !matches!(status.state, EngineState::Lost { .. });
            counts && status.hello.as_ref().is_none_or(|hello| has_weights(hello, job))
        };
        has_model(hello, job) && (has_weights(hello, job) || !self.engines.iter().any(may_be_better))
    }
}

/// Whether an engine has the model of a job; any will do where the job names none.
fn has_model(hello: &Hello, job: &Job) -> bool {
    let wanted = job.order.recipe.model.as_ref();
    hello.models.iter().any(|model| wanted.is_none_or(|wanted| wanted.name == model.name))
}

/// Whether an engine has the very weights that a job names.
fn has_weights(hello: &Hello, job: &Job) -> bool {
    let Some(wanted) = &job.order.recipe.model else { return true };
    let Some(sha256) = &wanted.sha256 else { return true };
    hello.models.iter().any(|model| model.name == wanted.name && model.sha256 == *sha256)
}
