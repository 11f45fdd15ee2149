//! What is seen and heard before an export is what is in the file.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;
#[path = "common/source.rs"]
mod source;

use std::{ops::ControlFlow, path::Path};

use common::{
    alike::{chosen, ssim},
    lively::{SECS, lively},
};
use gallop_media::{
    Channels, Container, FrameRate, Ticks,
    encode::{AudioCodec, VideoCodec},
    export::{ExportSpec, LoudnessTarget, SoundSpec},
    inspect::{Depth, inspect},
    loudness::{Level, Limiter, Target, settle},
    read_sound,
    render::{Frame, Graph, Mixer, Painter, Role},
    write_picture,
};
use source::{picture, run, spec};
use tempfile::TempDir;

/// What platforms are given.
const LOUDNESS: LoudnessTarget = LoudnessTarget { integrated_lufs: -14.0, true_peak_db: -1.5 };
const RATE: FrameRate = FrameRate::whole(25);
const FRAMES: usize = (SECS * 25.0) as usize;
const SAMPLES: usize = (SECS * 48_000.0) as usize;

/// Shows frames of a graph or of a file in any order, as the preview does: with a painter of its own.
struct Viewer(Painter);

impl Viewer {
    fn of(graph: &Graph) -> Self {
        Self(Painter::new(graph, graph.size).unwrap())
    }

    /// A file, which has as many frames as the graph.
    fn of_file(path: &Path, graph: &Graph) -> Self {
        assert_eq!(inspect(path, Depth::Surface).unwrap().video[0].frames, FRAMES as u64);
        let film = Graph { size: graph.size, ..source::graph(path, graph.duration) };
        Self::of(&film)
    }

    fn frame(&mut self, number: usize) -> Frame {
        self.0.frame(Ticks::of_frames(number as u64, RATE)).unwrap()
    }
}

/// With `LOOK=folder` in the environment the pictures can be looked at.
fn keep(frame: &Frame, name: &str) {
    if let Some(folder) = std::env::var_os("LOOK") {
        write_picture(&Path::new(&folder).join(name), &frame.to_picture().unwrap()).unwrap();
    }
}

/// What the preview plays, at the loudness of the file.
fn heard(graph: &Graph, level: &Level) -> [Vec<f32>; 2] {
    let mut mixer = Mixer::new(graph).unwrap();
    let mut limiter = Limiter::new(level.gain_db, level.ceiling_db);
    let mut all = [Vec::new(), Vec::new()];
    let mut add = |portion: [Vec<f32>; 2]| {
        all.iter_mut().zip(portion).for_each(|(all, portion)| all.extend(portion));
    };
    let mut from = 0;
    // Whatever portions are asked for.
    for portion in chosen(200, 4_000).into_iter().chain([SAMPLES]) {
        let portion = portion.min(SAMPLES - from);
        add(limiter.push(&mixer.mix(from as u64, portion).unwrap()));
        from += portion;
    }
    add(limiter.finish());
    all
}

/// The gain and the ceiling that an export finds for this sound.
fn level(graph: &Graph) -> Level {
    let target = Target { lufs: LOUDNESS.integrated_lufs, peak_db: LOUDNESS.true_peak_db };
    settle(&mut Mixer::new(graph).unwrap(), target, |_| ControlFlow::Continue(())).unwrap().unwrap().1
}

