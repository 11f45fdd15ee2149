//! The life of one engine of the settings: started when there is work for it, kept while there is, started again when it
//! is lost.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gallop_protocol::Id;
use gallop_protocol::message::Hello;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::Course;
use super::board::{Board, EngineState};
use crate::engine::{Link, Loss};
use crate::jobs::{Filter, Job, Queue, State};
use crate::library::Library;
use crate::settings::EngineSettings;

/// How often the database is asked whether something changed.
pub const LOOK: Duration = Duration::from_millis(200);
/// The pause after an engine was lost for the first time; it doubles with each time more.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// An engine's place, whether it runs or not.
pub struct Post {
    /// How it is started.
    pub engine: EngineSettings,
    /// The jobs.
    pub queue: Queue,
    /// The takes.
    pub library: Library,
    /// What is told.
    pub board: Arc<Board>,
    /// What it is told.
    pub news: News,
    /// The models that it was last started with, as [`News::models`] counts them.
    seen_models: u64,
    /// What the engine is, where it has ever answered.
    hello: Option<Hello>,
    /// Waiting jobs that it will not take.
    misfits: BTreeSet<Id>,
}

/// What an engine's place is told while it serves.
pub struct News {
    /// Whether to go on.
    pub course: watch::Receiver<Course>,
    /// Grows when models may have come or gone.
    pub models: watch::Receiver<u64>,
}

/// How an engine's time ended.
enum End {
    /// There was nothing to do for long.
    Idle,
    /// The runner stops.
    Stopped,
    Lost(Loss),
}

impl Post {
    /// An engine that does not run yet.
    pub fn new(engine: EngineSettings, queue: Queue, library: Library, board: Arc<Board>, news: News) -> Self {
        let seen_models = *news.models.borrow();
        Self { engine, queue, library, board, news, seen_models, hello: None, misfits: BTreeSet::new() }
    }

    /// Serves until the runner stops.
    pub async fn serve(mut self) {
        let (mut losses, mut failed_starts) = (0, 0);
        while self.work_comes().await {
            self.show(EngineState::Starting);
            self.seen_models = *self.news.models.borrow();
            let started = tokio::select! {
                started = Link::start(&self.engine) => started,
                () = stopped(self.news.course.clone()) => break,
            };
            let end = match started {
                Ok(link) => {
                    failed_starts = 0;
                    self.attend(link, &mut losses).await
                }
                Err(error) => {
                    failed_starts += 1;
                    End::Lost(Loss { why: format!("{error:#}"), last_words: Vec::new() })
                }
            };
            match end {
                End::Idle => self.show(EngineState::Off),
                End::Stopped => break,
                End::Lost(loss) => {
                    losses += 1;
                    self.show(EngineState::Lost { why: loss.to_string(), failed_starts });
                    self.pause(losses).await;
                }
            }
        }
        self.show(EngineState::Off);
    }

    /// Waits for work that may be this engine's; false when the runner stops.
    async fn work_comes(&self) -> bool {
        while !self.is_stopping() {
            let (seen, models) = (self.queue.changes().ok(), *self.news.models.borrow());
            let may_fit = |job: &Job| match &self.hello {
                Some(hello) if self.misfits.contains(&job.id) && !self.has_new_models() => {
                    self.board.fits(&self.engine.name, hello, job)
                }
                _ => true,
            };
            let jobs: Vec<_> = self.waiting().into_iter().filter(may_fit).collect();
            let has_jobs = !jobs.is_empty();
            if self.board.leaves_one(&self.engine.name, jobs) {
                return true;
            }
            tokio::select! {
                () = self.changed(seen) => {}
                () = self.new_models(models) => {}
                // The engine that should take them may get lost, which the database does not tell.
                () = sleep(FIRST_PAUSE), if has_jobs => {}
                () = stopped(self.news.course.clone()) => {}
            }
        }
        false
    }

    /// Gives a running engine its jobs.
    async fn attend(&mut self, mut link: Link, losses: &mut u32) -> End {
        let hello = link.hello().clone();
        self.board.hello(&self.engine.name, &hello);
        self.hello = Some(hello.clone());
        let mut idle_since = Instant::now();
        loop {
            if self.is_stopping() {
                link.stop().await;
                return End::Stopped;
            }
            let (seen, models) = (self.queue.changes().ok(), *self.news.models.borrow());
            let board = Arc::clone(&self.board);
            let claimed = self.queue.claim(&self.engine.name, |job| board.fits(&self.engine.name, &hello, job));
            self.board.wrote(&self.engine.name, claimed.as_ref().err());
            if let Ok(Some(job)) = claimed {
                self.show(EngineState::Working { job: job.id });
                let worked = self.work(&mut link, job).await;
                if worked.came_forward {
                    *losses = 0;
                }
                if let Some(loss) = worked.loss {
                    return End::Lost(loss);
                }
                if !link.is_usable() {
                    // It had to be ended by force over a job that is not wanted any more: no fault to make a pause for.
                    return End::Idle;
                }
                idle_since = Instant::now();
                continue;
            }
            let waiting = self.waiting();
            self.misfits =
                waiting.iter().filter(|job| !board.fits(&self.engine.name, &hello, job)).map(|job| job.id).collect();
            if !self.misfits.is_empty() && self.has_new_models() {
                link.stop().await;
                return End::Idle;
            }
            let words = if self.misfits.is_empty() { Vec::new() } else { link.last_words() };
            self.board.words(&self.engine.name, words);
            self.show(EngineState::Idle);
            tokio::select! {
                loss = link.watch() => return End::Lost(loss),
                () = self.changed(seen) => {}
                () = self.new_models(models) => {}
                // The engine that should take them may get lost, or the database may be in use for long.
                () = sleep(FIRST_PAUSE), if !waiting.is_empty() || seen.is_none() => {}
                () = stopped(self.news.course.clone()) => {}
                () = sleep_until(idle_since + self.engine.idle_limit()) => {
                    link.stop().await;
                    return End::Idle;
                }
            }
        }
    }

    fn waiting(&self) -> Vec<Job> {
        self.queue.list(&Filter::states([State::Waiting])).unwrap_or_default()
    }

    /// Waits until the database is not as it was seen.
    async fn changed(&self, seen: Option<u64>) {
        loop {
            sleep(LOOK).await;
            let now = self.queue.changes().ok();
            if now.is_some() && now != seen {
                return;
            }
        }
    }

    /// Whether models may have come since the engine was started.
    fn has_new_models(&self) -> bool {
        *self.news.models.borrow() != self.seen_models
    }

    /// Waits until models may have come, more often than is known.
    async fn new_models(&self, known: u64) {
        let mut models = self.news.models.clone();
        // An error means that the runner is gone: the course tells that.
        if models.wait_for(|times| *times != known).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    async fn pause(&self, losses: u32) {
        let pause = FIRST_PAUSE.saturating_mul(1 << (losses.clamp(1, 10) - 1)).min(LONGEST_PAUSE);
        tokio::select! {
            () = sleep(pause) => {}
            () = stopped(self.news.course.clone()) => {}
        }
    }

    fn show(&self, state: EngineState) {
        self.board.engine(&self.engine.name, state);
    }

    /// Whether the runner stops.
    pub fn is_stopping(&self) -> bool {
        *self.news.course.borrow() == Course::Stop
    }
}

/// Waits until the runner stops.
pub async fn stopped(mut course: watch::Receiver<Course>) {
    // An error means that the runner is gone, which is a stop as well.
    course.wait_for(|course| *course == Course::Stop).await.ok();
}
