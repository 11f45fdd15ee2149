//! Files that the hub's own tools have fetched already are used where they lie. Their cache keeps contents under their
//! hashes and puts links to them into snapshots.
#![cfg(unix)]

use std::path::Path;

use gallop_core::protocol::Digest;
use gallop_core::store::{Control, Options, Pulled, State, Trust, Verdict, Work, pull};

use crate::server::{Answer, Server};
use crate::{content, entry, options, store};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Puts a file into a cache as the hub's tools do.
fn put(cache: &Path, path: &str, content: &[u8], named: &str) {
    let repo = cache.join("models--them--toy");
    let link = repo.join("snapshots").join(COMMIT).join(path);
    for folder in [repo.join("blobs"), repo.join("refs"), link.parent().expect("a folder").to_owned()] {
        std::fs::create_dir_all(folder).expect("folder");
    }
    std::fs::write(repo.join("refs/main"), COMMIT).expect("written");
    std::fs::write(repo.join("blobs").join(named), content).expect("written");
    let up = "../".repeat(path.split('/').count() + 1);
    std::os::unix::fs::symlink(format!("{up}blobs/{named}"), link).expect("linked");
}

fn blob(content: &[u8]) -> String {
    Digest::of(content).to_string()
}

#[test]
fn files_in_the_hubs_cache_are_used_in_place() {
    let [home, cache] = [(); 2].map(|()| tempfile::tempdir().expect("folder"));
    let (large, other) = (content(3 << 20), content(999));
    put(cache.path(), "sub/w.bin", &large, &blob(&large));
    // A small file is kept under another kind of hash, and one came broken.
    put(cache.path(), "c.json", &other, "5f0c612bd6e4d1a3d8c0f1b2a39485763c2d1e0f");
    put(cache.path(), "broken.bin", b"half", &blob(&other));
    let served = other.clone();
    let server = Server::start(move |_, _| Answer::of(&served));
    let entry =
        entry("[[files]]\npath = \"sub/w.bin\"\n[[files]]\npath = \"c.json\"\n[[files]]\npath = \"broken.bin\"");
    let store = store(home.path(), &entry);
    let checked = std::sync::atomic::AtomicBool::new(false);
    let tell = |progress: &gallop_core::store::Progress| {
        if progress.work == Work::Check && progress.file == "sub/w.bin" && progress.done_bytes == progress.total_bytes {
            checked.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    };
    let options = Options { cache: Some(cache.path().to_owned()), ..options(&[&server]) };
    let pulled = pull(&store, &entry, &options, &Control::default(), &tell).expect("pulled");
    assert_eq!((pulled, checked.into_inner()), (Pulled::Whole, true));
    assert!(server.all().iter().all(|request| request.path == format!("/them/toy/resolve/{COMMIT}/broken.bin")));

    let record = store.record(&entry).expect("a record");
    let kept = &record.files["sub/w.bin"];
    let blob_path = cache.path().join("models--them--toy/blobs").join(blob(&large)).canonicalize().expect("a blob");
    assert_eq!((kept.in_place.as_ref(), kept.trust), (Some(&blob_path), Trust::Source));
    assert_eq!((record.files["c.json"].trust, record.files["broken.bin"].in_place.is_none()), (Trust::Recorded, true));
    assert_eq!(record.commit.as_deref(), Some(COMMIT));
    let here = store.folder(&entry).join("sub/w.bin");
    assert!(here.is_symlink() && std::fs::read(&here).expect("a file") == *large);
    assert!(matches!(store.state(&entry).expect("a state"), State::Whole { .. }));
    let verdicts = store.verify(&entry, &|| true).expect("checked");
    assert!(verdicts.iter().all(|(_, verdict)| matches!(verdict, Verdict::Whole(_))), "{verdicts:?}");

    // The cache is cleaned: it is noticed. Removing the model leaves the cache alone.
    std::fs::rename(&blob_path, cache.path().join("away")).expect("moved");
    assert!(matches!(store.state(&entry).expect("a state"), State::Partial { .. }));
    std::fs::rename(cache.path().join("away"), &blob_path).expect("moved");
    let freed = store.remove(&entry).expect("removed");
    assert_eq!((freed, blob_path.exists()), (other.len() as u64, true));
}

#[test]
fn a_model_in_shards_comes_from_the_cache_without_a_network() {
    let [home, cache] = [(); 2].map(|()| tempfile::tempdir().expect("folder"));
    let index = br#"{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#;
    put(cache.path(), "t/model.safetensors.index.json", index, &blob(index));
    for name in ["1.safetensors", "2.safetensors"] {
        let shard = content(name.len() + 1000);
        put(cache.path(), &format!("t/{name}"), &shard, &blob(&shard));
    }
    let server = Server::start(|_, _| Answer::status(404, ""));
    let entry = entry("[[files]]\npath = \"t/model.safetensors.index.json\"\nkind = \"index\"");
    let store = store(home.path(), &entry);
    let options = Options { cache: Some(cache.path().to_owned()), ..options(&[&server]) };
    let pulled = pull(&store, &entry, &options, &Control::default(), &|_| {}).expect("pulled");
    assert_eq!((pulled, server.all().len()), (Pulled::Whole, 0));
    assert!(matches!(store.state(&entry).expect("a state"), State::Whole { .. }));
}
