//! What can go wrong between a weight file and a finished clip.

use std::path::{Path, PathBuf};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong between a weight file and a finished clip. Paths stand last in each message.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user's request cannot be carried out as it stands.
    #[error("{0}")]
    Input(String),

    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,

    /// A file could not be read or written.
    #[error("{action} failed: {source}: {}", path.display())]
    Io {
        /// What was tried, as in "reading weights".
        action: &'static str,
        /// The system's reason.
        source: std::io::Error,
        /// The file.
        path: PathBuf,
    },

    /// A file is not what its name promises: truncated, foreign, or of a format that is not read.
    #[error("{}: {}", shown(reason), path.display())]
    Format {
        /// What is wrong and, where known, what to do.
        reason: String,
        /// The file.
        path: PathBuf,
    },

    /// A tensor that the network needs is not in the file.
    #[error("tensor `{}` is missing, expected shape {expected:?}: {}", shown(name), path.display())]
    MissingTensor {
        /// Full name of the tensor.
        name: String,
        /// The shape that the network's configuration asks for.
        expected: Vec<usize>,
        /// The file.
        path: PathBuf,
    },

    /// A tensor has another shape than the network's configuration asks for.
    #[error("tensor `{}` has shape {found:?}, expected {expected:?}: {}", shown(name), path.display())]
    TensorShape {
        /// Full name of the tensor.
        name: String,
        /// The shape that the network's configuration asks for.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
        /// The file.
        path: PathBuf,
    },

    /// A file ends before a tensor does.
    #[error(
        "tensor `{}` with shape {shape:?} is cut off: {found_bytes} of its {needed_bytes} bytes are there, the file \
         is incomplete; download it again: {}",
        shown(name),
        path.display()
    )]
    TruncatedTensor {
        /// Full name of the tensor.
        name: String,
        /// Its shape according to the file's table of contents.
        shape: Vec<usize>,
        /// How many bytes that shape takes.
        needed_bytes: usize,
        /// How many of them are in the file.
        found_bytes: usize,
        /// The file.
        path: PathBuf,
    },

    /// The NVIDIA card cannot be used, or no longer.
    #[error(transparent)]
    Card(#[from] crate::card::Problem),

    /// A tensor operation failed.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}

impl Error {
    /// An [`Error::Io`] for `path`; `action` reads like "reading weights".
    pub fn io(action: &'static str, path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io { action, source, path: path.as_ref().to_owned() }
    }

    /// An [`Error::Format`] for `path`.
    pub fn format(path: impl AsRef<Path>, reason: impl Into<String>) -> Self {
        Self::Format { reason: reason.into(), path: path.as_ref().to_owned() }
    }
}

/// Text that may come from a file, in one line: it can neither fill the screen nor steer the terminal.
fn shown(text: &str) -> String {
    const HEAD: usize = 400;
    const TAIL: usize = 200;
    match text.char_indices().nth(HEAD + TAIL) {
        None => text.chars().map(plain).collect(),
        Some(_) => {
            let head: String = text.chars().take(HEAD).map(plain).collect();
            let tail: Vec<char> = text.chars().rev().take(TAIL).map(plain).collect();
            format!("{head} … {}", tail.into_iter().rev().collect::<String>())
        }
    }
}

fn plain(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        // The latter break lines, or turn the direction of what follows.
        c if c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
            char::REPLACEMENT_CHARACTER
        }
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_stays_in_one_short_line() {
        let error = |reason: String| Error::format("a.pth", reason).to_string();
        assert_eq!(error("it's “whole”".into()), "it's “whole”: a.pth");
        assert_eq!(error("two\nlines\x1b[2J".into()), "two lines\u{fffd}[2J: a.pth");
        let long = error(format!("`{}` is odd", "é".repeat(1 << 20)));
        assert!(long.starts_with("`éé") && long.ends_with("é` is odd: a.pth") && long.chars().count() < 700, "{long}");
    }
}
