//! The released files, small: pulled part by part from a server that lies like the hub, put together where they lie, and
//! made clips with. The transformer, the text encoder and the sound are the model in the box's, in the released names and
//! formats; the picture encoder and decoder hold random weights, as `torch.save` wrote them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::faults::server::{Answer, Request, Server};
use crate::{Place, last, models, text, words};

/// The commit of every repository here.
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const GENERATE: &str = "generate --prompt 'A red paper pony.' --size 96x160 --seconds 1 --seed 7 --device cpu";

/// A tensor of a safetensors file.
struct Tensor {
    name: String,
    dtype: String,
    shape: Value,
    bytes: Vec<u8>,
}

fn tensors(file: &str) -> Vec<Tensor> {
    let bytes = std::fs::read(models().join("pony").join(file)).expect("a part of the model in the box");
    let (length, rest) = bytes.split_first_chunk::<8>().expect("a length");
    let (head, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let map: Map<String, Value> = serde_json::from_slice(head).expect("a header");
    let tensor = |(name, about): (String, Value)| {
        let [start, end] = [0, 1].map(|at| about["data_offsets"][at].as_u64().expect("an offset") as usize);
        let dtype = about["dtype"].as_str().expect("a type").to_owned();
        Tensor { name, dtype, shape: about["shape"].clone(), bytes: data[start..end].to_vec() }
    };
    map.into_iter().filter(|(name, _)| name != "__metadata__").map(tensor).collect()
}

/// The same values in 32 bits, in which the transformers are released.
fn widened(tensor: Tensor) -> Tensor {
    let (halves, _) = tensor.bytes.as_chunks::<2>();
    let wide = |half: &[u8; 2]| match (tensor.dtype.as_str(), u16::from_le_bytes(*half)) {
        ("BF16", bits) => f32::from_bits(u32::from(bits) << 16),
        ("F16", bits) => {
            let (sign, exponent, fraction) = (bits >> 15, i32::from(bits >> 10 & 31), f32::from(bits & 0x3ff));
            let size = match exponent {
                0 => fraction * 2_f32.powi(-24),
                _ => (1.0 + fraction / 1024.0) * 2_f32.powi(exponent - 15),
            };
            if sign == 0 { size } else { -size }
        }
        (other, _) => panic!("a tensor of {other}"),
    };
    match tensor.dtype.as_str() {
        "F32" => tensor,
        _ => {
            let bytes = halves.iter().flat_map(|half| wide(half).to_le_bytes()).collect();
            Tensor { bytes, dtype: "F32".into(), ..tensor }
        }
    }
}

/// Values of 8 bits times the scales of their rows, cut to the 16 bits that the released values need.
fn scaled(tensor: Tensor, scales: &Tensor) -> Tensor {
    let (scales, _) = scales.bytes.as_chunks::<4>();
    let row = tensor.bytes.len() / scales.len();
    let mut bytes = Vec::with_capacity(tensor.bytes.len() * 4);
    for (values, scale) in tensor.bytes.chunks(row).zip(scales) {
        let wide = |value: &u8| f32::from(value.cast_signed()) * f32::from_le_bytes(*scale);
        bytes.extend(values.iter().flat_map(|value| (wide(value).to_bits() & 0xffff_0000).to_le_bytes()));
    }
    Tensor { bytes, dtype: "F32".into(), ..tensor }
}

/// The tensors of a part of the model in the box in 32 bits.
fn widened_tensors(file: &str) -> Vec<Tensor> {
    let (scales, rest): (Vec<_>, Vec<_>) = tensors(file).into_iter().partition(|one| one.name.ends_with("_scale"));
    let scales: BTreeMap<String, Tensor> = scales.into_iter().map(|one| (one.name.clone(), one)).collect();
    rest.into_iter()
        .map(|one| match scales.get(&format!("{}_scale", one.name)) {
            Some(scale) => scaled(one, scale),
            None => widened(one),
        })
        .collect()
}

/// Puts the model in the box into a folder, its transformers in 32 bits.
pub fn put_wide_pony(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    for entry in std::fs::read_dir(models().join("pony")).expect("the model in the box").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let put = folder.join(&name);
        match name.as_str() {
            "transformer.safetensors" | "upscaler.safetensors" => {
                std::fs::write(put, safetensors(&widened_tensors(&name))).expect("written");
            }
            _ if name.ends_with(".json") || name.ends_with(".safetensors") => {
                std::fs::copy(entry.path(), put).map(drop).expect("copied");
            }
            _ => {}
        }
    }
}

