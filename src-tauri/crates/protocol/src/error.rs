//! What can be wrong with a shot, a recipe or a frame.

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can be wrong with a shot, a recipe or a frame.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A shot cannot be made as it stands.
    #[error("{0}")]
    Shot(String),

    /// A recipe is not readable.
    #[error("the recipe cannot be read ({})", shown(.0))]
    Recipe(String),

    /// A recipe of a later version.
    #[error("this was made by a newer Gallop (recipe format {0})")]
    NewerRecipe(u32),

    /// The other side sent something that is no message of this protocol.
    #[error("not a message: {}", shown(.0))]
    Frame(String),

    /// The pipe failed.
    #[error("the connection broke: {0}")]
    Pipe(#[from] std::io::Error),
}

/// Text that may hold words of the other side or of a file, in one line: it can neither fill a log nor steer a terminal.
pub fn shown(text: &str) -> String {
    const HEAD: usize = 1000;
    const TAIL: usize = 500;
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
    fn what_a_stranger_says_stays_in_one_short_line() {
        let error = Error::Frame("it's `two\nlines\x1b[2J`".into()).to_string();
        assert_eq!(error, "not a message: it's `two lines\u{fffd}[2J`");
        let error = Error::Recipe("é".repeat(1 << 20)).to_string();
        assert!(error.ends_with("é)") && error.chars().count() < 1600, "{error}");
    }
}
