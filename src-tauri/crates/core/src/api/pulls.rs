//! Models on their way here: each in a thread of its own, which can be slowed and stopped.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::event::Event;
use super::model_types::{PullState, PullView, PullWork};
use super::studio::{Studio, lock};
use super::value::Refusal;
use crate::store::{self, Control, Entry, Options, Progress, Pulled, Store, Work};
use crate::{Code, coded};

/// How often progress is told.
const EVERY: Duration = Duration::from_millis(250);

/// All models on their way, and how earlier ones ended.
#[derive(Default)]
pub struct Pulls {
    known: Mutex<BTreeMap<String, Arc<OnTheWay>>>,
}

/// What becomes of what has come, when a pull is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It stays, and the next pull goes on.
    Keep,
    /// It is removed.
    Remove,
}

struct OnTheWay {
    control: Control,
    now: Mutex<PullView>,
    ended: Mutex<Ended>,
}

impl OnTheWay {
    fn is_running(&self) -> bool {
        lock(&self.now).state == PullState::Running
    }
}

impl Pulls {
    /// How far a model is, if it ever was on its way.
    pub fn progress(&self, id: &str) -> Option<PullView> {
        lock(&self.known).get(id).map(|pull| lock(&pull.now).clone())
    }

    /// Begins to bring a model here; of one that is on its way, only changes how fast it may.
    pub fn begin(&self, studio: &Studio, entry: Entry, options: Options, limit: Option<u64>) -> anyhow::Result<()> {
        let mut known = lock(&self.known);
        if let Some(pull) = known.get(&entry.id).filter(|pull| pull.is_running()) {
            pull.control.limit(limit);
            return Ok(());
        }
        let now = PullView {
            state: PullState::Running,
            work: PullWork::Fetch,
            file: None,
            done_bytes: 0,
            of_bytes: 0,
            bytes_per_second: None,
            seconds_left: None,
            waits: None,
            failure: None,
        };
        let pull =
            Arc::new(OnTheWay { control: Control::default(), now: Mutex::new(now), ended: Mutex::new(Ended::Keep) });
        pull.control.limit(limit);
        known.insert(entry.id.clone(), Arc::clone(&pull));
        drop(known);
        let (store, teller) = (studio.store.clone(), studio.teller());
        let studio = studio.weak();
        let work = move || {
            run(&store, &entry, &options, &pull, &teller);
            if let Some(studio) = studio.upgrade() {
                studio.look_for_models();
            }
        };
        std::thread::Builder::new().name("pull".into()).spawn(work)?;
        Ok(())
    }

    /// Ends a pull.
    pub fn end(&self, id: &str, ended: Ended) -> anyhow::Result<()> {
        let known = lock(&self.known);
        let Some(pull) = known.get(id).filter(|pull| pull.is_running()) else {
            return Err(coded(Code::Input, format!("`{}` is not being fetched", id.escape_debug())));
        };
        *lock(&pull.ended) = ended;
        pull.control.stop();
        Ok(())
    }

    /// Forgets how an earlier pull ended.
    pub fn forget(&self, id: &str) {
        lock(&self.known).retain(|known, pull| known != id || pull.is_running());
    }

    /// Stops all.
    pub fn stop(&self) {
        lock(&self.known).values().for_each(|pull| pull.control.stop());
    }
}

fn run(store: &Store, entry: &Entry, options: &Options, pull: &OnTheWay, tell: &(dyn Fn(Event) + Sync)) {
    let told: Mutex<Option<Instant>> = Mutex::new(None);
    let progress = |progress: &Progress| {
        {
            let mut now = lock(&pull.now);
            now.file = Some(progress.file.clone());
            now.work = match progress.work {
                Work::Fetch => PullWork::Fetch,
                Work::Check => PullWork::Check,
                Work::Convert => PullWork::Convert,
            };
            (now.done_bytes, now.of_bytes) = (progress.done_bytes, progress.total_bytes);
            (now.bytes_per_second, now.seconds_left) = (progress.bytes_per_second, progress.seconds_left);
        }
        let mut told = lock(&told);
        if told.is_none_or(|told| told.elapsed() >= EVERY) {
            *told = Some(Instant::now());
            tell(Event::Models { id: entry.id.clone(), progress: Some(lock(&pull.now).clone()) });
        }
    };
    // Told at once, so that everybody sees it begin.
    tell(Event::Models { id: entry.id.clone(), progress: Some(lock(&pull.now).clone()) });
    let mut outcome =
        beside_news_of_waits(pull, entry, tell, || store::pull(store, entry, options, &pull.control, &progress));
    let is_removed = *lock(&pull.ended) == Ended::Remove;
    if is_removed && matches!(outcome, Ok(Pulled::Stopped)) {
        outcome = store.remove(entry).map(|_| Pulled::Stopped);
    }
    {
        let mut now = lock(&pull.now);
        (now.file, now.bytes_per_second, now.seconds_left, now.waits) = (None, None, None, None);
        match outcome {
            Ok(Pulled::Whole) => (now.state, now.done_bytes) = (PullState::Done, now.of_bytes),
            Ok(Pulled::Stopped) => {
                now.state = PullState::Paused;
                now.done_bytes = if is_removed { 0 } else { now.done_bytes };
            }
            Err(error) => (now.state, now.failure) = (PullState::Failed, Some(Refusal::of(&error))),
        }
    }
    let last = lock(&pull.now).clone();
    tell(Event::Models { id: entry.id.clone(), progress: Some(last) });
    tell(Event::Models { id: entry.id.clone(), progress: None });
}

/// Works, and tells beside it when nothing comes any more and why, and when something comes again: who waits for a server
/// has nothing else to tell.
fn beside_news_of_waits<T>(
    pull: &OnTheWay,
    entry: &Entry,
    tell: &(dyn Fn(Event) + Sync),
    work: impl FnOnce() -> T,
) -> T {
    std::thread::scope(|scope| {
        // Goes away with the work, which wakes the other side.
        let (_working, over) = mpsc::channel::<()>();
        scope.spawn(move || {
            while over.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let waits = pull.control.waits();
                let news = {
                    let mut now = lock(&pull.now);
                    let is_new = now.waits != waits;
                    now.waits = waits;
                    is_new.then(|| now.clone())
                };
                if let Some(news) = news {
                    tell(Event::Models { id: entry.id.clone(), progress: Some(news) });
                }
            }
        });
        work()
    })
}
