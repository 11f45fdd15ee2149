//! Exports, hand-over and inspection, from a terminal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gallop_media::{Channels, ClipSpec, ClipWriter, FrameRate};

use crate::{Place, text};

/// A place with the sample project in it.
fn film() -> Place {
    let place = Place::empty();
    let sample = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/sample/project"));
    copy(&sample, &place.path("film.gallop"));
    place
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy(&from, &to) } else { std::fs::copy(&from, &to).map(drop).expect("copied") }
    }
}

#[test]
fn a_sound_goes_out_and_is_looked_into() {
    let place = film();
    let events = place.events("export film --preset wav -o out --name mix");
    assert_eq!(events.first().expect("an event")["event"], "begin");
    let report = &events.last().expect("an event")["report"];
    let seconds = report["facts"]["seconds"].as_f64().expect("a length");
    assert!(seconds > 13.0 && (report["facts"]["lufs"].as_f64().expect("loud") + 14.0).abs() < 1.0, "{report}");
    let seen = &place.events("inspect out/wav/mix.wav")[0];
    assert_eq!((&seen["audio"][0]["sample_rate"], &seen["labels"]["aigc"]["Label"]), (&48_000.into(), &"1".into()));
    let told = place.run("inspect out/wav/mix.wav");
    let told = text(&told.stdout);
    assert!(told.contains("AIGC       made by AI; by Gallop") && told.contains("LUFS"), "{told}");
    // The same again is there already.
    let again = place.events("export film --preset wav -o out --name mix");
    assert_eq!(again.last().expect("an event")["report"]["made_unix_ms"], report["made_unix_ms"]);
}

#[test]
fn a_cut_goes_to_other_editors() {
    let place = film();
    let handed = &place.events("handover film -o out")[0];
    assert_eq!((&handed["files"], handed["captions"].as_array().map(Vec::len)), (&5.into(), Some(4)));
    let otio = std::fs::read_to_string(place.path("out/Paper town/Paper town.otio")).expect("a file");
    assert!(otio.contains("media/01%20Good%20morning.mp4"), "{otio}");
}

#[test]
fn what_cannot_be_exported_is_said_in_a_line() {
    let place = film();
    std::fs::create_dir(place.path("out")).expect("a folder");
    place.refuses("export film --preset nope -o out", 1, "there is no preset `nope`; choose of douyin, kuaishou");
    place.refuses("export film --preset douyin --languages xx -o out", 2, "language `xx`");
    place.refuses("export film --preset douyin --languages ja -o out", 1, "no captions in Japanese");
    place.refuses("export film -o out", 2, "--preset");
    place.refuses("export film --preset douyin --no-label -o out", 2, "--i-will-declare");
    place.refuses("export nothing --preset douyin -o out", 1, "nothing");
    place.refuses("inspect film.gallop/project.json", 1, "project.json");
    let list = place.run("export --list");
    assert!(text(&list.stdout).contains("taobao-3x4") && list.status.success());
}

/// A film of a second that Gallop did not make.
fn film_file(place: &Place, name: &str) -> PathBuf {
    let path = place.path(name);
    let spec = ClipSpec {
        width: 64,
        height: 96,
        fps: FrameRate::whole(25),
        sample_rate: 48_000,
        channels: Channels::Mono,
        produce_id: "film".into(),
        metadata: BTreeMap::new(),
    };
    let mut clip = ClipWriter::create(&path, &spec).expect("a clip");
    for number in 0..25_u8 {
        let pixels: Vec<u8> = (0..64 * 96 * 3).map(|at| number.wrapping_mul(at as u8)).collect();
        clip.write_frame(&pixels).expect("a frame");
    }
    clip.write_samples(&[vec![0.1; 48_000]]).expect("sound");
    clip.finish().expect("a clip");
    path
}

/// Runs a line in 6 GB of address space. It ends well, or in one line that names the file; whatever happens, without a panic.
#[cfg(unix)]
fn is_answered(place: &Place, args: &[&str], file: &str) -> bool {
    let gallop = place.gallop(args);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -v 6000000; exec \"$@\"", "sh"]).arg(gallop.get_program()).args(gallop.get_args());
    limited.envs(gallop.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.current_dir(place.path("")).output().expect("gallop starts");
    let told = text(&output.stderr);
    assert!(!told.contains("panicked"), "{args:?}: {told}");
    match output.status.code() {
        Some(0) => true,
        Some(1) => {
            let told: Vec<_> = told.lines().filter(|line| line.starts_with("gallop: ")).collect();
            assert!(matches!(told[..], [one] if one.contains(file)), "{args:?} does not name {file}: {told:?}");
            false
        }
        other => panic!("{args:?}: {other:?}: {told}"),
    }
}

#[cfg(unix)]
#[test]
fn damaged_media_ends_in_a_line_that_names_it() {
    let place = Place::empty();
    let whole = std::fs::read(film_file(&place, "holiday.mp4")).expect("a film");
    place.run("new film");
    let import = |file: &str| {
        let paths = serde_json::json!({ "paths": [place.path(file)] }).to_string();
        is_answered(&place, &["call", "media.import", &paths, "--project", "film.gallop"], file)
    };
    let mut cut: Vec<_> = [0, 7, 40, 600, whole.len() / 2, whole.len() - 1].map(|at| whole[..at].to_vec()).into();
    for at in [4, 30, 200, whole.len() / 2] {
        let mut altered = whole.clone();
        altered.iter_mut().skip(at).take(60).for_each(|byte| *byte ^= 0x5a);
        cut.push(altered);
    }
    for bytes in cut {
        place.write("spoilt.mp4", bytes);
        is_answered(&place, &["inspect", "spoilt.mp4"], "spoilt.mp4");
        import("spoilt.mp4");
    }
    assert!(import("holiday.mp4"), "the whole one is taken");

    // Put on the timeline, and damaged afterwards.
    let call = |name: &str, arguments: &str| {
        let output =
            place.gallop(["call", name, arguments, "--project", "film.gallop"]).output().expect("gallop starts");
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
    };
    let media = &call("media.import", &serde_json::json!({ "paths": [place.path("holiday.mp4")] }).to_string())[0];
    let media = serde_json::json!({ "sha256": media["sha256"], "name": media["name"], "bytes": media["bytes"] });
    let insert =
        serde_json::json!({ "kind": "insert_footage", "media": media, "footage": "film", "frames": 25, "at": 0 });
    call("timeline.edit", &serde_json::json!({ "edits": [insert] }).to_string());
    std::fs::create_dir(place.path("out")).expect("a folder");
    let name = format!("{}.mp4", media["sha256"].as_str().expect("a digest"));
    let stored = place.path("film.gallop/media").join(&name);
    let export = |file: &str| is_answered(&place, &["export", "film", "--preset", "x", "-o", "out"], file);
    let mut altered = whole.clone();
    altered.iter_mut().skip(whole.len() / 3).take(whole.len() / 3).for_each(|byte| *byte = 0);
    for bytes in [whole[..whole.len() / 2].to_vec(), altered, vec![0; whole.len()]] {
        std::fs::write(&stored, bytes).expect("written");
        let made = export(&name);
        let is_there = place.path("out/x/film.mp4").exists();
        assert_eq!(made, is_there, "a clip is there where it was made, and nowhere else");
    }
    std::fs::write(&stored, &whole).expect("written");
    assert!(export(&name), "with the whole one it goes out");
}
