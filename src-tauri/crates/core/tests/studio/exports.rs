//! The sample project goes out: presets, orders, what is seen before, files for other programs.

use std::path::{Path, PathBuf};

use gallop_core::api::Engines;
use gallop_core::protocol::Id;
use gallop_media::inspect::{Depth, inspect};
use gallop_media::words::read_captions;
use serde_json::{Value, json};

use crate::{House, text};

/// A platform of very small clips, which Chinese law knows.
const TINY: &str = r#"
format = 1
id = "tiny"
name = "Tiny"
summary = "For tests."
container = "mp4"
caption_files = ["srt"]
declare = "Say so."

[picture]
size = [160, 284]
rates = [25]
codec = "h264"
crf = 30
key_frame_secs = 2.0

[sound]
codec = "aac"
bit_rate = 96_000
integrated_lufs = -14.0
true_peak_db = -1.5

[label]
visible = "required"
text = "chinese"
seconds = 3.0

[limits]
longest_secs = 2

[text]
title = 5
body = 40

[[covers]]
name = "1x1"
size = [96, 96]
"#;

/// The sample project, opened, with a second and a half of it left, and the presets of a user.
pub fn house() -> House {
    let house = House::at_rest();
    let presets = house.home.path().join("config/presets");
    std::fs::create_dir_all(&presets).expect("a folder");
    std::fs::write(presets.join("tiny.toml"), TINY).expect("a preset");
    std::fs::write(presets.join("bad.toml"), "format = 7").expect("no preset");
    let view = house.call("project.sample", json!({}));
    let clips = view["timeline"]["clips"].as_array().expect("clips");
    let rest: Vec<_> = clips.iter().skip(2).map(|clip| clip["id"].clone()).collect();
    let trim = |index: usize| {
        let (clip, first) = (&clips[index]["id"], clips[index]["in"].as_u64().expect("a frame"));
        json!({ "kind": "trim", "clip": clip, "edge": "out", "to": first + 30 })
    };
    let edits = json!([{ "kind": "delete", "clips": rest, "gap": "close" }, trim(0), trim(1)]);
    let view = house.call("timeline.edit", json!({ "edits": edits }));
    let captions = view["timeline"]["captions"].as_array().expect("captions");
    let edits: Vec<_> =
        captions.iter().map(|caption| json!({ "kind": "delete_caption", "id": caption["id"] })).collect();
    house.call("timeline.edit", json!({ "edits": edits }));
    let tracks = view["timeline"]["tracks"].as_array().expect("tracks");
    let edits: Vec<_> = tracks.iter().map(|track| json!({ "kind": "delete_track", "id": track["id"] })).collect();
    if !edits.is_empty() {
        house.call("timeline.edit", json!({ "edits": edits }));
    }
    let clip = &house.view()["timeline"]["clips"][0]["id"];
    let caption = |language: &str, text: &str| {
        let id = gallop_protocol_id();
        let caption = json!({ "id": id, "clip": clip, "from": 2, "to": 28, "text": text, "language": language });
        json!({ "kind": "put_caption", "caption": caption })
    };
    house.call("timeline.edit", json!({ "edits": [caption("zh", "早上好"), caption("en", "Good morning")] }));
    house
}

fn gallop_protocol_id() -> String {
    Id::new().to_string()
}

pub fn folder(house: &House) -> PathBuf {
    let out = house.home.path().join("out");
    std::fs::create_dir_all(&out).expect("a folder");
    out
}

/// Waits for an export, and gives it.
fn finished(house: &House, id: &str) -> Value {
    let find = |house: &House| {
        let list = house.call("export.list", json!({}));
        list.as_array().expect("a list").iter().find(|export| export["id"] == id).expect("the export").clone()
    };
    house.wait("an export", |house| !["waiting", "running"].contains(&find(house)["state"].as_str().expect("a state")));
    find(house)
}

fn found<'a>(item: &'a Value, what: &str) -> &'a Value {
    let checks = item["report"]["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["what"] == what).unwrap_or_else(|| panic!("{what}: {item}"))
}

