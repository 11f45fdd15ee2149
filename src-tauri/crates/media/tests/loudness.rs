//! Loudness: measured as others measure it, brought to a target, held below a ceiling.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod common;

use std::{f64::consts::TAU, fs, ops::ControlFlow, path::Path, process::Command};

use common::wav;
use gallop_media::{
    Ticks,
    loudness::{Level, Limiter, Loudness, Meter, Shortfall, Target, level, measure, settle},
    render::{Graph, Mixer, Role, Sound, Span},
};
use tempfile::TempDir;

const RATE: u32 = Mixer::SAMPLE_RATE;
const TARGET: Target = Target { lufs: -14.0, peak_db: -1.5 };

fn loudness(sound: &[Vec<f32>; 2]) -> Loudness {
    let mut meter = Meter::new().unwrap();
    meter.add(sound).unwrap();
    meter.finish().unwrap()
}

fn both(sound: Vec<f32>) -> [Vec<f32>; 2] {
    [sound.clone(), sound]
}

fn tone(hertz: f64, turn: f64, size: f64, secs: f64) -> Vec<f32> {
    let samples = (secs * f64::from(RATE)) as usize;
    (0..samples).map(|at| (size * (TAU * (hertz * at as f64 / f64::from(RATE) + turn)).sin()) as f32).collect()
}

/// Noise that swells and fades like speech, with a peak now and then: `crest` times as high as the rest.
fn speech(secs: usize, size: f32, crest: f32) -> Vec<f32> {
    let mut state = 7_u32;
    let mut low = 0.0;
    (0..secs * RATE as usize)
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 8) as f32 / 8_388_608.0 - 1.0;
            low += (noise - low) * 0.2;
            let time = at as f32 / RATE as f32;
            let syllable = (time * 4.0 * std::f32::consts::PI).sin().abs() * if time % 3.0 < 2.2 { 1.0 } else { 0.01 };
            size * syllable * low * if at % 9_001 < 40 { crest } else { 1.0 }
        })
        .collect()
}

fn mixer(path: &Path, secs: f64, gain_db: f32) -> Mixer {
    let sound = Sound { gain_db, ..Sound::new(path, Span::until(Ticks::of_secs(secs)), Role::Steady) };
    let duration = sound.span.end;
    let graph =
        Graph { size: (64, 64), duration, background: [0; 3], layers: Vec::new(), sounds: vec![sound], words: None };
    Mixer::new(&graph).unwrap()
}

/// EBU Tech 3341, cases 1 and 2: a 1 kHz tone on both sides is as many LUFS as it has dB of full scale.
#[test]
fn a_tone_is_as_loud_as_the_standard_says() {
    for db in [-23.0, -33.0, -14.0] {
        let found = loudness(&both(tone(1_000.0, 0.0, 10_f64.powf(db / 20.0), 20.0)));
        assert!((found.integrated_lufs.unwrap() - db).abs() < 0.1, "{found:?}");
        assert!((found.short_term_max_lufs.unwrap() - db).abs() < 0.1, "{found:?}");
        assert!((found.true_peak_db.unwrap() - db).abs() < 0.1, "{found:?}");
        assert!(found.range_lu.unwrap() < 0.1, "{found:?}");
    }
    // Between the samples of this tone the waveform is 3 dB higher.
    let found = loudness(&both(tone(12_000.0, 0.125, 0.5, 2.0)));
    assert!((found.true_peak_db.unwrap() + 6.0).abs() < 0.3, "{found:?}");
    assert_eq!(found.short_term_max_lufs, None);
}

