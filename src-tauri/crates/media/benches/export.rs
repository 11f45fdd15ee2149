//! How long an export takes beside the `ffmpeg` program doing the same: the same decoder, size, rate, encoder and options.
//!
//! `cargo bench -p gallop-media --bench export [-- [SECONDS] [WIDTHxHEIGHT] [--runs N] [--long]]`
//!
//! A 1080x1920 clip of moving shapes and noise with a tone is exported at 30 frames a second, by both in turn, five times
//! each; whoever is first in one turn is last in the next. The medians are compared, and those of the ratios of each turn.
//! Ours also reads the file back whole; what that costs is told apart.
//!
//! With `--long` only ours runs, once and in a hurry, over clips of ten seconds one after the other, for the memory that a long
//! film takes.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../tests/common/source.rs"]
mod source;

use std::{ops::ControlFlow, path::Path, process::Command, time::Instant};

use gallop_media::{
    Ticks,
    encode::Effort,
    export::{ExportSpec, Progress, export},
    inspect::Depth,
    render::{Graph, Layer, Sound, Span},
};
use source::{graph, picture, run, spec};

fn ffmpeg(arguments: &[&str]) {
    let run = Command::new("ffmpeg").args(["-hide_banner", "-loglevel", "error", "-y"]).args(arguments).status();
    assert!(run.expect("the ffmpeg program is needed").success(), "ffmpeg {arguments:?}");
}

/// Seconds on the clock, and seconds of all cores together.
type Times = (f64, f64);

/// Of both kinds.
fn median(times: &[Times]) -> Times {
    let of = |pick: fn(&Times) -> f64| {
        let mut secs: Vec<f64> = times.iter().map(pick).collect();
        secs.sort_by(f64::total_cmp);
        secs[secs.len() / 2]
    };
    (of(|times| times.0), of(|times| times.1))
}

/// What this program and those that it ran have used so far, where the system tells (proc_pid_stat(5)); hundredths of a
/// second are the unit of all common Linux systems.
fn used_secs() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(4).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn timed(work: impl FnOnce()) -> Times {
    let (began, used) = (Instant::now(), used_secs());
    work();
    (began.elapsed().as_secs_f64(), used_secs() - used)
}

/// The most memory that this program has had at once, in MiB, where the system tells (proc(5)).
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

struct Options {
    secs: u32,
    size: (u32, u32),
    runs: usize,
    long: bool,
}

fn options() -> Options {
    let mut options = Options { secs: 10, size: (1080, 1920), runs: 5, long: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--long" => options.long = true,
            "--runs" => options.runs = words.next().and_then(|runs| runs.parse().ok()).unwrap_or(options.runs),
            _ => match word.split_once('x').map(|(w, h)| (w.parse(), h.parse())) {
                Some((Ok(width), Ok(height))) => options.size = (width, height),
                _ => options.secs = word.parse().unwrap_or(options.secs),
            },
        }
    }
    options
}

/// Makes a clip of moving shapes and noise.
fn clip(secs: u32, (width, height): (u32, u32), place: &str) {
    let drawn = format!("testsrc2=s={width}x{height}:r=30:d={secs},noise=alls=6:allf=t,format=yuv420p");
    let tone = format!("sine=f=330:r=48000:d={secs}");
    let tags = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv";
    let made = ["-f", "lavfi", "-i", &format!("{drawn},{tags}"), "-f", "lavfi", "-i", &tone, "-ac", "2"];
    ffmpeg(&[&made[..], &["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-c:a", "aac", place]].concat());
}

fn main() {
    let Options { secs, size, runs, long } = options();
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (from, ours, theirs) = (file("from.mp4"), file("ours.mp4"), file("theirs.mp4"));
    let whole = picture(spec(Path::new(&ours)), |picture| picture.size = size);
    if long {
        return film(secs, size, &from, &picture(whole, |picture| picture.effort = Effort::Fast));
    }
    clip(secs, size, &from);
    let graph = Graph { size, ..graph(Path::new(&from), Ticks::of_secs(secs.into())) };
    let mut quick = whole.clone();
    quick.check = Depth::Surface;
    let command = "-c:v libx264 -preset medium -profile:v high -crf 18 -maxrate 12M -bufsize 24M -bf 0 -g 60 \
                   -x264-params force-cfr=1 -c:a aac -b:a 192k -ar 48000 -movflags +faststart";
    let command: Vec<&str> = ["-i", &from].into_iter().chain(command.split_whitespace()).chain([&*theirs]).collect();
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for turn in 0..runs {
        let order = if turn % 2 == 0 { [0, 1, 2] } else { [2, 1, 0] };
        for which in order {
            times[which].push(match which {
                0 => timed(|| ffmpeg(&command)),
                1 => timed(|| drop(run(&graph, &quick))),
                _ => timed(|| drop(run(&graph, &whole))),
            });
        }
    }
    let (width, height) = size;
    println!("{secs} s of {width}x{height} at 30 frames a second, medians of {runs} turns:");
    for (what, own) in ["the ffmpeg program", "an export", "an export, and read back whole"].iter().zip(&times) {
        let ratios: Vec<Times> =
            own.iter().zip(&times[0]).map(|(own, program)| (own.0 / program.0, own.1 / program.1)).collect();
        let ((clock, cores), (clock_ratio, cores_ratio)) = (median(own), median(&ratios));
        println!(
            "{what:32} {clock:6.2} s ({clock_ratio:.2} times)   {cores:6.2} s of all cores ({cores_ratio:.2} times)"
        );
    }
    println!("the most memory an export had: {} MiB", peak_mib());
}

/// Exports a long film of short clips.
fn film(secs: u32, size: (u32, u32), from: &str, spec: &ExportSpec) {
    const CLIP: u32 = 10;
    clip(CLIP, size, from);
    let one = graph(Path::new(from), Ticks::of_secs(CLIP.into()));
    let spans = (0..secs.div_ceil(CLIP)).map(|number| {
        let at = |secs: u32| Ticks::of_secs(secs.into());
        Span { start: at(number * CLIP), end: at((number + 1) * CLIP) }
    });
    let duration = Ticks::of_secs(secs.into());
    let layers = spans.clone().map(|span| Layer { span, ..one.layers[0].clone() }).collect();
    let sounds = spans.map(|span| Sound { span, ..one.sounds[0].clone() }).collect();
    let film = Graph { size, duration, layers, sounds, ..one };
    let (mut report, mut begun) = (None, 0);
    let (clock, _) = timed(|| {
        let told = |progress: Progress| {
            let tenth = (progress.fraction * 10.0) as u32;
            if tenth > begun {
                begun = tenth;
                println!("{tenth}0 %: {} MiB so far", peak_mib());
            }
            ControlFlow::Continue(())
        };
        report = Some(export(&film, spec, told).unwrap());
    });
    let report = report.unwrap();
    let mib = report.bytes >> 20;
    println!("{} frames of {size:?} in {clock:.0} s, {mib} MiB; the most memory: {} MiB", report.frames, peak_mib());
}
