//! Who gets what from the server on this machine.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use bytes::Bytes;
use gallop_core::loopback::{Page, Pages};
use serde_json::json;

use crate::House;

/// A server as it is seen from outside.
struct Seen {
    house: House,
    port: u16,
    token: String,
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn has(&self, line: &str) -> bool {
        self.head.to_lowercase().lines().any(|known| known == line.to_lowercase())
    }
}

impl Seen {
    fn new() -> Self {
        let house = House::at_rest();
        let page = |bytes: &'static str| {
            Some(Page { bytes: Bytes::from_static(bytes.as_bytes()), kind: "text/html; charset=utf-8" })
        };
        let pages: Pages = Box::new(move |name| page(if name == "index.html" { "<p>hello" } else { return None }));
        let address = house.studio.listen(0, Some(pages)).expect("a port");
        let rest = address.strip_prefix("http://127.0.0.1:").expect("this machine").trim_end_matches('/').to_owned();
        let (port, token) = rest.split_once('/').expect("a token");
        Self { port: port.parse().expect("a port"), token: token.into(), house }
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|header| header.starts_with("Host:")) {
            head += &format!("Host: 127.0.0.1:{}\r\n", self.port);
        }
        for header in headers {
            head += &format!("{header}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).expect("sent");
        // It may be refused before it was read.
        stream.write_all(body).ok();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(answer[..end].to_vec()).expect("text");
        let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
        Answer { status, head, body: answer[end + 4..].to_vec() }
    }

    fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.ask("GET", &format!("/{}/{path}", self.token), headers, b"")
    }
}

#[test]
fn strangers_get_nothing() {
    let seen = Seen::new();
    let inside = format!("/{}/", seen.token);
    assert_eq!(seen.get("", &[]).status, 200);
    for path in
        ["/", "/index.html", "/0123456789abcdef0123456789abcdef/", "//", "/../", &inside.to_uppercase(), &inside[..20]]
    {
        let answer = seen.ask("GET", path, &[], b"");
        assert!(
            (answer.status == 404) && !answer.body.windows(5).any(|five| five == b"hello"),
            "{path}: {}",
            answer.head
        );
    }
    let own = format!("http://127.0.0.1:{}", seen.port);
    for (headers, status) in [
        (vec!["Host: evil.example"], 403),
        (vec!["Host: evil.example:80"], 403),
        (vec!["Origin: http://evil.example"], 403),
        (vec!["Origin: null"], 403),
        (vec![format!("Origin: {own}").leak() as &str], 200),
    ] {
        let answer = seen.get("", &headers);
        assert_eq!(answer.status, status, "{headers:?}");
        assert!(!answer.head.to_lowercase().contains("access-control"), "{}", answer.head);
    }
    for (method, path) in
        [("POST", ""), ("DELETE", ""), ("PUT", "upload"), ("OPTIONS", ""), ("POST", "media/x"), ("TRACE", "")]
    {
        let answer = seen.ask(method, &format!("{inside}{path}"), &[], b"");
        assert_eq!(answer.status, 405, "{method} {path}");
    }
    let answer =
        seen.ask("POST", &format!("{inside}upload"), &["Origin: http://evil.example", "x-file-name: a.png"], b"x");
    assert_eq!(answer.status, 403);
    let answer = seen.get(
        "ws",
        &[
            "Origin: http://evil.example",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ],
    );
    assert_eq!(answer.status, 403);
    let page = seen.get("", &[]);
    for line in ["x-content-type-options: nosniff", "x-frame-options: DENY", "referrer-policy: no-referrer"] {
        assert!(page.has(line), "{line}: {}", page.head);
    }
    assert!(
        page.head.contains("default-src 'none'; script-src 'self'") && !page.head.contains("unsafe"),
        "{}",
        page.head
    );
}

#[test]
fn only_files_of_the_project_are_served() {
    let seen = Seen::new();
    std::fs::write(seen.house.home.path().join("secret.txt"), "secret").expect("written");
    let view = seen.house.call("project.sample", json!({}));
    let take = &view["takes"][0];
    let clip = take["clip"].as_str().expect("a path");
    let whole = seen.get(clip, &[]);
    assert!(
        whole.status == 200 && whole.has("content-type: video/mp4") && whole.has("accept-ranges: bytes"),
        "{}",
        whole.head
    );
    let path = std::path::Path::new(view["folder"].as_str().expect("a folder")).join(clip);
    let bytes = std::fs::read(&path).expect("the clip");
    assert_eq!(whole.body, bytes);
    for path in [
        take["poster"].as_str(),
        take["peaks"].as_str(),
        Some(&format!("posters/{}.png", view["id"].as_str().expect("id"))),
    ] {
        assert_eq!(seen.get(path.expect("a path"), &[]).status, 200, "{path:?}");
    }
    let picture =
        view["media"].as_array().expect("media").iter().find(|item| item["kind"] == "picture").expect("a picture");
    let picture = format!("media/{}", picture["sha256"].as_str().expect("a digest"));
    let answer = seen.get(&picture, &[]);
    assert!(answer.status == 200 && answer.has("content-type: image/png"), "{}", answer.head);
    let sound = view["media"].as_array().expect("media").iter().find(|item| item["kind"] == "sound").expect("a sound");
    let peaks = seen.get(&format!("media/{}/peaks.json", sound["sha256"].as_str().expect("a digest")), &[]);
    assert!(peaks.status == 200 && peaks.body.starts_with(b"{\"per_second\":50"), "{}", peaks.head);
    let film = seen.house.call("media.import", json!({ "paths": [seen.house.home.path().join("clip.mp4")] }));
    let poster = format!("media/{}/poster.png", film[0]["sha256"].as_str().expect("a digest"));
    let answer = seen.get(&poster, &[]);
    assert!(answer.status == 200 && answer.has("content-type: image/png"), "{}", answer.head);
    // The window's page may read it; nobody else's.
    let window = seen.get(&picture, &["Origin: tauri://localhost"]);
    assert!(window.status == 200 && window.has("access-control-allow-origin: tauri://localhost"), "{}", window.head);
    assert_eq!(seen.get("", &["Origin: tauri://localhost"]).status, 404, "nor the pages");
    let id = take["id"].as_str().expect("id");
    for path in [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "takes/../../secret.txt",
        "media/../project.json",
        "takes",
        "takes/",
        &format!("takes/{id}/take.json"),
        &format!("takes/{id}/../../project.json"),
        &format!("takes/{id}/clip.mp4/"),
        &format!("takes/{}/clip.mp4", id.to_uppercase()),
        &format!("takes/{}/clip.mp4", id.replace('-', "")),
        "project.json",
        &format!("{picture}.png"),
        &picture.to_uppercase(),
        "media/",
        &format!("media//{picture}"),
        "previews/x.png",
        "posters/x.png",
        "posters/",
        &format!("previews/{id}.png"),
        "/etc/passwd",
        "\\..\\secret.txt",
    ] {
        let answer = seen.get(path, &[]);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.head);
        assert!(!answer.body.windows(6).any(|six| six == b"secret"), "{path}");
    }
    #[cfg(unix)]
    {
        std::fs::remove_file(&path).expect("removed");
        std::os::unix::fs::symlink(seen.house.home.path().join("secret.txt"), &path).expect("a link");
        assert_eq!(seen.get(clip, &[]).status, 404, "a link is not followed");
    }
    seen.house.call("project.close", json!({}));
    assert_eq!(seen.get(&picture, &[]).status, 404, "of a project that is closed");
}

