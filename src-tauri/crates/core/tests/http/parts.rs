//! Only the tensors that are needed, and what becomes of them.

use std::sync::Arc;

use gallop_core::store::{Control, Pulled, pull};

use crate::server::{Answer, Request, Server};
use crate::{content, entry, options, store};

/// A safetensors file: (name, type, bytes) of its tensors, filled with `data`.
fn safetensors(tensors: &[(&str, &str, usize)], data: &[u8]) -> Vec<u8> {
    let (mut map, mut at) = (serde_json::Map::new(), 0);
    for (name, dtype, bytes) in tensors {
        let width = if *dtype == "F32" { 4 } else { 1 };
        map.insert(
            (*name).into(),
            serde_json::json!({"dtype": dtype, "shape": [bytes / width], "data_offsets": [at, at + bytes]}),
        );
        at += bytes;
    }
    let head = serde_json::to_vec(&map).expect("text");
    [&(head.len() as u64).to_le_bytes(), &head[..], &data[..at]].concat()
}

fn header(file: &[u8]) -> (serde_json::Value, &[u8]) {
    let (length, rest) = file.split_first_chunk::<8>().expect("a length");
    let (head, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    (serde_json::from_slice(head).expect("a header"), data)
}

#[test]
fn only_the_tensors_that_are_needed_are_fetched() {
    let data = content(3 << 20);
    let file = safetensors(
        &[("dit.a", "U8", 1 << 20), ("vae.a", "U8", 70_000), ("dit.b", "U8", 1 << 20), ("vae.b", "U8", 999)],
        &data,
    );
    let served = Arc::new(file.clone());
    for ignores_ranges in [false, true] {
        let (folder, served) = (tempfile::tempdir().expect("folder"), Arc::clone(&served));
        let server = Server::start(move |_, before| Answer {
            ignores_ranges,
            cut_after: (!ignores_ranges && before == 2).then_some(10_000),
            ..Answer::of(&served)
        });
        let entry = entry("[[files]]\npath = \"all.safetensors\"\nsave_as = \"vae.safetensors\"\ntensors = [\"vae.\"]");
        let store = store(folder.path(), &entry);
        let pulled = pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect("pulled");
        assert_eq!(pulled, Pulled::Whole);
        let found = std::fs::read(store.folder(&entry).join("vae.safetensors")).expect("the file");
        let (head, bytes) = header(&found);
        assert_eq!(head.as_object().expect("a map").keys().collect::<Vec<_>>(), ["vae.a", "vae.b"]);
        let (vae_a, vae_b) = ((1 << 20)..(1 << 20) + 70_000, (2 << 20) + 70_000..(2 << 20) + 70_999);
        assert_eq!(bytes, [&data[vae_a], &data[vae_b]].concat());
        if !ignores_ranges {
            let asked: u64 = server.asked().iter().map(Request::bytes).sum();
            assert!(asked < 200_000, "{asked} bytes were asked for");
        }
    }
}

#[test]
fn a_header_is_not_read_of_two_files() {
    let data = content(1000);
    let file = Arc::new(safetensors(&[("dit.a", "U8", 600), ("vae.a", "U8", 400)], &data));
    let (folder, served) = (tempfile::tempdir().expect("folder"), Arc::clone(&file));
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |request, _| {
        // The first question is answered with the ETag of another file.
        let is_wrong = request.is_question() && asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        Answer { etag: Some(if is_wrong { "\"other\"" } else { "\"one\"" }.into()), ..Answer::of(&served) }
    });
    let entry = entry("[[files]]\npath = \"all.safetensors\"\nsave_as = \"vae.safetensors\"\ntensors = [\"vae.\"]");
    let store = store(folder.path(), &entry);
    let pulled = pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect("pulled");
    assert_eq!(pulled, Pulled::Whole);
    let found = std::fs::read(store.folder(&entry).join("vae.safetensors")).expect("the file");
    assert_eq!(header(&found).1, &data[600..]);
}

#[test]
fn shards_are_found_and_halved() {
    let floats: Vec<u8> = (0..1000).flat_map(|value: u16| f32::from(value).to_le_bytes()).collect();
    let shard =
        Arc::new(safetensors(&[("enc.w", "F32", 2000), ("enc.norm", "F32", 400), ("dec.w", "F32", 1600)], &floats));
    let index =
        r#"{"metadata":{},"weight_map":{"enc.w":"1.safetensors","enc.norm":"1.safetensors","dec.x":"2.safetensors"}}"#;
    let index = Arc::new(index.as_bytes().to_vec());
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::start(move |request, _| match request.path.as_str() {
        "/them/toy/resolve/main/t/index.json" => Answer::of(&index),
        "/them/toy/resolve/main/t/1.safetensors" => Answer::of(&shard),
        _ => Answer::status(404, ""),
    });
    let entry = entry(
        "[convert]\nto = \"bf16\"\nkeep = [\"norm\"]\n[[files]]\npath = \"t/index.json\"\nkind = \"index\"\ntensors = [\"enc.\"]",
    );
    let store = store(folder.path(), &entry);
    let again = || pull(&store, &entry, &options(&[&server]), &Control::default(), &|_| {}).expect("pulled");
    assert_eq!(again(), Pulled::Whole);
    let found = std::fs::read(store.folder(&entry).join("t/1.safetensors")).expect("the file");
    let (head, bytes) = header(&found);
    assert_eq!((&head["enc.w"]["dtype"], &head["enc.norm"]["dtype"]), (&"BF16".into(), &"F32".into()));
    assert_eq!((head.as_object().map(serde_json::Map::len), bytes.len()), (Some(2), 1000 + 400));
    let kept = store.record(&entry).expect("a record").files["t/1.safetensors"].clone();
    assert_eq!(kept.bytes, found.len() as u64);
    assert!(kept.made_from.is_some_and(|original| original.bytes > kept.bytes));
    assert!(
        store
            .verify(&entry, &|| true)
            .expect("checked")
            .iter()
            .all(|(_, verdict)| { matches!(verdict, gallop_core::store::Verdict::Whole(_)) })
    );
    let before = server.all().len();
    assert_eq!(again(), Pulled::Whole);
    assert_eq!(server.all().len(), before, "what was converted is not fetched again");
}
