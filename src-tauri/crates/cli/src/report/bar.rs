//! A bar that moves with the real steps, for terminals.

use std::io::Write as _;

use super::{News, Report, duration, lasting, stage_name};

/// Cells of the bar.
const WIDTH: usize = 24;
/// Carriage return, erase to the end of the line.
const CLEAR: &str = "\r\x1b[2K";

/// The line of the running stage, drawn over and over.
#[derive(Default)]
pub struct Bar {
    drawn: bool,
}

impl Report for Bar {
    fn tell(&mut self, news: &News<'_>) {
        if let Some(line) = moving(news) {
            self.show(&line);
            self.drawn = true;
        } else if let Some(line) = lasting(news) {
            self.show(&line);
            eprintln!();
            self.drawn = false;
        } else if self.drawn {
            // Failed or cancelled: the reason comes next, on a clean line.
            self.show("");
            self.drawn = false;
        }
    }
}

impl Bar {
    fn show(&self, line: &str) {
        let mut stderr = std::io::stderr().lock();
        write!(stderr, "{CLEAR}{line}").and_then(|()| stderr.flush()).ok();
    }
}

fn moving(news: &News<'_>) -> Option<String> {
    match news {
        News::Started { stage, steps: 0 } => Some(format!("{:<10} …", stage_name(*stage))),
        News::Started { stage, steps } => Some(format!("{:<10} {} 0/{steps}", stage_name(*stage), bar(0, *steps))),
        News::Step { stage, done, total, seconds_left } if done < total => {
            let (name, left) = (stage_name(*stage), duration(*seconds_left));
            Some(format!("{name:<10} {} {done}/{total}, {left} left", bar(*done, *total)))
        }
        News::Step { stage, done, total, .. } => {
            Some(format!("{:<10} {} {done}/{total}", stage_name(*stage), bar(*done, *total)))
        }
        _ => None,
    }
}

/// A bar of which so much is full.
pub fn bar(done: usize, total: usize) -> String {
    let full = (done * WIDTH).checked_div(total).unwrap_or(0).min(WIDTH);
    "█".repeat(full) + &"░".repeat(WIDTH - full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        assert_eq!(bar(0, 8), "░".repeat(WIDTH));
        assert_eq!(bar(8, 8), "█".repeat(WIDTH));
        assert_eq!(bar(1, 0), "░".repeat(WIDTH));
        assert_eq!(bar(4, 8).matches('█').count(), WIDTH / 2);
        assert_eq!(bar(9, 8).chars().count(), WIDTH);
    }
}
