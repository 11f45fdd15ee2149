//! Projects that a stranger made to do harm.

use super::*;

const DIGEST: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn good() -> Value {
    json!({
        "format": 1, "id": Id::new(), "name": "X", "aspect": "9:16", "model": "pony",
        "shots": [
            { "id": Id::new(), "shot": { "description": "a", "lines": [] },
              "image": { "sha256": DIGEST, "name": "a.png", "bytes": 3 } },
            { "id": Id::new(), "seconds": 2.0 },
        ],
    })
}

fn read(text: impl AsRef<[u8]>) -> anyhow::Result<ProjectData> {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join(FILE), text).expect("written");
    let read = ProjectData::read(folder.path());
    assert_eq!(Project::open(folder.path()).is_ok(), read.is_ok());
    read
}

#[test]
fn what_no_project_says_is_refused() {
    read(good().to_string()).expect("a good one");
    let same = good()["shots"][0]["id"].clone();
    let mut twice = good();
    for shot in 0..2 {
        twice["shots"][shot]["id"] = same.clone();
    }
    let error = read(twice.to_string()).expect_err("two shots of one id").to_string();
    assert!(error.contains("shot 2") && error.ends_with(FILE), "{error}");

    for (place, value) in [
        ("/format", json!(0)),
        ("/format", json!(-1)),
        ("/format", json!(1.0)),
        ("/format", json!("1")),
        ("/id", json!("../../../etc")),
        ("/id", json!(7)),
        ("/name", json!("")),
        ("/name", json!("a\u{0}b")),
        ("/aspect", json!("1e9:1")),
        ("/model", json!("/etc/passwd")),
        ("/model", json!("..\\..\\x")),
        ("/shots", json!({})),
        ("/shots/0", json!(null)),
        ("/shots/0/shot", json!([])),
        ("/shots/0/shot/lines", json!([{"text": "Hi", "language": "tlh"}])),
        ("/shots/0/image/sha256", json!("../../../../../../etc/passwd")),
        ("/shots/0/image/sha256", json!(format!("{DIGEST}/../x"))),
        ("/shots/0/image/name", json!("../../.bashrc")),
        ("/shots/0/image/name", json!("/etc/passwd")),
        ("/shots/0/image/name", json!("C:\\x.png")),
        ("/shots/0/image/name", json!("..")),
        ("/shots/0/image/name", json!("")),
        ("/shots/0/image/name", json!("a\nb.png")),
        ("/shots/0/image/name", json!("x".repeat(300))),
        ("/shots/0/image/bytes", json!(0)),
        ("/shots/0/image/bytes", json!(-3)),
        ("/shots/0/image/bytes", json!(1e30)),
        ("/shots/1/seconds", json!(1e300)),
        ("/shots/1/seconds", json!(-1)),
        ("/shots/1/seconds", json!(0)),
        ("/shots/1/seconds", json!(601)),
        ("/shots/1/seconds", json!("2")),
    ] {
        let mut project = good();
        match project.pointer_mut(place) {
            Some(found) => *found = value.clone(),
            None => panic!("{place}"),
        }
        let error = read(project.to_string()).expect_err(place);
        assert_eq!(code_of(&error), Code::Input, "{place}: {value}: {error}");
    }
    for (place, number) in [("\"bytes\":3", "99999999999999999999"), ("\"seconds\":2.0", "1e999")] {
        let (field, _) = place.split_once(':').expect("a field");
        let text = good().to_string().replace(place, &format!("{field}:{number}"));
        assert!(text.contains(number) && read(text).is_err(), "{place}");
    }
    for text in ["", "null", "[]", "{}", "\u{0}", "{\"format\":1}", "PK\u{3}\u{4}"] {
        assert!(read(text).is_err(), "{text:?}");
    }
    assert!(read(b"\xff\xfe{\0}\0").is_err());
    let text = good().to_string();
    assert!(read(&text[..text.len() - 1]).is_err(), "cut off");
    assert!(read(text.replacen('{', "{\"name\":\"Y\",", 1)).is_err(), "two names");
}

#[test]
fn size_and_nesting_have_limits() {
    let folder = tempfile::tempdir().expect("folder");
    for bracket in [b'[', b'{', b' '] {
        fs::write(folder.path().join(FILE), vec![bracket; 100 << 20]).expect("written");
        let error = ProjectData::read(folder.path()).expect_err("too long").to_string();
        assert!(error.contains("longer than"), "{error}");
    }
    for depth in [200, 5_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested =
                format!("{}1{}", open.repeat(depth.min((15 << 20) / 7)), close.repeat(depth.min((15 << 20) / 7)));
            let text = good().to_string().replacen('{', &format!("{{\"x\":{nested},"), 1);
            let error = read(text).expect_err("nested").to_string();
            assert!(error.contains("recursion"), "{error}");
        }
    }
    let wide = format!("[{}0]", "[],".repeat(100_000));
    read(good().to_string().replacen('{', &format!("{{\"x\":{wide},"), 1)).expect("wide is no harm");
}

