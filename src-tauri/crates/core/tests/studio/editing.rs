//! A film is edited: shots, timeline, cast, media, undo.

use std::path::Path;

use gallop_media::Picture;
use serde_json::{Value, json};

use crate::{House, text};

fn starts(view: &Value) -> Vec<u64> {
    let clips = view["timeline"]["clips"].as_array().expect("clips");
    clips.iter().map(|clip| clip["start"].as_u64().expect("a frame")).collect()
}

#[test]
fn typing_is_undone_at_once_and_clips_follow_their_shots() {
    let house = House::at_rest();
    house.project();
    let (one, two) = (house.add_shot("One"), house.add_shot("Two"));
    assert_eq!(starts(&house.view()), [0, 49], "two seconds are 49 frames");
    for words in ["O", "On", "One more"] {
        let shot = json!({ "description": words, "lines": [], "sound": null });
        house.call("shot.edit", json!({ "id": one, "shot": shot }));
    }
    house.call("shot.edit", json!({ "id": one, "seconds": 4.0 }));
    let view = house.view();
    assert_eq!(starts(&view), [0, 101], "the clip is as long as its shot");
    house.call("project.undo", json!({}));
    let view = house.call("project.undo", json!({}));
    assert_eq!(view["shots"][0]["shot"]["description"], "One", "all letters at once");
    assert_eq!(starts(&view), [0, 49]);
    assert_eq!((&view["undo"], &view["redo"]), (&json!("Add a shot"), &json!("Edit the shot")));
    let view = house.call("project.redo", json!({}));
    assert_eq!(view["shots"][0]["shot"]["description"], "One more");
    let copy = text(&house.call("shot.duplicate", json!({ "id": one })));
    let view = house.view();
    let order: Vec<_> =
        view["timeline"]["clips"].as_array().expect("clips").iter().map(|clip| text(&clip["shot"])).collect();
    assert_eq!(order, [one.clone(), copy, two], "a copy comes behind its shot");
    house.call("shot.remove", json!({ "id": one }));
    assert_eq!(starts(&house.view()), [0, 49], "its clips go with it");
    house.call("shot.add", json!({ "at": null }));
    assert_eq!(starts(&house.view()).len(), 2, "a shot need not be on the timeline");
    house.call("shot.add", json!({ "at": 0 }));
    assert_eq!(starts(&house.view()), [0, 101, 150]);
}

#[test]
fn the_timeline_is_edited_in_one_step_or_not_at_all() {
    let house = House::at_rest();
    house.project();
    house.add_shot("One");
    let clip = text(&house.view()["timeline"]["clips"][0]["id"]);
    let both = json!([{ "kind": "split", "at": 20 }, { "kind": "split", "at": 30 }]);
    let view = house.call("timeline.edit", json!({ "edits": both }));
    assert_eq!(starts(&view), [0, 20, 30]);
    let view = house.call("project.undo", json!({}));
    assert_eq!(starts(&view), [0]);
    let bad = json!([{ "kind": "split", "at": 20 }, { "kind": "split", "at": 20 }]);
    house.refuses("timeline.edit", json!({ "edits": bad }));
    assert_eq!(starts(&house.view()), [0]);
    for to in [10, 12, 14] {
        let trim = json!([{ "kind": "trim", "clip": clip, "edge": "in", "to": to }]);
        house.call("timeline.edit", json!({ "edits": trim, "merge": "drag 1" }));
    }
    let view = house.view();
    assert_eq!((&view["timeline"]["clips"][0]["in"], &view["undo"]), (&json!(14), &json!("Trim")));
    let view = house.call("project.undo", json!({}));
    assert_eq!(view["timeline"]["clips"][0]["in"], 0, "a drag is one step");
}

