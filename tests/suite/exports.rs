//! Exports, hand-over and inspection, from a terminal.

use std::path::{Path, PathBuf};

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