fn safetensors(tensors: &[Tensor]) -> Vec<u8> {
    let (mut map, mut data) = (Map::new(), Vec::new());
    for Tensor { name, dtype, shape, bytes } in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        map.insert(name.clone(), json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}));
        data.extend_from_slice(bytes);
    }
    let mut head = serde_json::to_vec(&map).expect("a header");
    head.resize(head.len().next_multiple_of(8), b' ');
    [&(head.len() as u64).to_le_bytes(), &head[..], &data].concat()
}

type Files = BTreeMap<String, Arc<Vec<u8>>>;

fn put(files: &mut Files, path: &str, bytes: impl Into<Vec<u8>>) {
    files.insert(path.to_owned(), Arc::new(bytes.into()));
}

/// Puts tensors into as many shards, with the index of them.
fn put_shards(files: &mut Files, folder: &str, tensors: Vec<Tensor>, count: usize) {
    let (mut index, mut shards) = (Map::new(), Vec::new());
    shards.resize_with(count, Vec::new);
    for (at, tensor) in tensors.into_iter().enumerate() {
        index.insert(tensor.name.clone(), format!("model-{:05}-of-{count:05}.safetensors", at % count + 1).into());
        shards[at % count].push(tensor);
    }
    for (at, shard) in shards.iter().enumerate() {
        put(files, &format!("{folder}/model-{:05}-of-{count:05}.safetensors", at + 1), safetensors(shard));
    }
    let index = json!({"metadata": {"total_size": 1}, "weight_map": index});
    put(files, &format!("{folder}/model.safetensors.index.json"), index.to_string());
}

/// What the repositories hold, by repository and path.
fn released() -> Files {
    let mut files = Files::new();
    let pony = |file: &str| std::fs::read(models().join("pony").join(file)).expect("a part of the model in the box");
    let golden = |file: &str| std::fs::read(models().join("../tests/golden").join(file)).expect("a fixture");
    let transformer = || widened_tensors("transformer.safetensors");
    let magihuman = "GAIR/daVinci-MagiHuman";
    put_shards(&mut files, &format!("{magihuman}/distill"), transformer(), 3);
    put_shards(&mut files, &format!("{magihuman}/540p_sr"), transformer(), 2);
    let turbo: Value = serde_json::from_slice(&golden("turbo_vaed.json")).expect("a fixture");
    let turbo = turbo["config"]["model"].to_string();
    put(&mut files, &format!("{magihuman}/turbo_vae/TurboV3-Wan22-TinyShallow_7_7.json"), turbo);
    put(&mut files, &format!("{magihuman}/turbo_vae/checkpoint-340000.ckpt"), golden("turbo_vaed.ckpt"));
    put(&mut files, "Wan-AI/Wan2.2-TI2V-5B/Wan2.2_VAE.pth", golden("wan_vae.pth"));

    let other =
        |name: &str| Tensor { name: name.into(), dtype: "U8".into(), shape: json!([70_000]), bytes: vec![7; 70_000] };
    let encoder: Value = serde_json::from_slice(&pony("text_encoder.json")).expect("JSON");
    let text = "google/t5gemma-9b-9b-ul2";
    put(&mut files, &format!("{text}/config.json"), json!({"model_type": "t5gemma", "encoder": encoder}).to_string());
    put(&mut files, &format!("{text}/tokenizer.json"), pony("tokenizer.json"));
    let decoder = ["model.decoder.layers.0.mlp.up_proj.weight", "lm_head.out_proj.weight"].map(other);
    put_shards(&mut files, text, widened_tensors("text_encoder.safetensors").into_iter().chain(decoder).collect(), 2);

    let sound = "stabilityai/stable-audio-open-1.0";
    put(&mut files, &format!("{sound}/model_config.json"), pony("audio_vae.json"));
    let mut audio = widened_tensors("audio_vae.safetensors");
    audio.insert(0, other("model.model.transformer.project_in.weight"));
    audio.push(other("conditioner.conditioners.seconds_total.embedder.weight"));
    put(&mut files, &format!("{sound}/model.safetensors"), safetensors(&audio));
    files
}

