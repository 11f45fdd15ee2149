//! What `gallop engine` does with bytes from strangers: what is no message ends it with one clear line, what is no order
//! that can be made ends the order, and the next one is made.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use gallop_protocol::frame::Frame;
use gallop_protocol::message::{Checkpoint, Code, Command, Event, Goal, Order, Piece, VERSION};
use gallop_protocol::recipe::{Model, Recipe, Reference};
use gallop_protocol::shot::Shot;
use gallop_protocol::{Digest, Id};

use crate::{Place, picture, text};

/// An engine, spoken to over its pipes.
struct Engine {
    place: Place,
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
}

/// How an engine ended.
struct Ended {
    status: Option<i32>,
    said: String,
}

impl Engine {
    fn start() -> Self {
        let place = Place::empty();
        let mut command = place.gallop(["engine", "--device", "cpu"]);
        command.env("GALLOP_HOME", place.path("home"));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the engine starts");
        let (input, output) = (child.stdin.take(), child.stdout.take().expect("piped"));
        Self { place, child, input, output }
    }

    /// An engine that was greeted.
    fn greeted() -> Self {
        let mut engine = Self::start();
        engine.send(Command::Hello { protocol: VERSION, build: "a test".into() }, b"");
        assert!(matches!(engine.next(), Event::Hello(_)));
        engine
    }

    /// Sends bytes. An engine that is already gone takes none, which is for [`Self::end`] to tell.
    fn raw(&mut self, bytes: &[u8]) {
        self.input.as_mut().expect("open").write_all(bytes).ok();
    }

    fn send(&mut self, command: Command, bytes: &[u8]) {
        let payload = Frame::with(command, bytes.to_vec()).to_payload().expect("a frame");
        self.raw(&framed(&payload));
    }

    fn next(&mut self) -> Event {
        let mut length = [0; 4];
        self.output.read_exact(&mut length).expect("a frame");
        let mut payload = vec![0; u32::from_be_bytes(length) as usize];
        self.output.read_exact(&mut payload).expect("a whole frame");
        Frame::<Event>::from_payload(payload.into()).expect("an event").head
    }

    /// Gives an order and does all that a studio would. The last event is how it ended.
    fn order(&mut self, order: Order, files: &Files) -> Vec<Event> {
        let job = Id::new();
        self.send(Command::Submit { job, order: Box::new(order) }, b"");
        let mut events = Vec::new();
        loop {
            let event = self.next();
            match &event {
                Event::Need { blobs, .. } => {
                    for blob in blobs {
                        for (command, bytes) in &files[blob] {
                            self.send(command.clone(), bytes);
                        }
                    }
                }
                Event::Checkpoint { checkpoint, .. } => {
                    self.send(Command::Stored { job, checkpoint: *checkpoint }, b"");
                }
                _ => {}
            }
            let is_last = matches!(event, Event::Done { .. } | Event::Failed { .. } | Event::Cancelled { .. });
            events.push(event);
            if is_last {
                return events;
            }
        }
    }

    /// Gives an order that must fail with a line that holds `expected`.
    fn refuses(&mut self, order: Order, files: &Files, expected: &str) {
        let events = self.order(order, files);
        let Some(Event::Failed { code: Code::Input | Code::Model, message, .. }) = events.last() else {
            panic!("expected a refusal because of `{expected}`, got {events:#?}");
        };
        assert!(message.contains(expected), "expected `{expected}`, got `{message}`");
        assert!(!message.contains(char::is_control) && message.len() < 2000, "no clear line: {message:?}");
    }

    fn makes(&mut self, order: Order, files: &Files) -> Vec<Event> {
        let events = self.order(order, files);
        assert!(matches!(events.last(), Some(Event::Done { .. })), "{:#?}", events.last());
        events
    }

    /// Closes the input and waits.
    fn end(mut self) -> Ended {
        drop(self.input.take());
        // Both pipes are read to their ends, for it must not wait for a reader.
        self.child.stdout = Some(self.output);
        let output = self.child.wait_with_output().expect("it ends");
        Ended { status: output.status.code(), said: text(&output.stderr) }
    }
}

/// What is sent for each file that the engine asks for.
type Files = BTreeMap<Digest, Vec<(Command, Vec<u8>)>>;

fn framed(payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u32).to_be_bytes(), payload].concat()
}

/// A frame with this head.
fn headed(head: &str) -> Vec<u8> {
    framed(&[&(head.len() as u32).to_be_bytes(), head.as_bytes()].concat())
}

