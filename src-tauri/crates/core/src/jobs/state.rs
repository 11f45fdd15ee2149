//! The states of a job, and the one table of how it gets from one to the next.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Code, coded};

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "JobState")]
pub enum State {
    /// It runs when it is its turn.
    Waiting,
    /// It waits until it is resumed.
    Paused,
    /// An engine works on it.
    Running,
    /// Its take is complete.
    Done,
    /// It was given up, for the reason that stands with it.
    Failed,
    /// It is not wanted any more.
    Cancelled,
}

/// What can be done to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// An engine takes it.
    Claim,
    /// The user holds it back.
    Pause,
    /// The user lets it go on.
    Resume,
    /// The user does not want it any more.
    Cancel,
    /// The user wants it tried again.
    Retry,
    /// The user changes what is wanted.
    Edit,
    /// The user changes its turn.
    Move,
    /// The engine is gone without an answer.
    Release,
    /// The engine made the clip.
    Finish,
    /// The engine said that it cannot.
    Fail,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Waiting, Self::Paused, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// Those of a job whose record lies in its take's folder.
    pub const UNFINISHED: [Self; 4] = [Self::Waiting, Self::Paused, Self::Running, Self::Failed];

    /// Its name, as in JSON and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Paused => "paused",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state after a change; none where the change is not allowed.
    ///
    /// A running job is in the engine's hands: a pause or a cancel is only asked for, and becomes the state when the
    /// engine lets go of it.
    pub fn after(self, change: Change) -> Option<Self> {
        match (self, change) {
            (Self::Waiting, Change::Claim) => Some(Self::Running),
            (Self::Waiting, Change::Pause) => Some(Self::Paused),
            (Self::Paused, Change::Resume) => Some(Self::Waiting),
            (Self::Running, Change::Pause | Change::Resume | Change::Cancel) => Some(Self::Running),
            (Self::Waiting | Self::Paused | Self::Failed, Change::Cancel) => Some(Self::Cancelled),
            (Self::Failed | Self::Cancelled, Change::Retry) => Some(Self::Waiting),
            (Self::Waiting | Self::Paused, Change::Edit | Change::Move) => Some(self),
            (Self::Running, Change::Release) => Some(Self::Waiting),
            (Self::Running, Change::Finish) => Some(Self::Done),
            (Self::Running, Change::Fail) => Some(Self::Failed),
            _ => None,
        }
    }

    /// As [`Self::after`].
    ///
    /// # Errors
    /// [`Code::JobState`] where the change is not allowed; the message says what the job is and what it would have to be.
    pub fn try_after(self, change: Change) -> anyhow::Result<Self> {
        self.after(change).ok_or_else(|| {
            let able: Vec<_> = Self::ALL.into_iter().filter(|state| state.after(change).is_some()).collect();
            let able: Vec<_> = able.into_iter().map(Self::name).collect();
            let (state, done, able) = (self.name(), change.done(), able.join(" or "));
            coded(Code::JobState, format!("the job is {state}, and only one that is {able} can be {done}"))
        })
    }
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Claim,
        Self::Pause,
        Self::Resume,
        Self::Cancel,
        Self::Retry,
        Self::Edit,
        Self::Move,
        Self::Release,
        Self::Finish,
        Self::Fail,
    ];

    fn done(self) -> &'static str {
        match self {
            Self::Claim => "given to an engine",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Cancel => "cancelled",
            Self::Retry => "tried again",
            Self::Edit => "edited",
            Self::Move => "moved",
            Self::Release => "given back",
            Self::Finish => "finished",
            Self::Fail => "failed",
        }
    }
}

/// What the user wants of a job that is running. The runner passes it on to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Stop; it goes on when it is resumed.
    Pause,
    /// Stop; it is not wanted any more.
    Cancel,
}

impl Ask {
    /// Its name, as in JSON and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Cancel => "cancel",
        }
    }

    /// The state of the job when it has stopped.
    pub fn becomes(self) -> State {
        match self {
            Self::Pause => State::Paused,
            Self::Cancel => State::Cancelled,
        }
    }
}
