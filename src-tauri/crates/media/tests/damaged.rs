//! Files that were cut off or altered, of every kind that is read, given to everything that reads: each ends in a picture, a
//! sound or facts, or in an error that names the file. Nothing panics, hangs or fills the memory.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;
#[path = "common/source.rs"]
mod source;

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::{Sender, channel},
    time::Duration,
};

use common::flat;
use gallop_media::{
    Channels, ClipWriter, FrameRate, Ticks,
    export::export,
    for_each_frame,
    inspect::{Depth, inspect},
    probe, read_metadata, read_picture, read_sound,
    render::{Graph, Layer, Mixer, Painter, Role, Sound, Source, Span},
    words::read_captions,
};
use source::{picture, spec};
use tempfile::TempDir;

/// Cuts, and files with wrong bytes, of each kind.
const CUTS: usize = 8;
const ALTERED: usize = 12;
/// Every so many of them are exported too.
const EXPORTED: usize = 10;
/// Nothing that is done with a file of some kilobytes takes a hundredth of that.
const PATIENCE: Duration = Duration::from_secs(240);
/// What may be held at most: the caches of a painter, and some pictures of the largest size that is decoded.
const MOST_KIB: u64 = 2 << 20;

const PICTURE: &str = "-f lavfi -i testsrc2=s=160x96:r=25:d=2";
const TONE: &str = "-f lavfi -i sine=f=500:r=48000:d=2";

/// The kinds that are read, each by what it is made with.
const FILES: [(&str, &str); 12] = [
    ("film.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 12 -bf 2 -c:a aac -movflags +faststart"),
    ("index-behind.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 12 -c:a aac"),
    (
        "fields.mp4",
        "-vf tinterlace=interleave_top,setfield=tff -c:v libx264 -preset ultrafast -pix_fmt yuv420p -flags +ilme+ildct -x264-params tff=1 -c:a aac",
    ),
    ("hevc.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=error -pix_fmt yuv420p10le -c:a aac"),
    ("prores.mov", "-c:v prores_ks -pix_fmt yuv422p10le -c:a pcm_s16le"),
    ("web.webm", "-c:v libvpx-vp9 -b:v 200k -deadline realtime -cpu-used 8 -c:a libopus"),
    ("archive.mkv", "-c:v ffv1 -level 3 -slices 4 -slicecrc 1 -c:a pcm_s24le"),
    ("sound.wav", "-vn"),
    ("song.mp3", "-vn -c:a libmp3lame"),
    ("song.m4a", "-vn -c:a aac"),
    ("picture.png", "-an -frames:v 1"),
    ("picture.jpg", "-an -frames:v 1"),
];

const WORDS: [(&str, &str); 3] = [
    (
        "words.srt",
        "1\n00:00:00,500 --> 00:00:01,500\nGood morning\n\n2\n00:00:02,000 --> 00:00:03,250\n<i>早上好</i>\n",
    ),
    ("words.vtt", "WEBVTT\n\n00:00.500 --> 00:01.500 align:start\nGood morning\n\n00:02.000 --> 00:03.250\n早上好\n"),
    (
        "words.ass",
        "[Script Info]\nPlayResX: 1080\n\n[Events]\nFormat: Start, End, Style, Text\n\
         Dialogue: 0:00:00.50,0:00:01.50,Default,{\\k20}Good {\\k30}morning\n",
    ),
];

/// A linear congruential generator; its upper bits are random enough to spoil a file.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(self.0 >> 32) * bound.max(1) as u128) >> 32) as usize
    }
}

/// A take of Gallop's, with its recipe.
fn take(path: &Path) {
    let mut spec = common::spec(96, 64);
    spec.metadata.insert("gallop_recipe".into(), "{\"format\":1,\"shot\":{}}".into());
    let mut clip = ClipWriter::create(path, &spec).unwrap();
    for number in 0..30_u8 {
        clip.write_frame(&flat(96, 64, [number * 8, 90, 40])).unwrap();
    }
    clip.write_samples(&[vec![0.1; 44_100]]).unwrap();
    clip.finish().unwrap();
}

/// Files of all kinds, whole.
fn whole(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for (name, arguments) in FILES {
        let path = folder.join(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-y"]);
        command.args(PICTURE.split_whitespace()).args(TONE.split_whitespace()).args(arguments.split_whitespace());
        let made = command.arg(&path).status();
        assert!(
            made.expect("the tests need the ffmpeg program; `cargo xtask packages` installs it").success(),
            "{name}"
        );
        all.push(path);
    }
    for (name, text) in WORDS {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        all.push(path);
    }
    let path = folder.join("take.mp4");
    take(&path);
    all.push(path);
    all
}

/// What becomes of a file, some in each of several ways.
fn damaged(whole: &[u8], chance: &mut Chance) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![("whole".into(), whole.to_vec()), ("empty".into(), Vec::new())];
    for number in 0..CUTS {
        // Everywhere, and closer to both ends.
        let length = match number % 4 {
            0 => chance.below(64.min(whole.len())),
            1 => whole.len() - 1 - chance.below(64.min(whole.len() - 1)),
            _ => chance.below(whole.len()),
        };
        all.push((format!("cut to {length}"), whole[..length].to_vec()));
    }
    for number in 0..ALTERED {
        let mut bytes = whole.to_vec();
        // In the head, at the end, where an index can lie, or anywhere.
        let (from, reach) = match number % 3 {
            0 => (0, bytes.len().min(700)),
            1 => (bytes.len().saturating_sub(2_000), bytes.len().min(2_000)),
            _ => (0, bytes.len()),
        };
        for _ in 0..1 + chance.below(12) {
            let at = from + chance.below(reach);
            match chance.below(3) {
                0 => bytes[at] ^= 1 << chance.below(8),
                1 => bytes[at] = chance.below(256) as u8,
                _ => bytes.iter_mut().skip(at).take(4).for_each(|byte| *byte = 0xff),
            }
        }
        all.push((format!("altered {number}"), bytes));
    }
    // Zeros in the middle, as a copy that was broken off leaves them.
    let mut bytes = whole.to_vec();
    let (from, to) = (whole.len() / 3, whole.len() * 2 / 3);
    bytes[from..to].fill(0);
    all.push(("with a hole".into(), bytes));
    all
}

