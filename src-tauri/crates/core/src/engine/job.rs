//! What is said about one job, without the pipe that it is said through.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gallop_protocol::frame::Frame;
use gallop_protocol::message::{Checkpoint, Code, Command, Event, Order};
use gallop_protocol::{Digest, Id};

use super::link::{News, Outcome};
use super::tail::printable;
use super::transfer::{Inbox, Outbox, Trouble};

/// An order names a handful of files.
const MOST_FILES: usize = 100;
/// The longest sentence that is kept of an engine's.
const SENTENCE_BYTES: usize = 1000;

/// A job for an engine.
pub struct Work<'a> {
    /// Its name.
    pub job: Id,
    /// What is wanted.
    pub order: Order,
    /// Where a file that the order names lies.
    pub files: &'a dyn Fn(Digest) -> Option<PathBuf>,
    /// Where a checkpoint belongs. All of them in one folder, which is there.
    pub place: &'a dyn Fn(Checkpoint) -> PathBuf,
}

/// Where the conversation about a job stands.
pub struct Conversation<'a, 'n> {
    work: Work<'a>,
    /// What is to be said.
    pub outbox: Outbox,
    inbox: Inbox<'a>,
    news: &'n mut dyn FnMut(News),
    /// How many files the engine asked for.
    asked: usize,
    has_clip: bool,
    /// The disk took something not, and nothing that comes can be kept any more.
    lost_parts: bool,
    stop: Option<Stop>,
}

/// Why a job is being stopped.
enum Stop {
    Cancelled,
    /// What it made cannot be kept here.
    Unstored(String),
}

impl<'a, 'n> Conversation<'a, 'n> {
    /// Submits a job. Files are received under temporary names beside this path.
    pub fn new(work: Work<'a>, beside: &'a Path, news: &'n mut dyn FnMut(News)) -> Self {
        let mut outbox = Outbox::default();
        outbox.say(Command::Submit { job: work.job, order: Box::new(work.order.clone()) });
        let has_clip = work.order.checkpoints.contains_key(&Checkpoint::Clip);
        Self { work, outbox, inbox: Inbox::new(beside), news, asked: 0, has_clip, lost_parts: false, stop: None }
    }

    /// Asks the engine to stop.
    pub fn cancel(&mut self) {
        self.stop(Stop::Cancelled);
    }

    fn stop(&mut self, stop: Stop) {
        self.outbox.drop_files();
        self.outbox.say(Command::Cancel { job: self.work.job });
        self.stop = Some(stop);
    }

    /// Whether the engine was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_some()
    }

    /// What a job comes to that was being stopped.
    pub fn outcome_of_stop(self) -> Option<Outcome> {
        self.stop.map(Stop::outcome)
    }

    /// Takes an event; the outcome, when it was the last one.
    ///
    /// # Errors
    /// The engine broke the protocol.
    pub fn hear(&mut self, frame: Frame<Event>) -> Result<Option<Outcome>, String> {
        if event_job(&frame.head).is_some_and(|job| job != self.work.job) {
            return Err("it speaks of a job that it does not have".into());
        }
        match frame.head {
            Event::Hello(_) => return Err("it greeted twice".into()),
            Event::Need { blobs, .. } => self.need(&blobs)?,
            Event::Begun { recipe, .. } => (self.news)(News::Begun(recipe)),
            Event::Started { stage, steps, .. } => (self.news)(News::Started(stage, steps)),
            Event::Step { stage, done, total, seconds_left, .. } => {
                (self.news)(News::Step { stage, done, total, seconds_left });
            }
            Event::Preview { .. } => (self.news)(News::Preview(frame.bytes)),
            Event::Finished { stage, seconds, .. } => (self.news)(News::Finished(stage, seconds)),
            Event::Notice { text, .. } => (self.news)(News::Notice(sentence(&text))),
            Event::Blob(_) | Event::Checkpoint { .. } if self.lost_parts => {}
            Event::Blob(piece) => {
                let added = self.inbox.add(piece, &frame.bytes);
                self.stored(added)?;
            }
            Event::Checkpoint { checkpoint, blob, .. } => self.store(checkpoint, blob)?,
            Event::Done { .. } if !self.has_clip => return Err("it was done without a clip".into()),
            Event::Done { cost, .. } => return Ok(Some(Outcome::Done(cost))),
            Event::Failed { code, message, .. } => {
                return Ok(Some(Outcome::Failed { code, message: sentence(&message) }));
            }
            Event::Cancelled { .. } => {
                let stop = self.stop.take().ok_or("it stopped a job without being asked")?;
                return Ok(Some(stop.outcome()));
            }
        }
        Ok(None)
    }

    fn need(&mut self, blobs: &[Digest]) -> Result<(), String> {
        self.asked += blobs.len();
        if self.asked > MOST_FILES {
            return Err(format!("it asked for {} files", self.asked));
        }
        for &blob in blobs.iter().collect::<BTreeSet<_>>() {
            if !self.is_stopping() {
                self.outbox.send(blob, (self.work.files)(blob));
            }
        }
        Ok(())
    }

    fn store(&mut self, checkpoint: Checkpoint, blob: Digest) -> Result<(), String> {
        let path = (self.work.place)(checkpoint);
        let published = self.inbox.take(blob).and_then(|received| received.publish(&path));
        if self.stored(published)? {
            self.has_clip |= checkpoint == Checkpoint::Clip;
            (self.news)(News::Stored(checkpoint, blob));
            self.outbox.say(Command::Stored { job: self.work.job, checkpoint });
        }
        Ok(())
    }

    /// Stops the job where the disk did not take what came.
    fn stored(&mut self, stored: Result<(), Trouble>) -> Result<bool, String> {
        match stored {
            Ok(()) => Ok(true),
            Err(Trouble::Engine(what)) => Err(what),
            Err(Trouble::Disk(why)) => {
                self.inbox.clear();
                self.lost_parts = true;
                // A job that is not wanted any more needs no disk.
                if !self.is_stopping() {
                    self.stop(Stop::Unstored(why));
                }
                Ok(false)
            }
        }
    }
}

impl Stop {
    fn outcome(self) -> Outcome {
        match self {
            Self::Cancelled => Outcome::Cancelled,
            Self::Unstored(why) => {
                Outcome::Failed { code: Code::Disk, message: format!("the result cannot be kept: {why}") }
            }
        }
    }
}

/// The job that an event speaks of.
fn event_job(event: &Event) -> Option<Id> {
    match event {
        Event::Hello(_) | Event::Blob(_) => None,
        Event::Need { job, .. }
        | Event::Begun { job, .. }
        | Event::Started { job, .. }
        | Event::Step { job, .. }
        | Event::Preview { job }
        | Event::Finished { job, .. }
        | Event::Notice { job, .. }
        | Event::Checkpoint { job, .. }
        | Event::Done { job, .. }
        | Event::Failed { job, .. }
        | Event::Cancelled { job } => Some(*job),
    }
}

fn sentence(text: &str) -> String {
    printable(text.as_bytes().get(..SENTENCE_BYTES).unwrap_or(text.as_bytes()))
}
