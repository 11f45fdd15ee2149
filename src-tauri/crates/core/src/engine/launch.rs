//! The process of an engine.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::tail::Tail;
use crate::settings::EngineSettings;
use crate::{Code, Detail, told};

/// `CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW`
#[cfg(windows)]
const NEW_GROUP_WITHOUT_WINDOW: u32 = 0x0800_0200;
/// How long an ended process may take until the system tells so, and its last words are read.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long a process may go on when its pipe is broken, before it is killed: enough to say by itself how it ended.
const GRACE: Duration = Duration::from_millis(200);

/// A process that was started, with all that it starts itself. It is killed when this goes away.
#[derive(Debug)]
pub struct Process {
    child: Child,
    words: Arc<Mutex<Tail>>,
    listener: JoinHandle<()>,
}

/// The pipes to a process.
#[derive(Debug)]
pub struct Pipes {
    /// What it reads.
    pub input: ChildStdin,
    /// What it writes.
    pub output: ChildStdout,
}

impl Process {
    /// Starts the command line of an engine.
    ///
    /// # Errors
    /// [`Code::NoEngine`] where the program is not there or cannot be started.
    pub fn start(engine: &EngineSettings) -> anyhow::Result<(Self, Pipes)> {
        let (program, arguments) = match engine.launch.split_first() {
            Some((program, arguments)) => (program.into(), arguments.to_vec()),
            None => (own_program(engine)?, vec!["engine".to_owned()]),
        };
        let mut command = std::process::Command::new(&program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group: Ctrl-C in a terminal is the studio's, which then stops the engine in order; and what a launcher
        // started can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(windows)]
        std::os::windows::process::CommandExt::creation_flags(&mut command, NEW_GROUP_WITHOUT_WINDOW);
        let spawned = Command::from(command).kill_on_drop(true).spawn();
        let mut child = spawned.map_err(|error| cannot(engine, &format!("{error}: {}", program.display())))?;
        let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = (input, output, errors) else {
            return Err(cannot(engine, "it has no pipes"));
        };
        let words = Arc::new(Mutex::new(Tail::default()));
        let listener = tokio::spawn(listen(errors, Arc::clone(&words)));
        Ok((Self { child, words, listener }, Pipes { input, output }))
    }

    /// The last lines that it wrote to its standard error.
    pub fn last_words(&self) -> Vec<String> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).lines()
    }

    /// Waits for its end.
    pub async fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        let status = timeout(limit, self.child.wait()).await.ok()?.ok()?;
        // What it started may hold its standard error open.
        timeout(LAST_WORDS, &mut self.listener).await.ok();
        Some(status)
    }

    /// Ends it by force, with all that it started, and says how it ended: by itself, if it did so before.
    pub async fn end(&mut self) -> Option<ExitStatus> {
        // A pipe that breaks is seen before the end of the process that broke it.
        if let Some(status) = self.ended(GRACE).await {
            return Some(status);
        }
        self.kill();
        self.ended(LAST_WORDS).await
    }

    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
            rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
        }
        self.child.start_kill().ok();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.listener.abort();
        self.kill();
    }
}

async fn listen(mut errors: ChildStderr, words: Arc<Mutex<Tail>>) {
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = errors.read(&mut piece).await {
        let bytes = piece.get(..count).unwrap_or_default();
        words.lock().unwrap_or_else(PoisonError::into_inner).add(bytes);
    }
}

fn own_program(engine: &EngineSettings) -> anyhow::Result<std::ffi::OsString> {
    Ok(crate::program::gallop().map_err(|error| cannot(engine, &format!("{error:#}")))?.into())
}

/// The error of an engine that does not run.
pub fn cannot(engine: &EngineSettings, why: &str) -> anyhow::Error {
    told(Code::NoEngine, Detail::EngineNoStart { engine: engine.name.clone(), why: why.to_owned() })
}
