//! Sees what happens beside the calls, and tells it: jobs come forward, takes appear, another program writes.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use gallop_protocol::Id;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::event::Event;
use super::jobs;
use super::studio::{Engines, Studio};
use super::view::StepView;
use crate::project::Refreshed;
use crate::runner::{Board, EngineStatus, JobNews, Progress};

/// How often the queue and the board are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How often what changes seldom is looked at: the project's file, and whether the engines can be taken over.
const SELDOM: Duration = Duration::from_secs(2);

/// Watches for a studio as long as it is there.
pub(super) fn start(studio: &Arc<Studio>, engines: Engines) -> anyhow::Result<()> {
    let weak = Arc::downgrade(studio);
    let mut watch = Watch { seen_changes: studio.queue.changes().ok(), ..Watch::default() };
    let work = move || {
        while watch.look(&weak, engines) {
            std::thread::sleep(LOOK);
        }
    };
    std::thread::Builder::new().name("watch".into()).spawn(work)?;
    Ok(())
}

#[derive(Default)]
struct Watch {
    seen_changes: Option<u64>,
    seen_engines: Vec<EngineStatus>,
    /// News of the board that is listened to.
    news: Option<(Weak<Board>, Receiver<Progress>)>,
    seldom: Option<Instant>,
    /// Rises with every picture, so that none is taken for an older one.
    pictures: u64,
}

impl Watch {
    /// Looks once; false where the studio is gone.
    fn look(&mut self, studio: &Weak<Studio>, engines: Engines) -> bool {
        let Some(studio) = studio.upgrade() else { return false };
        let changes = studio.queue.changes().ok();
        // A queue that cannot be read for a moment is not an empty one; it is looked at again.
        if changes.is_some()
            && changes != self.seen_changes
            && let Ok(jobs) = jobs::unfinished(&studio)
        {
            self.seen_changes = changes;
            studio.tell(Event::Jobs { jobs });
            look_at_takes(&studio);
        }
        if self.seldom.is_none_or(|seldom| seldom.elapsed() >= SELDOM) {
            self.seldom = Some(Instant::now());
            if engines == Engines::Run {
                // Settings that cannot be read are told where they are used.
                studio.take_engines().ok();
            }
            look_at_project(&studio);
        }
        if let Some(board) = studio.board() {
            self.listen(&studio, &board);
            let now = board.engines();
            if now != self.seen_engines {
                self.seen_engines.clone_from(&now);
                studio.know_models(&now);
                studio.tell(Event::Engines { engines: now });
                // Whether there is hope for what waits, engines decide.
                if let Ok(jobs) = jobs::unfinished(&studio) {
                    studio.tell(Event::Jobs { jobs });
                }
            }
        }
        true
    }

    /// Tells the last step of each job that came forward.
    fn listen(&mut self, studio: &Studio, board: &Arc<Board>) {
        let is_same = |(known, _): &(Weak<Board>, _)| std::ptr::eq(known.as_ptr(), Arc::as_ptr(board));
        if !self.news.as_ref().is_some_and(is_same) {
            self.news = Some((Arc::downgrade(board), board.subscribe()));
        }
        let Some((_, news)) = &mut self.news else { return };
        let (mut steps, mut pictures) = (BTreeMap::<Id, Option<StepView>>::new(), BTreeMap::new());
        loop {
            match news.try_recv() {
                Ok(Progress { job, news: JobNews::Preview }) => {
                    self.pictures += 1;
                    pictures.insert(job, self.pictures);
                }
                Ok(Progress { job, news }) => match (jobs::step_of(&news), news) {
                    (Some(step), _) => drop(steps.insert(job, Some(step))),
                    (None, JobNews::Notice { text }) => studio.tell(Event::Notice { text }),
                    _ => {}
                },
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        for job in pictures.keys() {
            steps.entry(*job).or_default();
        }
        for (job, step) in steps {
            let preview = pictures.get(&job).map(|number| jobs::preview_path(job, *number));
            studio.tell(Event::Step { job, step, preview });
        }
    }
}

/// Sees whether takes of the open project have come or gone.
pub(super) fn look_at_takes(studio: &Studio) {
    let seen = studio.open_project().as_mut().map(super::open::Open::look);
    match seen {
        None | Some(Ok(None)) => {}
        Some(Ok(Some(_))) => {
            studio.forecasts.forget();
            studio.touch();
            studio.tell(Event::MediaChanged);
        }
        Some(Err(error)) => studio.tell(Event::Notice { text: format!("{error:#}") }),
    }
}

/// Takes over what another program wrote into the open project.
fn look_at_project(studio: &Studio) {
    // Whoever changes it right now takes it over himself.
    let refreshed = studio.open_project().as_mut().map(|open| {
        let refreshed = open.project.refresh()?;
        if refreshed == Refreshed::Changed {
            open.settle()?;
        }
        anyhow::Ok(refreshed)
    });
    if let Some(Ok(Refreshed::Changed)) = refreshed {
        studio.touch();
    }
}
