//! The conversation with an engine.

use std::fmt::{Display, Formatter};
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use gallop_protocol::frame::Codec;
use gallop_protocol::message::Checkpoint;
use gallop_protocol::message::{self, Command, Cost, Event, Hello, Stage, VERSION};
use gallop_protocol::recipe::Recipe;
use gallop_protocol::{Digest, Error};
use serde_json::Value;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::codec::{FramedRead, FramedWrite};

use super::job::Conversation;
pub use super::job::Work;
use super::launch::{Process, cannot};
use super::tail::printable;
use crate::settings::EngineSettings;

/// How this program calls itself to engines.
pub const BUILD: &str = concat!("gallop ", env!("CARGO_PKG_VERSION"));

/// How long an engine may take to end when it is asked to.
const SHUTDOWN: Duration = Duration::from_secs(10);
/// How long is listened to an engine that does not listen any more.
const LAST_EVENTS: Duration = Duration::from_secs(2);

/// A running engine.
pub struct Link {
    name: String,
    hello: Hello,
    process: Process,
    writer: FramedWrite<ChildStdin, Codec<Event, Command>>,
    reader: FramedRead<ChildStdout, Codec<Event, Command>>,
    cancel_limit: Duration,
    /// Something is written and not sent yet.
    unsent: bool,
    usable: bool,
}

/// What is told about a job on its way.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// It begins; this is what will be made.
    Begun(Box<Recipe>),
    /// A stage begins, with so many steps; 0 where it tells none.
    Started(Stage, usize),
    /// Steps of a stage are done.
    Step {
        /// The stage.
        stage: Stage,
        /// Steps done.
        done: usize,
        /// Steps in all.
        total: usize,
        /// What is left of the stage.
        seconds_left: f64,
    },
    /// How the clip looks now: a PNG picture.
    Preview(Bytes),
    /// A stage is finished, after so many seconds.
    Finished(Stage, f64),
    /// The work goes on, but not exactly as asked.
    Notice(String),
    /// A checkpoint is on disk. The engine hears of it only after the listener has returned.
    Stored(Checkpoint, Digest),
}

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    /// Its clip is on disk.
    Done(Cost),
    /// The engine, or the disk here, could not do it.
    Failed {
        /// The kind of failure.
        code: message::Code,
        /// One sentence.
        message: String,
    },
    /// It was stopped as asked.
    Cancelled,
    /// The engine was lost over it.
    Lost(Loss),
}

/// How an engine was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// One sentence.
    pub why: String,
    /// The last lines that it wrote to its standard error.
    pub last_words: Vec<String>,
}

impl Display for Loss {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)?;
        let shown = self.last_words.len().saturating_sub(3);
        match self.last_words.get(shown..).unwrap_or_default() {
            [] => Ok(()),
            words => write!(f, "; its last words: {}", words.join(" / ")),
        }
    }
}

impl Link {
    /// Starts an engine and greets it.
    ///
    /// # Errors
    /// [`crate::Code::NoEngine`] where it cannot be started, does not answer in time, or speaks another version; the
    /// message says what it wrote instead.
    pub async fn start(engine: &EngineSettings) -> anyhow::Result<Self> {
        let (mut process, pipes) = Process::start(engine)?;
        let mut writer = FramedWrite::new(pipes.input, Codec::default());
        let mut reader = FramedRead::new(pipes.output, Codec::<Value, Command>::default());
        let limit = engine.start_limit();
        let greeting = async {
            // One that ends at once says more by what it wrote than by the pipe that broke.
            writer.send(Command::Hello { protocol: VERSION, build: BUILD.into() }.into()).await.ok();
            reader.next().await
        };
        let greeted = match timeout(limit, greeting).await {
            Ok(Some(Ok(frame))) => read_hello(frame.head),
            Ok(Some(Err(Error::Frame(found)))) => Err(format!("it does not speak the engine's protocol ({found})")),
            Ok(_) => Err("it ended at once".into()),
            Err(_) => Err(format!("it did not answer within {} s", limit.as_secs())),
        };
        let hello = match greeted {
            Ok(hello) => hello,
            Err(mut why) => {
                let status = process.end().await;
                if let (Some(status), true) = (status, why == "it ended at once") {
                    why = format!("it ended at once ({status})");
                }
                let written = printable(reader.read_buffer().get(..200).unwrap_or(reader.read_buffer()));
                if !written.is_empty() && !why.contains("protocol") {
                    why = format!("{why}; it wrote `{written}`");
                }
                let loss = Loss { why, last_words: process.last_words() };
                return Err(cannot(engine, &loss.to_string()));
            }
        };
        Ok(Self {
            name: engine.name.clone(),
            hello,
            process,
            writer,
            reader: reader.map_decoder(|_| Codec::default()),
            cancel_limit: engine.cancel_limit(),
            unsent: false,
            usable: true,
        })
    }

    /// What the engine is.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// The last lines that it wrote to its standard error.
    pub fn last_words(&self) -> Vec<String> {
        self.process.last_words()
    }