#[test]
fn it_agrees_with_ffmpeg() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    fs::write(&path, wav(48_000, &[speech(20, 0.8, 2.0), speech(20, 0.3, 1.0)])).unwrap();
    let found = measure(&mut mixer(&path, 20.0, 0.0), |_| ControlFlow::Continue(())).unwrap().unwrap();
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostats", "-i"]).arg(&path);
    command.args(["-af", "aformat=channel_layouts=stereo,ebur128=peak=true:framelog=verbose", "-f", "null", "-"]);
    let said = String::from_utf8(command.output().unwrap().stderr).unwrap();
    let summary = said.split("Summary:").nth(1).unwrap();
    let number = |name: &str| -> f64 {
        summary
            .lines()
            .find(|line| line.trim().starts_with(name))
            .unwrap()
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    };
    println!("{found:?}{summary}");
    assert!((found.integrated_lufs.unwrap() - number("I:")).abs() <= 0.11, "{found:?}{summary}");
    assert!((found.range_lu.unwrap() - number("LRA:")).abs() <= 0.2, "{found:?}{summary}");
    assert!((found.true_peak_db.unwrap() - number("Peak:")).abs() <= 0.2, "{found:?}{summary}");
}

#[test]
fn the_ceiling_holds_whatever_comes() {
    let mut step = tone(50.0, 0.0, 1.0, 2.0);
    step.iter_mut().for_each(|sample| *sample = sample.signum() * 0.9);
    let mut clicks = vec![0.0; 96_000];
    (0..90).for_each(|at| clicks[at * 1_013] = 1.0);
    let noise = speech(3, 30.0, 1.0);
    for (name, sound) in [
        ("between samples", tone(12_000.0, 0.125, 0.9, 1.0)),
        ("deep", tone(60.0, 0.0, 2.0, 2.0)),
        ("bright", tone(15_013.0, 0.0, 1.3, 1.0)),
        ("square", step),
        ("clicks", clicks),
        ("noise", noise.iter().map(|sample| sample.clamp(-8.0, 8.0)).collect()),
        ("speech", speech(5, 3.0, 4.0)),
    ] {
        for (gain_db, ceiling_db) in [(0.0, -1.5), (12.0, -1.0), (-3.0, -6.0)] {
            let mut limiter = Limiter::new(gain_db, ceiling_db);
            let mut out = limiter.push(&both(sound.clone()));
            let rest = limiter.finish();
            out.iter_mut().zip(&rest).for_each(|(out, rest)| out.extend_from_slice(rest));
            assert_eq!(out[0].len(), sound.len());
            let found = loudness(&out);
            println!("{name} {gain_db} {ceiling_db}: {:.3} dBTP", found.true_peak_db.unwrap());
            assert!(found.true_peak_db.unwrap() < ceiling_db + 0.02, "{name} raised by {gain_db}: {found:?}");
            // It is not brought down more than it must be.
            let before = loudness(&both(sound.clone())).true_peak_db.unwrap() + gain_db;
            assert!(
                found.true_peak_db.unwrap() > before.min(ceiling_db) - 0.6,
                "{name} raised by {gain_db}: {found:?}"
            );
        }
    }
}

#[test]
fn what_is_below_the_ceiling_stays_as_it_is() {
    let sound = both(tone(441.0, 0.0, 0.5, 1.0));
    let mut limiter = Limiter::new(0.0, -1.0);
    let mut out = limiter.push(&sound);
    let rest = limiter.finish();
    out.iter_mut().zip(&rest).for_each(|(out, rest)| out.extend_from_slice(rest));
    assert!(out == sound);
    // Also the shortest of sounds.
    let mut limiter = Limiter::new(0.0, -1.0);
    let few = [vec![0.5, -0.25, 0.125], vec![0.0, 0.5, 0.0]];
    assert_eq!(limiter.push(&few)[0].len(), 0);
    assert_eq!(limiter.finish(), few);
    assert_eq!(Limiter::new(3.0, -1.0).finish()[0].len(), 0);
}

#[test]
fn portions_make_no_difference() {
    let sound = both(speech(2, 2.0, 3.0));
    let limited = |portion: usize| {
        let mut limiter = Limiter::new(6.0, -1.5);
        let mut out = [Vec::new(), Vec::new()];
        for (left, right) in sound[0].chunks(portion).zip(sound[1].chunks(portion)) {
            let ready = limiter.push(&[left.to_vec(), right.to_vec()]);
            out.iter_mut().zip(&ready).for_each(|(out, ready)| out.extend_from_slice(ready));
        }
        let rest = limiter.finish();
        out.iter_mut().zip(&rest).for_each(|(out, rest)| out.extend_from_slice(rest));
        out
    };
    let whole = limited(usize::MAX);
    assert!(limited(1) == whole && limited(479) == whole && limited(48_000) == whole);
    let mut meter = Meter::new().unwrap();
    for (left, right) in sound[0].chunks(777).zip(sound[1].chunks(777)) {
        meter.add(&[left.to_vec(), right.to_vec()]).unwrap();
    }
    assert_eq!(meter.finish().unwrap(), loudness(&sound));
}

