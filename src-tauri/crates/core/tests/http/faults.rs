//! One fault at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gallop_core::protocol::Digest;
use gallop_core::store::{Control, FolderUse, Options, Pulled, Source, State, Store, Token, Trust, Verdict, pull};
use gallop_core::{Code, code_of};

use crate::server::{Answer, Request, Server};
use crate::{assert_whole, content, entry, one_file, options, pull_whole, store};

const MIB: usize = 1 << 20;

fn requested(requests: &[Request]) -> u64 {
    requests.iter().map(Request::bytes).sum()
}

#[test]
fn parts_come_once_and_a_second_pull_asks_for_nothing() {
    let (folder, file) = (tempfile::tempdir().expect("folder"), content(70 * MIB + 3));
    let served = Arc::clone(&file);
    let server = Server::start(move |_, _| Answer::of(&served));
    let entry = one_file();
    let store = store(folder.path(), &entry);
    let fetched = AtomicU64::new(0);
    let tell = |progress: &gallop_core::store::Progress| fetched.store(progress.fetched_bytes, Ordering::SeqCst);
    let pulled = pull(&store, &entry, &options(&[&server]), &Control::default(), &tell).expect("pulled");
    assert_eq!(pulled, Pulled::Whole);
    assert_whole(&store, &entry, "w.bin", &file);
    let asked = server.asked();
    assert_eq!((asked.len(), requested(&asked)), (3, file.len() as u64), "three parts, each byte once");
    assert_eq!(fetched.load(Ordering::SeqCst), file.len() as u64);
    assert!(asked.iter().all(|request| request.if_range.as_deref() == Some("\"one\"")));
    let before = server.all().len();
    pull_whole(&store, &entry, &options(&[&server]), &file);
    assert_eq!(server.all().len(), before);

    let verdicts = || store.verify(&entry, &|| true).expect("checked");
    assert_eq!(verdicts(), [("w.bin".into(), Verdict::Whole(Trust::Recorded))]);
    std::fs::write(store.folder(&entry).join("w.bin"), "x").expect("written");
    assert_eq!(verdicts(), [("w.bin".into(), Verdict::Changed)]);
    std::fs::write(store.folder(&entry).join("mine.txt"), "x").expect("written");
    store.remove(&entry).expect("removed");
    assert_eq!(store.state(&entry).expect("a state"), State::Absent);
    assert!(store.folder(&entry).join("mine.txt").exists(), "what the user put there stays");
}

#[test]
fn a_broken_line_goes_on_at_the_byte() {
    let (folder, file) = (tempfile::tempdir().expect("folder"), content(MIB));
    let served = Arc::clone(&file);
    let server = Server::start(move |_, before| Answer {
        cut_after: (before < 3).then_some(100_000),
        stall_after: (before == 3).then_some(50_000),
        ..Answer::of(&served)
    });
    let entry = one_file();
    pull_whole(&store(folder.path(), &entry), &entry, &options(&[&server]), &file);
    let starts: Vec<_> = server.asked().iter().filter_map(|request| Some(request.range?.0)).collect();
    assert_eq!(starts, [0, 100_000, 200_000, 300_000, 350_000]);
}

#[test]
fn wrong_bytes_are_noticed_and_fetched_again() {
    let (folder, file) = (tempfile::tempdir().expect("folder"), content(MIB));
    let served = Arc::clone(&file);
    let server = Server::start(move |_, before| Answer { corrupts: before == 0, ..Answer::of(&served) });
    let entry = entry(&format!("[[files]]\npath = \"w.bin\"\nsha256 = \"{}\"", Digest::of(file.as_slice())));
    pull_whole(&store(folder.path(), &entry), &entry, &options(&[&server]), &file);
    assert_eq!(server.asked().len(), 2);

    let (folder, served) = (tempfile::tempdir().expect("folder"), Arc::clone(&file));
    let server = Server::start(move |_, _| Answer { corrupts: true, ..Answer::of(&served) });
    let store = store(folder.path(), &entry);
    let error = pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect_err("never right");
    assert!(format!("{error:#}").contains("hash"), "{error:#}");
    assert!(!store.folder(&entry).join("w.bin").exists());
}

