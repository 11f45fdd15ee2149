//! The sound of a graph: the right samples at the right time, whatever was asked for before.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::{f64::consts::TAU, fs, path::Path, process::Command};

use common::{
    click,
    heard::{convert, graph, sound, sweep, voice},
    loudest_secs, wav,
};
use gallop_media::{
    Channels, Error, Ticks, read_sound,
    render::{Graph, Mixer, Role, Span},
};
use tempfile::TempDir;

const RATE: u32 = Mixer::SAMPLE_RATE;

/// How alike two sounds are, 1 for the same, and by how many samples the second is late then: 40 at most.
fn alike(a: &[f32], b: &[f32]) -> (f64, i64) {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let power = (dot(a, a) * dot(b, b)).sqrt().max(1e-12);
    let late = |by: i64| match by {
        0.. => dot(a, &b[by as usize..]) / power,
        _ => dot(&a[-by as usize..], b) / power,
    };
    (-40..=40).map(|by| (late(by), by)).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

/// A mixer may be made on one thread and used on another.
#[test]
fn it_can_be_sent() {
    fn sent<T: Send>() {}
    sent::<Mixer>();
}

#[test]
fn any_portions_in_any_order_are_the_same_bits_in_every_container() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.wav"), wav(44_100, &sweep(44_100, 27))).unwrap();
    let picture = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=30", "-shortest", "-c:v", "libx264", "-g", "100"];
    let with_picture = |more: &[&'static str]| [&picture[..], more].concat();
    // With how like a sound that is read from the start, and how many samples off where the container counts milliseconds.
    let aac = ["-c:a", "aac", "-b:a", "192k"];
    let cases: Vec<(&str, Vec<&str>, f64, i64)> = vec![
        ("a.wav", vec![], 0.999_999, 0),
        ("b.flac", vec!["-ar", "48000"], 0.999_999, 0),
        ("c.m4a", aac.to_vec(), 0.9999, 0),
        ("d.mp3", vec!["-c:a", "libmp3lame", "-b:a", "192k"], 0.9999, 0),
        ("vbr.mp3", vec!["-c:a", "libmp3lame", "-q:a", "4", "-write_xing", "0"], 0.9999, 0),
        ("e.ogg", vec!["-c:a", "libvorbis", "-q:a", "6"], 0.9999, 0),
        ("f.opus", vec!["-c:a", "libopus", "-b:a", "192k"], 0.99, 0),
        ("g.aac", aac.to_vec(), 0.9999, 0),
        ("h.mkv", with_picture(&aac), 0.99, 30),
        ("i.webm", vec!["-c:a", "libopus", "-b:a", "192k"], 0.99, 30),
        ("j.ts", with_picture(&aac), 0.99, 2),
        ("k.mp4", with_picture(&aac), 0.9999, 0),
        ("l.mov", with_picture(&["-c:a", "pcm_s16le"]), 0.999_999, 0),
        ("m.avi", with_picture(&["-c:a", "pcm_s16le"]), 0.999, 2),
        ("n.mka", vec!["-c:a", "libvorbis", "-q:a", "6"], 0.99, 30),
    ];
    for (name, options, least, most_off) in cases {
        let path = folder.path().join(name);
        if name != "a.wav" && convert(folder.path(), "a.wav", name, &options).is_none() {
            continue;
        }
        let graph = graph(vec![sound(&path, 27.0)]);
        let whole = Mixer::new(&graph).unwrap().mix(0, 27 * RATE as usize).unwrap();
        let read = read_sound(&path, RATE, Channels::Stereo).unwrap();
        for (side, (whole, read)) in whole.iter().zip(&read.channels).enumerate() {
            for (from, to) in [(0, 5), (8, 12), (18, 22), (22, 26)] {
                let range = from * RATE as usize..to * RATE as usize;
                let (like, off) = alike(&whole[range.clone()], &read[range]);
                assert!(like > least && off.abs() <= most_off, "{name} side {side} {from}-{to} s: {like}, {off}");
            }
        }
        // Straight to a place, backwards, and in portions that end nowhere in particular.
        let mut order = vec![(1_000_000, 4_000), (479_000, 3_000), (960_100, 10), (959_999, 2), (0, 700)];
        order.extend((0..60).rev().map(|at| (at * 20_011, 5_000)));
        let mut mixer = Mixer::new(&graph).unwrap();
        for (from, samples) in order {
            let portion = mixer.mix(from, samples).unwrap();
            for side in 0..2 {
                let expected = &whole[side][from as usize..from as usize + samples];
                assert!(portion[side] == expected, "{name}: {samples} samples from {from}");
            }
        }
    }
}

#[test]
fn a_click_is_heard_when_it_should_be() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("a.wav"), wav(48_000, &[click(48_000)])).unwrap();
    // The sound begins 0.3 s after the picture, and the picture 0.32 s after the sound.
    let late = |name: &str, of_video: &str, of_audio: &str| {
        let mut command = Command::new("ffmpeg");
        command.args(["-y", "-v", "error", "-itsoffset", of_video, "-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=3"]);
        command.args(["-itsoffset", of_audio, "-i"]).arg(file("a.wav")).args(["-c:v", "libx264", "-c:a", "aac"]);
        // The picture is to begin late, and not to stand still before.
        command.args(["-fps_mode", "passthrough"]);
        assert!(command.arg(file(name)).status().unwrap().success());
    };
    late("late.mp4", "0", "0.3");
    late("late.mkv", "0", "0.3");
    late("early.mp4", "0.32", "0");
    late("early.mkv", "0.32", "0");
    convert(folder.path(), "a.wav", "a.m4a", &[]).unwrap();
    convert(folder.path(), "a.wav", "a.mp3", &[]);
    convert(folder.path(), "a.wav", "he.mka", &["-c:a", "libopus"]);
    for (name, expected) in [
        ("a.wav", 1.0),
        ("a.m4a", 1.0),
        ("a.mp3", 1.0),
        ("he.mka", 1.0),
        ("late.mp4", 1.3),
        ("late.mkv", 1.3),
        ("early.mp4", 0.68),
        ("early.mkv", 0.68),
    ] {
        if !file(name).exists() {
            continue;
        }
        let mixed = Mixer::new(&graph(vec![sound(&file(name), 3.0)])).unwrap().mix(0, 3 * RATE as usize).unwrap();
        let at = loudest_secs(&mixed[0], RATE);
        assert!((at - expected).abs() < 0.001, "{name}: heard at {at}, not {expected}");
        let peak = mixed[0].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!((peak - 0.8).abs() < 0.1, "{name}: {peak}");
    }
}

