//! Weight files of every kind, whole, cut short, renamed, foreign and hostile.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use gallop_models::Error;
use gallop_models::weights::{StoredType, Weights};
use tempfile::TempDir;

fn golden(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(file)
}

fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)
}

fn bits(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Writes `bytes` under `name` in a new folder.
fn put(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn refusal(name: &str, bytes: &[u8]) -> String {
    let (_folder, path) = put(name, bytes);
    let message = Weights::open(&path).expect_err(name).to_string();
    assert!(message.ends_with(&path.display().to_string()), "the path goes last: {message}");
    assert!(!message.contains('\n'), "one line: {message}");
    message
}

/// Every tensor of `twin` is in `file` with the same type, shape and values.
fn assert_twins(file: &Path, twin: &Path, skip: fn(&str) -> bool) {
    let (file, twin) = (Weights::open(file).unwrap(), Weights::open(twin).unwrap());
    let mut compared = 0;
    for (name, info) in twin.iter().filter(|(name, _)| !skip(name)) {
        assert_eq!(file.info(name), Some(info), "{name}");
        let load = |weights: &Arc<Weights>| weights.root(&Device::Cpu).get_as(info.shape, name, DType::F64).unwrap();
        assert_eq!(bits(&load(&file)), bits(&load(&twin)), "{name}");
        compared += 1;
    }
    assert_eq!(compared, file.names().count(), "{:?}", file.names().collect::<Vec<_>>());
}

fn is_recorded(name: &str) -> bool {
    ["in.", "mid.", "out."].iter().any(|prefix| name.starts_with(prefix))
}

#[test]
fn a_checkpoint_of_the_video_decoder_equals_its_safetensors() {
    assert_twins(&golden("turbo_vaed.ckpt"), &golden("turbo_vaed.safetensors"), is_recorded);
}

#[test]
fn a_plain_state_dict_equals_its_safetensors() {
    assert_twins(&golden("wan_vae.pth"), &golden("wan_vae.safetensors"), is_recorded);
}

#[test]
fn every_storage_type_stride_and_offset_is_read() {
    assert_twins(&data("torch_types.pth"), &data("torch_types.safetensors"), |_| false);
    let weights = Weights::open(data("torch_types.pth")).unwrap();
    let stored = |name: &str| weights.info(name).unwrap().dtype;
    assert_eq!(stored("byte"), StoredType::U8);
    assert_eq!(stored("long"), StoredType::I64);
    assert_eq!(stored("brain"), StoredType::BF16);
    assert_eq!(stored("half"), StoredType::F16);
    let scope = weights.root(&Device::Cpu);
    assert_eq!(scope.get(4, "long").unwrap().dtype(), DType::I64, "as stored");
    assert_eq!(scope.get_as((3, 2), "half", DType::F32).unwrap().dtype(), DType::F32, "as asked");
}

#[test]
fn later_pickle_protocols_are_read() {
    let weights = Weights::open(data("protocol4.pt")).unwrap();
    assert_eq!(weights.info("0.weight").unwrap().shape, [2, 3]);
}

#[test]
fn scopes_descend_and_optional_tensors_may_be_missing() {
    let weights = Weights::open(data("torch_types.safetensors")).unwrap();
    let scope = weights.root_at("net", &Device::Cpu);
    assert!(scope.has("0") && scope.has("0.weight") && !scope.has("0.wei") && !scope.has("2"));
    assert!(scope.pp(0).optional((2, 3), "weight").unwrap().is_some());
    assert!(scope.pp(0).optional((2, 3), "gate").unwrap().is_none());
    assert!(scope.pp(0).optional((3, 2), "weight").is_err(), "there, but of another shape");
}

#[test]
fn missing_and_misshapen_tensors_are_named_with_both_shapes() {
    let path = golden("turbo_vaed.ckpt");
    let scope = Weights::open(&path).unwrap().root(&Device::Cpu).pp("decoder.conv_in.conv");
    for scope in [scope.clone(), scope.dry()] {
        let missing = scope.get((12, 48), "gate").unwrap_err();
        assert!(matches!(&missing, Error::MissingTensor { name, expected, .. }
            if name == "decoder.conv_in.conv.gate" && *expected == [12, 48]));
        let message = scope.get((13, 48, 3, 3, 3), "weight").unwrap_err().to_string();
        assert_eq!(
            message,
            format!(
                "tensor `decoder.conv_in.conv.weight` has shape [12, 48, 3, 3, 3], expected [13, 48, 3, 3, 3]: {}",
                path.display()
            )
        );
    }
}

#[test]
fn a_dry_scope_checks_and_reads_nothing() {
    // The file claims 4 TB: a sparse file of that size opens, and a dry scope gives its tensor at once.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.safetensors");
    let size = 4u64 << 40;
    let header = format!(r#"{{"w":{{"dtype":"F32","shape":[1048576,1048576],"data_offsets":[0,{size}]}}}}"#);
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    std::fs::write(&path, &bytes).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    if file.set_len(bytes.len() as u64 + size).is_err() {
        return; // a file system without sparse files
    }
    let Ok(weights) = Weights::open(&path) else { return }; // an address space that is limited
    let scope = weights.root(&Device::Cpu).dry();
    let tensor = scope.get_as((1 << 20, 1 << 20), "w", DType::BF16).unwrap();
    assert_eq!((tensor.dims(), tensor.dtype()), (&[1 << 20, 1 << 20][..], DType::BF16));
    assert!(scope.get((1, 1), "w").is_err());
}

#[test]
fn a_name_says_nothing_about_the_format() {
    for (from, to) in [("wan_vae.pth", "vae.safetensors"), ("wan_vae.safetensors", "vae.ckpt")] {
        let (_folder, path) = put(to, &std::fs::read(golden(from)).unwrap());
        assert!(Weights::open(&path).unwrap().info("encoder.conv1.weight").is_some());
    }
}

#[test]
fn a_truncated_file_names_the_tensor_that_is_cut_off() {
    for file in ["wan_vae.safetensors", "wan_vae.pth", "turbo_vaed.ckpt"] {
        let bytes = std::fs::read(golden(file)).unwrap();
        let (_folder, path) = put(file, &bytes[..bytes.len() * 2 / 3]);
        let error = Weights::open(&path).unwrap_err();
        let Error::TruncatedTensor { name, shape, needed_bytes, found_bytes, .. } = &error else {
            panic!("{file}: {error}");
        };
        assert!(needed_bytes > found_bytes, "{file}: {error}");
        let whole = Weights::open(golden(file)).unwrap();
        assert_eq!(whole.info(name).unwrap().shape, shape, "{file}");
        assert!(error.to_string().contains("download it again"), "{error}");
    }
}

#[test]
fn no_truncation_is_taken_for_whole() {
    for file in ["t5gemma.safetensors", "turbo_vaed.ckpt"] {
        let bytes = std::fs::read(golden(file)).unwrap();
        let step = bytes.len() / 97;
        for len in (0..40).chain((40..bytes.len()).step_by(step)).chain(bytes.len() - 40..bytes.len()) {
            refusal(file, &bytes[..len]);
        }
    }
}

#[test]
fn what_is_no_weight_file_is_named() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 107100000\n";
    let message = refusal("model.safetensors", pointer);
    assert!(message.contains("git-lfs pointer") && message.contains("107100000 bytes"), "{message}");
    assert!(refusal("a.pth", b"<!DOCTYPE html><html><body>Log in</body></html>").contains("web page"));
    assert!(refusal("a.ckpt", b"  <html>").contains("web page"));
    assert!(refusal("a.safetensors", br#"{"error":"not found"}"#).contains("JSON"));
    assert!(refusal("a.safetensors", b"GGUF\x03\0\0\0").contains("GGUF"));
    assert!(refusal("a.safetensors", b"").contains("empty"));
    assert!(refusal("a.safetensors", &[0; 4096]).contains("zeros"));
    assert!(refusal("a.pth", b"hello").contains("neither"));
    assert!(refusal("a.pth", &std::fs::read(data("legacy.pth")).unwrap()).contains("PyTorch before 1.6"));
    let missing = Weights::open("no/such/file.safetensors").unwrap_err().to_string();
    assert!(missing.ends_with("no/such/file.safetensors"), "{missing}");
}

fn safetensors(header: &str, data_len: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data_len, 1);
    bytes
}

#[test]
fn hostile_safetensors_headers_are_refused() {
    let huge = usize::MAX;
    for (header, why) in [
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#.to_owned(), "overlaps"),
        (r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#.to_owned(), "does not fit"),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#.to_owned(), "does not fit"),
        (format!(r#"{{"a":{{"dtype":"F32","shape":[{huge},{huge}],"data_offsets":[0,8]}}}}"#), "does not fit"),
        (format!(r#"{{"a":{{"dtype":"U8","shape":[{huge}],"data_offsets":[0,{huge}]}}}}"#), "cut off"),
        (r#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}"#.to_owned(), "entry of `a`"),
        ("{\"a\":".to_owned(), "cannot be read"),
        ("{\"a\":3}".to_owned(), "entry of `a`"),
        // Its strides would be products beyond all numbers, although it has no elements.
        (format!(r#"{{"a":{{"dtype":"F32","shape":[0,{huge},{huge}],"data_offsets":[0,0]}}}}"#), "does not fit"),
        (format!(r#"{{"a":{{"dtype":"U8","shape":[1{}],"data_offsets":[0,1]}}}}"#, ",1".repeat(5000)), "5001 axes"),
        (r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#.to_owned(), "two of `a`"),
        (r#"{"\n\u001b[2J":{"dtype":"U8","shape":[9],"data_offsets":[0,1]}}"#.to_owned(), "` \u{fffd}[2J`"),
    ] {
        let message = refusal("a.safetensors", &safetensors(&header, 12));
        assert!(message.contains(why), "{header}: {message}");
    }
    let mut long = safetensors("{}", 0);
    long[..8].copy_from_slice(&(1u64 << 20).to_le_bytes());
    assert!(refusal("a.safetensors", &long).contains("cut off"));
}

/// A pipe would be waited for, and nobody writes into it.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.safetensors", "a.safetensors.index.json"] {
        let path = folder.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(Weights::open(&path).unwrap_err().to_string().contains("not a file"), "{name}");
    }
}

#[test]
fn types_that_are_not_read_are_listed_and_do_no_harm() {
    let header = r#"{"a":{"dtype":"U16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]}}"#;
    let (_folder, path) = put("a.safetensors", &safetensors(header, 8));
    let weights = Weights::open(&path).unwrap();
    let scope = weights.root(&Device::Cpu);
    assert_eq!(weights.info("a").unwrap().dtype, StoredType::U16);
    assert!(scope.get(2, "a").unwrap_err().to_string().contains("uint16"));
    assert!(scope.get(2, "b").is_ok());
}

/// A folder with two shards of one tensor each and their index.
fn shards() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write(
        "model-00001-of-00002.safetensors",
        &safetensors(r#"{"decoder.a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8),
    );
    write(
        "model-00002-of-00002.safetensors",
        &safetensors(r#"{"encoder.b":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}}"#, 6),
    );
    write(
        "model.safetensors.index.json",
        br#"{"metadata":{"total_size":14},"weight_map":{"decoder.a":"model-00001-of-00002.safetensors","encoder.b":"model-00002-of-00002.safetensors"}}"#,
    );
    folder
}

#[test]
fn shards_are_found_by_their_index() {
    let folder = shards();
    for path in [folder.path().to_owned(), folder.path().join("model.safetensors.index.json")] {
        let weights = Weights::open(path).unwrap();
        assert_eq!(weights.names().collect::<Vec<_>>(), ["decoder.a", "encoder.b"]);
        assert!(weights.root(&Device::Cpu).get(3, "encoder.b").is_ok());
    }
}

#[test]
fn a_missing_shard_is_named_where_it_is_needed() {
    let folder = shards();
    std::fs::remove_file(folder.path().join("model-00001-of-00002.safetensors")).unwrap();
    let message = Weights::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains("model-00001-of-00002.safetensors") && message.contains("missing"), "{message}");
    let part = Weights::open_part(folder.path(), "encoder.").unwrap();
    assert_eq!(part.names().collect::<Vec<_>>(), ["encoder.b"]);
    assert!(Weights::open_part(folder.path(), "decoder.").is_err());
}

#[test]
fn an_index_may_not_lead_elsewhere_nor_promise_too_much() {
    for (shard, why) in [
        ("../model.safetensors", "outside"),
        ("/etc/passwd", "outside"),
        ("", "outside"),
        ("model-00002-of-00002.safetensors", "promises"),
    ] {
        let folder = shards();
        let index = folder.path().join("model.safetensors.index.json");
        std::fs::write(&index, format!(r#"{{"weight_map":{{"decoder.a":"{shard}"}}}}"#)).unwrap();
        let message = Weights::open(folder.path()).unwrap_err().to_string();
        assert!(message.contains(why), "{shard}: {message}");
    }
    let folder = shards();
    std::fs::write(folder.path().join("model.safetensors.index.json"), "{}").unwrap();
    assert!(Weights::open(folder.path()).unwrap_err().to_string().contains("not an index"));
}

#[test]
fn folders_with_one_weight_file_or_none_or_several() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Weights::open(folder.path()).unwrap_err().to_string().contains("no weight files"));
    std::fs::copy(golden("wan_vae.pth"), folder.path().join("Wan2.2_VAE.pth")).unwrap();
    assert!(Weights::open(folder.path()).is_ok());
    std::fs::copy(golden("wan_vae.pth"), folder.path().join("another.pth")).unwrap();
    let message = Weights::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains("Wan2.2_VAE.pth") && message.contains("another.pth"), "{message}");
    std::fs::copy(golden("wan_vae.safetensors"), folder.path().join("model.safetensors")).unwrap();
    assert!(Weights::open(folder.path()).is_ok());
}

#[test]
fn several_files_can_be_one() {
    let folder = shards();
    let shard = |number: u32| folder.path().join(format!("model-0000{number}-of-00002.safetensors"));
    let both = Weights::open_all([shard(1), shard(2)]).unwrap();
    assert!(both.root(&Device::Cpu).get(3, "encoder.b").is_ok() && both.info("decoder.a").is_some());
    assert!(Weights::open_all([shard(1), shard(1)]).unwrap_err().to_string().contains("also in"));
}

/// Any byte of a file may be anything: opening and reading all of it must end in an answer, never in a panic.
#[test]
fn mutated_files_never_panic() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let folder = tempfile::tempdir().unwrap();
    for (file, head) in [("torch_types.pth", 8300), ("torch_types.safetensors", 1900), ("protocol4.pt", 3100)] {
        let whole = std::fs::read(data(file)).unwrap();
        for round in 0..1500 {
            let mut bytes = whole.clone();
            for _ in 0..1 + next(4) {
                let at = next(head.min(bytes.len()));
                bytes[at] = match next(3) {
                    0 => 0xff,
                    1 => bytes[at].wrapping_add(1),
                    _ => next(256) as u8,
                };
            }
            if round % 7 == 0 {
                bytes.truncate(next(bytes.len()));
            }
            let path = folder.path().join(format!("{round}-{file}"));
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(weights) = Weights::open(&path) {
                let scope = weights.root(&Device::Cpu);
                for (name, info) in weights.iter().filter(|(_, info)| info.shape.iter().product::<usize>() < 1 << 20) {
                    let _ = scope.get(info.shape, name);
                }
            }
            std::fs::remove_file(&path).unwrap();
        }
    }
}
