//! From the queue to the timeline, through the calls and their events.

use std::fs;
use std::path::Path;

use gallop_core::api::{Engines, Event};
use serde_json::{Value, json};

use crate::{House, text};

fn states(house: &House) -> Vec<String> {
    let jobs = house.call("jobs.list", json!({}));
    jobs.as_array().expect("jobs").iter().map(|job| text(&job["state"])).collect()
}

fn takes(house: &House) -> Vec<Value> {
    house.view()["takes"].as_array().expect("takes").clone()
}

#[test]
fn an_uncut_clip_shows_all_of_its_take_also_after_an_undo_and_a_new_start() {
    let house = House::at_work();
    let folder = text(&house.project()["folder"]);
    let shot = house.add_shot("A red pony.");
    let out = |house: &House| house.view()["timeline"]["clips"][0]["out"].as_u64().expect("a frame");
    house.call("shot.edit", json!({ "id": shot, "seconds": 1.0 }));
    let expected = out(&house);
    assert!(expected < 30, "{expected}");
    house.call("shot.edit", json!({ "id": shot, "seconds": 1.0, "title": "Red" }));
    house.call("jobs.add", json!({ "shots": [shot], "goal": "draft" }));
    house.wait("a take, which is longer than was expected", |house| takes(house).len() == 1);
    assert_eq!(out(&house), 49);
    house.call("project.undo", json!({}));
    assert_eq!((house.view()["shots"][0]["title"].clone(), out(&house)), (Value::Null, 49));
    house.wait("an empty queue", |house| states(house).is_empty());
    // The takes are on a disk that is away for a day.
    let (here, away) = (Path::new(&folder).join("takes"), house.home.path().join("away"));
    fs::rename(&here, &away).expect("moved");
    let house = house.opened_again(Engines::LeaveAlone);
    house.call("project.open", json!({ "folder": folder }));
    assert_eq!(out(&house), expected);
    house.call("project.close", json!({}));
    let _ = fs::remove_dir_all(&here);
    fs::rename(&away, &here).expect("moved back");
    let house = house.opened_again(Engines::LeaveAlone);
    house.call("project.open", json!({ "folder": folder }));
    assert_eq!(out(&house), 49);
}

#[test]
fn drafts_are_made_chosen_and_finished() {
    let house = House::at_work();
    let mut events = house.studio.subscribe();
    house.project();
    let shot = house.add_shot("A red pony.");
    let jobs = house.call("jobs.add", json!({ "shots": [shot], "drafts": 2, "goal": "draft", "seed": 7 }));
    let seeds: Vec<_> = jobs.as_array().expect("jobs").iter().map(|job| job["seed"].clone()).collect();
    assert_eq!(seeds, [json!(7), json!(8)]);
    house.wait("two takes", |house| takes(house).len() == 2);
    house.wait("an empty queue", |house| states(house).is_empty());
    let view = house.view();
    let newest = view["takes"][1]["id"].clone();
    assert_eq!(
        (&view["shots"][0]["take"], &view["shots"][0]["chosen_take"]),
        (&newest, &Value::Null),
        "the newest is seen"
    );
    assert_eq!((&view["takes"][0]["frames"], &view["shots"][0]["is_fresh"]), (&json!(49), &json!(true)));
    let check = house.call("shot.check", json!({ "id": shot }));
    assert!(check["estimate"]["basis"].is_string(), "{check}");
    let draft = view["takes"][0]["id"].clone();
    house.call("shot.choose_take", json!({ "shot": shot, "take": draft }));
    let finish = house.call("jobs.finish", json!({ "takes": [draft], "size": [64, 96] }));
    assert_eq!((&finish[0]["parent"], &finish[0]["goal"]), (&draft, &json!("final")));
    house.wait("the finished take", |house| takes(house).len() == 3);
    let view = house.view();
    let finished = &view["takes"][2];
    assert_eq!(
        (&finished["parent"], &view["shots"][0]["chosen_take"]),
        (&draft, &finished["id"]),
        "it takes its draft's place"
    );
    house.refuses("takes.judge", json!({ "winner": draft, "losers": [draft] }));
    house.call("takes.judge", json!({ "winner": draft, "losers": [newest] }));
    let view = house.view();
    assert_eq!(view["scores"][text(&draft)], json!({ "wins": 1, "seen": 1 }));
    let clip = view["timeline"]["clips"][0]["id"].clone();
    let next = house.call("shot.continue_from", json!({ "clip": clip }));
    let view = house.view();
    let next =
        view["shots"].as_array().expect("shots").iter().find(|shot| shot["id"] == next).expect("the shot").clone();
    assert!(next["image"]["name"].as_str().is_some_and(|name| name.ends_with(".png")), "{next}");
    house.call("takes.remove", json!({ "takes": [newest] }));
    assert_eq!(takes(&house).len(), 2);
    let mut kinds = std::collections::BTreeSet::new();
    while let Ok(event) = events.try_recv() {
        kinds.insert(match event {
            Event::Project { .. } => "project",
            Event::Jobs { .. } => "jobs",
            Event::Step { .. } => "step",
            Event::Engines { .. } => "engines",
            Event::MediaChanged => "media",
            _ => "other",
        });
    }
    for kind in ["project", "jobs", "engines", "media"] {
        assert!(kinds.contains(kind), "no {kind} in {kinds:?}");
    }
}

#[test]
fn the_queue_is_there_the_next_day() {
    let house = House::at_rest();
    house.project();
    let shot = house.add_shot("A red pony.");
    house.call("jobs.add", json!({ "shots": [shot], "drafts": 3, "goal": "draft" }));
    let jobs = house.call("jobs.list", json!({}));
    let id = |index: usize| jobs[index]["id"].clone();
    house.call("jobs.pause", json!({ "id": id(0) }));
    house.call("jobs.move", json!({ "id": id(2), "place": { "before": id(0) } }));
    house.call("jobs.edit", json!({ "id": id(1), "seed": 99 }));
    house.refuses("jobs.retry", json!({ "id": id(1) }));
    let house = house.opened_again(Engines::Run);
    let folder = house.call("app.status", json!({}))["last_project"].clone();
    house.call("project.open", json!({ "folder": folder }));
    house.wait("two takes", |house| takes(house).len() == 2);
    house.wait("the paused one", |house| states(house) == ["paused"]);
    assert!(takes(&house).iter().any(|take| take["seed"] == 99));
    house.call("jobs.resume", json!({ "id": id(0) }));
    house.wait("three takes", |house| takes(house).len() == 3);
    let history = house.call("jobs.history", json!({ "limit": 2 }));
    assert_eq!(history.as_array().map(Vec::len), Some(2));
    let copy = house.call("jobs.duplicate", json!({ "id": id(0), "seed": 5 }));
    assert_eq!(copy["seed"], 5);
    house.wait("the copy", |house| takes(house).len() == 4);
}