/// Whatever can be read can be saved and read again, and nothing that cannot be makes us fall.
#[test]
fn spoilt_projects_are_read_or_refused() {
    let good = include_bytes!("../../../tests/fixtures/format-1.gallop/project.json");
    let pieces: [&[u8]; 12] =
        [b"{", b"}", b"[", b"]", b"\"", b"\\", b",", b"-", b"9999999999999999999", b"e308", b"null", b"\xff"];
    let mut state = 1_u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let mut read = 0;
    for _ in 0..20_000 {
        let mut text = good.to_vec();
        for _ in 0..=below(3) {
            let (from, length) = (below(text.len()), below(8));
            let to = (from + length).min(text.len());
            let piece = match below(3) {
                0 => pieces[below(pieces.len())].to_vec(),
                1 => text[below(text.len())..].iter().take(below(40)).copied().collect(),
                _ => vec![below(256) as u8],
            };
            text.splice(from..to, piece);
        }
        if let Ok(data) = ProjectData::from_json(&text) {
            read += 1;
            let again =
                data.to_json().and_then(|json| ProjectData::from_json(&json)).expect("what can be read can be saved");
            assert_eq!(again, data);
        }
    }
    assert!((100..19_000).contains(&read), "{read} of them could be read");
}

#[cfg(unix)]
#[test]
fn what_would_not_end_is_not_opened() {
    for name in [FILE, ".lock", "media", "takes"] {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join(FILE), good().to_string()).expect("written");
        fs::remove_file(folder.path().join(name)).ok();
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status();
        assert!(made.is_ok_and(|status| status.success()), "a pipe");
        let takes = crate::take::TakeFolder::list(folder.path());
        assert_eq!(Project::open(folder.path()).is_ok(), name == "takes", "{name}");
        assert_eq!(takes.is_ok(), name != "takes", "{name}");
    }
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A project, and a folder outside that holds a project and a file.
    fn both() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let place = tempfile::tempdir().expect("folder");
        let (inside, outside) = (place.path().join("in"), place.path().join("out"));
        for folder in [&inside, &outside] {
            fs::create_dir(folder).expect("folder");
            fs::write(folder.join(FILE), good().to_string()).expect("written");
        }
        fs::write(outside.join(format!("{DIGEST}.png")), "abc").expect("written");
        (place, inside, outside)
    }

    #[test]
    fn links_in_a_project_are_not_followed() {
        type Attempt = fn(&Path) -> bool;
        let import: Attempt = |folder| {
            let file = folder.with_file_name("voice.wav");
            fs::write(&file, "voice").expect("written");
            Project::open(folder).and_then(|project| project.import_media(&file)).is_ok()
        };
        let find: Attempt = |folder| {
            let data = ProjectData::read(folder).expect("a project");
            let media = data.shots[0].image.clone().expect("image");
            media_path(folder, &media).is_ok() || matches!(find_media(folder, media.sha256), Ok(Some(_)))
        };
        let clean: Attempt =
            |folder| Project::open(folder).and_then(|project| project.remove_if_unused(Digest::of("x"))).is_ok();
        let take: Attempt = |folder| crate::take::TakeFolder::create(folder, Id::new()).is_ok();
        let list: Attempt = |folder| crate::take::TakeFolder::list(folder).is_ok();
        let open: Attempt = |folder| Project::open(folder).is_ok();
        let look: Attempt = |folder| ProjectData::read(folder).is_ok();
        for (link, target, attempts) in [
            ("media", "", vec![open, import, find, clean]),
            ("takes", "", vec![take, list]),
            (FILE, FILE, vec![open, look]),
            (".lock", "made", vec![open]),
        ] {
            let (_place, inside, outside) = both();
            fs::remove_file(inside.join(link)).ok();
            symlink(outside.join(target), inside.join(link)).expect("a link");
            let before = names(&outside);
            for (number, attempt) in attempts.iter().enumerate() {
                assert!(!attempt(&inside), "{link}, attempt {number}");
                assert_eq!(names(&outside), before, "{link}, attempt {number}");
            }
        }
    }

    #[test]
    fn a_link_is_no_imported_file() {
        let (_place, inside, outside) = both();
        let name = format!("{DIGEST}.png");
        fs::create_dir(inside.join("media")).expect("folder");
        symlink(outside.join(&name), inside.join("media").join(&name)).expect("a link");
        let project = Project::open(&inside).expect("opened");
        let media = project.data().shots[0].image.clone().expect("image");
        assert_eq!(code_of(&project.media_path(&media).expect_err("a link")), Code::MediaMissing);
        // Importing puts the file itself where the link was.
        let found = project.import_media(&outside.join(&name)).expect("imported");
        assert_eq!(found.sha256, media.sha256);
        let path = project.media_path(&media).expect("there");
        assert!(path.symlink_metadata().expect("there").is_file());
    }

    #[test]
    fn a_note_of_the_holder_that_leads_away_is_replaced() {
        let (_place, inside, outside) = both();
        symlink(outside.join(FILE), inside.join(".lock.json")).expect("a link");
        let before = fs::read(outside.join(FILE)).expect("bytes");
        drop(Project::open(&inside).expect("opened"));
        assert_eq!(fs::read(outside.join(FILE)).expect("bytes"), before);
    }
}