/// At the size and quality of the presets for phones: what codecs lose of small pictures is more, and nobody exports these.
#[test]
fn frames_of_the_file_are_those_of_the_preview() {
    let folder = TempDir::new().unwrap();
    let graph = lively(folder.path(), (1080, 1920));
    let place = folder.path().join("out.mp4");
    let spec = picture(spec(&place), |picture| (picture.size, picture.fps) = (graph.size, RATE));
    let sound = Some(SoundSpec { codec: AudioCodec::Aac, bit_rate: 192_000, loudness: Some(LOUDNESS) });
    run(&graph, &ExportSpec { sound, ..spec });
    let (mut preview, mut file) = (Viewer::of(&graph), Viewer::of_file(&place, &graph));
    let numbers = chosen(16, FRAMES);
    let mut last: Option<(usize, Frame)> = None;
    for number in numbers {
        let (seen, written) = (preview.frame(number), file.frame(number));
        keep(&seen, &format!("same-{number:03}.png"));
        let same = ssim(&seen, &written);
        eprintln!("frame {number}: {same:.4}");
        assert!(same >= 0.99, "frame {number}: {same}");
        // Another moment is another picture: the measure can tell.
        if let Some((other, frame)) = last.replace((number, written)) {
            let apart = ssim(&seen, &frame);
            assert!(apart < 0.97 || other.abs_diff(number) < 3, "frame {number} looks like {other}: {apart}");
        }
    }
    // The sound, as far as AAC keeps it: what it changes is 20 dB below. Its first packet is silence.
    let written = read_sound(&place, 48_000, Channels::Stereo).unwrap();
    let heard = heard(&graph, &level(&graph));
    assert_eq!((written.samples(), heard[0].len()), (SAMPLES, SAMPLES));
    for (written, heard) in written.channels.iter().zip(&heard) {
        let energy = |part: &mut dyn Iterator<Item = f32>| part.map(|it| f64::from(it * it)).sum::<f64>();
        let all = energy(&mut heard.iter().skip(2_048).copied());
        let lost = energy(&mut heard.iter().zip(written).skip(2_048).map(|(a, b)| a - b));
        let below_db = 10.0 * (all / lost).log10();
        eprintln!("what AAC changes is {below_db:.1} dB below");
        assert!(below_db > 20.0, "{below_db} dB");
    }
}

#[test]
fn without_loss_they_are_the_same_to_the_bit() {
    let folder = TempDir::new().unwrap();
    let graph = lively(folder.path(), (270, 480));
    let place = folder.path().join("out.mkv");
    let spec = picture(ExportSpec { container: Container::Mkv, ..spec(&place) }, |picture| {
        (picture.codec, picture.size, picture.fps) = (VideoCodec::Ffv1, graph.size, RATE);
    });
    let sound = Some(SoundSpec { codec: AudioCodec::Pcm, bit_rate: 0, loudness: None });
    run(&graph, &ExportSpec { sound, ..spec });
    let (mut preview, mut file) = (Viewer::of(&graph), Viewer::of_file(&place, &graph));
    for number in chosen(60, FRAMES) {
        assert!(preview.frame(number) == file.frame(number), "frame {number}");
    }
    // Captions of every style leave their mark: without them it is another picture.
    let mut wordless = Viewer::of(&Graph { words: None, ..graph.clone() });
    for number in (10..FRAMES).step_by(25) {
        assert!(wordless.frame(number) != file.frame(number), "frame {number} has words");
    }
    let flat = Level { gain_db: 0.0, ceiling_db: 60.0, shortfall: None };
    same_samples(&place, &heard(&graph, &flat));
}

/// What is made louder, and limited, is the preview's sound made louder and limited, sample by sample.
#[test]
fn a_loud_file_holds_the_sound_of_the_preview() {
    let folder = TempDir::new().unwrap();
    let mut graph = lively(folder.path(), (90, 160));
    let place = folder.path().join("out.wav");
    let sound = Some(SoundSpec { codec: AudioCodec::Pcm, bit_rate: 0, loudness: Some(LOUDNESS) });
    let spec = ExportSpec { container: Container::Wav, picture: None, sound, ..spec(&place) };
    run(&graph, &spec);
    let level = level(&graph);
    let loud = heard(&graph, &level);
    same_samples(&place, &loud);
    // The limiter had to work, and the music went down where somebody speaks.
    let flat = heard(&graph, &Level { ceiling_db: 60.0, ..level });
    assert!(flat[0].iter().zip(&loud[0]).any(|(flat, loud)| (flat - loud).abs() > 0.01), "nothing was limited");
    graph.sounds[1].role = Role::Steady;
    let steady = heard(&graph, &level);
    assert!(steady[0].iter().zip(&loud[0]).any(|(steady, loud)| (steady - loud).abs() > 0.02), "nothing was ducked");
}

/// Every sample of a file is one of these, to half of one step of 24 bits.
fn same_samples(place: &Path, expected: &[Vec<f32>; 2]) {
    let written = read_sound(place, 48_000, Channels::Stereo).unwrap();
    assert_eq!((written.samples(), expected[0].len()), (SAMPLES, SAMPLES));
    for (written, expected) in written.channels.iter().zip(expected) {
        let pairs = written.iter().zip(expected);
        let apart = pairs.map(|(a, b)| (a - b.clamp(-1.0, 1.0)).abs()).fold(0.0, f32::max);
        assert!(apart < 2.0 / 8_388_608.0, "{apart}");
    }
    assert!(written.rms() > 0.01);
}
