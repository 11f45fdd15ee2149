//! Errors are `anyhow` with a [`Code`] where a user interface acts on the kind.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::detail::Detail;

/// Kinds of failure that a user interface acts on. A code exists only where one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// What was asked cannot be done as it stands: the message says what to change.
    Input,
    /// The project is open in another window or program.
    ProjectBusy,
    /// The project was saved by a newer Gallop.
    ProjectNewer,
    /// A file that the project refers to is gone or changed.
    MediaMissing,
    /// The job is in a state in which this cannot be done.
    JobState,
    /// No engine can be started, or none that fits the job.
    NoEngine,
    /// The source of a model wants its terms accepted there first; the message says where.
    Gated,
    /// A model's licence has not been accepted yet.
    Licence,
    /// The disk is too small for what is to be put on it.
    DiskFull,
    /// Anything else.
    Internal,
}

/// A message with its code.
#[derive(Debug)]
struct Coded {
    code: Code,
    message: String,
    detail: Option<Detail>,
}

impl std::fmt::Display for Coded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Coded {}

/// An error of this kind with this message, which may hold words of a stranger's file.
pub fn coded(code: Code, message: impl Into<String>) -> anyhow::Error {
    Coded { code, message: gallop_protocol::shown(&message.into()), detail: None }.into()
}

/// An error of this kind, told by what is wrong exactly.
pub fn told(code: Code, detail: Detail) -> anyhow::Error {
    Coded { code, message: gallop_protocol::shown(&detail.to_string()), detail: Some(detail) }.into()
}

/// An error of pictures, sound and clips as one of this kind.
pub fn of_media(code: Code, error: &gallop_media::Error) -> anyhow::Error {
    Coded { code, message: gallop_protocol::shown(&error.to_string()), detail: Detail::of_media(error) }.into()
}

/// What is wrong exactly, where the error says so.
pub fn detail_of(error: &anyhow::Error) -> Option<Detail> {
    let told = error.downcast_ref().and_then(|coded: &Coded| coded.detail.clone());
    told.or_else(|| error.downcast_ref().and_then(Detail::of_media))
}

/// The kind of an error.
pub fn code_of(error: &anyhow::Error) -> Code {
    error.downcast_ref().map_or(Code::Internal, |coded: &Coded| coded.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn codes_stay_under_context() {
        let error = Err::<(), _>(coded(Code::ProjectBusy, "open elsewhere")).context("opening").expect_err("an error");
        assert_eq!((code_of(&error), format!("{error:#}")), (Code::ProjectBusy, "opening: open elsewhere".into()));
        assert_eq!(code_of(&anyhow::anyhow!("x")), Code::Internal);
    }

    #[test]
    fn what_a_file_says_stays_in_one_line() {
        assert_eq!(coded(Code::Input, "two\nlines\x7f").to_string(), "two lines\u{fffd}");
    }

    #[test]
    fn what_is_wrong_with_media_is_told_exactly_under_context() {
        let full = gallop_media::Error::DiskFull { path: "/films/out.mp4".into() };
        let error = anyhow::Error::from(full).context("exporting");
        assert_eq!(detail_of(&error), Some(Detail::DiskFull { path: "/films/out.mp4".into() }));
        let gone = gallop_media::read_picture("/nowhere/face.png".as_ref()).expect_err("no file");
        assert_eq!(detail_of(&gone.into()), Some(Detail::Missing { path: "/nowhere/face.png".into() }));
        assert_eq!(detail_of(&anyhow::anyhow!("x")), None);
    }
}