#[test]
fn a_kit_is_made_once_and_again_where_something_is_gone() {
    let house = house();
    let presets = house.call("export.presets", json!({}));
    assert!(presets["presets"].as_array().expect("presets").iter().any(|preset| preset["id"] == "tiny"));
    assert!(text(&presets["troubles"][0]).contains("bad.toml"), "{}", presets["troubles"]);
    let out = folder(&house);
    let order = |label: Value| {
        let languages = json!([{ "first": "zh", "second": "en" }]);
        json!({ "presets": ["tiny"], "languages": languages, "folder": out, "name": "Pony & friends", "label": label })
    };
    let started = house.call("export.start", order(json!({ "kind": "usual" })));
    let id = text(&started["id"]);
    let export = finished(&house, &id);
    assert_eq!(export["state"], "done", "{export}");
    let item = &export["items"][0];
    let place = PathBuf::from(text(&item["folder"]));
    assert_eq!(place, out.join("tiny-zh+en"));
    let mut names: Vec<_> =
        std::fs::read_dir(&place).expect("a folder").flatten().map(|entry| entry.file_name().into_string()).collect();
    names.sort();
    let names: Vec<_> = names.into_iter().map(|name| name.expect("text")).collect();
    let name = |ending: &str| format!("Pony & friends.{ending}");
    let expected = [
        name("cover-1x1.jpg"),
        name("mp4"),
        name("provenance.json"),
        name("txt"),
        name("zh+en.srt"),
        "report.json".into(),
    ];
    assert_eq!(names, expected);

    let clip = place.join(name("mp4"));
    let seen = inspect(&clip, Depth::Whole).expect("a clip");
    let video = &seen.video[0];
    assert_eq!((video.width, video.height, video.frames, video.edit_list), (160, 284, 60, false));
    assert_eq!(seen.labels.aigc.as_ref().expect("a label").label, "1");
    assert_eq!(found(item, "length")["found"], "wrong", "2.4 seconds are longer than two");
    assert_eq!(found(item, "visible_label")["found"], "good");
    assert_eq!(found(item, "file_labels")["found"], "good");
    let words = std::fs::read_to_string(place.join(name("txt"))).expect("words");
    assert!(words.starts_with("Pony…\n") && words.contains("早上好") && words.ends_with("Say so.\n"), "{words}");
    let read = read_captions(&place.join(name("zh+en.srt")), "zh").expect("captions");
    assert!(read[0].text.starts_with("早上好") && (read[0].span.start.secs() - 0.08).abs() < 0.01, "{read:?}");
    let origin: Value =
        serde_json::from_slice(&std::fs::read(place.join(name("provenance.json"))).expect("a file")).expect("JSON");
    assert_eq!((&origin["models"], &origin["producer"]), (&json!(["pony"]), &json!("Gallop")));

    // The same again: nothing is touched.
    let written = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).expect("a time");
    let before = written(&clip);
    house.call("export.retry", json!({ "id": id }));
    assert_eq!(finished(&house, &id)["state"], "done");
    assert_eq!(written(&clip), before, "it was there, and whole");
    std::fs::write(place.join(name("cover-1x1.jpg")), "spoilt").expect("written");
    house.call("export.retry", json!({ "id": id }));
    assert_eq!(finished(&house, &id)["state"], "done");
    assert!(written(&clip) > before, "it is made again");

    let usual = json!({ "presets": ["tiny"], "folder": out, "captions": "files" });
    let export = finished(&house, &text(&house.call("export.start", usual)["id"]));
    assert_eq!(export["items"][0]["tongues"]["first"], "zh", "one of two translations: {export}");

    let refused = house.refuses("export.start", order(json!({ "kind": "without" })));
    assert!(refused.contains("agree to this"), "{refused}");
    let agreed = json!({ "kind": "without", "agreed": presets["statement"]["id"] });
    let id = text(&house.call("export.start", order(agreed))["id"]);
    let export = finished(&house, &id);
    assert_eq!(found(&export["items"][0], "visible_label")["found"], "look");
    let log = std::fs::read_to_string(house.home.path().join("data/labels.jsonl")).expect("a log");
    assert!(log.lines().count() == 1 && log.contains("tiny") && log.contains("take the responsibility"), "{log}");
    house.call("export.remove", json!({ "id": id }));
    assert!(clip.is_file() && house.refuses("export.retry", json!({ "id": id })).contains("no export"));
}

