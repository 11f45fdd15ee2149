//! The studio itself: everything of one user, shared by all who call.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use serde_json::Value;
use tokio::sync::broadcast;

use super::event::Event;
use super::exports::Exports;
use super::known::KnownModels;
use super::models::Pulls;
use super::open::Open;
use super::value::Refusal;
use super::{table, watch};
use crate::database::Database;
use crate::jobs::Queue;
use crate::library::Library;
use crate::loopback::{self, Loopback, Pages};
use crate::places::Places;
use crate::runner::{EngineStatus, Runner};
use crate::settings::Settings;
use crate::store::Store;
use crate::{Code, Detail, told};

/// Events that a slow listener may fall behind with; then it is told [`Event::Missed`].
const CAPACITY: usize = 256;
/// Calls that may take long and leave alone what others change: they do not wait for their turn, nor hold others up.
const SLOW: [&str; 16] = [
    "doctor.report",
    "shot.check",
    "media.import",
    "captions.align",
    "export.list",
    "export.cancel",
    "export.handover",
    "export.set_maker",
    "models.list",
    "models.verify",
    "models.remove",
    // The keychain may ask its owner to open it.
    "models.pull",
    "models.token",
    "models.set_token",
    "project.list",
    "project.get",
];

/// Everything of this user that calls work on. One process has one.
pub struct Studio {
    pub(super) places: Places,
    pub(super) database: Database,
    pub(super) queue: Queue,
    pub(super) library: Library,
    pub(super) store: Store,
    pub(super) pulls: Pulls,
    pub(super) exports: Exports,
    /// The engines, where this process has them.
    runner: Mutex<Option<Runner>>,
    open: Mutex<Option<Open>>,
    /// The folder of the open project, for those who must not wait for [`Self::open`].
    folder: Mutex<Option<PathBuf>>,
    loopback: Mutex<Option<Loopback>>,
    events: broadcast::Sender<Event>,
    revision: AtomicU64,
    pub(super) doctor: super::doctor::Kept,
    pub(super) forecasts: super::estimate::Forecasts,
    /// Calls that change something come one after the other, in the order in which they were made.
    turn: tokio::sync::Mutex<()>,
    is_closed: AtomicBool,
    /// Itself, for threads that work beside it.
    weak: OnceLock<Weak<Self>>,
}

/// Who works the queue off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engines {
    /// This process, unless another one does already.
    Run,
    /// Nobody is started: for single calls from a terminal.
    LeaveAlone,
}

impl Studio {
    /// Opens the studio of this user with its engines, and a server for its clips and pictures on this machine.
    ///
    /// # Errors
    /// The folders or the queue cannot be used, or no port is free.
    pub async fn open(places: Places) -> anyhow::Result<Arc<Self>> {
        tokio::task::spawn_blocking(move || {
            let studio = Self::start(places, Engines::Run)?;
            studio.listen(0, None)?;
            Ok(studio)
        })
        .await?
    }

    /// Opens the studio of this user. The clips are not to be seen before [`Self::listen`].
    ///
    /// # Errors
    /// The folders or the queue cannot be used.
    pub fn start(places: Places, engines: Engines) -> anyhow::Result<Arc<Self>> {
        places.make()?;
        let database = Database::open(&places)?;
        let studio = Arc::new(Self {
            queue: Queue::new(database.clone()),
            library: Library::new(database.clone()),
            store: Store::of_this_user(&places),
            pulls: Pulls::default(),
            exports: Exports::new(&places),
            runner: Mutex::new(None),
            open: Mutex::new(None),
            folder: Mutex::new(None),
            loopback: Mutex::new(None),
            events: broadcast::Sender::new(CAPACITY),
            revision: AtomicU64::new(1),
            doctor: Default::default(),
            forecasts: Default::default(),
            turn: Default::default(),
            is_closed: AtomicBool::new(false),
            weak: OnceLock::new(),
            places,
            database,
        });
        studio.weak.set(Arc::downgrade(&studio)).ok();
        if engines == Engines::Run {
            studio.take_engines()?;
        }
        watch::start(&studio, engines)?;
        Ok(studio)
    }

