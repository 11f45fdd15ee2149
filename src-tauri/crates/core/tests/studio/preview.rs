//! The preview through its socket: the very pixels and samples that the render graph gives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gallop_core::api::read_scene;
use gallop_core::export::{
    Edition, Known, Presets, cues, graph, materials_at_hand, moment, own_size, safe_area, words,
};
use gallop_core::preview::{HEADER_BYTES, fitted};
use gallop_core::protocol::Id;
use gallop_core::timeline::Timeline;
use gallop_media::render::{Display, Graph, Mixer, Painter};
use serde_json::{Value, json};

use crate::socket::{Said, Socket};
use crate::{House, text};

const SIZE: [u32; 2] = [118, 210];
/// Bytes of a picture of this size as planes.
const SIZE_OF_PLANES: usize = 118 * 210 * 3 / 2;
/// Samples of a frame.
const PER_FRAME: u32 = 1920;

/// A page that looks at the preview of a studio.
pub struct Page {
    socket: Socket,
    turn: u32,
    /// What there is room for.
    size: [u32; 2],
}

/// A picture or a sound with its numbers.
pub struct Part {
    pub numbers: [u32; HEADER_BYTES / 4],
    pub rest: Vec<u8>,
}

enum Answer {
    Part(Part),
    Trouble(Value),
}

fn connect(address: &str, origin: Option<&str>) -> Result<Socket, String> {
    Socket::open(&format!("{address}preview"), origin)
}

impl Page {
    fn of(house: &House) -> Self {
        Self::with_room(house, SIZE)
    }

    /// One that has so many pixels for pictures.
    pub fn with_room(house: &House, size: [u32; 2]) -> Self {
        let address = house.studio.listen(0, None).expect("a port");
        Self { socket: connect(&address, Some("tauri://localhost")).expect("the window may look"), turn: 0, size }
    }

    #[allow(clippy::needless_pass_by_value, reason = "messages are written down where they are sent")]
    fn say(&mut self, message: Value) {
        self.socket.send(&message.to_string());
    }

    fn ask(&mut self, of: &Value, frame: u32) -> u32 {
        self.turn += 1;
        self.say(json!({ "show": { "turn": self.turn, "of": of, "frame": frame, "size": self.size } }));
        self.turn
    }

    fn next(&mut self) -> Answer {
        match self.socket.read() {
            Said::Text(said) => {
                let mut said: Value = serde_json::from_str(&said).expect("JSON");
                Answer::Trouble(said["trouble"].take())
            }
            Said::Bytes(bytes) => {
                let (head, rest) = bytes.split_at(HEADER_BYTES);
                let mut numbers = [0; HEADER_BYTES / 4];
                for (number, four) in numbers.iter_mut().zip(head.chunks(4)) {
                    *number = u32::from_le_bytes(four.try_into().expect("four bytes"));
                }
                Answer::Part(Part { numbers, rest: rest.to_vec() })
            }
        }
    }

    /// The right picture of a frame, with what was told of it.
    pub fn show(&mut self, of: &Value, frame: u32) -> (Part, Option<Value>) {
        let turn = self.ask(of, frame);
        loop {
            let Answer::Part(part) = self.next() else { continue };
            if part.numbers[1] != turn {
                continue;
            }
            assert_eq!((part.numbers[0], part.numbers[3]), (1, frame));
            let [.., marks] = part.numbers;
            if marks & 2 != 0 {
                let Answer::Trouble(trouble) = self.next() else { panic!("no trouble is told of a torn picture") };
                return (part, Some(trouble));
            }
            if marks & 1 != 0 {
                return (part, None);
            }
        }
    }
}

/// The graph of what is seen of a project's view, made beside the studio.
fn graph_of(view: &Value) -> Graph {
    let timeline: Timeline = serde_json::from_value(view["timeline"].clone()).expect("a timeline");
    let folder = Path::new(view["folder"].as_str().expect("a folder"));
    let shots = view["shots"].as_array().expect("shots").iter();
    let clips: BTreeMap<Id, PathBuf> = shots
        .filter_map(|shot| {
            let take = shot["take"].as_str()?;
            Some((text(&shot["id"]).parse().expect("an id"), folder.join(format!("takes/{take}/clip.mp4"))))
        })
        .collect();
    let clip_of = |shot: Id| clips.get(&shot).cloned();
    let materials = materials_at_hand(folder, &timeline, &clip_of, &mut Known::default());
    let size = own_size(view["aspect"].as_str().expect("a shape"));
    let (read, safe) = (cues(&timeline, None), safe_area(None, size));
    let words = words(size, safe, &read, &timeline.caption_style, None, Path::new("")).expect("captions");
    Graph { words, ..graph(&timeline, &materials, size) }
}

/// What a painter of its own shows of a frame.
fn painted(graph: &Graph, frame: u32) -> Vec<u8> {
    let size = fitted(graph.size, SIZE);
    let frame = Painter::new(graph, size).expect("a painter").frame(moment(frame)).expect("a frame");
    Display::default().rgba(&frame).expect("pixels")
}