#[test]
fn spans_gains_and_fades_are_kept_to_the_sample() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    let ramp: Vec<f32> = (0..96_000).map(|at| at as f32 / 96_000.0).collect();
    fs::write(&path, wav(48_000, &[ramp])).unwrap();
    let mut part = sound(&path, 0.0);
    part.span = Span { start: Ticks::of_samples(1_000, RATE), end: Ticks::of_samples(5_000, RATE) };
    part.from = Ticks::of_samples(30_000, RATE);
    part.gain_db = -6.0;
    let mut whole = graph(vec![part.clone()]);
    whole.duration = Ticks::of_samples(4_900, RATE);
    let [left, right] = Mixer::new(&whole).unwrap().mix(0, 6_000).unwrap();
    assert_eq!(left, right);
    assert!(left[..1_000].iter().all(|sample| *sample == 0.0) && left[4_900..].iter().all(|sample| *sample == 0.0));
    for (at, sample) in left.iter().enumerate().take(4_900).skip(1_000) {
        let expected = (29_000 + at) as f32 / 96_000.0 * 0.501_187;
        assert!((sample - expected).abs() < 1e-4, "{at}: {sample} for {expected}");
    }
    // Two halves of a cross-fade keep their power.
    part.gain_db = 0.0;
    part.fade_in = Ticks::of_samples(1_000, RATE);
    part.fade_out = Ticks::of_samples(2_000, RATE);
    let [left, _] = Mixer::new(&graph(vec![part])).unwrap().mix(0, 6_000).unwrap();
    let gain = |at: usize| f64::from(left[at]) / ((29_000 + at) as f64 / 96_000.0);
    assert_eq!(left[1_000], 0.0);
    assert!((gain(1_500) - 0.5_f64.sqrt()).abs() < 1e-3, "{}", gain(1_500));
    assert!((gain(2_500) - 1.0).abs() < 1e-3 && (gain(4_000) - 0.5_f64.sqrt()).abs() < 1e-3);
}

