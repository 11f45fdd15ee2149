//! What is told of jobs while the queue is worked off.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use gallop_core::jobs::State;
use gallop_core::runner::JobNews;
use gallop_protocol::Id;
use gallop_protocol::message::{Checkpoint, Cost, Stage};
use serde::Serialize;

use crate::report::{Format, bar, duration, stage_name};

/// What is told of a job.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JobEvent<'a> {
    /// It is waited for.
    Queued {
        /// The job, and the take that it makes.
        job: Id,
        /// Its shot.
        shot: Id,
        /// Its seed.
        seed: Option<u64>,
    },
    /// An engine has it.
    Claimed {
        /// The job.
        job: Id,
        /// The engine's name.
        engine: &'a str,
    },
    /// A stage begins.
    Started {
        /// The job.
        job: Id,
        /// The stage.
        stage: Stage,
        /// Its steps; 0 where it tells none.
        steps: usize,
    },
    /// A step is done.
    Step {
        /// The job.
        job: Id,
        /// The stage.
        stage: Stage,
        /// Steps done.
        done: usize,
        /// Steps in all.
        total: usize,
        /// What is left of the stage at the pace so far.
        stage_seconds_left: f64,
        /// What is left of the job, where clips like this one were made before.
        seconds_left: Option<f64>,
    },
    /// A stage is finished.
    Finished {
        /// The job.
        job: Id,
        /// The stage.
        stage: Stage,
        /// How long it took.
        seconds: f64,
    },
    /// A result is on disk; the job goes on behind it, whatever happens.
    Stored {
        /// The job.
        job: Id,
        /// What was stored.
        checkpoint: Checkpoint,
    },
    /// Something that the user should know.
    Notice {
        /// The job that it is about, if it is about one.
        job: Option<Id>,
        /// One sentence.
        text: &'a str,
    },
    /// The take is there.
    Take {
        /// The job, which is also the take's name.
        job: Id,
        /// The clip.
        clip: &'a Path,
        /// What it took.
        cost: Option<&'a Cost>,
    },
    /// The job failed.
    Failed {
        /// The job.
        job: Id,
        /// Why.
        message: &'a str,
    },
    /// The job is not worked on any more.
    Left {
        /// The job.
        job: Id,
        /// What it is now.
        state: State,
    },
}

impl<'a> JobEvent<'a> {
    /// What is told of a runner's news; the end of a job is told from the database.
    pub fn of(job: Id, news: &'a JobNews) -> Option<Self> {
        Some(match news {
            JobNews::Claimed { engine } => Self::Claimed { job, engine },
            JobNews::Started { stage, steps, .. } => Self::Started { job, stage: *stage, steps: *steps },
            JobNews::Step { stage, done, total, stage_seconds_left, seconds_left } => Self::Step {
                job,
                stage: *stage,
                done: *done,
                total: *total,
                stage_seconds_left: *stage_seconds_left,
                seconds_left: *seconds_left,
            },
            JobNews::Finished { stage, seconds } => Self::Finished { job, stage: *stage, seconds: *seconds },
            JobNews::Stored { checkpoint } => Self::Stored { job, checkpoint: *checkpoint },
            JobNews::Notice { text } => Self::Notice { job: Some(job), text },
            JobNews::Begun { .. } | JobNews::Preview | JobNews::Left { .. } => return None,
        })
    }
}

/// Where the news of jobs goes.
pub trait JobReport {
    /// Tells it.
    fn tell(&mut self, event: &JobEvent<'_>);
}

/// The right report for where the output goes.
pub fn choose(format: Format) -> Box<dyn JobReport> {
    match format {
        Format::Json => Box::new(Json),
        Format::Human => Box::new(People { moves: std::io::stderr().is_terminal() }),
    }
}

/// One JSON object a line, on stdout.
struct Json;

impl JobReport for Json {
    fn tell(&mut self, event: &JobEvent<'_>) {
        // Nobody may be reading any more; the takes are what counts.
        let line = serde_json::to_string(event).unwrap_or_default();
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{line}").and_then(|()| stdout.flush()).ok();
    }
}

/// Lines on stderr, the running one drawn over and over where that is a terminal.
struct People {
    moves: bool,
}

/// Carriage return, erase to the end of the line.
const CLEAR: &str = "\r\x1b[2K";

impl JobReport for People {
    fn tell(&mut self, event: &JobEvent<'_>) {
        let mut stderr = std::io::stderr().lock();
        if let Some(line) = lasting(event) {
            let clear = if self.moves { CLEAR } else { "" };
            writeln!(stderr, "{clear}{line}").ok();
        } else if let Some(line) = moving(event).filter(|_| self.moves) {
            write!(stderr, "{CLEAR}{line}").and_then(|()| stderr.flush()).ok();
        }
    }
}

/// The lines that stay on the screen.
fn lasting(event: &JobEvent<'_>) -> Option<String> {
    Some(match event {
        JobEvent::Claimed { job, engine } => format!("{}  on {engine}", job.short()),
        JobEvent::Notice { job: Some(job), text } => format!("{}  Note: {text}", job.short()),
        JobEvent::Notice { job: None, text } => format!("Note: {text}"),
        JobEvent::Take { job, clip, cost } => {
            let made = cost.map_or(String::new(), |cost| format!(" in {}", duration(cost.seconds)));
            format!("{}  made{made}: {}", job.short(), clip.display())
        }
        JobEvent::Failed { job, message } => format!("{}  failed: {message}", job.short()),
        JobEvent::Left { job, state } => format!("{}  {}", job.short(), state.name()),
        _ => return None,
    })
}

/// The line that is drawn over.
fn moving(event: &JobEvent<'_>) -> Option<String> {
    match event {
        JobEvent::Started { job, stage, steps } => {
            Some(format!("{}  {:<10} {}", job.short(), stage_name(*stage), bar(0, *steps)))
        }
        JobEvent::Step { job, stage, done, total, stage_seconds_left, seconds_left } => {
            let (short, name) = (job.short(), stage_name(*stage));
            let left = match seconds_left {
                Some(all) => format!("clip in {}", duration(*all)),
                None => format!("{} left", duration(*stage_seconds_left)),
            };
            Some(format!("{short}  {name:<10} {} {done}/{total}, {left}", bar(*done, *total)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_in_words() {
        let job: Id = "00000000-0000-7000-8000-00000000abcd".parse().expect("id");
        let cost = Cost { seconds: 61.0, ..Cost::default() };
        let take = JobEvent::Take { job, clip: Path::new("a/clip.mp4"), cost: Some(&cost) };
        assert_eq!(lasting(&take).as_deref(), Some("0000abcd  made in 1 min 01 s: a/clip.mp4"));
        let step = |seconds_left| JobEvent::Step {
            job,
            stage: Stage::Denoise,
            done: 1,
            total: 2,
            stage_seconds_left: 5.0,
            seconds_left,
        };
        assert!(moving(&step(None)).is_some_and(|line| line.ends_with("1/2, 5.0 s left")));
        assert!(moving(&step(Some(9.0))).is_some_and(|line| line.ends_with("clip in 9.0 s")));
    }
}