fn timeline() -> Value {
    json!("timeline")
}

#[test]
fn strangers_have_no_preview() {
    let house = House::at_rest();
    let address = house.studio.listen(0, None).expect("a port");
    for origin in ["http://evil.example", "null", "tauri://evil.example"] {
        assert!(connect(&address, Some(origin)).is_err(), "{origin}");
    }
    let other =
        format!("{}{}/", &address[..address.trim_end_matches('/').rfind('/').expect("a token") + 1], "0".repeat(32));
    assert!(connect(&other, None).is_err(), "another token");
    let mut seats: Vec<_> = (0..4).map(|_| connect(&address, None).expect("a seat")).collect();
    assert!(connect(&address, None).is_err(), "there are so many seats");
    seats.pop();
    house.wait("a seat is free again", |_| connect(&address, None).is_ok());
}

#[test]
fn a_picture_has_the_very_pixels_of_the_graph() {
    let house = House::at_rest();
    let view = house.call("project.sample", json!({}));
    let graph = graph_of(&view);
    let mut page = Page::of(&house);
    let clips = view["timeline"]["clips"].as_array().expect("clips");
    let second = clips[1]["start"].as_u64().expect("a frame") as u32;
    for frame in [0, second, second - 1, second + 40, 7] {
        let (part, _) = page.show(&timeline(), frame);
        let [_, _, place, _, width, height, marks] = part.numbers;
        assert_eq!((place, (width, height), marks), (0, fitted(graph.size, SIZE), 1));
        assert_eq!(part.rest, painted(&graph, frame), "frame {frame}");
    }
    // One after the other, faster than they can be painted: the last one comes, and none comes late.
    let turns: Vec<_> = (0..60).map(|frame| page.ask(&timeline(), frame * 2)).collect();
    let mut before = 0;
    loop {
        let Answer::Part(part) = page.next() else { panic!("a trouble") };
        assert!(part.numbers[1] >= before, "turn {} after {before}", part.numbers[1]);
        before = part.numbers[1];
        if Some(&before) == turns.last() && part.numbers[6] & 1 != 0 {
            assert_eq!(part.rest, painted(&graph, 118));
            break;
        }
    }
    // The same as it was painted, without a conversion: the colours are those of the graph.
    page.say(json!({ "form": "planes" }));
    let turn = page.ask(&timeline(), 40);
    let planes = loop {
        let Answer::Part(part) = page.next() else { panic!("a trouble") };
        if part.numbers[1] == turn && part.numbers[6] & 1 != 0 {
            break part;
        }
    };
    let frame = Painter::new(&graph, fitted(graph.size, SIZE)).expect("a painter").frame(moment(40)).expect("a frame");
    let bytes: Vec<u8> = frame.planes().into_iter().flat_map(|plane| plane.rows().flatten().copied()).collect();
    assert_eq!((planes.numbers[0], planes.rest.len()), (3, SIZE_OF_PLANES));
    assert!(planes.rest == bytes, "other planes than those that were painted");
    page.say(json!({ "form": "rgba" }));
    // A take that is not on the timeline, by itself.
    let take = view["takes"].as_array().expect("takes").last().expect("a take");
    let (part, trouble) = page.show(&json!({ "take": take["id"] }), 5);
    assert!(trouble.is_none() && part.rest.iter().any(|value| !matches!(value, 0 | 255)));
}

#[test]
fn sound_has_the_very_samples_of_the_graph_while_pictures_wait_for_the_page() {
    let house = House::at_rest();
    let view = house.call("project.sample", json!({}));
    let graph = graph_of(&view);
    let (mut mixer, mut page) = (Mixer::new(&graph).expect("a mixer"), Page::of(&house));
    let size = fitted(graph.size, SIZE);
    page.say(json!({ "play": { "turn": 9, "of": "timeline", "from": 110, "to": 150, "again": 100, "size": SIZE } }));
    let (mut heard, mut shown, mut loud) = (0, 0, false);
    while heard < 120 {
        let Answer::Part(Part { numbers, rest }) = page.next() else { panic!("a trouble") };
        let place = numbers[2];
        let frame = if place < 40 { 110 + place } else { 100 + (place - 40) % 50 };
        assert_eq!(numbers[1], 9);
        if numbers[0] == 1 {
            assert_eq!((numbers[3], (numbers[4], numbers[5])), (frame, size));
            shown += 1;
        } else {
            assert_eq!((place, numbers[3]), (heard, frame * PER_FRAME));
            let samples = numbers[4];
            heard += samples / PER_FRAME;
            assert!((4800..=12_000).contains(&samples) || (frame + samples / PER_FRAME) == 150, "{samples}");
            let expected = mixer.mix(numbers[3].into(), samples as usize).expect("sound");
            let expected: Vec<u8> = expected.iter().flatten().flat_map(|sample| sample.to_le_bytes()).collect();
            assert_eq!(rest, expected, "at {place}");
            loud |= rest.iter().any(|byte| *byte != 0);
        }
        page.say(json!({ "more": { "shown": shown, "clock": f64::from(heard) - 6.0 } }));
    }
    assert!(loud, "all of it is silent");
    // The page says nothing more: what is ahead stays a little.
    page.turn = 20;
    let (part, _) = page.show(&timeline(), 0);
    assert_eq!(part.rest, painted(&graph, 0));
}