#[test]
fn what_cannot_be_exported_is_said_before() {
    let house = house();
    let out = folder(&house);
    let order = |presets: Value, languages: Value, folder: &Path| json!({ "presets": presets, "languages": languages, "folder": folder });
    let german = json!([{ "first": "de" }]);
    for (order, why) in [
        (order(json!([]), json!([]), &out), "choose a preset"),
        (order(json!(["nope"]), json!([]), &out), "there is no preset `nope`"),
        (order(json!(["tiny"]), german, &out), "no captions in German"),
        (order(json!(["tiny"]), json!([]), &out.join("none")), "no such folder"),
        (order(json!(["tiny"]), json!([]), Path::new("out")), "no such folder"),
    ] {
        let refused = house.refuses("export.start", order);
        assert!(refused.contains(why), "{refused}");
    }
    house.add_shot("One that nobody has made");
    let refused = house.refuses("export.start", order(json!(["tiny"]), json!([]), &out));
    assert!(refused.contains("has no take yet"), "{refused}");
}

#[test]
fn an_export_that_is_broken_off_can_go_on() {
    let house = house();
    let out = folder(&house);
    let order = json!({ "presets": ["tiny"], "languages": [{ "first": "zh" }, { "first": "en" }], "folder": out });
    let id = text(&house.call("export.start", order)["id"]);
    house.call("export.cancel", json!({ "id": id }));
    let state = finished(&house, &id)["state"].clone();
    assert!(state == "cancelled" || state == "done", "{state}");
    let drafts = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".gallop-")).count()
    };
    assert_eq!(drafts(&out.join("tiny-zh")), 0, "nothing is left behind");
    house.call("export.retry", json!({ "id": id }));
    // On the next day it goes on where it was.
    let house = house.opened_again(Engines::LeaveAlone);
    let find = |house: &House| house.call("export.list", json!({}))[0]["state"].clone();
    let state = find(&house);
    assert!(state == "interrupted" || state == "done", "{state}");
    house.call("export.retry", json!({ "id": id }));
    let export = finished(&house, &id);
    assert_eq!((&export["state"], export["items"].as_array().map(Vec::len)), (&json!("done"), Some(2)));
}

#[test]
fn captions_travel_in_files() {
    let house = house();
    let path = house.home.path().join("words.vtt");
    house.call("captions.save", json!({ "path": path, "tongues": { "first": "zh" } }));
    assert!(std::fs::read_to_string(&path).expect("a file").contains("早上好"));
    house.refuses("captions.save", json!({ "path": path, "tongues": { "first": "ko" } }));
    house.refuses("captions.save", json!({ "path": path.with_extension("doc") }));
    let srt = house.home.path().join("words.srt");
    std::fs::write(&srt, "1\n00:00:00,200 --> 00:00:02,000\nGuten Morgen\n").expect("written");
    let view = house.call("captions.import", json!({ "path": srt, "language": "de" }));
    let captions = view["timeline"]["captions"].as_array().expect("captions");
    let german: Vec<_> = captions.iter().filter(|caption| caption["language"] == "de").collect();
    assert_eq!(german.len(), 2, "on both clips that are seen while it is read: {captions:?}");
    assert_eq!(view["undo"], "Captions");
    let view = house.call("captions.import", json!({ "path": srt, "language": "de" }));
    assert_eq!(view["timeline"]["captions"].as_array().map(Vec::len), Some(captions.len()), "in place of the first");
    let refused =
        house.refuses("captions.import", json!({ "path": house.home.path().join("clip.mp4"), "language": "de" }));
    assert!(refused.contains("clip.mp4"), "{refused}");
}

