//! How long a frame takes: scrubbing, playing and drawing at 1080p.
//!
//! `cargo bench -p gallop-media --bench scrub` makes its films with the `ffmpeg` program: ten seconds of moving shapes and grain
//! at 1080p and 30 frames a second, about 10 Mbit/s, with a keyframe every 12 frames (as editors' proxies have), every two seconds (phones, exports) and
//! only at the beginning. Moments are drawn anew for each measurement, so nothing is answered from memory but what scrubbing
//! itself would have left there.

use std::{
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use criterion::Criterion;
use gallop_media::{
    FrameRate, Ticks,
    render::{Fit, Graph, Layer, Painter, Placement, Rect, Source, Span},
};

type Failed = Box<dyn std::error::Error>;

const RATE: FrameRate = FrameRate::whole(30);
const FRAMES: u64 = 300;
const FULL: (u32, u32) = (1920, 1080);
/// What a preview window shows.
const PREVIEW: (u32, u32) = (960, 540);

fn main() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut criterion =
        Criterion::default().sample_size(20).measurement_time(Duration::from_secs(8)).configure_from_args();
    for (name, key) in [("keyframe every 12 frames", 12), ("keyframe every 2 s", 60), ("one keyframe in 10 s", 1000)] {
        let path = film(folder.path(), key)?;
        let mut random = Random(key);
        let mut painter = Painter::new(&graph(vec![video(&path)]), PREVIEW)?;
        let mut worst = Duration::ZERO;
        criterion.bench_function(&format!("glance, {name}"), |bench| {
            bench.iter(|| {
                let start = Instant::now();
                black_box(painter.glance(random.moment()).expect("a glance"));
                worst = worst.max(start.elapsed());
            });
        });
        tell(&format!("worst glance, {name}: {} ms", worst.as_millis()));
        let mut painter = Painter::new(&graph(vec![video(&path)]), PREVIEW)?;
        let mut worst = Duration::ZERO;
        criterion.bench_function(&format!("exact frame, {name}"), |bench| {
            bench.iter(|| {
                let start = Instant::now();
                black_box(painter.frame(random.moment()).expect("a frame"));
                worst = worst.max(start.elapsed());
            });
        });
        tell(&format!("worst exact frame, {name}: {} ms", worst.as_millis()));
        let mut painter = Painter::new(&graph(vec![video(&path)]), PREVIEW)?;
        let mut at = FRAMES;
        criterion.bench_function(&format!("one frame back, {name}"), |bench| {
            bench.iter(|| {
                at = at.checked_sub(1).unwrap_or(FRAMES - 1);
                black_box(painter.frame(Ticks::of_frames(at, RATE)).expect("a frame"))
            });
        });
    }
    let path = film(folder.path(), 60)?;
    let still = Source::Still { path: picture(folder.path())? };
    let close = Rect { x: 0.2, y: 0.2, w: 0.6, h: 0.6 };
    let zoom = Placement { crop_to: close, ..Placement::default() };
    let tall = (1080, 1920);
    let fit = |fit| Placement { fit, ..Placement::default() };
    let cases = [
        ("as it is", FULL, layer(video(&path).source, Placement::default())),
        ("cut to 9:16", tall, layer(video(&path).source, fit(Fit::Cover))),
        ("blurred backdrop in 9:16", tall, layer(video(&path).source, fit(Fit::Blur))),
        ("zooming video", FULL, layer(video(&path).source, zoom)),
        ("zooming still of 12 megapixels", FULL, layer(still, zoom)),
    ];
    for (name, size, layer) in cases {
        let mut painter = Painter::new(&graph(vec![layer.clone()]), size)?;
        let mut at = 0;
        criterion.bench_function(&format!("playing, {name}"), |bench| {
            bench.iter(|| {
                at = (at + 1) % FRAMES;
                black_box(painter.frame(Ticks::of_frames(at, RATE)).expect("a frame"))
            });
        });
    }
    criterion.final_summary();
    Ok(())
}

#[allow(clippy::print_stdout)]
fn tell(line: &str) {
    println!("{line}");
}

/// Moments of the film, the same in every run.
struct Random(u64);

impl Random {
    fn moment(&mut self) -> Ticks {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ticks::of_frames((self.0 >> 33) % FRAMES, RATE)
    }
}

fn layer(source: Source, place: Placement) -> Layer {
    Layer { place, ..Layer::new(source, Span::until(Ticks::of_frames(FRAMES, RATE))) }
}

fn video(path: &Path) -> Layer {
    layer(Source::Video { path: path.to_path_buf(), from: Ticks::ZERO, speed: 1.0 }, Placement::default())
}

fn graph(layers: Vec<Layer>) -> Graph {
    let duration = Ticks::of_frames(FRAMES, RATE);
    Graph { size: FULL, duration, background: [0; 3], layers, sounds: Vec::new(), words: None }
}

/// A film of 10 s with a keyframe every `key` frames and B-frames between.
fn film(folder: &Path, key: u64) -> Result<PathBuf, Failed> {
    let path = folder.join(format!("{key}.mp4"));
    if !path.exists() {
        let options = format!(
            "-f lavfi -i testsrc2=s=1920x1080:r=30:d=10,noise=alls=8:allf=t,gblur=sigma=1 -c:v libx264 -preset veryfast -crf 20 \
             -bf 2 -g {key} -sc_threshold 0 -pix_fmt yuv420p -colorspace bt709"
        );
        run(&options, &path)?;
    }
    Ok(path)
}

fn picture(folder: &Path) -> Result<PathBuf, Failed> {
    let path = folder.join("still.jpg");
    run("-f lavfi -i testsrc2=s=4000x3000:d=1,noise=alls=8 -frames:v 1 -q:v 3", &path)?;
    Ok(path)
}

fn run(options: &str, path: &Path) -> Result<(), Failed> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-loglevel", "error", "-y"]).args(options.split_whitespace()).arg(path);
    if ffmpeg.status()?.success() { Ok(()) } else { Err(format!("ffmpeg failed on {options}").into()) }
}
