//! The last lines of a stream that may never end and never break its lines.

use std::collections::VecDeque;

const LINES: usize = 50;
const LINE_BYTES: usize = 500;

/// The last lines of a text that comes in pieces.
#[derive(Debug, Default)]
pub struct Tail {
    lines: VecDeque<String>,
    open: Vec<u8>,
}

impl Tail {
    /// Adds bytes. A progress bar that returns to the start of its line begins a new one.
    pub fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                b'\n' | b'\r' => self.close(),
                _ if self.open.len() < LINE_BYTES => self.open.push(byte),
                _ => {}
            }
        }
    }

    fn close(&mut self) {
        let line = printable(&std::mem::take(&mut self.open));
        if !line.is_empty() {
            if self.lines.len() == LINES {
                self.lines.pop_front();
            }
            self.lines.push_back(line);
        }
    }

    /// The last lines, without empty ones.
    pub fn lines(&self) -> Vec<String> {
        let open = printable(&self.open);
        let open = Some(open).filter(|line| !line.is_empty());
        self.lines.iter().cloned().chain(open).collect()
    }
}

/// Text that does nothing to a terminal.
pub fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_stay() {
        let mut tail = Tail::default();
        for line in 0..60 {
            tail.add(format!("line {line}\r\n").as_bytes());
        }
        tail.add(b"\x1b[1mhalf a li");
        tail.add(b"ne");
        let lines = tail.lines();
        assert_eq!((lines.len(), lines[0].as_str()), (51, "line 10"));
        assert_eq!(lines[50], "[1mhalf a line");
    }

    #[test]
    fn a_line_without_end_does_not_grow() {
        let mut tail = Tail::default();
        (0..1000).for_each(|_| tail.add(&[b'x'; 1000]));
        assert_eq!(tail.lines(), ["x".repeat(LINE_BYTES)]);
    }
}
