//! Working the queue off and telling how it goes.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::bail;
use gallop_core::jobs::{Filter, Job, State};
use gallop_core::runner::{JobNews, Progress, Runner};
use gallop_core::settings::Settings;
use gallop_core::take::TakeFolder;
use gallop_protocol::Id;
use gallop_protocol::message::Checkpoint;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::Desk;
use super::progress::{JobEvent, JobReport, choose};
use crate::cancel::Cancel;
use crate::report::Format;

/// How often it is looked whether another process has come to the end of these jobs.
const LOOK: Duration = Duration::from_millis(200);

/// Works the queue off until these jobs have come to an end, or all that wait where none are named. Where another process
/// does that already, waits for it, and takes over where it dies.
pub fn work_off(desk: &Desk, jobs: Option<Vec<Id>>, format: Format) -> anyhow::Result<()> {
    let cancel = Cancel::listen()?;
    let settings = Settings::load(&desk.places)?;
    let mut watch = Watch { desk, report: choose(format), told: BTreeSet::new(), all: BTreeSet::new() };
    let named = jobs.is_some();
    let mut open = jobs.map_or_else(|| watch.waiting(), Ok)?;
    watch.queued(&open)?;
    while !open.is_empty() {
        match Runner::start(&desk.places, &desk.database, &settings)? {
            Some(runner) => watch.run(&runner, &open, &cancel)?,
            None => watch.wait(&open, &cancel)?,
        }
        if cancel.is_asked() {
            watch
                .report
                .tell(&JobEvent::Notice { job: None, text: "the jobs wait in the queue: `gallop jobs run` goes on" });
            return Err(gallop_models::Error::Cancelled.into());
        }
        // What was added meanwhile waits as well.
        open = if named { watch.open(&open)? } else { watch.waiting()? };
        watch.queued(&open)?;
    }
    watch.sum()
}

/// What is told, and what was told already.
struct Watch<'a> {
    desk: &'a Desk,
    report: Box<dyn JobReport>,
    /// Jobs whose end was told.
    told: BTreeSet<Id>,
    /// Jobs that were waited for.
    all: BTreeSet<Id>,
}

impl Watch<'_> {
    /// The jobs that wait or run.
    fn waiting(&self) -> anyhow::Result<Vec<Id>> {
        let jobs = self.desk.queue.list(&Filter::states([State::Waiting, State::Running]))?;
        Ok(jobs.into_iter().map(|job| job.id).collect())
    }

    /// Those of these jobs that wait or run.
    fn open(&self, jobs: &[Id]) -> anyhow::Result<Vec<Id>> {
        let mut open = Vec::new();
        for job in jobs {
            if is_open(&self.desk.queue.get(*job)?) {
                open.push(*job);
            }
        }
        Ok(open)
    }

    fn queued(&mut self, jobs: &[Id]) -> anyhow::Result<()> {
        for job in jobs {
            if self.all.insert(*job) {
                let job = self.desk.queue.get(*job)?;
                self.report.tell(&JobEvent::Queued { job: job.id, shot: job.shot, seed: job.order.recipe.seed });
            }
        }
        Ok(())
    }

    /// Runs engines until these jobs have ended or are held back.
    fn run(&mut self, runner: &Runner, jobs: &[Id], cancel: &Cancel) -> anyhow::Result<()> {
        let mut news = runner.board().subscribe();
        let ended = runner.until(jobs, |jobs| {
            self.hear(&mut news);
            let held_back = !jobs.iter().any(is_open);
            if cancel.is_asked() || held_back { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.hear(&mut news);
        ended?.iter().for_each(|job| self.end(job));
        Ok(())
    }

    /// Waits while another process runs engines.
    fn wait(&mut self, jobs: &[Id], cancel: &Cancel) -> anyhow::Result<()> {
        let text = "another Gallop works the queue off; this one waits for it";
        self.report.tell(&JobEvent::Notice { job: None, text });
        while !cancel.is_asked() {
            for job in jobs {
                self.end(&self.desk.queue.get(*job)?);
            }
            let is_free = gallop_core::jobs::RunnerLock::try_take(&self.desk.places)?.is_some();
            if is_free || self.open(jobs)?.is_empty() {
                break;
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    fn hear(&mut self, news: &mut Receiver<Progress>) {
        loop {
            match news.try_recv() {
                Ok(Progress { job, news: JobNews::Left { .. } }) => {
                    if let Ok(job) = self.desk.queue.get(job) {
                        self.end(&job);
                    }
                }
                Ok(Progress { job, news }) => {
                    if let Some(event) = JobEvent::of(job, &news) {
                        self.report.tell(&event);
                    }
                }
                // What was missed is told by what comes after.
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// Tells how a job ended, once.
    fn end(&mut self, job: &Job) {
        let ended = matches!(job.state, State::Done | State::Failed | State::Cancelled);
        if !ended || !self.told.insert(job.id) {
            return;
        }
        let clip = TakeFolder::find(&job.project, job.id).ok().flatten().map(|folder| folder.path(Checkpoint::Clip));
        self.report.tell(&match (job.state, &clip, &job.failure) {
            (State::Done, Some(clip), _) => JobEvent::Take { job: job.id, clip, cost: job.cost.as_ref() },
            (State::Failed, _, Some(failure)) => JobEvent::Failed { job: job.id, message: &failure.message },
            _ => JobEvent::Left { job: job.id, state: job.state },
        });
    }

    /// Fails where a job failed.
    fn sum(&self) -> anyhow::Result<()> {
        let mut failed = Vec::new();
        for job in &self.all {
            let job = self.desk.queue.get(*job)?;
            failed.extend(job.failure.filter(|_| job.state == State::Failed));
        }
        match failed.first() {
            None => Ok(()),
            Some(first) if self.all.len() == 1 => bail!("{}", first.message),
            Some(first) => {
                bail!("{} of {} jobs failed, the first because: {}", failed.len(), self.all.len(), first.message)
            }
        }
    }
}

/// Whether a job waits or runs.
fn is_open(job: &Job) -> bool {
    matches!(job.state, State::Waiting | State::Running)
}
