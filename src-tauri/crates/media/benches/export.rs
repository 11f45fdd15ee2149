//! How long an export takes beside the `ffmpeg` program doing the same: the same decoder, size, rate, encoder and options.
//!
//! `cargo bench -p gallop-media --bench export [-- SECONDS]`
//!
//! A 1080x1920 clip of moving shapes and noise with a tone is exported at 30 frames a second, by both in turn, three times
//! each. The medians are compared. Ours also reads the file back whole; what that costs is told apart.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../tests/common/source.rs"]
mod source;

use std::{path::Path, process::Command, time::Instant};

use gallop_media::{Ticks, inspect::Depth};
use source::{graph, picture, run, spec};

const RUNS: usize = 3;

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

fn main() {
    let secs = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(10_u32);
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (from, ours, theirs) = (file("from.mp4"), file("ours.mp4"), file("theirs.mp4"));
    let drawn = format!("testsrc2=s=1080x1920:r=30:d={secs},noise=alls=6:allf=t,format=yuv420p");
    let tone = format!("sine=f=330:r=48000:d={secs}");
    let tags = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv";
    let made = ["-f", "lavfi", "-i", &format!("{drawn},{tags}"), "-f", "lavfi", "-i", &tone, "-ac", "2"];
    ffmpeg(&[&made[..], &["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-c:a", "aac", &from]].concat());

    let graph =
        gallop_media::render::Graph { size: (1080, 1920), ..graph(Path::new(&from), Ticks::of_secs(secs.into())) };
    let whole = picture(spec(Path::new(&ours)), |picture| picture.size = (1080, 1920));
    let mut quick = whole.clone();
    quick.check = Depth::Surface;
    let command = "-c:v libx264 -preset medium -profile:v high -crf 18 -maxrate 12M -bufsize 24M -bf 0 -g 60 \
                   -x264-params force-cfr=1 -c:a aac -b:a 192k -ar 48000 -movflags +faststart";
    let command: Vec<&str> = ["-i", &from].into_iter().chain(command.split_whitespace()).chain([&*theirs]).collect();
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        times[0].push(timed(|| ffmpeg(&command)));
        times[1].push(timed(|| drop(run(&graph, &quick))));
        times[2].push(timed(|| drop(run(&graph, &whole))));
    }
    let [program, quick, whole] = times.map(|times| median(&times));
    let tell = |what: &str, times: Times| {
        let (clock, cores) = (times.0 / program.0, times.1 / program.1);
        println!("{what:32} {:6.2} s ({clock:.2} times)   {:6.2} s of all cores ({cores:.2} times)", times.0, times.1);
    };
    println!("{secs} s of 1080x1920 at 30 frames a second, medians of {RUNS}:");
    tell("the ffmpeg program", program);
    tell("an export", quick);
    tell("an export, and read back whole", whole);
}