#[test]
fn a_cut_sound_goes_on_without_a_seam() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    fs::write(&path, wav(44_100, &sweep(44_100, 4))).unwrap();
    let whole = Mixer::new(&graph(vec![sound(&path, 4.0)])).unwrap().mix(0, 4 * RATE as usize).unwrap();
    let (mut first, mut second) = (sound(&path, 4.0), sound(&path, 4.0));
    // A frame at 30000/1001 does not begin on a sample.
    let cut = Ticks::of_frames(37, gallop_media::FrameRate { num: 30_000, den: 1_001 });
    first.span.end = cut;
    second.span.start = cut;
    second.from = cut;
    let cut = Mixer::new(&graph(vec![first, second])).unwrap().mix(0, 4 * RATE as usize).unwrap();
    assert!(cut == whole);
}

#[test]
fn a_faster_sound_keeps_its_pitch_and_any_portion_is_the_same() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    let tone: Vec<f32> = (0..44_100 * 40).map(|at| (0.5 * (TAU * 330.0 * at as f64 / 44_100.0).sin()) as f32).collect();
    fs::write(&path, wav(44_100, &[tone])).unwrap();
    let mut part = sound(&path, 25.0);
    part.speed = 1.5;
    part.from = Ticks::of_secs(1.25);
    let graph = graph(vec![part]);
    let whole = Mixer::new(&graph).unwrap().mix(0, 25 * RATE as usize).unwrap();
    let crossings = whole[0].windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((crossings as f64 / 25.0 - 330.0).abs() < 2.0, "{} Hz", crossings as f64 / 25.0);
    let mut mixer = Mixer::new(&graph).unwrap();
    for from in [900_000, 470_000, 479_999, 100, 0] {
        assert!(mixer.mix(from, 20_000).unwrap()[1] == whole[1][from as usize..from as usize + 20_000], "{from}");
    }
}

