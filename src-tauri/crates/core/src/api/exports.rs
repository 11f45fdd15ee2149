//! Exports on their way: one batch at a time, in a thread of its own, and always where it was after a restart.

mod view;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gallop_media::export::Progress;
use gallop_protocol::Id;

pub use view::{ExportStep, ExportView};
use view::{Who, view};

use super::event::Event;
use super::studio::{Studio, lock};
use crate::export::{Batch, Entry, EntryState, Maker, Presets, Shelf};
use crate::places::Places;
use crate::{Code, Detail, told};

/// How often progress is told.
const EVERY: Duration = Duration::from_millis(200);
/// How often a batch looks whether its turn has come.
const LOOK: Duration = Duration::from_millis(100);

/// All exports of this process.
pub struct Exports {
    shelf: Shelf,
    places: Places,
    /// One at a time: each uses all of the processor.
    turn: Arc<Mutex<()>>,
    running: Arc<Mutex<BTreeMap<Id, Arc<Running>>>>,
}

/// A batch that this process works on, or will.
struct Running {
    stop: AtomicBool,
    /// Whether it is stopped because the program ends.
    is_closing: AtomicBool,
    pictures: AtomicU64,
    now: Mutex<(Batch, Option<(usize, ExportStep)>)>,
}

impl Exports {
    /// Of a user.
    pub fn new(places: &Places) -> Self {
        Self { shelf: Shelf::new(places), places: places.clone(), turn: Arc::default(), running: Arc::default() }
    }

    /// All batches, the latest first.
    pub fn list(&self) -> Vec<ExportView> {
        let running = lock(&self.running).clone();
        let view = |batch: Batch| match running.get(&batch.id) {
            Some(known) => known.view(),
            None => {
                // Whoever holds it works on it.
                let is_held = self.shelf.hold(batch.id).is_ok_and(|held| held.is_none());
                view(&batch, if is_held { Who::Elsewhere } else { Who::Nobody }, None)
            }
        };
        self.shelf.list().into_iter().map(view).collect()
    }

    /// Puts a batch behind those that are being made.
    pub fn begin(&self, studio: &Studio, batch: Batch) -> anyhow::Result<ExportView> {
        let Some(held) = self.shelf.hold(batch.id)? else {
            return Err(told(Code::JobState, Detail::ExportElsewhere));
        };
        self.shelf.put(&batch)?;
        self.shelf.tidy();
        let id = batch.id;
        let running = Arc::new(Running {
            stop: AtomicBool::new(false),
            is_closing: AtomicBool::new(false),
            pictures: AtomicU64::new(0),
            now: Mutex::new((batch, None)),
        });
        let first = running.view();
        lock(&self.running).insert(id, Arc::clone(&running));
        let work = Work {
            running,
            shelf: self.shelf.clone(),
            places: self.places.clone(),
            tell: Box::new(studio.teller()),
            picture: self.picture_path(id),
        };
        let (turn, all) = (Arc::clone(&self.turn), Arc::clone(&self.running));
        let run = move || {
            work.run(&turn);
            // In this order: who does not find it here can have it.
            drop(held);
            lock(&all).remove(&id);
            (work.tell)(Event::Exports);
        };
        std::thread::Builder::new().name("export".into()).spawn(run)?;
        studio.tell(Event::Exports);
        Ok(first)
    }

    /// Breaks a batch off. The clips that are done stay.
    pub fn cancel(&self, id: Id) -> anyhow::Result<()> {
        if let Some(running) = lock(&self.running).get(&id) {
            running.stop.store(true, Ordering::SeqCst);
            return Ok(());
        }
        let mut batch = self.shelf.get(id)?;
        let Some(_held) = self.shelf.hold(id)? else {
            return Err(told(Code::JobState, Detail::ExportElsewhere));
        };
        cancel_rest(&mut batch);
        self.shelf.put(&batch)
    }

    /// Goes on with a batch: what is done is not made again.
    pub fn retry(&self, studio: &Studio, id: Id) -> anyhow::Result<ExportView> {
        if lock(&self.running).contains_key(&id) {
            return Err(told(Code::JobState, Detail::ExportRunning));
        }
        let mut batch = self.shelf.get(id)?;
        // Those that are done are looked at again, and made anew where somebody has taken their files away.
        for entry in &mut batch.entries {
            entry.state = EntryState::Waiting;
        }
        batch.rewind();
        self.begin(studio, batch)
    }

    /// Forgets a batch. Its files stay.
    pub fn remove(&self, id: Id) -> anyhow::Result<()> {
        self.shelf.get(id)?;
        self.shelf.remove(id)?;
        std::fs::remove_file(self.picture_path(id)).ok();
        Ok(())
    }