#[test]
fn captions_are_read_when_they_are_said() {
    let house = house();
    let clips: Vec<_> =
        house.view()["timeline"]["clips"].as_array().expect("clips").iter().map(|clip| clip["id"].clone()).collect();
    let view = house.call("captions.align", json!({ "clips": clips }));
    let captions = view["timeline"]["captions"].as_array().expect("captions");
    let of = |clip: &Value, language: &str| {
        let mut own = captions.iter().filter(|caption| caption["clip"] == *clip && caption["language"] == language);
        own.next().map(|caption| (text(&caption["text"]), caption["from"].as_u64(), caption["to"].as_u64()))
    };
    let (said, from, to) = of(&clips[0], "zh").expect("what is said in the first");
    assert!(said == "早上好" && from != Some(2) && from < to, "{captions:?}");
    assert_eq!(of(&clips[0], "en").expect("a translation").0, "Good morning", "nobody says it, so it stays");
    assert_eq!(of(&clips[1], "en").expect("what is said in the second").0, "Welcome to my world.");
    assert_eq!(view["undo"], "Captions");
    assert!(house.refuses("captions.align", json!({ "clips": [] })).contains("nothing is said"));

    // What was not made yet is laid out as it can be expected, and keeps its translations.
    let line = json!({ "speaker": "Poppy", "language": "de", "text": "Guten Tag." });
    let shot = json!({ "shot": { "description": "A pony.", "lines": [line], "sound": null }, "seconds": 4 });
    let shot = house.call("shot.add", shot);
    let view = house.view();
    let mut all = view["timeline"]["clips"].as_array().expect("clips").iter();
    let clip = all.find(|clip| clip["shot"] == shot).expect("its clip")["id"].clone();
    let below = json!({ "id": Id::new(), "clip": clip, "from": 5, "to": 9, "text": "Hello", "language": "en" });
    house.call("timeline.edit", json!({ "edits": [{ "kind": "put_caption", "caption": below }] }));
    let view = house.call("captions.align", json!({ "clips": [clip] }));
    let captions = view["timeline"]["captions"].as_array().expect("captions");
    let mut own: Vec<_> =
        captions.iter().filter(|caption| caption["clip"] == clip).map(|caption| text(&caption["text"])).collect();
    own.sort();
    assert_eq!(own, ["Guten Tag.", "Hello"]);
}

#[test]
fn who_makes_exports_is_remembered() {
    let house = House::at_rest();
    assert_eq!(house.call("export.maker", json!({})), json!({ "producer": null, "signer": null }));
    let maker = json!({ "producer": "Paper_Town", "signer": null });
    assert_eq!(house.call("export.set_maker", maker.clone()), maker);
    let house = house.opened_again(Engines::LeaveAlone);
    assert_eq!(house.call("export.maker", json!({})), maker);
    house.refuses("export.set_maker", json!({ "producer": "Paper Town", "signer": null }));
    let key = json!({ "kind": "file", "path": "/nowhere/key.pem" });
    let signer = json!({ "certificates": "/nowhere/chain.pem", "algorithm": "es256", "key": key });
    let refused = house.refuses("export.set_maker", json!({ "producer": null, "signer": signer }));
    assert!(refused.contains("chain.pem"), "{refused}");
    assert_eq!(house.call("export.maker", json!({})), maker, "what cannot sign is not kept");
}

#[test]
fn a_cut_is_handed_over() {
    let house = house();
    let out = folder(&house);
    let handed = house.call("export.handover", json!({ "folder": out }));
    let otio: Value = serde_json::from_slice(&std::fs::read(text(&handed["otio"])).expect("a file")).expect("JSON");
    let target = text(&otio["tracks"]["children"][0]["children"][0]["media_reference"]["target_url"]);
    let media = Path::new(&text(&handed["folder"])).join("media");
    assert!(target.starts_with("media/01%20"), "{target}");
    assert_eq!(std::fs::read_dir(media).expect("a folder").count(), 2);
    assert_eq!(handed["captions"].as_array().map(Vec::len), Some(2));
    assert!(house.refuses("export.handover", json!({ "folder": out })).contains("already"));
}
