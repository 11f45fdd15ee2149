//! Two engines, one of them far away: behind a launcher, with another home, and without a file in common.
#![cfg(unix)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{Place, models, picture, text, words};

/// Puts the two engines into the settings. The far one has a home and a folder of its own, knows nothing of this user's
/// environment, and what is said to it is written down.
fn two_engines(place: &Place) {
    let gallop = env!("CARGO_BIN_EXE_gallop");
    let launcher = place.write(
        "launcher.sh",
        format!(
            "#!/bin/sh\n# Stands in for ssh: another user's environment, another folder, only the pipe in common.\n\
             mkdir -p far && cd far || exit 1\n\
             exec tee ../said.bin | env -i PATH=\"$PATH\" GALLOP_HOME=\"$PWD/home\" GALLOP_MODEL_DIR='{}' '{gallop}' engine\n",
            models().display()
        ),
    );
    let settings = json!({ "format": 1, "engines": [
        { "name": "near", "launch": [gallop, "engine"] },
        { "name": "far", "launch": ["sh", launcher] },
    ]});
    std::fs::create_dir_all(place.path("home/config")).expect("folder");
    place.write("home/config/settings.json", settings.to_string());
}

fn studio(place: &Place, line: &str) -> String {
    let output = place.gallop(words(line)).env("GALLOP_HOME", place.path("home")).output().expect("gallop starts");
    assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn jobs_go_to_two_engines_without_shared_files() {
    let place = Place::empty();
    two_engines(&place);
    picture(&place, "reference.png", 90, 160);
    studio(&place, "new film");
    studio(&place, "shot add film.gallop --prompt 'A red pony.' --image reference.png --seconds 2");
    studio(&place, "render film.gallop --size 128x224 --takes 6 --seed 1");

    let jobs: Vec<Value> = serde_json::from_str(&studio(&place, "jobs history --json")).expect("JSON");
    assert_eq!(jobs.len(), 6);
    let engines: BTreeSet<_> = jobs.iter().map(|job| job["engine"].as_str().expect("engine")).collect();
    assert_eq!(engines, ["far", "near"].into(), "both worked");
    let all_done = jobs.iter().all(|job| job["state"] == "done" && job["cost"]["seconds"].as_f64() > Some(0.0));
    assert!(all_done, "{jobs:#?}");

    // What the far engine was told holds the picture, and no folder of this user.
    let said = std::fs::read(place.path("said.bin")).expect("said");
    let holds = |needle: &[u8]| said.windows(needle.len()).any(|window| window == needle);
    assert!(holds(&std::fs::read(place.path("reference.png")).expect("picture")), "the picture went along");
    assert!(!holds(place.path("film.gallop").to_string_lossy().as_bytes()), "no path of the project");
    assert!(!holds(place.path("home").to_string_lossy().as_bytes()), "no path of the home");

    // Wherever it was made, the same seed is the same clip.
    let listed: Value = serde_json::from_str(&studio(&place, "shot list film.gallop --json")).expect("JSON");
    let takes = listed["shots"][0]["takes"].as_array().expect("takes");
    for engine in engines {
        let job = jobs.iter().find(|job| job["engine"] == engine).expect("a job");
        let take = takes.iter().find(|take| take["id"] == job["id"]).expect("its take");
        let clip = place.path(take["clip"].as_str().expect("clip"));
        let line = format!("generate --like {} --image reference.png -o again.mp4", clip.display());
        studio(&place, &line);
        let same = std::fs::read(place.path("again.mp4")).expect("clip") == std::fs::read(&clip).expect("clip");
        assert!(same, "the clip of {engine} differs from one made here");
    }
}

#[test]
fn a_launcher_that_cannot_work_is_told() {
    for (launch, said) in [
        (json!(["/no/such/launcher"]), "/no/such/launcher"),
        (json!(["sh", "-c", "echo Welcome to gpu1; sleep 5"]), "Welcome to gpu1"),
        (json!(["sh", "-c", "echo no route to host >&2; exit 255"]), "no route to host"),
    ] {
        let place = Place::empty();
        std::fs::create_dir_all(place.path("home/config")).expect("folder");
        let settings = json!({ "format": 1, "engines": [{ "name": "far", "launch": launch }] });
        place.write("home/config/settings.json", settings.to_string());
        studio(&place, "new film");
        studio(&place, "shot add film.gallop --prompt 'A pony.'");
        let mut command = place.gallop(words("render film.gallop"));
        let output = command.env("GALLOP_HOME", place.path("home")).output().expect("gallop starts");
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(said) && told.contains("far"), "expected `{said}` in: {told}");
        assert_eq!(studio(&place, "jobs list").lines().count(), 1, "the job waits for an engine that works");
    }
}