#[test]
fn parts_of_a_clip_are_given_as_players_ask_for_them() {
    let seen = Seen::new();
    let view = seen.house.call("project.sample", json!({}));
    let clip = view["takes"][0]["clip"].as_str().expect("a path");
    let whole = seen.get(clip, &[]).body;
    let length = whole.len();
    let last = length - 1;
    for (range, status, from, to) in [
        ("bytes=0-".to_owned(), 206, 0, last),
        ("bytes=0-0".into(), 206, 0, 0),
        ("bytes=100-199".into(), 206, 100, 199),
        (format!("bytes={last}-"), 206, last, last),
        ("bytes=-10".into(), 206, length - 10, last),
        (format!("bytes=5-{}", length * 2), 206, 5, last),
        ("bytes=0-1,4-5".into(), 200, 0, last),
        ("bytes=a-b".into(), 200, 0, last),
        ("bytes=9-5".into(), 200, 0, last),
    ] {
        let answer = seen.get(clip, &[&format!("Range: {range}")]);
        assert_eq!((answer.status, &answer.body[..]), (status, &whole[from..=to]), "{range}");
        let told = answer.has(&format!("content-range: bytes {from}-{to}/{length}"));
        assert_eq!(told, status == 206, "{range}: {}", answer.head);
    }
    for range in [format!("bytes={length}-"), "bytes=-0".into(), "bytes=99999999999999999999-".into()] {
        let answer = seen.get(clip, &[&format!("Range: {range}")]);
        assert!(
            answer.status == 416 && answer.body.is_empty() && answer.has(&format!("content-range: bytes */{length}")),
            "{range}: {}",
            answer.head
        );
    }
    let head = seen.ask("HEAD", &format!("/{}/{clip}", seen.token), &["Range: bytes=0-9"], b"");
    assert!(head.status == 206 && head.body.is_empty() && head.has("content-length: 10"), "{}", head.head);
    let tag = head.head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag").to_owned();
    assert_eq!(seen.get(clip, &[&format!("If-None-Match: {tag}")]).status, 304);
    assert_eq!(seen.get(clip, &["Range: bytes=0-9", &format!("If-Range: {tag}")]).status, 206);
    assert_eq!(seen.get(clip, &["Range: bytes=0-9", "If-Range: \"old\""]).status, 200, "it changed meanwhile");
}

#[test]
fn uploads_lie_where_their_names_cannot_lead() {
    let seen = Seen::new();
    let upload = |name: &str, body: &[u8]| {
        seen.ask("POST", &format!("/{}/upload", seen.token), &[&format!("x-file-name: {name}")], body)
    };
    let answer = upload("..%2F..%2Fevil.png", b"bytes");
    assert_eq!(answer.status, 200, "{}", answer.head);
    let told: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
    let path = std::path::PathBuf::from(told["path"].as_str().expect("a path"));
    assert_eq!(std::fs::read(&path).expect("there"), b"bytes");
    let uploads = seen.house.home.path().join("cache/uploads");
    assert_eq!(path.parent().and_then(|folder| folder.parent()), Some(&*uploads), "{}", path.display());
    assert_eq!(upload("empty.png", b"").status, 400);
    assert_eq!(upload("%zz", b"x").status, 400);
    let long = format!("Content-Length: {}", gallop_core::loopback::MAX_UPLOAD_BYTES + 1);
    let mut stream = TcpStream::connect(("127.0.0.1", seen.port)).expect("connected");
    write!(
        stream,
        "POST /{}/upload HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{long}\r\nConnection: close\r\n\r\n",
        seen.token, seen.port
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("longer than"), "{answer}");
    let left = std::fs::read_dir(seen.house.home.path().join("cache/uploads")).expect("folder").count();
    assert_eq!(left, 1, "what was refused leaves nothing");
}