/// A tiny clip.
fn order() -> Order {
    let shot = Shot { description: "A red pony.".into(), ..Shot::default() };
    let recipe = Recipe { seed: Some(1), size: Some([64, 64]), seconds: Some(0.2), ..Recipe::new(shot) };
    Order { recipe, goal: Goal::Final, checkpoints: BTreeMap::new() }
}

fn with(change: impl FnOnce(&mut Recipe)) -> Order {
    let mut order = order();
    change(&mut order.recipe);
    order
}

fn named(content: &[u8]) -> Option<Reference> {
    Some(Reference { file: "stranger".into(), sha256: Some(Digest::of(content)) })
}

fn piece(content: &[u8], offset: u64, size: u64) -> (Command, Vec<u8>) {
    (Command::Blob(Piece { blob: Digest::of(content), offset, size }), content.to_vec())
}

fn whole(content: &[u8]) -> Files {
    Files::from([(Digest::of(content), vec![piece(content, 0, content.len() as u64)])])
}

#[test]
fn what_is_no_message_ends_the_engine_with_one_line() {
    let deep = format!("{{\"command\":{}", "[".repeat(5000));
    let long = format!("{{\"command\":\"\\u001b[2J\\n{}\"}}", "x".repeat(100_000));
    let strange: [(Vec<u8>, &str); 9] = [
        (b"GET / HTTP/1.1\r\nHost: engine\r\n\r\n".to_vec(), "GET / HTTP/1.1"),
        (b"\xff\xff\xff\xff\0\0\0\x02{}".to_vec(), "expected a frame"),
        (b"\0\0\0\x02\0\0".to_vec(), "ends too early"),
        (b"\0\0\0\x08\xff\xff\xff\xff{}{}".to_vec(), "ends too early"),
        (b"\0\0\x01\0{\"comm".to_vec(), "ends inside a frame"),
        (headed("{\"command\": \"hel"), "not a message"),
        (headed(r#"{"command": "blob", "blob": "../../etc/passwd", "offset": 0, "size": 1}"#), "SHA-256"),
        (headed(&deep), "not a message"),
        (headed(&long), "unknown variant"),
    ];
    for (bytes, expected) in &strange {
        for mut engine in [Engine::start(), Engine::greeted()] {
            engine.raw(bytes);
            let Ended { status, said } = engine.end();
            assert_eq!(status, Some(1), "{expected}: {said}");
            let lines: Vec<_> = said.lines().collect();
            assert!(matches!(lines[..], [line] if line.starts_with("gallop")), "no clear line: {said}");
            assert!(said.contains(expected), "expected `{expected}`, got `{said}`");
            assert!(said.len() < 2000 && !said.trim_end().contains(char::is_control), "{said:?}");
        }
    }
}

#[test]
fn orders_that_cannot_be_made_end_and_the_next_one_is_made() {
    let mut engine = Engine::greeted();
    let none = Files::new();
    engine.refuses(with(|recipe| recipe.shot.description.clear()), &none, "prompt is empty");
    engine.refuses(with(|recipe| recipe.size = Some([0, 64])), &none, "size");
    engine.refuses(with(|recipe| recipe.size = Some([u32::MAX, 64])), &none, "size");
    engine.refuses(with(|recipe| recipe.seconds = Some(-1.0)), &none, "long");
    engine.refuses(with(|recipe| recipe.seconds = Some(1e30)), &none, "long");
    let elsewhere = Model { name: "../../pony".into(), sha256: None };
    engine.refuses(with(|recipe| recipe.model = Some(elsewhere)), &none, "no model");
    let unnamed = Reference { file: "/etc/passwd".into(), sha256: None };
    engine.refuses(with(|recipe| recipe.image = Some(unnamed)), &none, "not by its content");

    // Words that belong nowhere are heard and forgotten.
    engine.send(Command::Hello { protocol: 99, build: String::new() }, b"");
    engine.send(Command::Cancel { job: Id::new() }, b"");
    engine.send(Command::Stored { job: Id::new(), checkpoint: Checkpoint::Clip }, b"unasked");
    let (unasked, bytes) = piece(b"unasked", 7, 9);
    engine.send(unasked, &bytes);

    let events = engine.makes(order(), &none);
    assert!(events.iter().any(|event| matches!(event, Event::Checkpoint { checkpoint: Checkpoint::Clip, .. })));
    let Ended { status, said } = engine.end();
    assert_eq!((status, said.as_str()), (Some(0), ""));
}

#[test]
fn files_that_cannot_be_taken_end_the_order_only() {
    let mut engine = Engine::greeted();
    let content = b"a picture of somebody";
    let blob = Digest::of(content);
    let asks = || with(|recipe| recipe.image = named(content));
    let answers = |answer| Files::from([(blob, vec![answer])]);
    engine.refuses(asks(), &answers(piece(content, 5, 99)), "out of order");
    engine.refuses(asks(), &answers(piece(content, 0, u64::MAX)), "not of a file");
    engine.refuses(asks(), &answers(piece(content, u64::MAX, u64::MAX)), "not of a file");
    engine.refuses(asks(), &answers((piece(content, 0, 3).0, b"abc".to_vec())), "damaged");
    let gone = Command::Absent { blob, reason: "gone\n\x1b[2J".repeat(1000) };
    engine.refuses(asks(), &answers((gone, Vec::new())), "gone");

    engine.refuses(asks(), &whole(content), "picture");
    let mut huge = std::fs::read(picture(&engine.place, "huge.png", 64, 64)).expect("picture");
    // The header claims 60000 by 60000 pixels.
    huge[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    huge[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    engine.refuses(with(|recipe| recipe.image = named(&huge)), &whole(&huge), "picture");
    engine.refuses(with(|recipe| recipe.voice = named(content)), &whole(content), "sound");

    engine.makes(order(), &Files::new());
    let Ended { status, said } = engine.end();
    assert_eq!(status, Some(0));
    assert!(!said.contains("panicked"), "{said}");
}

/// Latents as a file: float tensors of these shapes, all zero, with a recipe as their note.
fn latents(video: &[usize], audio: &[usize], recipe: &Recipe) -> Vec<u8> {
    let sizes = [video, audio].map(|shape| shape.iter().product::<usize>() * 4);
    let note = serde_json::to_string(&recipe.to_json().expect("recipe")).expect("text");
    let (middle, end) = (sizes[0], sizes[0] + sizes[1]);
    let header = format!(
        r#"{{"__metadata__":{{"note":{note}}},"video":{{"dtype":"F32","shape":{video:?},"data_offsets":[0,{middle}]}},"audio":{{"dtype":"F32","shape":{audio:?},"data_offsets":[{middle},{end}]}}}}"#
    );
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; end]].concat()
}

#[test]
fn latents_from_strangers_end_the_order_or_are_made_anew() {
    let mut engine = Engine::greeted();
    let made = engine.makes(order(), &Files::new());
    let recipe = made.iter().find_map(|event| match event {
        Event::Begun { recipe, .. } => Some(Recipe::clone(recipe)),
        _ => None,
    });
    let recipe = recipe.expect("the completed recipe");
    let kept =
        |checkpoint, content: &[u8]| Order { checkpoints: [(checkpoint, Digest::of(content))].into(), ..order() };

    // Of this clip by their note, of another one by their shape; and with channels that no model has.
    for shapes in [(vec![1, 48, 1, 1, 1], vec![1, 1, 64]), (vec![1, 3, 2, 4, 4], vec![1, 6, 5])] {
        let content = latents(&shapes.0, &shapes.1, &recipe);
        let events = engine.order(kept(Checkpoint::Draft, &content), &whole(&content));
        let Some(Event::Failed { message, .. }) = events.last() else { panic!("{events:#?}") };
        assert!(!message.contains("made a mistake"), "{shapes:?}: {message}");
    }
    // No latents at all: they can be made again.
    let empty = latents(&[1, 48, 0, 0, 0], &[1, 0, 64], &recipe);
    let beyond = r#"{"video":{"dtype":"F32","shape":[0,18446744073709551615,9,9,9],"data_offsets":[0,0]}}"#;
    let beyond = [&(beyond.len() as u64).to_le_bytes(), beyond.as_bytes()].concat();
    let claims = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    for content in [&b"no latents"[..], &empty, &beyond, &claims] {
        for checkpoint in [Checkpoint::Draft, Checkpoint::Upscaled] {
            let events = engine.makes(kept(checkpoint, content), &whole(content));
            let is_told = |event: &Event| matches!(event, Event::Notice { text, .. } if text.contains("made anew"));
            assert!(events.iter().any(is_told), "{checkpoint:?}: {events:#?}");
        }
    }
    let Ended { status, said } = engine.end();
    assert_eq!(status, Some(0));
    assert!(!said.contains("panicked"), "{said}");
}
