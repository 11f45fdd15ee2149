//! The crates depend on each other only along the arrows of the design.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Each crate of the workspace, the crates of the workspace it may name, and what it must never reach, not even through
/// another crate. A crate that is not here has no place yet: give it one.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("gallop-models", &[], &["ffmpeg-next", "ffmpeg-sys-next", "tauri", "clap", "tokio", "rusqlite"]),
    ("gallop-media", &[], &["candle-core", "tauri", "clap", "tokio"]),
    (
        "gallop-protocol",
        &[],
        &["candle-core", "ffmpeg-next", "ffmpeg-sys-next", "tauri", "clap", "tokio-macros", "rusqlite"],
    ),
    ("gallop-core", &["gallop-media", "gallop-protocol"], &["candle-core", "tauri", "clap"]),
    ("gallop-engine", &["gallop-models", "gallop-media", "gallop-protocol"], &["tauri", "clap", "rusqlite"]),
    ("gallop", &["gallop-core", "gallop-engine", "gallop-media", "gallop-models", "gallop-protocol"], &["tauri"]),
    ("gallop-studio", &["gallop-core"], &["candle-core", "clap"]),
    ("gallop-tests", &["gallop-models", "gallop-media"], &["tauri"]),
    ("xtask", &[], &["serde", "clap", "candle-core", "ffmpeg-next"]),
];

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(args)
        .args(["--offline", "--locked"])
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The crates of the workspace with all they name, for every platform and feature, tests left out.
fn named() -> BTreeMap<String, Vec<String>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).expect("metadata");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
            let names = dependencies.filter(|dependency| dependency["kind"] != "dev").map(|found| text(&found["name"]));
            (text(&package["name"]), names.collect())
        })
        .collect()
}

#[test]
fn every_crate_has_its_place() {
    let known: Vec<_> = LAYERS.iter().map(|(name, ..)| *name).collect();
    for name in named().keys() {
        assert!(known.contains(&name.as_str()), "`{name}` is in no layer; say in this file what it may depend on");
    }
}

#[test]
fn crates_name_only_what_lies_below() {
    let named = named();
    for (name, below, never) in LAYERS {
        for dependency in &named[*name] {
            let allowed = !named.contains_key(dependency) || below.contains(&dependency.as_str());
            assert!(allowed, "`{name}` depends on `{dependency}`, which is not below it");
            assert!(!never.contains(&dependency.as_str()), "`{name}` depends on `{dependency}`");
        }
    }
}

#[test]
fn nothing_is_reached_through_another_crate() {
    for (name, _, never) in LAYERS {
        let tree = cargo(&["tree", "--package", name, "--edges", "normal,build", "--prefix", "none"]);
        let reached: Vec<_> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert!(reached.contains(name), "the tree of `{name}` does not hold itself");
        for forbidden in *never {
            assert!(!reached.contains(forbidden), "`{name}` reaches `{forbidden}`");
        }
    }
}
