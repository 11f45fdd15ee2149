//! The model store against a real server that does everything wrong, in real processes that are really killed.

mod cached;
mod child;
mod converted;
mod faults;
mod killed;
mod parts;
mod pins;
mod server;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gallop_core::protocol::Digest;
use gallop_core::store::{Control, Entry, Options, Pulled, Source, State, Store, pull};
use server::Server;

/// A file of a model, over several requests where it is long.
fn content(bytes: usize) -> Arc<Vec<u8>> {
    let mut state = 0x2545_f491_u32;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    Arc::new((0..bytes).map(next).collect())
}

/// An entry with these files (the lines of its TOML tables).
fn entry(files: &str) -> Entry {
    let text = format!(
        r#"format = 1
id = "toy"
name = "Toy"
summary = "For tests."
repo = "them/toy"
revision = "main"
page = "https://hub.example/them/toy"
download_bytes = 1
disk_bytes = 1
[licence]
name = "Toy licence"
url = "https://hub.example/licence"
summary = "Be good."
gate = "none"
{files}
"#
    );
    Entry::parse(&text).expect("an entry")
}

fn one_file() -> Entry {
    entry("[[files]]\npath = \"w.bin\"")
}

fn options(sources: &[&Server]) -> Options {
    Options {
        backoff: Duration::from_millis(5),
        stall_limit: Duration::from_millis(700),
        ..Options::new(sources.iter().map(|server| Source::endpoint(&server.url)).collect())
    }
}

/// A store in a folder, with the licence accepted.
fn store(folder: &Path, entry: &Entry) -> Store {
    let store = Store::at(folder);
    store.accept(entry).expect("accepted");
    store
}

/// Pulls and checks that the file is the right one and nothing else is left.
fn pull_whole(store: &Store, entry: &Entry, options: &Options, content: &[u8]) {
    let pulled = pull(store, entry, options, &Control::default(), &|_| {}).expect("pulled");
    assert_eq!(pulled, Pulled::Whole);
    assert_whole(store, entry, "w.bin", content);
}

fn assert_whole(store: &Store, entry: &Entry, path: &str, content: &[u8]) {
    let folder = store.folder(entry);
    let found = std::fs::read(folder.join(path)).expect("the file");
    assert_eq!(Digest::of(&found), Digest::of(content));
    let kept = &store.record(entry).expect("a record").files[path];
    assert_eq!((kept.bytes, kept.sha256), (content.len() as u64, Digest::of(content)));
    assert!(!folder.join(format!("{path}.part")).exists() && !folder.join(format!("{path}.journal")).exists());
    assert!(matches!(store.state(entry).expect("a state"), State::Whole { .. }));
}