/// A server with the hub's addresses. Two repositories have a gate.
fn hub(files: Files) -> Server {
    Server::start(move |request, _| {
        let Some((repo, rest)) = request.path.trim_start_matches('/').split_once("/resolve/") else {
            return Answer::status(404, "");
        };
        let (_, path) = rest.split_once('/').expect("a revision and a path");
        let is_gated = repo.starts_with("google/") || repo.starts_with("stabilityai/");
        match files.get(&format!("{repo}/{path}")) {
            _ if is_gated && request.token.as_deref() != Some("Bearer hf_mine") => Answer::status(401, ""),
            Some(content) => {
                let etag = gallop_protocol::Digest::of(content.as_slice());
                let extra = format!("x-repo-commit: {COMMIT}\r\n");
                Answer { etag: Some(format!("\"{etag}\"")), extra, ..Answer::of(content) }
            }
            None => Answer::status(404, ""),
        }
    })
}

/// A user whose catalog is the built-in one, but for the hash of the one file whose hash it knows.
fn user() -> Place {
    let place = Place::empty();
    std::fs::create_dir_all(place.path("home/config/catalog")).expect("folder");
    let entry = std::fs::read_to_string(models().join("catalog/wan22-vae.toml")).expect("an entry");
    let lines = entry.lines().filter(|line| !line.starts_with("sha256 = ") && !line.starts_with("bytes = "));
    place.write("home/config/catalog/wan22-vae.toml", lines.collect::<Vec<_>>().join("\n"));
    place
}

fn gallop(place: &Place, line: &str) -> std::process::Command {
    let mut command = place.gallop(words(line));
    // Nothing of this machine's user may be used or touched, a keychain the least.
    command.env("GALLOP_HOME", place.path("home")).env_remove("GALLOP_MODEL_DIR").env("HF_HOME", place.path("hub"));
    command.env("HF_TOKEN", "hf_mine").env_remove("HF_ENDPOINT").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    command
}

fn run(place: &Place, line: &str) -> Output {
    gallop(place, line).output().expect("gallop starts")
}

