//! Graphs to be heard, and files for them.

use std::{
    f64::consts::TAU,
    path::{Path, PathBuf},
    process::Command,
};

use gallop_media::{
    Ticks,
    render::{Graph, Mixer, Role, Sound, Span},
};

const RATE: u32 = Mixer::SAMPLE_RATE;

pub fn graph(sounds: Vec<Sound>) -> Graph {
    let end = sounds.iter().map(|sound| sound.span.end).max().unwrap_or_default();
    Graph { size: (64, 64), duration: end, background: [0; 3], layers: Vec::new(), sounds, words: None }
}

/// A file from its beginning, for so many seconds from the graph's beginning.
pub fn sound(path: &Path, secs: f64) -> Sound {
    Sound::new(path, Span::until(Ticks::of_secs(secs)), Role::Steady)
}

/// Something whose every stretch differs from every other: a sweep with bursts, different on both sides.
pub fn sweep(rate: u32, secs: u32) -> Vec<Vec<f32>> {
    let side = |turn: f64| {
        let sample = |at| {
            let time = f64::from(at) / f64::from(rate);
            let burst = if (time * 7.0 + turn).fract() < 0.3 { 0.5 } else { 0.15 };
            (burst * (TAU * (200.0 + 31.0 * time) * time + turn).sin()) as f32
        };
        (0..rate * secs).map(sample).collect()
    };
    vec![side(0.0), side(0.4)]
}

/// Converts a WAV file with the `ffmpeg` program; none where this FFmpeg cannot.
pub fn convert(folder: &Path, from: &str, to: &str, options: &[&str]) -> Option<PathBuf> {
    let place = folder.join(to);
    let mut command = Command::new("ffmpeg");
    command.args(["-y", "-v", "error", "-i"]).arg(folder.join(from)).args(options).arg(&place);
    let done = command.output().unwrap();
    if !done.status.success() {
        eprintln!("skipped {to}: {}", String::from_utf8_lossy(&done.stderr));
        return None;
    }
    Some(place)
}

/// A buzz of syllables in these seconds, and silence elsewhere.
pub fn voice(spans: &[(f64, f64)], secs: u32) -> Vec<f32> {
    let sample = |at| {
        let time = f64::from(at) / f64::from(RATE);
        let speaks = spans.iter().any(|(start, end)| (*start..*end).contains(&time));
        let buzz: f64 = (1..16).map(|part| (TAU * 150.0 * f64::from(part) * time).sin() / f64::from(part)).sum();
        if speaks { (0.2 * buzz * (TAU * 2.5 * time).sin().abs().max(0.2)) as f32 } else { 0.0 }
    };
    (0..RATE * secs).map(sample).collect()
}
