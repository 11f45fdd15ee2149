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
    /// A folder holds no project.
    NotAProject {
        /// The folder.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A file has nothing in it.
    EmptyFile {
        /// The file.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A file is longer than those that are taken.
    LongFile {
        /// Its name.
        name: String,
        /// Gibibytes that one may have.
        #[ts(type = "number")]
        most: u64,
    },
    /// A file holds nothing that can be seen or heard.
    NotMedia {
        /// The file.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A clip that Gallop made was brought where other films go.
    OwnClip {
        /// The file.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A clip does not say what it was made from.
    NoRecipe {
        /// The file.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// Two characters of a project have the same name.
    NameTaken {
        /// The name.
        name: String,
    },
    /// What was given for a token cannot be one.
    NotAToken,
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
    /// A draft cannot be thrown away while a job is to finish it.
    DraftWanted,
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
    /// Captions are read at times at which the timeline shows no clip.
    CaptionsOutside,
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
    /// There is something already where a folder is to be made.
    PlaceTaken {
        /// The folder.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A file is not where it was.
    Missing {
        /// The file.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A file is no picture, is damaged, or of a kind that is not read.
    UnreadablePicture {
        /// What was found, as its reader says it.
        why: String,
        /// The file.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A sound or a film is damaged, or of a kind that is not read.
    Unreadable {
        /// What was found, as its reader says it.
        why: String,
        /// The file.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A file holds no sound.
    NoSound {
        /// The file.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// A picture is smaller than any that can be used.
    PictureTooSmall {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Pixels that a side must have.
        least: u32,
    },
    /// A picture is larger than any that is opened.
    PictureTooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Pixels that a side may have.
        most: u32,
    },
    /// The disk is full; nothing was left behind.
    DiskFull {
        /// The file that was to be written.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// Files cannot be written there.
    NoPlace {
        /// The place.
        #[ts(type = "string")]
        path: PathBuf,
    },
    /// No encoder of this kind works here.
    NoEncoder {
        /// As in "H.264".
        kind: String,
    },
    /// A font is not there.
    NoFont {
        /// Its family.
        family: String,
    },
    /// A font lacks letters.
    NoLetters {
        /// Its family.
        family: String,
        /// The letters.
        characters: String,
    },
    /// A finished file was not what it should be, and was thrown away.
    CheckFailed {
        /// What differs.
        why: String,
    },
}

impl Detail {
    /// Of an error of pictures, sound and clips, where it is a frequent one.
    pub fn of_media(error: &gallop_media::Error) -> Option<Self> {
        use gallop_media::Error as Media;
        Some(match error {
            Media::Io { source, path, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Self::Missing { path: path.clone() }
            }
            Media::UnreadablePicture { why, path } => Self::UnreadablePicture { why: why.clone(), path: path.clone() },
            Media::UnreadableMedia { why, path, .. } => Self::Unreadable { why: why.clone(), path: path.clone() },
            Media::NoSound { path } => Self::NoSound { path: path.clone() },
            Media::PictureTooSmall { width, height, .. } => {
                Self::PictureTooSmall { width: *width, height: *height, least: gallop_media::MIN_PICTURE_SIDE }
            }
            Media::PictureTooLarge { width, height, .. } => {
                Self::PictureTooLarge { width: *width, height: *height, most: gallop_media::MAX_PICTURE_SIDE }
            }
            Media::DiskFull { path } => Self::DiskFull { path: path.clone() },
            Media::Place { path, .. } => Self::NoPlace { path: path.clone() },
            Media::NoEncoder { kind, .. } => Self::NoEncoder { kind: (*kind).to_owned() },
            Media::NoFont { family, .. } => Self::NoFont { family: family.clone() },
            Media::NoGlyphs { family, characters } => {
                Self::NoLetters { family: family.clone(), characters: characters.clone() }
            }
            Media::Check { why, .. } => Self::CheckFailed { why: why.clone() },
            _ => return None,
        })
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProject => f.write_str("no project is open"),
            Self::NoFolder { path } => write!(f, "there is no such folder: {}", path.display()),
            Self::NotAProject { path } => {
                write!(f, "this is no Gallop project, it has no {}: {}", crate::project::FILE, path.display())
            }
            Self::EmptyFile { path } => write!(f, "this file is empty; choose another: {}", path.display()),
            Self::LongFile { name, most } => {
                write!(f, "this file is longer than the {most} GiB that are taken: {name}")
            }
            Self::NotMedia { path } => {
                write!(f, "this is neither a picture nor a film nor a sound that can be read: {}", path.display())
            }
            Self::OwnClip { path } => {
                let what = "this is a clip that Gallop made";
                write!(f, "{what}: drop it on the timeline to get its shot back: {}", path.display())
            }
            Self::NoRecipe { path } => {
                let why = "Gallop did not make it, or another program took that out";
                write!(f, "this clip does not say what it was made from: {why}: {}", path.display())
            }
            Self::NameTaken { name } => {
                write!(f, "two characters have the name {}; choose another for one", name.escape_debug())
            }
            Self::NotAToken => f.write_str("that is no token: it is empty, or has characters that no token has"),
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
            Self::DraftWanted => f.write_str("a job of the queue finishes this draft: cancel the job first"),
            Self::NothingOnTimeline => f.write_str("there is nothing on the timeline to export"),
            Self::NoPreset => f.write_str("choose a preset first"),
            Self::NoCaptions { language } => {
                write!(f, "there are no captions in {}; add them, or leave the language out", language.name())
            }
            Self::NothingSaid => f.write_str("nothing is said in these clips; write a line first"),
            Self::CaptionsOutside => f.write_str("none of these captions is read while a clip of the timeline is seen"),
            Self::ExportRunning => f.write_str("this export is running; cancel it first"),
            Self::ExportElsewhere => f.write_str("another Gallop is making this export; cancel it there"),
            Self::EngineNoStart { engine, why } => write!(f, "the engine `{engine}` cannot be started: {why}"),
            Self::PlaceTaken { path } => {
                let what = "there is something of this name already; choose another name or place";
                write!(f, "{what}: {}", path.display())
            }
            Self::Missing { path } => write!(f, "the file is not there any more: {}", path.display()),
            Self::UnreadablePicture { why, path } => {
                write!(f, "this is no picture that can be read ({why}); use PNG, JPEG or WebP: {}", path.display())
            }
            Self::Unreadable { why, path } => {
                write!(f, "this cannot be read ({why}); convert it to WAV, FLAC, MP3, M4A or MP4: {}", path.display())
            }
            Self::NoSound { path } => write!(f, "the file has no sound in it; choose another: {}", path.display()),
            Self::PictureTooSmall { width, height, least } => {
                write!(f, "the picture is {width}x{height} pixels, too small; choose one of at least {least}x{least}")
            }
            Self::PictureTooLarge { width, height, most } => {
                write!(f, "the picture is {width}x{height} pixels, too large; scale it down to at most {most} a side")
            }
            Self::DiskFull { path } => {
                write!(f, "the disk is full; make room or choose another place for the file: {}", path.display())
            }
            Self::NoPlace { path } => {
                write!(f, "files cannot be written there; choose another place: {}", path.display())
            }
            Self::NoEncoder { kind } => write!(f, "no {kind} encoder of this FFmpeg works; install a build with one"),
            Self::NoFont { family } => write!(f, "the font {family:?} is not there; install it or choose another"),
            Self::NoLetters { family, characters } => {
                write!(
                    f,
                    "the font {family:?} has no letters for {characters:?}; install the whole font or change the words"
                )
            }
            Self::CheckFailed { why } => {
                write!(f, "the finished file failed its check ({why}) and was thrown away; please report this")
            }
        }
    }
}
