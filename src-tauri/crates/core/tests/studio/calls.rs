//! Every call with what it cannot take: a refusal in words, never a panic, and the studio goes on.

use gallop_core::Code;
use gallop_core::api::CALLS;
use serde_json::{Value, json};

use crate::House;

#[test]
fn every_call_refuses_what_it_cannot_take() {
    let house = House::at_rest();
    house.project();
    let shot = house.add_shot("A red pony.");
    let strange = [
        json!(7),
        json!("x"),
        json!([1]),
        json!([]),
        json!({ "id": 7, "shot": 7, "take": 7, "takes": 7, "clip": 7, "edits": 7, "paths": 7, "path": 7, "folder": 7, "name": 7,
            "settings": 7, "probe": 7, "character": 7, "sha256": 7, "winner": 7, "shots": 7, "limit": -1 }),
        json!({ "id": "../../etc", "folder": "etc", "path": "\0", "paths": ["\0", "/dev/zero"], "name": "", "aspect": "0:0",
            "model": "..", "shot": "x", "take": "x", "takes": ["x"], "clip": "x", "edits": [], "sha256": "x", "winner": "x",
            "shots": ["x"], "goal": "x", "place": "x", "character": {}, "losers": [], "settings": [], "probe": "x" }),
        json!({ "id": shot, "shot": null, "seconds": -1, "seed": -1, "size": [1, 1], "image": {}, "title": "\u{0}" }),
    ];
    for call in CALLS {
        // The doctor is asked of the program, which is these very tests here.
        for arguments in strange.iter().filter(|arguments| call.name != "doctor.report" || !arguments.is_object()) {
            // What a call does not know it leaves aside, so some of these are as good as nothing.
            if let Err(refusal) = house.try_call(call.name, arguments.clone()) {
                let is_told = !refusal.message.is_empty() && !refusal.message.contains('\n');
                assert!(is_told && refusal.code != Code::Internal, "{} {arguments}: {refusal:?}", call.name);
            }
        }
    }
    house.refuses("no.such", json!({}));
    house.refuses(&"x".repeat(10_000), json!({}));
}

#[test]
fn what_is_not_there_is_told() {
    let house = House::at_rest();
    let id = "0199d0a2-1111-7000-8000-00000000f001";
    for (name, arguments) in [
        ("project.undo", json!({})),
        ("shot.add", json!({})),
        ("timeline.edit", json!({ "edits": [{ "kind": "split", "at": 1 }] })),
        ("media.import", json!({ "paths": ["/nowhere/a.png"] })),
        ("jobs.add", json!({ "shots": [id], "goal": "draft" })),
    ] {
        let told = house.refuses(name, arguments);
        assert!(told.contains("no project is open"), "{name}: {told}");
    }
    assert_eq!(house.view(), Value::Null);
    house.project();
    let character =
        json!({ "id": id, "name": "Mia", "picture": { "sha256": "00".repeat(32), "name": "x.png", "bytes": 1 } });
    for (name, arguments, said) in [
        ("project.create", json!({ "name": "Film", "aspect": "9:16", "model": "pony" }), "already"),
        ("project.create", json!({ "name": "B", "aspect": "tall", "model": "pony" }), "9:16"),
        (
            "project.create",
            json!({ "name": "B", "aspect": "9:16", "model": "pony", "folder": "/nowhere" }),
            "no such folder",
        ),
        ("project.open", json!({ "folder": house.home.path() }), "no Gallop project"),
        ("shot.edit", json!({ "id": id, "seconds": 2 }), "no shot"),
        ("shot.remove", json!({ "id": id }), "no shot"),
        ("shot.choose_take", json!({ "shot": id, "take": id }), "no take"),
        ("shot.continue_from", json!({ "clip": id }), "no clip"),
        ("cast.remove", json!({ "id": id }), "no character"),
        ("cast.put", json!({ "character": character }), "not in the project"),
        ("media.import", json!({ "paths": ["/nowhere/a.png"] }), "no such file"),
        (
            "media.import",
            json!({ "paths": [house.home.path().join("config/settings.json")] }),
            "neither a picture nor a film nor a sound",
        ),
        ("media.shot_of_clip", json!({ "path": house.home.path().join("clip.mp4") }), "does not say"),
        ("media.remove", json!({ "sha256": "00".repeat(32) }), "not in the library"),
        ("timeline.edit", json!({ "edits": [] }), "no edit"),
        ("takes.remove", json!({ "takes": [id] }), "no take"),
        ("takes.judge", json!({ "winner": id, "losers": [] }), "at least one other"),
        ("jobs.add", json!({ "shots": [id], "goal": "draft" }), "no shot"),
        ("jobs.add", json!({ "shots": [], "goal": "draft" }), "1 to 1000"),
        ("jobs.add", json!({ "shots": [id, id], "drafts": u32::MAX, "goal": "draft" }), "1 to 1000"),
        ("jobs.add", json!({ "shots": [id], "goal": "draft", "seed": 1_u64 << 60 }), "seed"),
        ("jobs.finish", json!({ "takes": [id] }), "no take"),
        ("jobs.pause", json!({ "id": id }), "no job"),
        ("models.pull", json!({ "id": "none" }), "none"),
        ("models.pull", json!({ "id": "pony" }), "in the box"),
        ("models.pull", json!({ "id": "wan22-vae", "source": "ftp://x" }), "source"),
        ("models.pause", json!({ "id": "wan22-vae" }), "not being fetched"),
        ("app.set_settings", json!({ "settings": { "theme": "loud" } }), "theme"),
    ] {
        let told = house.refuses(name, arguments.clone());
        let is_told = told.contains(said) || name == "app.set_settings";
        assert!(is_told, "{name} {arguments}: {told}");
    }
    let refusal = house.try_call("models.pull", json!({ "id": "wan22-vae" })).expect_err("a licence");
    assert_eq!(refusal.code, Code::Licence);
}

#[test]
fn the_interfaces_settings_are_kept_with_what_is_not_known() {
    let house = House::at_rest();
    let status = house.call("app.status", json!({}));
    assert_eq!((&status["first_run"], &status["last_project"]), (&json!(true), &Value::Null));
    house.call("app.set_settings", json!({ "settings": { "theme": "dark", "layout": { "left": 200 }, "mine": [1] } }));
    house.call("app.set_settings", json!({ "settings": { "seen_first_run": true, "layout": { "right": 300 } } }));
    let project = house.project();
    let house = house.opened_again(gallop_core::api::Engines::LeaveAlone);
    let settings = house.call("app.settings", json!({}));
    assert_eq!((&settings["theme"], &settings["mine"]), (&json!("dark"), &json!([1])));
    assert_eq!(settings["layout"], json!({ "left": 200.0, "right": 300.0 }));
    let status = house.call("app.status", json!({}));
    assert_eq!((&status["first_run"], &status["last_project"]), (&json!(false), &project["folder"]));
}
