//! The generator's news, frames and samples on their way to the studio.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gallop_models::generator::{self, Frames, Preview, Sink, Sound};
use gallop_models::{Error, Result};
use gallop_protocol::Id;
use gallop_protocol::message::Event;

use crate::clip::{Clip, picture};
use crate::inbox::Inbox;
use crate::meter::Meter;
use crate::outbox::Outbox;
use crate::{seconds_left, stage};

/// One preview in so long is enough to see where a clip is going.
const PREVIEW_EVERY: Duration = Duration::from_millis(700);
/// A preview costs a decoder's run. Until this many times its cost has passed, there is no further one.
const PREVIEW_SHARE: u32 = 12;

/// Takes what the generator tells and makes, for one job.
pub struct Relay<'a> {
    job: Id,
    inbox: &'a Inbox,
    outbox: &'a Outbox,
    /// Measures the job.
    pub meter: Meter,
    /// Where frames and sound go.
    pub clip: Option<Clip>,
    /// What the clip could not take, in its own words.
    pub failure: Option<gallop_media::Error>,
    stage_began: Instant,
    /// Where preview pictures are written on their way.
    preview_file: PathBuf,
    /// No preview before this.
    preview_due: Instant,
}

impl<'a> Relay<'a> {
    /// A relay for `job`.
    pub fn new(job: Id, inbox: &'a Inbox, outbox: &'a Outbox, meter: Meter, preview_file: PathBuf) -> Self {
        let stage_began = Instant::now();
        let preview_due = stage_began + PREVIEW_EVERY;
        Self { job, inbox, outbox, meter, clip: None, failure: None, stage_began, preview_file, preview_due }
    }

    /// Runs one stage that the generator itself does not tell about.
    ///
    /// # Errors
    /// The work's own, or [`Error::Cancelled`].
    pub fn stage<T>(&mut self, stage: generator::Stage, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let began = Instant::now();
        self.tell(generator::Event::Started { stage, steps: 0 })?;
        let made = work()?;
        self.tell(generator::Event::Finished { stage, seconds: began.elapsed().as_secs_f64() })?;
        Ok(made)
    }

    fn go_on(&self) -> Result<()> {
        if self.inbox.is_cancelled(self.job) { Err(Error::Cancelled) } else { Ok(()) }
    }

    fn tell(&mut self, event: generator::Event<'_>) -> Result<()> {
        let job = self.job;
        let (event, preview) = match event {
            generator::Event::Started { stage: begun, steps } => {
                self.stage_began = Instant::now();
                (Event::Started { job, stage: stage(begun), steps }, None)
            }
            generator::Event::Step { stage: current, done, total, preview } => {
                self.meter.look();
                let seconds_left = seconds_left(self.stage_began.elapsed(), done, total);
                (Event::Step { job, stage: stage(current), done, total, seconds_left }, preview)
            }
            generator::Event::Finished { stage: finished, seconds } => {
                self.meter.stage(stage(finished), seconds);
                (Event::Finished { job, stage: stage(finished), seconds }, None)
            }
            generator::Event::Notice(text) => (Event::Notice { job, text }, None),
        };
        // A studio that is gone wants nothing any more.
        self.outbox.send(event).map_err(|_| Error::Cancelled)?;
        preview.map_or(Ok(()), |preview| self.show(preview))?;
        self.go_on()
    }

    /// A preview that cannot be made is no reason to lose the clip.
    fn show(&mut self, preview: &dyn Preview) -> Result<()> {
        let began = Instant::now();
        if began < self.preview_due {
            return Ok(());
        }
        if let Ok(frames) = preview.render() {
            let written = gallop_media::write_picture(&self.preview_file, &picture(&frames));
            if let Some(bytes) = written.ok().and_then(|()| std::fs::read(&self.preview_file).ok()) {
                self.outbox.send_with(Event::Preview { job: self.job }, bytes).map_err(|_| Error::Cancelled)?;
            }
        }
        self.preview_due = Instant::now() + PREVIEW_EVERY.max(began.elapsed() * PREVIEW_SHARE);
        Ok(())
    }

    fn take(&mut self, taken: gallop_media::Result<()>) -> Result<()> {
        taken.map_err(|error| {
            let text = error.to_string();
            self.failure = Some(error);
            Error::Input(text)
        })
    }
}

impl Sink for Relay<'_> {
    fn event(&mut self, event: generator::Event<'_>) -> ControlFlow<()> {
        if self.tell(event).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn samples(&mut self, sound: &Sound) -> Result<()> {
        self.go_on()?;
        let taken = self.clip.as_mut().map_or(Ok(()), |clip| clip.samples(sound));
        self.take(taken)
    }

    fn frames(&mut self, frames: &Frames) -> Result<()> {
        self.go_on()?;
        let taken = self.clip.as_mut().map_or(Ok(()), |clip| clip.frames(frames));
        self.take(taken)
    }
}
