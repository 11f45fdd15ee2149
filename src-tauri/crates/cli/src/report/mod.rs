//! Telling the user how far the work is.

mod bar;
mod json;
mod lines;

use std::io::IsTerminal as _;
use std::path::Path;

use gallop_protocol::message::Stage;
use serde::Serialize;

pub use bar::bar;

/// What is told.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum News<'a> {
    /// What will be made.
    Begin {
        /// Name of the model.
        model: &'a str,
        /// Where the networks run: `cpu` or `cuda`.
        device: &'static str,
        /// Width and height.
        size: [u32; 2],
        /// Length.
        seconds: f32,
        /// Seed.
        seed: u64,
        /// The composed prompt.
        prompt: &'a str,
    },
    /// A stage begins.
    Started {
        /// The stage.
        stage: Stage,
        /// Its steps; 0 where it tells none.
        steps: usize,
    },
    /// A step is done.
    Step {
        /// The stage.
        stage: Stage,
        /// Steps done.
        done: usize,
        /// Steps in all.
        total: usize,
        /// What is left of this stage at the pace so far.
        seconds_left: f64,
    },
    /// A stage is finished.
    Finished {
        /// The stage.
        stage: Stage,
        /// Its steps; 0 where it told none.
        steps: usize,
        /// How long it took.
        seconds: f64,
    },
    /// The work goes on, but not exactly as asked.
    Notice {
        /// One sentence.
        text: &'a str,
    },
    /// A draft was kept.
    Draft {
        /// The file.
        path: &'a Path,
        /// Fingerprint of its latents.
        latents: &'a str,
    },
    /// A clip is there.
    Clip {
        /// The file.
        path: &'a Path,
        /// How many frames.
        frames: u64,
        /// How long it plays.
        seconds: f64,
        /// Size of the file.
        bytes: u64,
        /// Fingerprint of its latents.
        latents: &'a str,
        /// How long it took to make.
        made_in_seconds: f64,
    },
    /// The work failed.
    Failed {
        /// Why, in one line.
        message: &'a str,
    },
    /// The user stopped the work.
    Cancelled,
}

/// Where news goes.
pub trait Report {
    /// Tells it.
    fn tell(&mut self, news: &News<'_>);
}

/// How the user wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, on stderr.
    Human,
    /// For programs, on stdout.
    Json,
}

impl Format {
    /// What the flag `--json` asks for.
    pub fn of_flag(json: bool) -> Self {
        if json { Self::Json } else { Self::Human }
    }
}

/// The right report for where the output goes.
pub fn choose(format: Format) -> Box<dyn Report> {
    match format {
        Format::Json => Box::new(json::Json),
        Format::Human if std::io::stderr().is_terminal() => Box::new(bar::Bar::default()),
        Format::Human => Box::new(lines::Lines),
    }
}

/// What people call a stage.
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Load => "Load",
        Stage::Text => "Prompt",
        Stage::Reference => "Reference",
        Stage::Denoise => "Denoise",
        Stage::Upscale => "Upscale",
        Stage::DecodeAudio => "Sound",
        Stage::DecodeVideo => "Picture",
    }
}

/// A time as people say it.
pub fn duration(seconds: f64) -> String {
    match seconds {
        ..0.1 => format!("{:.0} ms", seconds * 1e3),
        ..10.0 => format!("{seconds:.1} s"),
        ..60.0 => format!("{seconds:.0} s"),
        _ => {
            let whole = seconds.round() as u64;
            if whole < 3600 {
                format!("{} min {:02} s", whole / 60, whole % 60)
            } else {
                format!("{} h {:02} min", whole / 3600, whole % 3600 / 60)
            }
        }
    }
}

/// The lines that stay on the screen; none for news that is only worth a moment.
fn lasting(news: &News<'_>) -> Option<String> {
    Some(match news {
        News::Begin { model, device, size: [width, height], seconds, seed, .. } => {
            format!("{model} on {device}, {width}x{height}, {seconds:.2} s, seed {seed}")
        }
        News::Finished { stage, steps: 0, seconds } => format!("{:<10} {}", stage_name(*stage), duration(*seconds)),
        News::Finished { stage, steps, seconds } => {
            let each = duration(seconds / *steps as f64);
            format!("{:<10} {}, {steps} steps of {each}", stage_name(*stage), duration(*seconds))
        }
        News::Notice { text } => format!("Note: {text}"),
        News::Draft { path, latents } => format!("Draft {latents}: {}", path.display()),
        News::Clip { path, frames, seconds, bytes, made_in_seconds, .. } => {
            let (kib, made) = (bytes.div_ceil(1024), duration(*made_in_seconds));
            format!("{frames} frames, {seconds:.2} s, {kib} KiB, made in {made}: {}", path.display())
        }
        News::Started { .. } | News::Step { .. } | News::Failed { .. } | News::Cancelled => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said() {
        let said = [0.04, 9.96, 59.4, 59.6, 61.0, 3600.0, 5400.0].map(duration);
        assert_eq!(said, ["40 ms", "10.0 s", "59 s", "60 s", "1 min 01 s", "1 h 00 min", "1 h 30 min"]);
    }

    #[test]
    fn news_is_json() {
        let news = News::Step { stage: Stage::DecodeVideo, done: 1, total: 4, seconds_left: 1.5 };
        let expected = r#"{"event":"step","stage":"decode_video","done":1,"total":4,"seconds_left":1.5}"#;
        assert_eq!(serde_json::to_string(&news).expect("json"), expected);
    }
}
