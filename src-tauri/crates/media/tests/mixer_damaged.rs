//! Sounds with wrong bytes.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::fs;

use common::{
    heard::{convert, graph, sound, sweep},
    wav,
};
use gallop_media::render::Mixer;
use tempfile::TempDir;

/// Whatever stands in a file, it is mixed or refused with its name, at any place and without end.
#[test]
fn damaged_files_are_mixed_or_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.wav"), wav(44_100, &sweep(44_100, 3))).unwrap();
    let mut state = 11_u32;
    let mut chance = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for name in ["a.wav", "b.flac", "c.m4a", "d.mp3", "e.ogg", "f.mka", "g.aac", "h.ts", "i.avi", "j.opus"] {
        let path = folder.path().join(name);
        if name != "a.wav" && convert(folder.path(), "a.wav", name, &[]).is_none() {
            continue;
        }
        let whole = fs::read(&path).unwrap();
        let (mut mixed, mut refused) = (0, 0);
        for round in 0..40 {
            let mut bytes = whole.clone();
            if round % 4 == 0 {
                bytes.truncate(chance(bytes.len()));
            }
            // Now and then in the head, where lengths and rates are.
            let reach = if round % 2 == 0 { bytes.len().min(600) } else { bytes.len() };
            for _ in 0..1 + chance(30) {
                if reach > 0 {
                    bytes[chance(reach)] = chance(256) as u8;
                }
            }
            fs::write(&path, bytes).unwrap();
            let mut mixer = Mixer::new(&graph(vec![sound(&path, 60.0)])).unwrap();
            for from in [0, 100_000, 2_000_000] {
                match mixer.mix(from, 2_000) {
                    Ok(sound) => {
                        mixed += 1;
                        assert!(sound.iter().flatten().all(|sample| sample.is_finite()), "{name}");
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(error.to_string().ends_with(&path.display().to_string()), "{name}: {error}");
                    }
                }
            }
        }
        eprintln!("{name}: {mixed} mixed, {refused} refused");
    }
}