#[test]
fn a_server_without_parts_is_read_through() {
    for is_so_from in [0, 1] {
        let (folder, file) = (tempfile::tempdir().expect("folder"), content(40 * MIB));
        let served = Arc::clone(&file);
        let server = Server::start(move |request, before| Answer {
            ignores_ranges: is_so_from == 0 || (!request.is_question() && before >= is_so_from),
            cut_after: (before == 2).then_some(35 * MIB),
            ..Answer::of(&served)
        });
        let entry = one_file();
        let options = Options { connections: 1, ..options(&[&server]) };
        pull_whole(&store(folder.path(), &entry), &entry, &options, &file);
    }
}

#[test]
fn another_file_under_the_same_name_is_noticed() {
    let (folder, old, new) = (tempfile::tempdir().expect("folder"), content(MIB), content(MIB + 7));
    let served = Arc::clone(&new);
    let server = Server::start(move |_, before| match before {
        0 => Answer { cut_after: Some(400_000), ..Answer::of(&old) },
        _ => Answer { etag: Some("\"two\"".into()), ..Answer::of(&served) },
    });
    let entry = one_file();
    pull_whole(&store(folder.path(), &entry), &entry, &options(&[&server]), &new);
}

#[test]
fn the_token_is_seen_by_one_host() {
    let (folder, file) = (tempfile::tempdir().expect("folder"), content(MIB));
    let served = Arc::clone(&file);
    let far = Server::start(move |request, before| match before {
        0 if !request.is_question() => Answer::status(403, ""),
        _ => Answer { etag: Some("\"far\"".into()), ..Answer::of(&served) },
    });
    let digest = Digest::of(file.as_slice());
    let location = format!("location: {}/elsewhere\r\nx-linked-etag: \"{digest}\"\r\nx-repo-commit: abc\r\n", far.url);
    let hub = Server::start(move |_, _| Answer::status(302, &location));
    let entry = one_file();
    let token = Token::bound_to(&hub.url, "hf_secret");
    assert!(token.is_some());
    let store = store(folder.path(), &entry);
    pull_whole(&store, &entry, &Options { token: token.clone(), ..options(&[&hub]) }, &file);
    assert!(hub.all().iter().all(|request| request.token.as_deref() == Some("Bearer hf_secret")));
    assert!(far.all().len() >= 3 && far.all().iter().all(|request| request.token.is_none()));
    let record = store.record(&entry).expect("a record");
    assert_eq!((record.commit.as_deref(), record.files["w.bin"].trust), (Some("abc"), Trust::Source));

    // A mirror is asked where the hub has nothing, and sees nothing of it either.
    let (folder, served) = (tempfile::tempdir().expect("folder"), Arc::clone(&file));
    let hub = Server::start(|_, _| Answer::status(404, ""));
    let mirror = Server::start(move |_, _| Answer::of(&served));
    let options = Options { token: Token::bound_to(&hub.url, "hf_secret"), ..options(&[&hub, &mirror]) };
    pull_whole(&crate::store(folder.path(), &entry), &entry, &options, &file);
    assert!(mirror.all().iter().all(|request| request.token.is_none()));
    assert!(!format!("{options:?}").contains("hf_secret"));
}

#[test]
fn a_gate_says_where_to_click_and_is_not_gone_around() {
    for (status, token, expected) in [(401, false, "HF_TOKEN"), (401, true, "not valid"), (403, true, "no access yet")]
    {
        let folder = tempfile::tempdir().expect("folder");
        let hub = Server::start(move |_, _| Answer::status(status, ""));
        let mirror = Server::start(|_, _| Answer::of(&content(10)));
        let entry = one_file();
        let token = if token { Token::bound_to(&hub.url, "hf_secret") } else { None };
        let options = Options { token, ..options(&[&hub, &mirror]) };
        let store = store(folder.path(), &entry);
        let error = pull(&store, &entry, &options, &Control::default(), &|_| {}).expect_err("a gate");
        let text = format!("{error:#}");
        assert_eq!(code_of(&error), Code::Gated);
        assert!(text.contains(expected) && text.contains("https://hub.example/them/toy"), "{text}");
        assert_eq!((mirror.all().len(), hub.all().len()), (0, 1));
    }
}