/// A graph that shows and plays a file.
fn graph(path: &Path, source: Source) -> Graph {
    let span = Span::until(Ticks::of_secs(2.0));
    let layer = Layer::new(source, span);
    let sound = Sound::new(path, span, Role::Speech);
    let (size, duration) = ((96, 64), span.end);
    Graph { size, duration, background: [0; 3], layers: vec![layer], sounds: vec![sound], words: None }
}

/// Does all that is done with files. Counts what worked.
fn use_it(path: &Path, exported: bool) -> u32 {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut good = 0;
    let mut tell = |what: &str, outcome: Result<(), gallop_media::Error>| match outcome {
        Ok(()) => good += 1,
        Err(error) => assert!(error.to_string().contains(&name), "{what} does not name the file: {error}"),
    };
    tell("probe", probe(path).map(drop));
    tell("metadata", read_metadata(path).map(drop));
    tell("surface", inspect(path, Depth::Surface).map(drop));
    tell("inspect", inspect(path, Depth::Whole).map(drop));
    tell("picture", read_picture(path).map(drop));
    tell("sound", read_sound(path, 48_000, Channels::Stereo).map(drop));
    tell("frames", for_each_frame(path, |_, _| ControlFlow::Continue(())));
    tell("captions", read_captions(path, "en").map(drop));
    let video = Source::Video { path: path.to_path_buf(), from: Ticks::ZERO, speed: 1.0 };
    for source in [video, Source::Still { path: path.to_path_buf() }] {
        let graph = graph(path, source);
        let mut painter = Painter::new(&graph, graph.size).unwrap();
        tell("files", painter.check_files());
        // Forwards, into the middle, back, and behind the end.
        for secs in [0.0, 0.04, 1.2, 0.4, 1.96] {
            tell("frame", painter.frame(Ticks::of_secs(secs)).map(drop));
            tell("glance", painter.glance(Ticks::of_secs(secs + 0.1)).map(drop));
        }
        if exported {
            let place = path.with_extension("export.mp4");
            let spec = picture(spec(&place), |spec| (spec.size, spec.fps) = ((96, 64), FrameRate::whole(25)));
            tell("export", export(&graph, &spec, |_| ControlFlow::Continue(())).map(drop));
            std::fs::remove_file(&place).ok();
        }
    }
    let still = Source::Still { path: path.to_path_buf() };
    let mut mixer = Mixer::new(&Graph { layers: Vec::new(), ..graph(path, still) }).unwrap();
    for from in [0, 48_000, 20_000] {
        tell("mix", mixer.mix(from, 4_800).map(drop));
    }
    good
}

/// The most memory that this process held, in KiB.
fn held_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok()).unwrap_or(0)
}

fn use_all(folder: &Path, told: &Sender<String>) {
    for path in whole(folder) {
        let bytes = std::fs::read(&path).unwrap();
        let mut chance = Chance(bytes.len() as u64);
        let kind = path.file_name().unwrap().to_string_lossy().into_owned();
        for (number, (how, bytes)) in damaged(&bytes, &mut chance).into_iter().enumerate() {
            let spoilt = folder.join(format!("spoilt-{kind}"));
            std::fs::write(&spoilt, bytes).unwrap();
            told.send(format!("{kind} {how}")).unwrap();
            let good = catch_unwind(AssertUnwindSafe(|| use_it(&spoilt, number % EXPORTED == 0)));
            let good = good.unwrap_or_else(|_| panic!("{kind} {how} is not answered well"));
            assert!(number > 0 || good > 1, "{kind}: it cannot even be read when it is whole");
            assert!(held_kib() < MOST_KIB, "{kind} {how}: {} KiB were held", held_kib());
        }
        eprintln!("{kind}: {} MiB held at most so far", held_kib() >> 10);
    }
}

#[test]
fn whatever_is_in_a_file_it_is_read_or_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let (told, heard) = channel();
    let place = folder.path().to_path_buf();
    let reading = std::thread::spawn(move || use_all(&place, &told));
    let mut last = String::new();
    loop {
        match heard.recv_timeout(PATIENCE) {
            Ok(what) => last = what,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("{last} never ends"),
        }
    }
    reading.join().unwrap();
}
