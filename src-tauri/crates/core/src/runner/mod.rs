//! Takes jobs from the queue to engines, and brings what they make into the project.
//!
//! One process of a user has the runner; each engine of the settings has a thread in it. All that must survive is in the
//! database and in the take folders: whoever kills this process at any moment loses at most the stage that was being made.

mod board;
mod estimate;
mod hopeless;
mod prepare;
mod serve;
mod spent;
mod work;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use gallop_protocol::Id;
use tokio::sync::watch;

use crate::database::Database;
use crate::jobs::{Job, Queue, RunnerLock, State};
use crate::library::Library;
use crate::places::Places;
use crate::settings::Settings;
use crate::{Code, coded};

pub use board::{Board, EngineState, EngineStatus, JobNews, Progress};
pub use hopeless::{Hopeless, Obstacle};

/// How often [`Runner::until`] looks at the jobs.
const LOOK: Duration = Duration::from_millis(100);

/// The engines of this user, at work. It [`stop`](Self::stop)s when it goes away.
pub struct Runner {
    queue: Queue,
    board: Arc<Board>,
    course: watch::Sender<Course>,
    /// Grows when models may have come or gone.
    models: watch::Sender<u64>,
    threads: Vec<JoinHandle<()>>,
    /// Given back after all threads have ended.
    _lock: RunnerLock,
}

/// Whether engines are to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    Work,
    Stop,
}

impl Runner {
    /// Starts working the queue off; none where another process of this user does it.
    ///
    /// Jobs that an earlier runner left unfinished go on behind their last checkpoint. An engine is started when there is
    /// a job for it, and not before.
    ///
    /// # Errors
    /// The database cannot be used, or the system starts no thread.
    pub fn start(places: &Places, database: &Database, settings: &Settings) -> anyhow::Result<Option<Self>> {
        let Some(lock) = RunnerLock::try_take(places)? else { return Ok(None) };
        let queue = Queue::new(database.clone());
        queue.recover(&lock)?;
        let board = Arc::new(Board::new(&settings.engines));
        let course = watch::Sender::new(Course::Work);
        let models = watch::Sender::new(0);
        let mut runner = Self { queue, board, course, models, threads: Vec::new(), _lock: lock };
        for engine in &settings.engines {
            let (queue, library) = (runner.queue.clone(), Library::new(database.clone()));
            let news = serve::News { course: runner.course.subscribe(), models: runner.models.subscribe() };
            let post = serve::Post::new(engine.clone(), queue, library, Arc::clone(&runner.board), news);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.context("the system starts no engine")?;
            // A thread each: an engine that sends a large clip does not hold the others up.
            let thread = std::thread::Builder::new().name(format!("engine {}", engine.name));
            let thread = thread.spawn(move || runtime.block_on(post.serve())).context("the system starts no thread")?;
            runner.threads.push(thread);
        }
        Ok(Some(runner))
    }

    /// What the engines do.
    pub fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Waits until these jobs are done, failed or cancelled, and gives them as they are then. Meanwhile `tick` gets them
    /// ten times a second, and ends the waiting where it breaks.
    ///
    /// # Errors
    /// [`Code::NoEngine`] where one of them waits and no engine will take it; a job is not in the queue; or the queue cannot
    /// be written any more, and so no job begins.
    pub fn until(&self, jobs: &[Id], mut tick: impl FnMut(&[Job]) -> ControlFlow<()>) -> anyhow::Result<Vec<Job>> {
        loop {
            let jobs = jobs.iter().map(|job| self.queue.get(*job)).collect::<anyhow::Result<Vec<_>>>()?;
            let has_ended = |job: &Job| matches!(job.state, State::Done | State::Failed | State::Cancelled);
            if tick(&jobs).is_break() || jobs.iter().all(has_ended) {
                return Ok(jobs);
            }
            let waiting = jobs.iter().filter(|job| job.state == State::Waiting);
            // As long as something runs, it is worth waiting for.
            let runs = jobs.iter().any(|job| job.state == State::Running);
            if let Some(why) = waiting.filter(|_| !runs).find_map(|job| self.board.hopeless(job)) {
                return Err(coded(Code::NoEngine, format!("no engine takes the job: {why}")));
            }
            if let Some(why) = self.board.stuck() {
                return Err(anyhow::anyhow!(why));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Models may have come: engines that lacked one for a job are started anew to look for it.
    pub fn look_again(&self) {
        self.models.send_modify(|times| *times += 1);
    }

    /// Stops the engines. Jobs that run wait again, and keep their checkpoints.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.course.send_replace(Course::Stop);
        for thread in self.threads.drain(..) {
            // One that panicked has nothing left to stop.
            thread.join().ok();
        }
    }
}
