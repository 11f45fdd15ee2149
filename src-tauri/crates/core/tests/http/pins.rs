//! A branch that moves while a model comes, and a host that is shown the token on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gallop_core::store::{Control, Options, Pulled, Store, Token, pull};

use crate::server::{Answer, Server};
use crate::{content, entry, options, pull_whole, store};

const TWO_FILES: &str = "[[files]]\npath = \"a.bin\"\n[[files]]\npath = \"b.bin\"";

/// A hub whose branch moved once `moved` says so: each commit has files of its own.
fn moving(moved: &Arc<AtomicBool>) -> Server {
    let moved = Arc::clone(moved);
    Server::start(move |request, _| {
        let newest = if moved.load(Ordering::SeqCst) { "2" } else { "1" }.repeat(40);
        let revision = request.path.split('/').nth(4).unwrap_or_default();
        let commit = if revision == "main" { newest } else { revision.to_owned() };
        let content = Arc::new(format!("{} of {commit}", request.path.rsplit('/').next().unwrap_or_default()));
        let answer = Answer::of(&Arc::new(content.as_bytes().to_vec()));
        Answer { etag: Some(format!("\"{content}\"")), extra: format!("x-repo-commit: {commit}\r\n"), ..answer }
    })
}

fn files(store: &Store) -> Vec<String> {
    let folder = store.folder(&entry(TWO_FILES));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file");
    vec![read("a.bin"), read("b.bin")]
}

#[test]
fn all_files_are_of_one_commit_though_the_branch_moves() {
    let (folder, moved, entry) = (tempfile::tempdir().expect("folder"), Arc::default(), entry(TWO_FILES));
    let server = moving(&moved);
    let store = store(folder.path(), &entry);
    let control = Control::default();
    // It moves once the first file is here, and the pull is stopped, too.
    let tell = |progress: &gallop_core::store::Progress| {
        if progress.file == "a.bin" && progress.done_bytes > 0 {
            moved.store(true, Ordering::SeqCst);
            control.stop();
        }
    };
    let options = options(&[&server]);
    pull(&store, &entry, &options, &control, &tell).expect("pulled");
    assert!(moved.load(Ordering::SeqCst));
    let one = "1".repeat(40);
    let record = store.record(&entry).expect("a record");
    assert_eq!((record.commit.as_ref(), record.branch.as_deref()), (Some(&one), Some("main")));
    let pulled = pull(&store, &entry, &options, &Control::default(), &|_| {}).expect("pulled");
    assert_eq!((pulled, files(&store)), (Pulled::Whole, vec![format!("a.bin of {one}"), format!("b.bin of {one}")]));
    assert_eq!(server.all().iter().filter(|request| request.path.contains("/main/")).count(), 1);

    // What was damaged later comes from the same commit, too; all anew comes from the newest.
    store.forget(&entry, "b.bin").expect("forgotten");
    pull(&store, &entry, &options, &Control::default(), &|_| {}).expect("pulled");
    assert_eq!(files(&store)[1], format!("b.bin of {one}"));
    store.remove(&entry).expect("removed");
    pull(&store, &entry, &options, &Control::default(), &|_| {}).expect("pulled");
    assert_eq!(files(&store), ["a.bin", "b.bin"].map(|name| format!("{name} of {}", "2".repeat(40))));
}

#[test]
fn a_commit_that_is_gone_is_told_with_what_to_do() {
    let (folder, entry) = (tempfile::tempdir().expect("folder"), entry(TWO_FILES));
    let one = "1".repeat(40);
    let extra = format!("x-repo-commit: {one}\r\n");
    let (file, gone) = (content(10), format!("/them/toy/resolve/{one}/b.bin"));
    let server = Server::start(move |request, _| match request.path == gone {
        true => Answer::status(404, ""),
        false => Answer { extra: extra.clone(), ..Answer::of(&file) },
    });
    let store = store(folder.path(), &entry);
    let error = pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect_err("gone");
    let text = format!("{error:#}");
    assert!(text.contains("commit 111111111111") && text.contains("gallop models remove toy"), "{text}");
}

#[test]
fn another_endpoint_is_shown_the_token_only_on_purpose() {
    let (file, entry) = (content(1000), crate::one_file());
    let served = Arc::clone(&file);
    let far = Server::start(move |_, _| Answer::of(&served));
    let location = format!("location: {}/elsewhere\r\n", far.url);
    let own = Server::start(move |request, _| match request.token {
        None => Answer::status(401, ""),
        Some(_) => Answer::status(302, &location),
    });
    let hub = Server::start(|_, _| Answer::status(404, ""));
    let token = || Token::bound_to(&hub.url, "hf_secret").expect("a token");
    let asked_with = |token: Token| {
        let folder = tempfile::tempdir().expect("folder");
        let store = store(folder.path(), &entry);
        let options = Options { token: Some(token), ..options(&[&hub, &own]) };
        let outcome = pull(&store, &entry, &options, &Control::default(), &|_| {});
        if outcome.is_ok() {
            pull_whole(&store, &entry, &options, &file);
        }
        outcome.map_err(|error| format!("{error:#}"))
    };
    let error = asked_with(token()).expect_err("not shown");
    assert!(error.contains(&format!("--token-to {}", own.url)), "{error}");
    assert!(own.all().iter().all(|request| request.token.is_none()));

    let shown = token().shown_to(&own.url).expect("a token");
    assert_eq!(asked_with(shown), Ok(Pulled::Whole));
    assert!(own.all().iter().skip(1).all(|request| request.token.as_deref() == Some("Bearer hf_secret")));
    assert!(!far.all().is_empty() && far.all().iter().all(|request| request.token.is_none()));
}
