//! The studio in a browser: the real program, the real model in the box, calls and events over the real socket.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::{Message, WebSocket};

use crate::{Place, picture, text};

/// How long anything may take: the machine may be busy with other tests.
const LONG: Duration = Duration::from_secs(300);

/// A studio that is served, and a browser that is connected to it.
struct Served {
    program: Child,
    link: String,
    socket: WebSocket<TcpStream>,
    calls: u64,
    events: Vec<Value>,
}

impl Served {
    fn start(place: &Place) -> Self {
        let mut command = place.gallop(["serve"]);
        let mut program = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("gallop starts");
        let mut link = String::new();
        BufReader::new(program.stdout.as_mut().expect("its output")).read_line(&mut link).expect("a line");
        let link = link.trim().to_owned();
        let socket = connect(&link, &origin(&link)).expect("a socket");
        Self { program, link, socket, calls: 0, events: Vec::new() }
    }

    #[allow(clippy::needless_pass_by_value, reason = "arguments are written down where the call is made")]
    fn try_call(&mut self, name: &str, args: Value) -> Result<Value, Value> {
        self.calls += 1;
        let id = self.calls;
        let call = json!({ "id": id, "name": name, "args": args }).to_string();
        self.socket.send(Message::text(call)).expect("sent");
        loop {
            let said = self.socket.read().expect("an answer").into_text().expect("text");
            let mut said: Value = serde_json::from_str(&said).expect("JSON");
            match said.get("event") {
                Some(event) => self.events.push(event.clone()),
                None if said["id"] != id => panic!("an answer to nobody: {said}"),
                None => return if said["error"].is_null() { Ok(said["ok"].take()) } else { Err(said["error"].take()) },
            }
        }
    }