#[test]
fn music_goes_down_under_speech_and_up_again() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    // The second line runs across the edge of a block in which speech is looked for.
    let lines = [(2.0, 4.0), (9.0, 11.0)];
    fs::write(file("voice.wav"), wav(RATE, &[voice(&lines, 14)])).unwrap();
    // On the left only, so that the music on the right can be measured.
    fs::write(file("left.wav"), wav(RATE, &[voice(&lines, 14), vec![0.0; 14 * RATE as usize]])).unwrap();
    let tone: Vec<f32> =
        (0..14 * RATE).map(|at| (0.2 * (TAU * 500.0 * f64::from(at) / 48_000.0).sin()) as f32).collect();
    fs::write(file("music.wav"), wav(RATE, &[tone])).unwrap();
    let (mut speech, mut music) = (sound(&file("left.wav"), 14.0), sound(&file("music.wav"), 14.0));
    speech.role = Role::Speech;
    let level = |graph: &Graph, secs: f64| {
        let [_, right] = Mixer::new(graph).unwrap().mix((secs * f64::from(RATE)) as u64, 960).unwrap();
        let rms = (right.iter().map(|sample| sample * sample).sum::<f32>() / right.len() as f32).sqrt();
        20.0 * f64::from(rms / 0.2 * 2_f32.sqrt()).log10()
    };
    for role in [Role::Steady, Role::Ducked] {
        music.role = role;
        let graph = graph(vec![speech.clone(), music.clone()]);
        for (secs, lowered) in [
            (1.0, 0.0),
            (1.8, 0.0),
            (2.05, -12.0),
            (3.0, -12.0),
            (3.9, -12.0),
            (4.5, 0.0),
            (7.0, 0.0),
            (9.1, -12.0),
            (9.99, -12.0),
            (10.5, -12.0),
            (11.5, 0.0),
            (13.0, 0.0),
        ] {
            let expected = if role == Role::Ducked { lowered } else { 0.0 };
            let found = level(&graph, secs);
            assert!((found - expected).abs() < 0.3, "{role:?} at {secs} s: {found:.2} dB");
        }
        let whole = Mixer::new(&graph).unwrap().mix(0, 14 * RATE as usize).unwrap();
        let mut mixer = Mixer::new(&graph).unwrap();
        for from in [620_000, 478_000, 95_000, 0, 185_000] {
            assert!(
                mixer.mix(from, 7_000).unwrap()[1] == whole[1][from as usize..from as usize + 7_000],
                "{role:?} {from}"
            );
        }
    }
    // What is not speech lowers nothing, and after an edit the mixer is as if it were new.
    speech.role = Role::Steady;
    let unspoken = graph(vec![speech.clone(), music.clone()]);
    assert!(level(&unspoken, 3.0).abs() < 0.1);
    speech.role = Role::Speech;
    speech.span = Span { start: Ticks::of_secs(4.0), end: Ticks::of_secs(14.0) };
    let moved = graph(vec![speech, music]);
    let mut mixer = Mixer::new(&unspoken).unwrap();
    mixer.mix(100_000, 100_000).unwrap();
    mixer.show(&moved).unwrap();
    assert!(mixer.mix(100_000, 300_000).unwrap() == Mixer::new(&moved).unwrap().mix(100_000, 300_000).unwrap());
}

#[test]
fn what_is_wrong_is_said_with_the_file() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let named = |path: &Path| {
        let error = Mixer::new(&graph(vec![sound(path, 1.0)])).unwrap().mix(0, 100).unwrap_err();
        assert!(error.to_string().ends_with(&path.display().to_string()), "{error}");
        error
    };
    assert!(matches!(named(&file("none.wav")), Error::Io { .. }));
    fs::write(file("text.wav"), "no sound").unwrap();
    assert!(matches!(named(&file("text.wav")), Error::UnreadableMedia { .. }));
    fs::write(file("a.wav"), wav(48_000, &[click(48_000)])).unwrap();
    convert(folder.path(), "a.wav", "a.m4a", &[]).unwrap();
    let whole = fs::read(file("a.m4a")).unwrap();
    fs::write(file("half.m4a"), &whole[..whole.len() / 2]).unwrap();
    named(&file("half.m4a"));
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut part = sound(&file("a.wav"), 1.0);
        part.speed = speed;
        assert!(matches!(Mixer::new(&graph(vec![part])), Err(Error::Spec(_))), "{speed}");
    }
    // A video without sound is silent, and so is what lies before and behind a file.
    gallop_media::write_picture(&file("a.png"), &common::noise(64, 64)).unwrap();
    let mut part = sound(&file("a.wav"), 5_000.0);
    part.from = Ticks::of_secs(-2.0);
    let mut mixer = Mixer::new(&graph(vec![sound(&file("a.png"), 1.0), part])).unwrap();
    let mixed = mixer.mix(0, 6 * RATE as usize).unwrap();
    assert!((loudest_secs(&mixed[0], RATE) - 3.0).abs() < 0.001);
    assert!(mixer.mix(4_000 * u64::from(RATE), 1_000).unwrap()[0].iter().all(|sample| *sample == 0.0));
    assert_eq!(mixer.mix(u64::MAX, 10).unwrap()[0], [0.0; 10]);
    assert_eq!(mixer.mix(5, 0).unwrap()[0].len(), 0);
}