#[test]
fn busy_servers_are_waited_for_and_dead_ones_are_given_up() {
    let (folder, file) = (tempfile::tempdir().expect("folder"), content(MIB));
    let served = Arc::clone(&file);
    let server = Server::start(move |request, before| match before {
        _ if request.is_question() => Answer::of(&served),
        0 => Answer::status(429, "retry-after: 1\r\n"),
        1 => Answer::status(500, ""),
        2 => Answer::status(503, ""),
        _ => Answer::of(&served),
    });
    let entry = one_file();
    let start = std::time::Instant::now();
    pull_whole(&store(folder.path(), &entry), &entry, &options(&[&server]), &file);
    assert!(start.elapsed().as_millis() >= 1000, "it waited as long as it was asked to");

    let folder = tempfile::tempdir().expect("folder");
    let server = Server::start(|_, _| Answer::status(500, ""));
    let store = store(folder.path(), &entry);
    let error = pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect_err("dead");
    assert!(format!("{error:#}").contains("answered 500"), "{error:#}");
    assert_eq!(server.all().len(), 6, "no more tries than allowed");
}

#[test]
fn a_file_that_became_shorter_is_noticed() {
    let (folder, old, new) = (tempfile::tempdir().expect("folder"), content(MIB), content(1000));
    let served = Arc::clone(&new);
    let server = Server::start(move |_, before| match before {
        0 => Answer { cut_after: Some(5000), ..Answer::of(&old) },
        1 => Answer::status(416, "content-range: bytes */1000\r\n"),
        _ => Answer { etag: Some("\"two\"".into()), ..Answer::of(&served) },
    });
    let entry = one_file();
    pull_whole(&store(folder.path(), &entry), &entry, &options(&[&server]), &new);
}

#[test]
fn what_a_server_says_wrongly_once_costs_nothing_that_is_here() {
    let file = content(MIB);
    let shorter = || Answer { cut_after: Some(300_000), ..Answer::of(&file) };
    let wrong: [(&str, Answer); 4] = [
        ("another ETag", Answer { etag: Some("\"other\"".into()), ..Answer::of(&file) }),
        ("no such part, of a file as long as it is", Answer::status(416, "content-range: bytes */1048576\r\n")),
        ("no such part", Answer::status(416, "")),
        ("all of it", Answer { ignores_ranges: true, ..Answer::of(&file) }),
    ];
    for (what, wrong) in wrong {
        let (folder, served, first) = (tempfile::tempdir().expect("folder"), Arc::clone(&file), shorter());
        let server = Server::start(move |request, before| match before {
            _ if request.is_question() => Answer::of(&served),
            0 => first.clone(),
            1 => wrong.clone(),
            _ => Answer::of(&served),
        });
        let entry = one_file();
        pull_whole(&store(folder.path(), &entry), &entry, &options(&[&server]), &file);
        let starts: Vec<_> = server.asked().iter().filter_map(|request| Some(request.range?.0)).collect();
        assert_eq!(starts, [0, 300_000, 300_000], "{what}");
    }
    // The same for the question before everything.
    let (folder, served, first) = (tempfile::tempdir().expect("folder"), Arc::clone(&file), AtomicBool::new(true));
    let server = Server::start(move |request, _| Answer {
        ignores_ranges: request.is_question() && first.swap(false, Ordering::SeqCst),
        ..Answer::of(&served)
    });
    let entry = one_file();
    pull_whole(&store(folder.path(), &entry), &entry, &options(&[&server]), &file);
    assert!(server.asked().iter().all(|request| request.range.is_some()), "it was read as if it had no parts");
}