    fn call(&mut self, name: &str, args: Value) -> Value {
        self.try_call(name, args).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn states(&mut self) -> Vec<String> {
        let jobs = self.call("jobs.list", json!({}));
        jobs.as_array().expect("jobs").iter().map(|job| job["state"].as_str().expect("a state").to_owned()).collect()
    }

    fn takes(&mut self) -> Vec<Value> {
        self.call("project.get", json!({}))["takes"].as_array().expect("takes").clone()
    }

    fn wait(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            let jobs = self.call("jobs.list", json!({}));
            assert!(begun.elapsed() < LONG, "still waiting: {what}: {jobs}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

fn origin(link: &str) -> String {
    let end = link.match_indices('/').nth(2).map_or(link.len(), |(end, _)| end);
    link[..end].to_owned()
}

fn connect(link: &str, origin: &str) -> Result<WebSocket<TcpStream>, String> {
    let address = link.replacen("http", "ws", 1) + "ws";
    let mut request = address.into_client_request().expect("an address");
    request.headers_mut().insert("origin", origin.parse().expect("an origin"));
    let host = link.split('/').nth(2).expect("a host").to_owned();
    let stream = TcpStream::connect(host).expect("connected");
    stream.set_read_timeout(Some(LONG)).expect("a limit");
    tungstenite::client(request, stream).map(|(socket, _)| socket).map_err(|error| error.to_string())
}

#[test]
fn a_film_in_a_browser() {
    let place = Place::empty();
    let mut studio = Served::start(&place);
    assert!(connect(&studio.link, "http://evil.example").is_err(), "a page of a stranger has no socket");
    let status = studio.call("app.status", json!({}));
    assert_eq!((&status["runner"], &status["media_url"]), (&json!("own"), &json!(studio.link)));
    studio.call("project.create", json!({ "name": "Film", "aspect": "9:16", "model": "pony" }));
    let face = picture(&place, "ref.png", 90, 160);
    let media = studio.call("media.import", json!({ "paths": [face] }));
    let line = json!({ "speaker": null, "language": "yue", "text": "早晨" });
    let shot = json!({ "description": "A red pony stands in a meadow.", "lines": [line], "sound": "Wind" });
    let shot = studio.call("shot.add", json!({ "shot": shot, "seconds": 1.0, "image": media[0] }));
    studio.call("jobs.add", json!({ "shots": [shot], "drafts": 2, "goal": "draft", "seed": 3 }));
    studio.wait("two drafts", |studio| studio.takes().len() == 2);
    studio.wait("an empty queue", |studio| studio.states().is_empty());
    let kinds = |kind: &str| studio.events.iter().filter(|event| event["type"] == kind).count();
    assert!(kinds("jobs") > 0 && kinds("step") > 0 && kinds("project") > 0, "{:#?}", studio.events);
    let stages = studio.events.iter().filter_map(|event| event["step"]["stage"].as_str());
    assert!(stages.into_iter().any(|stage| stage == "denoise"), "real steps are told");
    let draft = studio.takes()[0].clone();
    assert_eq!((&draft["goal"], &draft["seed"], &draft["can_finish"]), (&json!("draft"), &json!(3), &json!(true)));
    studio.call("shot.choose_take", json!({ "shot": shot, "take": draft["id"] }));
    studio.call("jobs.finish", json!({ "takes": [draft["id"]] }));
    studio.wait("the finished take", |studio| studio.takes().len() == 3);
    let view = studio.call("project.get", json!({}));
    let finished = &view["takes"][2];
    assert_eq!((&finished["parent"], &finished["goal"]), (&draft["id"], &json!("final")));
    assert_eq!(view["shots"][0]["take"], finished["id"]);
    let frames = view["timeline"]["clips"][0]["out"].clone();
    assert_eq!(frames, finished["frames"], "the clip on the timeline is as long as its take");
    let check = studio.call("shot.check", json!({ "id": shot }));
    assert_eq!(check["estimate"]["basis"], "measured", "{check}");
    let clip = view["timeline"]["clips"][0]["id"].clone();
    studio.call("shot.continue_from", json!({ "clip": clip }));
    let path = format!("{}/{}", view["folder"].as_str().expect("a folder"), finished["clip"].as_str().expect("a clip"));
    let again = studio.call("media.shot_of_clip", json!({ "path": path }));
    let view = studio.call("project.get", json!({}));
    let back = view["shots"].as_array().expect("shots").iter().find(|entry| entry["id"] == again).expect("the shot");
    assert_eq!((&back["shot"]["lines"][0]["text"], &back["seed"]), (&json!("早晨"), &json!(3)));
    assert_eq!(back["image"]["sha256"], media[0]["sha256"], "its picture is found again");
    let error = studio.try_call("shot.remove", json!({ "id": draft["id"] })).expect_err("no shot");
    assert_eq!(error["code"], "input");
}

#[test]
fn the_queue_goes_on_after_the_program_was_killed() {
    let place = Place::empty();
    let mut studio = Served::start(&place);
    studio.call("project.create", json!({ "name": "Film", "aspect": "1:1", "model": "pony" }));
    let shot = json!({ "description": "A blue robot stands in a room.", "lines": [], "sound": null });
    let shot = studio.call("shot.add", json!({ "shot": shot, "seconds": 1.0 }));
    studio.call("jobs.add", json!({ "shots": [shot], "drafts": 3, "goal": "draft" }));
    studio.wait("the first one at work", |studio| studio.states().iter().any(|state| state == "running"));
    // Dropped is killed.
    drop(studio);
    let mut studio = Served::start(&place);
    let folder = studio.call("app.status", json!({}))["last_project"].clone();
    studio.call("project.open", json!({ "folder": folder }));
    studio.wait("three takes", |studio| studio.takes().len() == 3);
    studio.wait("an empty queue", |studio| studio.states().is_empty());
}

#[test]
fn ctrl_c_closes_the_studio_in_order() {
    let place = Place::empty();
    let mut studio = Served::start(&place);
    studio.call("project.create", json!({ "name": "Film", "aspect": "9:16", "model": "pony" }));
    let stopped = Command::new("kill").args(["-INT", &studio.program.id().to_string()]).status();
    assert!(stopped.expect("kill").success());
    assert_eq!(studio.program.wait().expect("it ends").code(), Some(0));
    let list = place.gallop(["call", "project.list"]).output().expect("gallop starts");
    let list: Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let folder = list[0]["folder"].as_str().expect("a folder").to_owned();
    let output = place.gallop(["call", "project.get", "--project", &folder]).output().expect("gallop starts");
    assert!(text(&output.stdout).contains("\"Film\""), "{}", text(&output.stderr));
}

#[test]
fn one_call_from_a_terminal() {
    let place = Place::empty();
    let listed = text(&place.run("call").stdout);
    assert!(listed.lines().any(|line| line.starts_with("shot.add ")), "{listed}");
    place.refuses("call no.such", 1, "there is no call");
    place.refuses("call shot.add '{'", 2, "no JSON");
    place.refuses("call shot.add '{}'", 1, "no project is open");
    let doctor = place.gallop(["call", "doctor.report"]).output().expect("gallop starts");
    let report: Value = serde_json::from_slice(&doctor.stdout).expect("JSON");
    assert!(report["report"].is_object(), "{}", text(&doctor.stderr));
}