/// The gain and the limiter together, as an export applies them.
fn applied(mixer: &mut Mixer, level: Level) -> Loudness {
    let mut limiter = Limiter::new(level.gain_db, level.ceiling_db);
    let mut meter = Meter::new().unwrap();
    let sound = mixer.mix(0, mixer.samples() as usize).unwrap();
    meter.add(&limiter.push(&sound)).unwrap();
    meter.add(&limiter.finish()).unwrap();
    meter.finish().unwrap()
}

#[test]
fn a_mix_comes_out_as_loud_as_asked_for() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    for (size, crest, gain_db) in [(0.8, 1.0, 0.0), (0.05, 1.0, 0.0), (0.8, 2.0, 0.0), (0.5, 1.0, 20.0)] {
        fs::write(&path, wav(48_000, &[speech(9, size, crest)])).unwrap();
        let mut mixer = mixer(&path, 9.0, gain_db);
        let mut heard = Vec::new();
        let go_on = |done| {
            heard.push(done);
            ControlFlow::Continue(())
        };
        let (before, level) = settle(&mut mixer, TARGET, go_on).unwrap().unwrap();
        let after = applied(&mut mixer, level);
        println!("{size} {crest} {gain_db}: {before:?} {level:?} {after:?}");
        assert_eq!(level.shortfall, None);
        assert!((after.integrated_lufs.unwrap() - TARGET.lufs).abs() < 0.2, "{size} {crest}: {after:?}");
        assert!(after.true_peak_db.unwrap() < TARGET.peak_db + 0.02, "{size} {crest}: {after:?}");
        assert!(heard.is_sorted() && heard.iter().all(|done| (0.0..=1.0).contains(done)), "{heard:?}");
    }
    assert!(settle(&mut mixer(&path, 9.0, 0.0), TARGET, |_| ControlFlow::Break(())).unwrap().is_none());
}

#[test]
fn what_cannot_be_levelled_is_left_alone_and_said() {
    let left_alone = |sound: Vec<f32>| {
        let level = level(&loudness(&both(sound)), TARGET);
        assert_eq!((level.gain_db, level.ceiling_db), (0.0, TARGET.peak_db));
        level.shortfall.unwrap()
    };
    assert_eq!(left_alone(vec![]), Shortfall::Silent);
    assert_eq!(left_alone(vec![0.0; 480_000]), Shortfall::Silent);
    assert_eq!(left_alone(tone(440.0, 0.0, 1e-4, 3.0)), Shortfall::Silent);
    assert_eq!(left_alone(tone(440.0, 0.0, 0.5, 0.3)), Shortfall::Short);
    assert!(Shortfall::Short.to_string().contains("0.4 s"));
    let soft = level(&loudness(&both(tone(1_000.0, 0.0, 0.003, 3.0))), TARGET);
    assert!(matches!(soft.shortfall, Some(Shortfall::Soft(needed)) if (needed - 36.5).abs() < 0.5), "{soft:?}");
    assert_eq!(soft.gain_db, 30.0);
    // Loud clicks in silence cannot be loud on the whole.
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    let clicks = (0..480_000).map(|at| if at % 24_000 == 0 { 0.9 } else { 0.0 }).collect();
    fs::write(&path, wav(48_000, &[clicks])).unwrap();
    let (_, level) = settle(&mut mixer(&path, 10.0, 0.0), TARGET, |_| ControlFlow::Continue(())).unwrap().unwrap();
    println!("{level:?} {}", level.shortfall.unwrap());
    assert!(level.shortfall.is_some());
    assert!(applied(&mut mixer(&path, 10.0, 0.0), level).true_peak_db.unwrap() < TARGET.peak_db + 0.02);
}