#[test]
fn an_export_is_seen_in_the_shape_with_the_label_and_the_captions_that_it_will_have() {
    let house = House::at_rest();
    let view = house.call("project.sample", json!({}));
    let timeline: Timeline = serde_json::from_value(view["timeline"].clone()).expect("a timeline");
    let mut page = Page::of(&house);
    let plain = graph_of(&view);
    let presets = Presets::shipped().expect("presets");
    for (id, label, tongues) in [
        ("douyin", json!({ "kind": "usual" }), json!({ "first": "zh" })),
        ("douyin", json!({ "kind": "without" }), json!({ "first": "zh", "second": "en" })),
        ("bilibili", json!({ "kind": "with" }), json!({ "first": "en" })),
    ] {
        let told = json!({ "preset": id, "tongues": tongues, "captions": "both", "label": label });
        let preset = presets.get(id).expect("a preset");
        // As it is made for the file.
        let edition: Edition = serde_json::from_value(told.clone()).expect("an edition");
        let folder = Path::new(view["folder"].as_str().expect("a folder"));
        let (scene, _) = read_scene(folder).expect("a scene");
        let mut graph = Edition::graph(preset, &timeline, &scene.materials, &scene.aspect);
        graph.words = edition.words(preset, &timeline, graph.size, Path::new("")).expect("words");
        assert_eq!(Some(graph.size), preset.size("9:16"));
        for frame in [20, 200] {
            let (part, trouble) = page.show(&json!({ "export": told }), frame);
            assert!(trouble.is_none(), "{trouble:?}");
            assert_eq!((part.numbers[4], part.numbers[5]), fitted(graph.size, SIZE));
            assert!(part.rest == painted(&graph, frame), "{id} at {frame}");
            assert!(part.rest != painted(&plain, frame), "{id} at {frame} is as any timeline");
        }
    }
    let (_, trouble) = page.show(&json!({ "export": { "preset": "nope" } }), 0);
    assert!(trouble.expect("a trouble")["message"].as_str().expect("words").contains("no preset `nope`"));
}

#[test]
fn the_preview_follows_the_timeline_and_tells_what_is_missing() {
    let house = House::at_rest();
    let view = house.call("project.sample", json!({}));
    let mut page = Page::of(&house);
    let before = page.show(&timeline(), 0).0.rest;
    let first = &view["timeline"]["clips"][0];
    house.call("timeline.edit", json!({ "edits": [{ "kind": "delete", "clips": [first["id"]], "gap": "close" }] }));
    let view = house.view();
    let after = page.show(&timeline(), 0).0.rest;
    assert_ne!(before, after);
    assert_eq!(after, painted(&graph_of(&view), 0));

    // A take whose file has gone.
    let clip = &view["timeline"]["clips"][0];
    let shot = view["shots"].as_array().expect("shots").iter().find(|shot| shot["id"] == clip["shot"]).expect("a shot");
    let folder = Path::new(view["folder"].as_str().expect("a folder"));
    let file = folder.join(format!("takes/{}/clip.mp4", shot["take"].as_str().expect("a take")));
    let whole = std::fs::read(&file).expect("the clip");
    std::fs::remove_file(&file).expect("removed");
    // What was read of it before is forgotten with the next change.
    house.call("shot.edit", json!({ "id": shot["id"], "title": "Gone" }));
    let mut fresh = Page::of(&house);
    let (part, trouble) = fresh.show(&timeline(), 0);
    let trouble = trouble.expect("a trouble");
    assert_eq!((&trouble["code"], &trouble["of"]), (&json!("media_missing"), &json!("picture")), "{trouble}");
    assert!(trouble["message"].as_str().expect("words").contains("shot 2"), "{trouble}");
    assert!(part.rest.chunks(4).all(|pixel| pixel == [0, 0, 0, 255]));
    // It comes back.
    std::fs::write(&file, &whole).expect("written");
    house.call("shot.edit", json!({ "id": shot["id"], "title": "Back" }));
    assert_eq!(fresh.show(&timeline(), 0).0.rest, after);

    fresh.say(json!({ "dance": {} }));
    let Answer::Trouble(trouble) = fresh.next() else { panic!("a picture") };
    assert_eq!((&trouble["of"], &trouble["code"]), (&json!("ask"), &json!("input")));
    house.call("project.close", json!({}));
    let (_, trouble) = fresh.show(&timeline(), 0);
    assert!(trouble.expect("a trouble")["message"].as_str().expect("words").contains("no project is open"));
}