    /// Whether it takes another job.
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    /// Has a job done. When `cancel` comes to its end before the job does, the job is stopped: in order, or by force where
    /// that takes longer than what `cancel` says.
    pub async fn run(
        &mut self,
        work: Work<'_>,
        news: &mut dyn FnMut(News),
        cancel: impl Future<Output = Duration>,
    ) -> Outcome {
        // Whoever drops this future halfway cannot use the link again.
        if !std::mem::replace(&mut self.usable, false) {
            let why = format!("the engine `{}` is gone", self.name);
            return Outcome::Lost(Loss { why, last_words: self.process.last_words() });
        }
        let beside = (work.place)(Checkpoint::Clip);
        let mut talk = Conversation::new(work, &beside, news);
        let why = match self.drive(&mut talk, cancel).await {
            Ok(outcome) => {
                self.usable = true;
                return outcome;
            }
            Err(why) => why,
        };
        let loss = self.lost(why).await;
        talk.outcome_of_stop().unwrap_or(Outcome::Lost(loss))
    }

    async fn drive(
        &mut self,
        talk: &mut Conversation<'_, '_>,
        cancel: impl Future<Output = Duration>,
    ) -> Result<Outcome, Broken> {
        let mut cancel = pin!(cancel);
        let mut listens = true;
        let (mut deadline, mut patience) = (None, self.cancel_limit);
        loop {
            if listens
                && !self.unsent
                && let Some(frame) = talk.outbox.next()
            {
                listens = self.writer.feed(frame).await.is_ok();
                self.unsent = listens;
            }
            if deadline.is_none() {
                let limit = if listens { patience } else { LAST_EVENTS };
                deadline = (!listens || talk.is_stopping()).then(|| Instant::now() + limit);
            }
            tokio::select! {
                sent = self.writer.flush(), if self.unsent => {
                    self.unsent = false;
                    listens = sent.is_ok();
                }
                heard = self.reader.next() => {
                    let frame = heard.ok_or(Broken::Ended)?.map_err(Broken::from)?;
                    if let Some(outcome) = talk.hear(frame).map_err(Broken::Protocol)? {
                        return Ok(outcome);
                    }
                }
                limit = &mut cancel, if !talk.is_stopping() => {
                    patience = limit;
                    talk.cancel();
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    return Err(Broken::Silent);
                }
            }
        }
    }

    /// Waits until an engine without work is lost. To stop waiting does no harm.
    pub async fn watch(&mut self) -> Loss {
        let broken = match self.reader.next().await {
            None => Broken::Ended,
            Some(Err(error)) => error.into(),
            Some(Ok(_)) => Broken::Protocol("it spoke without being asked".into()),
        };
        self.usable = false;
        self.lost(broken).await
    }

    async fn lost(&mut self, broken: Broken) -> Loss {
        let status = self.process.end().await;
        let name = &self.name;
        let why = match (broken, status) {
            (Broken::Ended, Some(status)) => format!("the engine `{name}` ended ({status})"),
            (Broken::Ended, None) => format!("the connection to the engine `{name}` broke"),
            (Broken::Silent, _) => format!("the engine `{name}` did not stop and was ended"),
            (Broken::Protocol(what), _) => format!("the engine `{name}` broke the protocol: {what}"),
        };
        Loss { why, last_words: self.process.last_words() }
    }

    /// Ends the engine: in order, or by force where that takes too long.
    pub async fn stop(mut self) {
        let goodbye = async {
            self.writer.send(Command::Shutdown.into()).await.ok();
            self.writer.close().await.ok();
        };
        timeout(SHUTDOWN, goodbye).await.ok();
        drop(self.writer);
        if self.process.ended(SHUTDOWN).await.is_none() {
            self.process.end().await;
        }
    }
}

/// How a conversation broke.
enum Broken {
    Ended,
    Silent,
    Protocol(String),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        match error {
            Error::Frame(what) => Self::Protocol(what),
            _ => Self::Ended,
        }
    }
}

/// The version is looked at before the rest: another one may look different.
fn read_hello(value: Value) -> Result<Hello, String> {
    let protocol = value.get("protocol").and_then(Value::as_u64);
    if let Some(protocol) = protocol.filter(|protocol| *protocol != u64::from(VERSION)) {
        let build = value.get("build").and_then(Value::as_str).unwrap_or("unknown");
        return Err(format!(
            "it is of another version ({}, protocol {protocol}) than this program ({BUILD}, protocol {VERSION}); \
             install the same version on both sides",
            printable(build.get(..80).unwrap_or(build).as_bytes()),
        ));
    }
    match serde_json::from_value(value) {
        Ok(Event::Hello(hello)) => Ok(hello),
        Ok(_) => Err("it does not speak the engine's protocol (its first word was no greeting)".into()),
        Err(error) => Err(format!("it does not speak the engine's protocol ({error})")),
    }
}
