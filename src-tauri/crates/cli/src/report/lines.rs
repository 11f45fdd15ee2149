//! One line a stage, for logs and pipes.

use super::{News, Report, lasting};

/// One line a stage, for logs and pipes.
pub struct Lines;

impl Report for Lines {
    fn tell(&mut self, news: &News<'_>) {
        if let Some(line) = lasting(news) {
            eprintln!("{line}");
        }
    }
}