#[test]
fn nothing_is_fetched_without_a_licence_or_room() {
    let folder = tempfile::tempdir().expect("folder");
    let file = content(MIB);
    let server = Server::start(move |_, _| Answer { claims: Some(1 << 50), ..Answer::of(&file) });
    let entry = one_file();
    let options = options(&[&server]);
    let error =
        pull(&Store::at(folder.path()), &entry, &options, &Control::default(), &|_| {}).expect_err("not accepted");
    assert_eq!((code_of(&error), server.all().len()), (Code::Licence, 0));
    assert!(error.to_string().contains("https://hub.example/licence"), "{error}");
    if cfg!(unix) {
        let store = store(folder.path(), &entry);
        let error = pull(&store, &entry, &options, &Control::default(), &|_| {}).expect_err("no room");
        assert_eq!((code_of(&error), server.asked().len()), (Code::DiskFull, 0), "{error:#}");
    }
}

#[test]
fn a_stopped_pull_goes_on() {
    let (folder, file) = (tempfile::tempdir().expect("folder"), content(MIB));
    let served = Arc::clone(&file);
    let server = Server::start(move |_, _| Answer::of(&served));
    let entry = one_file();
    let store = store(folder.path(), &entry);
    let (control, heard) = (Control::default(), AtomicBool::new(false));
    control.limit(Some(500_000));
    let stop = |progress: &gallop_core::store::Progress| {
        if progress.done_bytes > 200_000 {
            heard.store(true, Ordering::SeqCst);
            control.stop();
        }
    };
    assert_eq!(pull(&store, &entry, &options(&[&server]), &control, &stop).expect("stopped"), Pulled::Stopped);
    assert!(heard.load(Ordering::SeqCst) && matches!(store.state(&entry), Ok(State::Partial { .. })));
    pull_whole(&store, &entry, &options(&[&server]), &file);
    let asked = server.asked();
    assert!(asked.len() == 2 && asked[1].range.is_some_and(|(first, _)| first > 200_000), "{asked:?}");
}

#[test]
fn folders_and_caches_are_used() {
    let (folder, file) = (tempfile::tempdir().expect("folder"), content(MIB));
    let digest = Digest::of(file.as_slice());
    let entry = entry(&format!("[[files]]\npath = \"w.bin\"\nbytes = {MIB}\nsha256 = \"{digest}\""));
    let usb = folder.path().join("usb");
    std::fs::create_dir(&usb).expect("made");
    std::fs::write(usb.join("w.bin"), file.as_slice()).expect("written");
    let copied = store(&folder.path().join("a"), &entry);
    pull_whole(&copied, &entry, &Options::new(vec![Source::Folder(usb.clone())]), &file);
    assert_eq!(copied.record(&entry).expect("a record").files["w.bin"].in_place, None);

    let linked = store(&folder.path().join("b"), &entry);
    let in_place = Options { folder_use: FolderUse::InPlace, ..Options::new(vec![Source::Folder(usb.clone())]) };
    pull_whole(&linked, &entry, &in_place, &file);
    linked.remove(&entry).expect("removed");
    assert!(usb.join("w.bin").exists(), "what is used in place stays there");

    let cache = folder.path().join("hub");
    let repo = cache.join("models--them--toy");
    for part in ["refs", "blobs", "snapshots/abc"] {
        std::fs::create_dir_all(repo.join(part)).expect("made");
    }
    std::fs::write(repo.join("refs/main"), "abc").expect("written");
    std::fs::write(repo.join("snapshots/abc/w.bin"), file.as_slice()).expect("written");
    let server = Server::start(|_, _| Answer::status(500, ""));
    let cached = store(&folder.path().join("c"), &entry);
    pull_whole(&cached, &entry, &Options { cache: Some(cache), ..options(&[&server]) }, &file);
    assert_eq!(server.all().len(), 0);

    std::fs::write(usb.join("w.bin"), content(MIB + 1).as_slice()).expect("written");
    let store = store(&folder.path().join("d"), &entry);
    assert!(pull(&store, &entry, &in_place, &Control::default(), &|_| {}).is_err(), "another length");
}
