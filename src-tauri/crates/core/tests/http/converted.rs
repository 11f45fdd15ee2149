//! Conversion on arrival: stopped, and killed in the middle. The process that is killed is this very test program.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;

use gallop_core::protocol::Digest;
use gallop_core::store::{Control, Entry, Options, Progress, Pulled, Source, State, Store, Verdict, Work, pull};

use crate::child;
use crate::server::{Answer, Server};
use crate::{entry, options, store};

const FLOATS: usize = 3 << 20;

fn toy() -> Entry {
    entry("[[files]]\npath = \"w.safetensors\"\n[convert]\nto = \"bf16\"\nkeep = [\"norm\"]")
}

/// A file of 32-bit floats, and what it becomes.
fn files() -> (Vec<u8>, Vec<u8>) {
    let header = |dtype: &str, bytes: usize| {
        let norm = bytes + 4;
        let text = format!(
            r#"{{"w":{{"dtype":"{dtype}","shape":[{FLOATS}],"data_offsets":[0,{bytes}]}},"norm":{{"dtype":"F32","shape":[1],"data_offsets":[{bytes},{norm}]}}}}"#
        );
        let head: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).expect("JSON");
        let mut text = serde_json::to_vec(&head).expect("text");
        text.resize(text.len().next_multiple_of(8), b' ');
        [&(text.len() as u64).to_le_bytes(), &text[..]].concat()
    };
    let (mut wide, mut narrow) = (header("F32", FLOATS * 4), header("BF16", FLOATS * 2));
    for value in 0..FLOATS as u32 {
        // Small whole numbers are the same in both.
        let bits = ((value % 256) as f32).to_bits();
        wide.extend(bits.to_le_bytes());
        narrow.extend(((bits >> 16) as u16).to_le_bytes());
    }
    let norm = 0.1_f32.to_le_bytes();
    (([wide, norm.to_vec()].concat()), [narrow, norm.to_vec()].concat())
}

fn assert_converted(store: &Store, wide: &[u8], narrow: &[u8]) {
    let (entry, folder) = (toy(), store.folder(&toy()));
    assert!(std::fs::read(folder.join("w.safetensors")).expect("a file") == narrow, "another content");
    let record = store.record(&entry).expect("a record");
    let kept = &record.files["w.safetensors"];
    assert_eq!((kept.bytes, kept.sha256), (narrow.len() as u64, Digest::of(narrow)));
    assert_eq!(kept.made_from.map(|original| original.sha256), Some(Digest::of(wide)));
    assert_eq!(store.state(&entry).expect("a state"), State::Whole { bytes: narrow.len() as u64 });
    assert!(matches!(store.verify(&entry, &|| true).expect("checked")[..], [(_, Verdict::Whole(_))]));
    assert_eq!(drafts(&folder), 0);
}

/// Files that somebody began to write.
fn drafts(folder: &Path) -> usize {
    let names = std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").file_name());
    names.filter(|name| name.to_string_lossy().ends_with(".part")).count()
}

#[test]
fn it_is_told_and_stopped_and_goes_on_without_the_network() {
    let (folder, (wide, narrow)) = (tempfile::tempdir().expect("folder"), files());
    let served = Arc::new(wide.clone());
    let server = Server::start(move |_, _| Answer::of(&served));
    let (entry, control) = (toy(), Control::default());
    let store = store(folder.path(), &entry);
    let tell = |progress: &Progress| {
        if progress.work == Work::Convert && progress.done_bytes > progress.total_bytes / 2 {
            control.stop();
        }
    };
    let pulled = pull(&store, &entry, &options(&[&server]), &control, &tell).expect("pulled");
    assert_eq!((pulled, drafts(&store.folder(&entry))), (Pulled::Stopped, 0));
    let before = server.all().len();
    let pulled = pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect("pulled");
    assert_eq!((pulled, server.all().len()), (Pulled::Whole, before));
    assert_converted(&store, &wide, &narrow);

    // Killed after it was noted and before it was put in place: the file is still as it came.
    std::fs::write(store.folder(&entry).join("w.safetensors"), &wide).expect("written");
    pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect("pulled");
    assert_eq!(server.all().len(), before);
    assert_converted(&store, &wide, &narrow);
}

/// The other process; nothing where nobody started it as such.
#[test]
fn child() {
    let Some((url, folder)) = child::told() else { return };
    let entry = toy();
    let store = store(folder.as_ref(), &entry);
    let options = Options::new(vec![Source::endpoint(url.to_str().expect("text"))]);
    let tell = |progress: &Progress| {
        if progress.work == Work::Convert && progress.done_bytes > progress.total_bytes / 2 {
            eprintln!("in the middle");
            // Until it is killed.
            std::thread::sleep(std::time::Duration::from_secs(600));
        }
    };
    pull(&store, &entry, &options, &Control::default(), &tell).expect("killed before it ends");
}

#[test]
fn a_killed_conversion_is_made_again_and_nothing_is_fetched_twice() {
    let (folder, (wide, narrow)) = (tempfile::tempdir().expect("folder"), files());
    let served = Arc::new(wide.clone());
    let server = Server::start(move |_, _| Answer::of(&served));
    let entry = toy();
    for _ in 0..2 {
        let mut child = child::start("converted::child", &server.url, folder.path());
        let mut lines = BufReader::new(child.stderr.take().expect("its stderr")).lines();
        assert!(lines.any(|line| line.expect("a line") == "in the middle"), "it ended too early");
        child.kill().expect("killed");
        child.wait().expect("gone");
        let folder = Store::at(folder.path()).folder(&entry);
        assert!(std::fs::read(folder.join("w.safetensors")).expect("a file") == wide, "the original is untouched");
        assert_eq!(drafts(&folder), 1, "each kill leaves one, and the next pull removes it");
    }
    let before = server.all().len();
    let store = store(folder.path(), &entry);
    let pulled = pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect("pulled");
    assert_eq!((pulled, server.all().len()), (Pulled::Whole, before));
    assert_converted(&store, &wide, &narrow);
}
