//! The seeds of the fuzz targets: one small whole file of each kind, and some of the ways in which one can be wrong.

use std::path::Path;

use bytes::BytesMut;
use gallop_core::project::{NewProject, ProjectData, ShotEntry};
use gallop_protocol::frame::{Codec, Frame};
use gallop_protocol::message::{Checkpoint, Code, Command, Event, Goal, Order, Piece, Stage};
use gallop_protocol::recipe::{Recipe, Reference};
use gallop_protocol::shot::{Language, Line, Shot};
use gallop_protocol::{Digest, Id};
use serde::Serialize;
use tokio_util::codec::Encoder as _;

use super::fuzz;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[test]
#[ignore = "writes tests/fuzz/corpus, which only changes when this file does"]
fn write_the_seeds() -> Outcome {
    frames()?;
    safetensors()?;
    pickles()?;
    projects()?;
    catalogs()?;
    ranges()
}

fn put(target: &str, name: &str, bytes: &[u8]) -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(folder.join(name), bytes)?)
}

fn shot() -> Shot {
    let line = Line { speaker: Some("young woman".into()), language: Language::English, text: "Hello!".into() };
    Shot { description: "A red pony.".into(), lines: vec![line], sound: Some("wind".into()) }
}

fn recipe() -> Recipe {
    let image = Reference { file: "pony.png".into(), sha256: Some(Digest::of("a")) };
    Recipe {
        seed: Some(7),
        seconds: Some(2.5),
        size: Some([64, 64]),
        image: Some(image),
        engine: None,
        ..Recipe::new(shot())
    }
}

/// Bytes that come `portion` at once.
fn stream(portion: u8, bytes: &[u8]) -> Vec<u8> {
    [&[portion], bytes].concat()
}

fn sent<T: Serialize>(frames: Vec<Frame<T>>) -> Outcome<Vec<u8>> {
    let (mut codec, mut pipe) = (Codec::<T, T>::default(), BytesMut::new());
    for frame in frames {
        codec.encode(frame, &mut pipe)?;
    }
    Ok(pipe.to_vec())
}

fn frames() -> Outcome {
    // The same each time, so that the corpus does not change when it is written again.
    let job: Id = "0199d0a2-0000-7000-8000-0000000000aa".parse()?;
    let blob = Digest::of("abc");
    let order = Order { recipe: recipe(), goal: Goal::Final, checkpoints: [(Checkpoint::Draft, blob)].into() };
    let commands = sent(vec![
        Frame::from(Command::Hello { protocol: 1, build: "gallop".into() }),
        Frame::from(Command::Submit { job, order: Box::new(order) }),
        Frame::with(Command::Blob(Piece { blob, offset: 0, size: 3 }), &b"abc"[..]),
        Frame::from(Command::Absent { blob, reason: "gone".into() }),
        Frame::from(Command::Stored { job, checkpoint: Checkpoint::Draft }),
        Frame::from(Command::Cancel { job }),
        Frame::from(Command::Shutdown),
    ])?;
    let events = sent(vec![
        Frame::from(Event::Need { job, blobs: vec![blob] }),
        Frame::from(Event::Begun { job, recipe: Box::new(recipe()) }),
        Frame::from(Event::Step { job, stage: Stage::Denoise, done: 1, total: 8, seconds_left: 1.5 }),
        Frame::with(Event::Preview { job }, &b"\x89PNG"[..]),
        Frame::from(Event::Checkpoint { job, checkpoint: Checkpoint::Clip, blob }),
        Frame::from(Event::Failed { job, code: Code::Input, message: "no".into() }),
    ])?;
    put("frame", "commands", &stream(255, &commands))?;
    put("frame", "commands-slowly", &stream(1, &commands[..200]))?;
    put("frame", "events", &stream(64, &events))?;
    put("frame", "recipe", &stream(255, recipe().to_json()?.as_bytes()))?;
    put("frame", "banner", &stream(255, b"Welcome to gpu1!\n"))?;
    put("frame", "huge", &stream(2, b"\xff\xff\xff\xff\0\0\0\x02{}"))?;
    put("frame", "digest", &stream(255, blob.to_string().as_bytes()))?;
    put("frame", "id", &stream(255, job.to_string().as_bytes()))
}

fn tensors(header: &str, data_bytes: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![1; data_bytes]].concat()
}

