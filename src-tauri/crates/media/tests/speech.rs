//! When the lines of the sample project's takes are spoken.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

use gallop_media::{
    Channels, Ticks, read_sound,
    render::{Graph, Mixer, Role, Sound, Span},
    speech::{LineToSay, align},
};

/// The takes, their lines, and when these are spoken, by ear and by their waveforms.
const TAKES: [(&str, &str, f64, f64); 5] = [
    ("01a1fcdf-a98c-706e-93a6-e42d4cee08f1", "早上好", 0.35, 1.75),
    ("01a1fcdf-74c6-767d-b8ef-b31401a2af28", "Welcome to my world.", 0.7, 1.95),
    ("01a1fcdf-74c6-767d-b8ef-b315e657c104", "Welcome to my world.", 0.8, 2.05),
    ("01a1fcdf-bb71-71b3-96cc-6e2d72dec6e1", "Komm und spiel mit mir.", 0.75, 1.9),
    ("01a1fcdf-d144-74f8-b816-fb5acffd9770", "Quelle belle journée!", 0.75, 1.8),
];

fn clip(take: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/sample/project/takes").join(take).join("clip.mp4")
}

#[test]
fn each_take_speaks_its_line() {
    for (take, text, from, to) in TAKES {
        let sound = read_sound(&clip(take), 48_000, Channels::Stereo).unwrap();
        let spans = align(&sound.channels, &[LineToSay::new(text)]);
        let (start, end) = (spans[0].start.secs(), spans[0].end.secs());
        eprintln!("{text}: {start:.2} to {end:.2}");
        assert!((start + 0.08 - from).abs() < 0.15 && (end - 0.15 - to).abs() < 0.3, "{text}: {start} to {end}");
    }
}

#[test]
fn the_lines_of_a_film_are_found_in_its_mix() {
    let mut at = Ticks::ZERO;
    let mut expected = Vec::new();
    let mut sounds = Vec::new();
    for (take, _, from, to) in TAKES {
        expected.push((at.secs() + from, at.secs() + to));
        let span = Span { start: at, end: at + Ticks::of_secs(2.9) };
        sounds.push(Sound::new(clip(take), span, Role::Speech));
        at = span.end;
    }
    let graph = Graph { size: (2, 2), duration: at, background: [0; 3], layers: Vec::new(), sounds, words: None };
    let mut mixer = Mixer::new(&graph).unwrap();
    let sound = mixer.mix(0, mixer.samples() as usize).unwrap();
    let lines: Vec<LineToSay> = TAKES.iter().map(|(_, text, _, _)| LineToSay::new(text)).collect();
    let spans = align(&sound, &lines);
    for (span, (from, to)) in spans.iter().zip(expected) {
        let (start, end) = (span.start.secs(), span.end.secs());
        eprintln!("{start:.2} to {end:.2} for {from:.2} to {to:.2}");
        assert!(
            (start + 0.08 - from).abs() < 0.2 && (end - 0.15 - to).abs() < 0.5,
            "{start} to {end}, not {from} to {to}"
        );
    }
}
