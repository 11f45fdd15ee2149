//! Telling how an export goes.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use gallop_core::export::{Entry, EntryState, Found, Item, KitReport};
use gallop_media::export::Progress;
use serde_json::json;

use crate::report::{Format, bar, duration};

/// How often progress is told.
const EVERY: Duration = Duration::from_millis(200);
/// Carriage return, erase to the end of the line.
const CLEAR: &str = "\r\x1b[2K";
/// Steps of the bar.
const STEPS: usize = 100;

/// Tells how an export goes.
pub struct Tell {
    format: Format,
    is_terminal: bool,
    of: usize,
    number: usize,
    title: String,
    begun: Instant,
    told: Option<Instant>,
}

impl Tell {
    /// For so many clips.
    pub fn new(format: Format, of: usize) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let (title, begun) = (String::new(), Instant::now());
        Self { format, is_terminal, of, number: 0, title, begun, told: None }
    }

    /// For the one film of a timeline.
    pub fn of_film(format: Format) -> Self {
        Self { title: "film".into(), number: 1, ..Self::new(format, 1) }
    }

    /// A clip begins.
    pub fn begin(&mut self, item: &Item) {
        let tongues = item.tongues.map(|tongues| format!(" {}", tongues.code())).unwrap_or_default();
        (self.title, self.begun, self.told) = (format!("{}{tongues}", item.preset), Instant::now(), None);
        self.number += 1;
        if self.format == Format::Json {
            let event = json!({
                "event": "begin", "preset": item.preset, "languages": item.tongues, "folder": item.folder,
                "number": self.number, "of": self.of,
            });
            self.json(&event);
        }
    }

    /// It comes forward.
    pub fn step(&mut self, progress: &Progress) {
        if self.told.is_some_and(|told| told.elapsed() < EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        let (phase, fraction) = (progress.phase, progress.fraction);
        if self.format == Format::Json {
            self.json(&json!({ "event": "step", "phase": phase, "fraction": fraction }));
        } else if self.is_terminal {
            let seconds = self.begun.elapsed().as_secs_f64();
            let left = seconds / fraction.max(0.01) * (1.0 - fraction);
            let left = if fraction > 0.02 { format!(", {} left", duration(left)) } else { String::new() };
            let bar = bar((fraction * STEPS as f64) as usize, STEPS);
            eprint!("{CLEAR}{} ({}/{}) {bar} {:.0} %{left}", self.title, self.number, self.of, fraction * 100.0);
            std::io::stderr().flush().ok();
        }
    }

    /// It has ended.
    pub fn end(&mut self, entry: &Entry) {
        if self.format == Format::Json {
            let event = match &entry.report {
                Some(report) if entry.state == EntryState::Done => {
                    json!({ "event": "clip", "folder": entry.item.folder, "report": report })
                }
                _ => json!({ "event": "failed", "state": entry.state, "message": entry.failure }),
            };
            return self.json(&event);
        }
        self.clear();
        match &entry.report {
            Some(report) if entry.state == EntryState::Done => self.report(entry, report),
            _ => eprintln!("{}: {}", self.title, entry.failure.as_deref().unwrap_or("broken off")),
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if self.is_terminal && self.format == Format::Human {
            eprint!("{CLEAR}");
        }
    }

    fn report(&self, entry: &Entry, report: &KitReport) {
        let clip = report.files.first().map(|file| entry.item.folder.join(&file.name));
        let clip = clip.map(|clip| clip.display().to_string()).unwrap_or_default();
        let (seconds, took) = (report.facts.seconds, duration(self.begun.elapsed().as_secs_f64()));
        eprintln!("{} ({}/{}): {clip} ({seconds:.2} s, in {took})", self.title, self.number, self.of);
        for check in report.checks.iter().filter(|check| matches!(check.found, Found::Look | Found::Wrong)) {
            let mark = if check.found == Found::Wrong { "WRONG" } else { "Look" };
            eprintln!("  {mark}: {}", check.says);
        }
        if let Some(declare) = &report.declare {
            eprintln!("  {declare}");
        }
    }

    fn json(&self, event: &serde_json::Value) {
        // Nobody may be reading any more; the clip is what counts.
        print(&event.to_string()).ok();
    }
}

/// Prints a line on stdout.
pub fn print(line: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    Ok(writeln!(stdout, "{line}").and_then(|()| stdout.flush())?)
}