fn safetensors() -> Outcome {
    let whole = r#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b.c":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]},"none":{"dtype":"U8","shape":[0,9],"data_offsets":[22,22]}}"#;
    put("safetensors", "whole", &tensors(whole, 22))?;
    put("safetensors", "short", &tensors(whole, 21))?;
    let overlap = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
    put("safetensors", "overlap", &tensors(overlap, 12))?;
    let beyond = r#"{"a":{"dtype":"F32","shape":[0,18446744073709551615,2],"data_offsets":[0,0]}}"#;
    put("safetensors", "beyond-numbers", &tensors(beyond, 0))?;
    let twice =
        r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#;
    put("safetensors", "twice", &tensors(twice, 2))?;
    put(
        "safetensors",
        "steers-the-terminal",
        &tensors(r#"{"\u001b[2J":{"dtype":"U8","shape":[9],"data_offsets":[0,1]}}"#, 1),
    )?;

    let note = serde_json::to_string(&recipe().to_json()?)?;
    let pair = format!(
        r#"{{"__metadata__":{{"note":{note}}},"video":{{"dtype":"F32","shape":[1,2,2,1,1],"data_offsets":[0,16]}},"audio":{{"dtype":"F32","shape":[1,2,1],"data_offsets":[16,24]}}}}"#
    );
    put("latents", "whole", &tensors(&pair, 24))?;
    put("latents", "other-type", &tensors(&pair.replace("F32", "I32"), 24))?;
    put("latents", "empty-axis", &tensors(&pair.replace("[1,2,1]", "[1,0,1]").replace("16,24", "16,16"), 16))
}

fn text(text: &str) -> Vec<u8> {
    [&[b'X'][..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

/// What makes a float tensor out of `data/0`.
fn tensor(offset: u8, shape: &[u8], strides: &[u8]) -> Vec<u8> {
    let ints = |numbers: &[u8]| -> Vec<u8> {
        [b"(".to_vec(), numbers.iter().flat_map(|number| [b'K', *number]).collect(), b"t".to_vec()].concat()
    };
    let storage =
        [b"((", &text("storage")[..], b"ctorch\nFloatStorage\n", &text("0"), &text("cpu"), b"K\x10tQ"].concat();
    let view = [&[b'K', offset][..], &ints(shape), &ints(strides), b"\x89}tR"].concat();
    [b"ctorch._utils\n_rebuild_tensor_v2\n", &storage[..], &view].concat()
}

fn pickles() -> Outcome {
    let item = |name: &str, value: &[u8]| [&text(name)[..], value, b"s"].concat();
    let dict = |items: &[Vec<u8>]| [b"\x80\x02}", &items.concat()[..], b"."].concat();
    let both = dict(&[item("a", &tensor(0, &[2, 2], &[2, 1])), item("b", &tensor(1, &[3], &[2]))]);
    put("pickle", "whole.pth", &fuzz::archive(&[("w/data.pkl", &both), ("w/data/0", &[7; 64])]))?;
    put("pickle", "two-tensors", &both)?;
    put(
        "pickle",
        "state-dict",
        &dict(&[item("state_dict", &[b"}", &item("a", &tensor(0, &[4], &[1]))[..]].concat())]),
    )?;
    put("pickle", "outside", &dict(&[item("a", &tensor(250, &[9, 9], &[9, 1]))]))?;
    put("pickle", "command", &dict(&[item("a", &[b"cos\nsystem\n", &text("true")[..], b"\x85R"].concat())]))?;
    let itself =
        [b"\x80\x02}q\0", &item("a", b"h\0")[..], &item("b", b"h\0"), &item("c", &tensor(0, &[1], &[1])), b"."];
    put("pickle", "contains-itself", &itself.concat())?;
    put("pickle", "protocol-4", b"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94K\x01\x8c\x01b]\x94(K\x02Neu.")
}

fn projects() -> Outcome {
    let mut data = ProjectData::new(NewProject { name: "Pony".into(), aspect: "9:16".into(), model: "pony".into() });
    data.id = "0199d0a2-0000-7000-8000-0000000000aa".parse()?;
    let mut entry = ShotEntry::new(shot());
    entry.id = "0199d0a2-0000-7000-8000-000000000001".parse()?;
    (entry.seconds, entry.seed) = (Some(2.5), Some(u64::MAX));
    data.shots.push(entry);
    let mut value = serde_json::to_value(&data)?;
    put("project", "whole", &serde_json::to_vec(&value)?)?;
    value["palette"] = serde_json::json!({"sky": "#99ccff", "weights": [1, 0.5, null]});
    value["shots"][0]["image"] = serde_json::json!({"sha256": Digest::of("a"), "name": "pony.png", "bytes": 3});
    put("project", "with-picture", &serde_json::to_vec(&value)?)?;
    value["shots"][0]["image"]["name"] = "../../../etc/passwd".into();
    put("project", "path", &serde_json::to_vec(&value)?)?;
    put("project", "newer", br#"{"format": 99, "anything": []}"#)?;
    put("project", "numbers", br#"{"format": 1e300, "shots": [{"seconds": -1e999}]}"#)
}

fn catalogs() -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/catalog");
    for name in ["magihuman-distill", "t5gemma-9b-encoder", "stable-audio-open-vae", "wan22-vae"] {
        put("catalog", name, &std::fs::read(folder.join(name).with_extension("toml"))?)?;
    }
    let good = std::fs::read_to_string(folder.join("wan22-vae.toml"))?;
    put("catalog", "outside", good.replace("Wan2.2_VAE.pth", "../../../.profile").as_bytes())?;
    put("catalog", "newer", good.replace("format = 1", "format = 9").as_bytes())?;
    put("catalog", "no-address", good.replace("https://www", "javascript:").as_bytes())?;
    let file = format!("bytes = 3\nsha256 = \"{}\"\nsave_as = \"A\"\n", Digest::of("a"));
    put("catalog", "twice-here", format!("{good}{file}[[files]]\npath = \"a\"\n").as_bytes())
}

/// A prefix, the length of a file, and its beginning.
fn answer(prefix: &str, file_bytes: u64, beginning: &[u8]) -> Vec<u8> {
    [&[prefix.len() as u8], prefix.as_bytes(), &file_bytes.to_le_bytes(), beginning].concat()
}

fn ranges() -> Outcome {
    // As the VAE lies among other weights, and an encoder in the shards of an encoder with a decoder.
    let beside = r#"{"__metadata__":{"format":"pt"},"model.a.weight":{"dtype":"F16","shape":[4,2],"data_offsets":[0,16]},"pretransform.model.decoder.layers.0.bias":{"dtype":"F32","shape":[3],"data_offsets":[16,28]},"model.b.weight":{"dtype":"F16","shape":[2],"data_offsets":[28,32]},"pretransform.model.decoder.layers.0.weight_v":{"dtype":"F32","shape":[3,1,1],"data_offsets":[32,44]},"pretransform.none":{"dtype":"F32","shape":[0],"data_offsets":[44,44]}}"#;
    let header = tensors(beside, 0);
    let whole = header.len() as u64 + 44;
    put("ranges", "vae", &answer("pretransform.", whole, &header))?;
    put("ranges", "all", &answer("", whole, &header))?;
    put("ranges", "two", &answer("model.a.,pretransform.none", whole, &header))?;
    put("ranges", "none", &answer("vae.", whole, &header))?;
    put("ranges", "cut", &answer("model.", whole, &header[..60]))?;
    put("ranges", "short", &answer("model.", whole - 1, &header))?;
    let huge = r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551000]}}"#;
    put("ranges", "huge", &answer("", u64::MAX, &tensors(huge, 0)))?;
    let terabytes = huge.replace("18446744073709551000", "4000000000000");
    put("ranges", "terabytes", &answer("a", 4_000_000_001_000, &tensors(&terabytes, 0)))?;
    let index = r#"{"metadata":{"total_size":22},"weight_map":{"model.decoder.embed_tokens.weight":"model-00002-of-00002.safetensors","model.encoder.embed_tokens.weight":"model-00001-of-00002.safetensors","model.encoder.layers.0.mlp.down_proj.weight":"model-00001-of-00002.safetensors"}}"#;
    let named = |prefix: &str, index: &str| [&[prefix.len() as u8], prefix.as_bytes(), index.as_bytes()].concat();
    put("ranges", "index", &named("model.encoder.", index))?;
    put("ranges", "index-outside", &named("", &index.replace("model-00001", "../model-00001")))
}
