//! Failures that a user meets often, with their names and numbers: a page tells them in its reader's language, everybody else in
//! English.

use std::fmt;
use std::path::PathBuf;

use gallop_protocol::shot::Language;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is wrong, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "id", rename_all = "snake_case")]
pub enum Detail {
    /// Nothing is open that this could be done to.
    NoProject,
    /// A folder is not there.
    NoFolder {
        /// The folder.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A shot on the timeline was not made yet.
    ShotUnmade {
        /// Its number, from 1.
        number: usize,
    },
    /// The clip of a take cannot be read.
    TakeGone {
        /// The number of its shot, from 1.
        number: usize,
    },
    /// A file of the project cannot be read.
    FileGone {
        /// Its name.
        name: String,
    },
    /// A take was chosen that is not there any more.
    NoTake,
    /// A draft has lost what it could be finished from.
    NoLatents,
    /// There is nothing that could be exported.
    NothingOnTimeline,
    /// Nothing says where an export is for.
    NoPreset,
    /// Captions are wanted in a language that has none.
    NoCaptions {
        /// The language.
        language: Language,
    },
    /// Captions are wanted of clips without a line.
    NothingSaid,
    /// An export cannot be changed while it is made.
    ExportRunning,
    /// An export is made by another program of this user.
    ExportElsewhere,
    /// An engine does not start.
    EngineNoStart {
        /// Its name.
        engine: String,
        /// Why, as the system says it.
        why: String,
    },
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProject => f.write_str("no project is open"),
            Self::NoFolder { path } => write!(f, "there is no such folder, told from the root: {}", path.display()),
            Self::ShotUnmade { number } => {
                write!(f, "shot {number} has no take yet; generate it, or take its clip off the timeline")
            }
            Self::TakeGone { number } => {
                write!(f, "the take of shot {number} is gone or damaged; make it again, or choose another take")
            }
            Self::FileGone { name } => write!(f, "the file {name} is gone or damaged; import it again"),
            Self::NoTake => f.write_str("this take is no longer there; choose another"),
            Self::NoLatents => {
                f.write_str("this take has no latents any more, so it cannot be finished; make a new draft")
            }
            Self::NothingOnTimeline => f.write_str("there is nothing on the timeline to export"),
            Self::NoPreset => f.write_str("choose a preset first"),
            Self::NoCaptions { language } => {
                write!(f, "there are no captions in {}; add them, or leave the language out", language.name())
            }
            Self::NothingSaid => f.write_str("nothing is said in these clips; write a line first"),
            Self::ExportRunning => f.write_str("this export is running; cancel it first"),
            Self::ExportElsewhere => f.write_str("another Gallop is making this export; cancel it there"),
            Self::EngineNoStart { engine, why } => write!(f, "the engine `{engine}` cannot be started: {why}"),
        }
    }
}
