//! Models from a terminal: what there is, how it comes, and what is said when it cannot.

use std::process::Output;

use serde_json::Value;

use crate::{Place, text, words};

/// A catalog entry.
pub const ENTRY: &str = r#"format = 1
id = "toy"
name = "Toy"
summary = "For tests."
repo = "them/toy"
revision = "main"
page = "https://hub.example/them/toy"
download_bytes = 11
disk_bytes = 11
[licence]
name = "Toy licence"
url = "https://hub.example/licence"
summary = "Be good."
gate = "none"
[[files]]
path = "weights.bin"
"#;

/// A user with a catalog entry of their own, and a disk with the model on it.
fn user() -> Place {
    let place = Place::empty();
    for folder in ["home/config/catalog", "disk", "store"] {
        std::fs::create_dir_all(place.path(folder)).expect("folder");
    }
    place.write("home/config/catalog/toy.toml", ENTRY);
    place.write("disk/weights.bin", "hello world");
    place
}

fn gallop(place: &Place, line: &str) -> Output {
    let mut command = place.gallop(words(line));
    command.env("GALLOP_HOME", place.path("home")).env("GALLOP_MODEL_DIR", place.path("store"));
    // Nothing of this machine's user may be used or touched.
    command.env("HF_HOME", place.path("hub")).env_remove("HF_TOKEN").env_remove("HF_ENDPOINT");
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    command.output().expect("gallop starts")
}

fn succeeds(place: &Place, line: &str) -> String {
    let output = gallop(place, line);
    assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn refused(place: &Place, line: &str, said: &str) {
    let output = gallop(place, line);
    let told = text(&output.stderr);
    assert_ne!(output.status.code(), Some(0), "{line}");
    let lines: Vec<_> = told.lines().filter(|line| line.starts_with("gallop: ")).collect();
    assert!(matches!(lines[..], [one] if one.contains(said)), "{line}: expected `{said}`, got {told}");
}

fn state(place: &Place) -> Value {
    let list: Vec<Value> = serde_json::from_str(&succeeds(place, "models list --json")).expect("JSON");
    list.into_iter().find(|row| row["entry"]["id"] == "toy").expect("the user's entry")["state"].clone()
}

#[test]
fn the_catalog_answers_before_anything_is_fetched() {
    let place = user();
    let list = succeeds(&place, "models list");
    for id in ["magihuman-distill", "t5gemma-9b-encoder", "wan22-vae", "stable-audio-open-vae", "toy"] {
        assert!(list.contains(id), "{id} is not in {list}");
    }
    let page = succeeds(&place, "models show t5gemma-9b-encoder");
    for word in ["Gemma Terms of Use", "https://ai.google.dev/gemma/terms", "GB", "Unverified", "HF_TOKEN"] {
        assert!(page.to_lowercase().contains(&word.to_lowercase()), "{word} is not in {page}");
    }
    refused(&place, "models pull nothing", "no model `nothing`");
    refused(&place, "models where toy", "gallop models pull toy");
    place.write("home/config/catalog/broken.toml", "format = ");
    let output = gallop(&place, "models list");
    assert!(output.status.success() && text(&output.stderr).contains("broken.toml"), "{}", text(&output.stderr));
}

#[test]
fn a_model_comes_is_checked_and_goes() {
    let place = user();
    refused(&place, "models pull toy --from disk", "--accept-licence");
    refused(&place, "models pull toy --from nowhere --accept-licence", "--from");
    assert_eq!(state(&place), Value::from("absent"));
    succeeds(&place, "models pull toy --from disk --accept-licence");
    let folder = succeeds(&place, "models where toy").trim().to_owned();
    let file = std::path::Path::new(&folder).join("weights.bin");
    assert!(file.starts_with(place.path("store")) && std::fs::read(&file).expect("file") == b"hello world");
    succeeds(&place, "models verify toy");

    // A bit that fell over is found, forgotten on demand, and fetched again; the licence is not asked for twice.
    std::fs::write(&file, "hellO world").expect("written");
    refused(&place, "models verify toy", "toy");
    gallop(&place, "models verify toy --mend");
    succeeds(&place, "models pull toy --from disk");
    assert_eq!(std::fs::read(&file).expect("file"), b"hello world");

    succeeds(&place, "models remove toy");
    assert_eq!((state(&place), file.exists()), (Value::from("absent"), false));
    assert!(place.path("disk/weights.bin").exists(), "only what was fetched is removed");
}

#[test]
fn a_clip_is_planned_before_anything_is_loaded() {
    let place = Place::empty();
    let plan = |line: &str| {
        let output = place.run(&format!("plan {line} --json"));
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).expect("JSON"), text(&output.stderr))
    };
    let (status, pony, _) = plan("--ram 2GB");
    assert_eq!((status, &pony["runs"]), (Some(0), &Value::from(true)), "{pony:#}");
    let (status, large, told) = plan("--model daVinci-MagiHuman --size 1920x1088 --seconds 5 --vram 8GB --ram 16GB");
    assert_eq!((status, &large["runs"]), (Some(1), &Value::from(false)), "{large:#}");
    assert!(told.contains("GiB"), "it says what is missing: {told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disturbed_download_loses_nothing() {
    use crate::{faults, models};
    let gallop = env!("CARGO_BIN_EXE_gallop").into();
    let options = faults::Options { about: faults::About::Pull, gallop, models: models(), count: 6, seed: 4 };
    let mut lines = Vec::new();
    let score = faults::run(&options, &mut |line| lines.push(line)).expect("rounds");
    assert_eq!((score.passed, score.failed), (6, 0), "{}", lines.join("\n"));
}