fn events(place: &Place, line: &str) -> Vec<Value> {
    let output = run(place, &format!("{line} --json"));
    assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn refused(place: &Place, line: &str, said: &[&str]) {
    let output = run(place, line);
    let told = text(&output.stderr);
    assert!(!output.status.success() && !told.contains("panicked"), "{line}: {told}");
    let lines: Vec<_> = told.lines().filter(|line| line.starts_with("gallop: ")).collect();
    assert!(matches!(lines[..], [one] if said.iter().all(|said| one.contains(said))), "{line}: {said:?} in {told}");
}

/// What an engine says of the released model when it is greeted.
fn in_hello(place: &Place) -> Option<Value> {
    let mut command = gallop(place, "engine --device cpu");
    let mut engine =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
    let mut output = engine.stdout.take().expect("piped");
    let mut number = || {
        let mut bytes = [0; 4];
        output.read_exact(&mut bytes).expect("a length");
        u32::from_be_bytes(bytes) as usize
    };
    let (_, length) = (number(), number());
    let mut head = vec![0; length];
    output.read_exact(&mut head).expect("a message");
    drop(engine.stdin.take());
    engine.wait().expect("ends");
    let hello: Value = serde_json::from_slice(&head).expect("JSON");
    let models = hello["models"].as_array().expect("models").clone();
    models.into_iter().find(|model| model["name"] == "magihuman-distill")
}

fn latents(events: &[Value]) -> String {
    last(events, "clip")["latents"].as_str().expect("a fingerprint").to_owned()
}

#[test]
fn a_pulled_model_makes_clips_from_where_its_parts_lie() {
    let (place, files) = (user(), released());
    let server = hub(files.clone());
    let url = &server.url;
    let pull = format!("models pull magihuman-distill --from {url}");
    refused(
        &place,
        &format!("{GENERATE} --model magihuman-distill -o a.mp4"),
        &["gallop models pull magihuman-distill"],
    );
    refused(&place, &pull, &["--accept-licence", "ai.google.dev", "stability.ai", "apache.org"]);
    assert_eq!(server.all().len(), 0, "nothing is asked for before the licences are accepted");
    // A token is the hub's, until the user says whose it is, too.
    refused(&place, &format!("{pull} --accept-licence"), &["--token-to"]);
    assert!(server.all().iter().all(|request| request.token.is_none()));
    let from_here = |request: &Request| request.token.as_deref() == Some("Bearer hf_mine");
    let output = run(&place, &format!("{pull} --token-to {url}"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(server.all().iter().any(from_here) && !text(&output.stderr).contains("hf_mine"));

    // What is here is what is needed: a transformer in half its size, one half of the text model, the VAE of the sound.
    let store = place.path("home/data/models");
    let size = |file: &str| std::fs::metadata(store.join(file)).expect("a pulled file").len() as usize;
    let shard = "distill/model-00001-of-00003.safetensors";
    let whole = files[&format!("GAIR/daVinci-MagiHuman/{shard}")].len();
    assert!(size(&format!("magihuman-distill/{shard}")) < whole * 11 / 20);
    let sound = size("stable-audio-open-vae/stable-audio-open-1.0/model.safetensors");
    assert!(sound + 130_000 < files["stabilityai/stable-audio-open-1.0/model.safetensors"].len());
    // A branch stays the one that it was at the first answer.
    let is_moving = |request: &&Request| request.path.contains("/google/") && request.path.contains("/resolve/main/");
    assert!(server.all().iter().filter(is_moving).filter(|request| from_here(request)).count() <= 1);
    let record: Value =
        serde_json::from_slice(&std::fs::read(store.join("t5gemma-9b-encoder/store.json")).expect("a list"))
            .expect("JSON");
    assert_eq!((record["commit"].as_str(), record["branch"].as_str()), (Some(COMMIT), Some("main")));

    let made = events(&place, &format!("{GENERATE} --model magihuman-distill -o a.mp4"));
    assert_eq!(last(&made, "begin")["model"], "magihuman-distill");
    // The same files in one folder, as they are released, make the same latents: nothing was lost on the way.
    let folder = place.path("by-hand");
    for (path, content) in &files {
        let path = path
            .strip_prefix("GAIR/daVinci-MagiHuman/")
            .map(PathBuf::from)
            .unwrap_or_else(|| Path::new(path).components().skip(1).collect());
        std::fs::create_dir_all(folder.join(&path).parent().expect("a folder")).expect("folder");
        std::fs::write(folder.join(&path), content.as_slice()).expect("written");
    }
    let by_hand = events(&place, &format!("{GENERATE} --model ./by-hand -o b.mp4"));
    assert_eq!(latents(&made), latents(&by_hand));
    // The clip knows the name by which the model is found again.
    assert_eq!(latents(&events(&place, "generate --like a.mp4 --device cpu -o c.mp4")), latents(&made));

    assert_eq!(in_hello(&place).expect("the model")["upscales"], json!([]));
    refused(&place, &format!("{GENERATE} --model wan22-vae -o d.mp4"), &["part of", "magihuman-distill"]);
    let output = run(&place, &format!("models pull magihuman-540p --from {url} --accept-licence"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(in_hello(&place).expect("the model")["upscales"], json!([512]));
    let plan = run(&place, "plan --model magihuman-distill --size 896x512 --seconds 1 --ram 64GB --json");
    let plan: Value = serde_json::from_slice(&plan.stdout).expect("JSON");
    assert_eq!((&plan["model"], &plan["runs"]), (&json!("magihuman-distill"), &json!(true)), "{plan:#}");
    assert!(plan.to_string().contains("upscale"), "{plan:#}");
    let doctor: Value =
        serde_json::from_slice(&run(&place, "doctor --model magihuman-distill --json").stdout).expect("JSON");
    let fit = &doctor["models"][0];
    assert_eq!((&fit["id"], &fit["presence"]["state"]), (&json!("magihuman-distill"), &json!("whole")), "{doctor:#}");

    run(&place, "models remove wan22-vae");
    let said = ["`wan22-vae` is not here", "gallop models pull magihuman-distill"];
    refused(&place, &format!("{GENERATE} --model magihuman-distill -o d.mp4"), &said);
    assert_eq!(in_hello(&place), None);
}