    /// Serves clips and pictures on this machine, and with `pages` the whole studio to a browser. Gives the address.
    ///
    /// # Errors
    /// The port is taken.
    pub fn listen(self: &Arc<Self>, port: u16, pages: Option<Pages>) -> anyhow::Result<String> {
        let started = loopback::start(Arc::downgrade(self), port, pages)?;
        let address = started.address().to_owned();
        *lock(&self.loopback) = Some(started);
        Ok(address)
    }

    /// Makes a call of the table.
    ///
    /// # Errors
    /// The call is not there, does not take these arguments, or failed.
    pub async fn call(self: &Arc<Self>, name: &str, arguments: Value) -> Result<Value, Refusal> {
        let turn = if SLOW.contains(&name) { None } else { Some(self.turn.lock().await) };
        let (studio, name) = (Arc::clone(self), name.to_owned());
        let answer = tokio::task::spawn_blocking(move || studio.call_here(&name, arguments)).await;
        drop(turn);
        answer.unwrap_or_else(|_| Err(Refusal::internal("the call ended in an unexpected way")))
    }

    /// As [`Self::call`], on this thread.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn call_here(self: &Arc<Self>, name: &str, arguments: Value) -> Result<Value, Refusal> {
        table::dispatch(self, name, arguments).map_err(|error| Refusal::of(&error))
    }

    /// How the interface is to look, before it can ask.
    pub(crate) fn look(&self) -> super::app::Look {
        super::app::Look::of_this_user(&self.places)
    }

    /// All that happens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Stops the engines, the downloads and the server, and gives the project back. Jobs that run wait again, and keep what
    /// they have.
    pub async fn close(self: Arc<Self>) {
        tokio::task::spawn_blocking(move || self.close_here()).await.ok();
    }

    /// As [`Self::close`], on this thread.
    pub fn close_here(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        self.pulls.stop();
        self.exports.ask_to_stop();
        drop(lock(&self.loopback).take());
        self.set_open(None);
        let runner = lock(&self.runner).take();
        drop(runner);
        // An export may be writing to a slow disk; nothing else waits for it.
        self.exports.stop();
    }

    /// Where the open project lies.
    pub fn project_folder(&self) -> Option<PathBuf> {
        lock(&self.folder).clone()
    }

    /// Where a project of the library lies.
    pub(crate) fn known_folder(&self, project: gallop_protocol::Id) -> Option<PathBuf> {
        let projects = self.library.projects().ok()?;
        projects.into_iter().find(|known| known.id == project).map(|known| known.folder)
    }

    /// Takes of the library.
    pub(crate) fn takes(&self, filter: &crate::library::TakeFilter) -> anyhow::Result<Vec<crate::library::TakeEntry>> {
        self.library.takes(filter)
    }

    /// Where things of the cache lie.
    pub(crate) fn cache(&self) -> &std::path::Path {
        &self.places.cache
    }

    /// How a running job's clip looks now: a PNG picture.
    pub(crate) fn preview(&self, job: gallop_protocol::Id) -> Option<bytes::Bytes> {
        lock(&self.runner).as_ref()?.board().preview(job)
    }

    /// The picture that an export wrote last: a PNG file.
    pub(crate) fn export_picture(&self, export: gallop_protocol::Id) -> PathBuf {
        self.exports.picture_path(export)
    }

    /// Address of the server.
    pub(super) fn media_url(&self) -> Option<String> {
        lock(&self.loopback).as_ref().map(|loopback| loopback.address().to_owned())
    }

    pub(super) fn tell(&self, event: Event) {
        // Nobody has to listen.
        self.events.send(event).ok();
    }

    /// Tells events from a thread that may outlive the studio.
    pub(super) fn teller(&self) -> impl Fn(Event) + Send + Sync + 'static {
        let events = self.events.clone();
        move |event| drop(events.send(event))
    }

    /// For threads that may outlive it.
    pub(super) fn weak(&self) -> Weak<Self> {
        self.weak.get().cloned().unwrap_or_default()
    }

    /// Does something on a thread of its own, if the studio is still there then.
    pub(super) fn beside(&self, name: &str, work: impl FnOnce(&Self) + Send + 'static) {
        let Some(weak) = self.weak.get().cloned() else { return };
        let work = move || {
            if let Some(studio) = weak.upgrade() {
                work(&studio);
            }
        };
        // Nothing that is done beside is missed where the system has no thread for it.
        std::thread::Builder::new().name(name.into()).spawn(work).ok();
    }

    /// What clips can be made with, as far as is known.
    pub(super) fn models(&self) -> KnownModels {
        KnownModels::kept_in(&self.places.cache, &self.board().map(|board| board.engines()).unwrap_or_default())
    }

    /// Engines have told of themselves: shots may be expected to be longer or shorter than was thought.
    pub(super) fn know_models(&self, engines: &[EngineStatus]) {
        let learnt =
            self.open_project().as_mut().map(|open| open.learn(KnownModels::kept_in(&self.places.cache, engines)));
        if let Some(Err(error)) = learnt {
            self.tell(Event::Notice { text: format!("{error:#}") });
        }
    }

    /// Tells that the project is not as it was.
    pub(super) fn touch(&self) {
        let revision = self.revision.fetch_add(1, Ordering::SeqCst) + 1;
        self.tell(Event::Project { revision });
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision.load(Ordering::SeqCst)
    }

    /// Takes the queue over, unless another process has it.
    pub(super) fn take_engines(&self) -> anyhow::Result<()> {
        let mut runner = lock(&self.runner);
        // Looked at under the lock: who closes sets it before he takes the engines away.
        if runner.is_none() && !self.is_closed.load(Ordering::SeqCst) {
            *runner = Runner::start(&self.places, &self.database, &Settings::load(&self.places)?)?;
        }
        Ok(())
    }

    /// Models may have come: engines that lacked one look for it.
    pub(super) fn look_for_models(&self) {
        if let Some(runner) = lock(&self.runner).as_ref() {
            runner.look_again();
        }
    }

    /// The board of the engines, where this process has them.
    pub(super) fn board(&self) -> Option<Arc<crate::runner::Board>> {
        lock(&self.runner).as_ref().map(|runner| Arc::clone(runner.board()))
    }

    /// The project, whether one is open or not.
    pub(super) fn open_project(&self) -> MutexGuard<'_, Option<Open>> {
        lock(&self.open)
    }

    /// Works on the open project.
    ///
    /// # Errors
    /// None is open; `work`'s own.
    pub(super) fn with_project<R>(&self, work: impl FnOnce(&mut Open) -> anyhow::Result<R>) -> anyhow::Result<R> {
        let mut open = self.open_project();
        work(open.as_mut().ok_or_else(|| told(Code::Input, Detail::NoProject))?)
    }

    /// As [`Self::with_project`], and tells that it has changed.
    pub(super) fn change<R>(&self, work: impl FnOnce(&mut Open) -> anyhow::Result<R>) -> anyhow::Result<R> {
        let result = self.with_project(work);
        // Also after an error: what another program wrote may have been taken over before it.
        self.touch();
        result
    }

    /// Puts a project in the place of the one that is open, which is closed.
    pub(super) fn set_open(&self, project: Option<Open>) {
        let folder = project.as_ref().map(|open| open.project.folder().to_owned());
        let before = {
            let mut open = self.open_project();
            *lock(&self.folder) = folder;
            std::mem::replace(&mut *open, project)
        };
        drop(before);
    }

    /// Names of all projects by their folders.
    pub(super) fn project_names(&self) -> BTreeMap<PathBuf, String> {
        let projects = self.library.projects().unwrap_or_default();
        projects.into_iter().map(|project| (project.folder, project.name)).collect()
    }
}

impl std::fmt::Debug for Studio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Studio").field("places", &self.places).finish_non_exhaustive()
    }
}

/// A thread that panicked leaves data as good as it was: each change is one assignment.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