#[test]
fn pictures_and_characters_come_into_the_shots() {
    let house = House::at_rest();
    house.project();
    let file = house.home.path().join("小马 face.png");
    let picture = Picture { width: 64, height: 48, rgb: vec![90; 64 * 48 * 3] };
    gallop_media::write_picture(&file, &picture).expect("a picture");
    let media = house.call("media.import", json!({ "paths": [file, house.home.path().join("clip.mp4")] }));
    assert_eq!((&media[0]["kind"], &media[0]["size"]), (&json!("picture"), &json!([64, 48])));
    assert_eq!((&media[1]["kind"], &media[1]["frames"]), (&json!("film"), &json!(49)));
    assert_eq!((&media[1]["rate"], &media[1]["has_sound"]), (&json!(25.0), &json!(true)));
    house.call("project.undo", json!({}));
    assert_eq!(house.view()["media"].as_array().map(Vec::len), Some(2), "an import is no edit");
    let id = "0199d0a2-1111-7000-8000-0000000000c1";
    let character =
        json!({ "id": id, "name": "Mia", "picture": media[0], "voice": "Young woman", "prompt": "a girl in red" });
    house.call("cast.put", json!({ "character": character }));
    let line = json!({ "speaker": "@Mia", "language": "en", "text": "Hello there, this is a rather long line for two seconds!" });
    let shot = json!({ "description": "@Mia smiles at @Tom.", "lines": [line], "sound": null });
    let id = text(&house.call("shot.add", json!({ "shot": shot, "seconds": 2.0, "image": null })));
    let check = house.call("shot.check", json!({ "id": id }));
    let prompt = text(&check["prompt"]);
    assert!(
        prompt.starts_with("Mia, a girl in red, smiles at @Tom.") && prompt.contains("<Young woman, English>"),
        "{prompt}"
    );
    let kinds: Vec<_> = check["advice"].as_array().expect("advice").iter().map(|one| text(&one["kind"])).collect();
    assert_eq!(kinds, ["unknown_character", "speech_too_long"]);
    assert_eq!((&check["lines"][0]["fits"], &check["estimate"]["basis"]), (&json!(false), &json!("unknown")));
    let check = house.call("shot.check", json!({ "id": id, "seconds": 8.0 }));
    assert_eq!(check["lines"][0]["fits"], true);
    let empty = json!({ "description": "", "lines": [], "sound": null });
    let check = house.call("shot.check", json!({ "id": id, "shot": empty }));
    assert!(
        check["problem"].as_str().is_some_and(|why| why.contains("empty")) && check["estimate"].is_null(),
        "{check}"
    );
    let jobs = house.call("jobs.add", json!({ "shots": [id], "goal": "draft" }));
    assert_eq!(jobs[0]["state"], "waiting");
    // A sound on the timeline must be one of the project's.
    let sound = json!({ "sha256": media[1]["sha256"], "name": media[1]["name"], "bytes": media[1]["bytes"] });
    let add = |media: &Value| json!({ "edits": [{ "kind": "add_audio", "track": null, "kind_of_track": "music", "media": media, "start": 5, "frames": 49 }] });
    let view = house.call("timeline.edit", add(&sound));
    assert_eq!(view["timeline"]["tracks"][0]["items"][0]["start"], 5);
    house.refuses("timeline.edit", add(&json!({ "sha256": "11".repeat(32), "name": "x.wav", "bytes": 5 })));
    // What nothing needs any more leaves the disk with the library.
    let other = Picture { width: 64, height: 48, rgb: vec![30; 64 * 48 * 3] };
    gallop_media::write_picture(&file, &other).expect("a picture");
    let spare = house.call("media.import", json!({ "paths": [file] }));
    let folder = Path::new(&text(&house.view()["folder"])).join("media");
    let files = || std::fs::read_dir(&folder).expect("media").count();
    for (media, left) in [(&media[0], 3), (&media[1], 3), (&spare[0], 2)] {
        house.call("media.remove", json!({ "sha256": media["sha256"] }));
        assert_eq!(files(), left, "{media}");
    }
    assert_eq!(house.view()["media"], json!([]));
}

#[test]
fn the_sample_opens_with_its_takes() {
    let house = House::at_rest();
    let view = house.call("project.sample", json!({}));
    assert!(view["takes"].as_array().is_some_and(|takes| takes.iter().all(|take| take["trouble"].is_null())), "{view}");
    let again = house.call("project.sample", json!({}));
    assert_ne!(view["id"], again["id"]);
    let list = house.call("project.list", json!({}));
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert!(list[0]["poster"].is_string(), "{list}");
    let folder = text(&view["folder"]);
    assert_eq!(house.call("project.open", json!({ "folder": folder }))["id"], view["id"]);
    house.call("project.close", json!({}));
    assert_eq!(house.view(), Value::Null);
    house.call("project.forget", json!({ "folder": folder }));
    assert_eq!(house.call("project.list", json!({})).as_array().map(Vec::len), Some(1));
}