    /// Tells all to stop, so that they go on later.
    pub fn ask_to_stop(&self) {
        for running in lock(&self.running).values() {
            running.is_closing.store(true, Ordering::SeqCst);
            running.stop.store(true, Ordering::SeqCst);
        }
    }

    /// Stops all, and waits until they have.
    pub fn stop(&self) {
        self.ask_to_stop();
        // A frame takes no second.
        let until = Instant::now() + Duration::from_secs(20);
        while !lock(&self.running).is_empty() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The file with the picture that was written last.
    pub fn picture_path(&self, id: Id) -> PathBuf {
        self.places.cache.join("exports").join(format!("{id}.png"))
    }
}

/// A batch being worked on.
struct Work {
    running: Arc<Running>,
    shelf: Shelf,
    places: Places,
    tell: Box<dyn Fn(Event) + Send + Sync>,
    picture: PathBuf,
}

impl Work {
    fn run(&self, turn: &Mutex<()>) {
        let _turn = loop {
            match turn.try_lock() {
                Ok(turn) => break Some(turn),
                Err(std::sync::TryLockError::Poisoned(turn)) => break Some(turn.into_inner()),
                Err(std::sync::TryLockError::WouldBlock) if self.is_stopped() => break None,
                Err(std::sync::TryLockError::WouldBlock) => std::thread::sleep(LOOK),
            }
        };
        if let Err(error) = self.work() {
            (self.tell)(Event::Notice { text: format!("an export cannot go on: {error:#}") });
        }
        std::fs::remove_file(&self.picture).ok();
    }

    fn work(&self) -> anyhow::Result<()> {
        let (presets, _) = Presets::of_this_user(&self.places)?;
        let maker = crate::settings::Settings::load(&self.places)?.export;
        std::fs::create_dir_all(self.picture.parent().unwrap_or(&self.places.cache)).ok();
        loop {
            // Let go at once: the work below takes it again.
            let next = lock(&self.running.now).0.next();
            let Some(index) = next.filter(|_| !self.is_stopped()) else { break };
            let mut batch = {
                let mut now = lock(&self.running.now);
                if let Some(entry) = now.0.entries.get_mut(index) {
                    entry.state = EntryState::Running;
                }
                now.0.clone()
            };
            self.keep(&batch)?;
            self.make(&mut batch, index, &presets, &maker);
            let mut now = lock(&self.running.now);
            *now = (batch, None);
            drop(now);
            let batch = lock(&self.running.now).0.clone();
            self.keep(&batch)?;
        }
        let mut now = lock(&self.running.now);
        if self.is_stopped() {
            if self.running.is_closing.load(Ordering::SeqCst) {
                // The next program goes on with them.
                let broken = |entry: &&mut Entry| entry.state == EntryState::Cancelled;
                now.0.entries.iter_mut().filter(broken).for_each(|entry| entry.state = EntryState::Waiting);
            } else {
                cancel_rest(&mut now.0);
            }
        }
        let batch = now.0.clone();
        drop(now);
        self.keep(&batch)
    }

    fn make(&self, batch: &mut Batch, index: usize, presets: &Presets, maker: &Maker) {
        let (id, started) = (batch.id, Instant::now());
        let mut told: Option<Instant> = None;
        let mut progress = |progress: Progress| {
            let Progress { phase, fraction, frame } = progress;
            if let Some(frame) = frame {
                // A preview that cannot be written is no reason to stop.
                if gallop_media::write_picture(&self.picture, &frame).is_ok() {
                    self.running.pictures.fetch_add(1, Ordering::SeqCst);
                }
            }
            let seconds = started.elapsed().as_secs_f64();
            let left = (fraction > 0.02).then(|| seconds / fraction * (1.0 - fraction));
            let number = self.running.pictures.load(Ordering::SeqCst);
            let preview = (number > 0).then(|| super::jobs::preview_path(id, number));
            let step = ExportStep { phase: phase.into(), fraction, seconds_left: left, preview };
            lock(&self.running.now).1 = Some((index, step.clone()));
            if told.is_none_or(|told| told.elapsed() >= EVERY) {
                told = Some(Instant::now());
                (self.tell)(Event::ExportStep { export: id, item: index, step });
            }
            if self.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        batch.make(index, &self.places, presets, maker, &mut progress);
    }

    fn keep(&self, batch: &Batch) -> anyhow::Result<()> {
        self.shelf.put(batch)?;
        (self.tell)(Event::Exports);
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.running.stop.load(Ordering::SeqCst)
    }
}

fn cancel_rest(batch: &mut Batch) {
    let is_open = |entry: &&mut Entry| matches!(entry.state, EntryState::Waiting | EntryState::Running);
    batch.entries.iter_mut().filter(is_open).for_each(|entry| entry.state = EntryState::Cancelled);
}

impl Running {
    fn view(&self) -> ExportView {
        let now = lock(&self.now);
        view(&now.0, Who::Here, now.1.as_ref())
    }
}
