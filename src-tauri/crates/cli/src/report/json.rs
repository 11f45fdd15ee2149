//! One JSON object a line, on stdout.

use std::io::Write as _;

use super::{News, Report};

/// One JSON object a line, on stdout.
pub struct Json;

impl Report for Json {
    fn tell(&mut self, news: &News<'_>) {
        // Nobody may be reading any more; the clip is what counts, so that is no reason to stop.
        let line = serde_json::to_string(news).unwrap_or_default();
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{line}").and_then(|()| stdout.flush()).ok();
    }
}
