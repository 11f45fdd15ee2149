//! Finds out what lies under a path and opens it.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::matrix::SCALES;
use super::{Entry, Mapped, StoredType, Weights, safetensors, torch, zip};
use crate::{Error, Result};

/// An index is some 100 kB; 40 layers with their names.
const MAX_INDEX_BYTES: u64 = 64 << 20;
const INDEX: &str = ".safetensors.index.json";

/// Opens a file, an index or a folder. Of an index, only shards with names beginning with `prefix` must be there.
pub(super) fn open(path: &Path, prefix: &str) -> Result<Weights> {
    let meta = std::fs::metadata(path).map_err(|source| Error::io("opening weights", path, source))?;
    if meta.is_dir() {
        return open_folder(path, prefix);
    }
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return open_index(path, prefix);
    }
    let file = Mapped::open(path)?;
    let tensors = entries(&file)?;
    Ok(Weights { path: path.to_owned(), tensors: named(tensors), files: vec![file] })
}

fn named(tensors: Vec<(String, Entry)>) -> BTreeMap<String, Entry> {
    let mut named = BTreeMap::new();
    for (name, entry) in tensors {
        named.entry(name).or_insert(entry);
    }
    named
}

/// Reads the table of contents of whatever kind of file this is.
fn entries(file: &Mapped) -> Result<Vec<(String, Entry)>> {
    let bytes = file.bytes();
    if zip::is(bytes) {
        torch::entries(file)
    } else if safetensors::is(bytes) {
        safetensors::entries(file)
    } else {
        Err(Error::format(file.path(), what_instead(bytes)))
    }
}

/// What a file is that was meant to be something else, where its download went wrong; and what to do.
pub(crate) fn download_mishap(bytes: &[u8]) -> Option<String> {
    let start = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let begins = |word: &str| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if bytes.is_empty() {
        Some("the file is empty; download it again".into())
    } else if begins("version https://git-lfs") {
        let size = text.lines().find_map(|line| line.strip_prefix("size "));
        let size = size.map(|size| format!(" of {} bytes", size.trim())).unwrap_or_default();
        let what = format!("fetch the file itself{size} (`git lfs pull`)");
        Some(format!("this is a git-lfs pointer, the download did not finish: {what}"))
    } else if ["<!doctype", "<html", "<?xml"].into_iter().any(begins) {
        Some("this is a web page saved under the file's name; download the file itself".into())
    } else if start.iter().all(|byte| *byte == 0) {
        Some("the file is full of zeros, its download did not finish; download it again".into())
    } else {
        None
    }
}

/// What a file is that is no weight file, and what to do.
pub(super) fn what_instead(bytes: &[u8]) -> String {
    if let Some(mishap) = download_mishap(bytes) {
        mishap
    } else if bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[") {
        "this is a JSON text, not a weight file; download the file itself".into()
    } else if bytes.starts_with(b"GGUF") {
        "GGUF files are not read here; use the safetensors files of the model".into()
    } else if bytes.starts_with(b"\x28\xb5\x2f\xfd") {
        "this is compressed with zstd; unpack it first (`zstd -d`)".into()
    } else if is_legacy_torch(bytes) {
        "written by PyTorch before 1.6; load it in a current PyTorch with weights_only=True and torch.save it again"
            .into()
    } else {
        "neither a safetensors file nor one written by torch.save".into()
    }
}

/// The old format begins with a pickled magic number (`torch/serialization.py`), its tar predecessor names its parts.
fn is_legacy_torch(bytes: &[u8]) -> bool {
    const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
    let pickled = bytes.first() == Some(&0x80)
        && bytes.get(..32.min(bytes.len())).is_some_and(|head| head.windows(10).any(|window| window == MAGIC));
    pickled
        || (bytes.get(257..262) == Some(b"ustar")
            && bytes.get(..512).is_some_and(|head| head.starts_with(b"sys_info") || head.starts_with(b"./sys_info")))
}

fn open_folder(path: &Path, prefix: &str) -> Result<Weights> {
    let entries = std::fs::read_dir(path).map_err(|source| Error::io("listing weights", path, source))?;
    let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files
        .retain(|file| !file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) && file.is_file());
    files.sort();
    for exact in ["model.safetensors.index.json", "model.safetensors"] {
        let file = path.join(exact);
        if files.contains(&file) {
            return open(&file, prefix);
        }
    }
    let ending = |ends: &[&str]| -> Vec<&PathBuf> {
        let fits = |file: &&PathBuf| ends.iter().any(|end| file.to_string_lossy().ends_with(end));
        files.iter().filter(fits).collect()
    };
    for kind in [&[INDEX][..], &[".safetensors"], &[".pth", ".pt", ".ckpt", ".bin"]] {
        match ending(kind).as_slice() {
            [] => {}
            [file] => return open(file, prefix),
            several => {
                let names: Vec<_> =
                    several.iter().filter_map(|file| file.file_name()).map(|name| name.to_string_lossy()).collect();
                return Err(Error::format(
                    path,
                    format!("several weight files ({}); name one of them", names.join(", ")),
                ));
            }
        }
    }
    Err(Error::format(path, "no weight files in this folder"))
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

fn open_index(path: &Path, prefix: &str) -> Result<Weights> {
    let failed = |source| Error::io("reading the index of weights", path, source);
    let meta = std::fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        return Err(Error::format(path, "not a file"));
    }
    let len = meta.len();
    if len > MAX_INDEX_BYTES {
        return Err(Error::format(path, format!("an index of {len} bytes is larger than that of any model")));
    }
    let text = std::fs::read(path).map_err(failed)?;
    let index: Index = serde_json::from_slice(&text).map_err(|error| match text.trim_ascii_start().first() {
        Some(b'{') => Error::format(path, format!("not an index of weights ({error})")),
        _ => Error::format(path, what_instead(&text)),
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut shards: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, shard) in index.weight_map {
        shards.entry(shard).or_default().push(name);
    }
    let (mut files, mut tensors) = (Vec::new(), BTreeMap::new());
    for (shard, names) in shards {
        let wanted = names.iter().any(|name| name.starts_with(prefix));
        let file = shard_path(folder, &shard)
            .ok_or_else(|| Error::format(path, format!("names a file outside of its folder, `{shard}`")))?;
        if !file.exists() {
            if wanted {
                let reason =
                    format!("shard `{shard}` with {} tensors is missing; download it into the folder of", names.len());
                return Err(Error::format(path, reason));
            }
            continue;
        }
        let mapped = Mapped::open(&file)?;
        let mut found = named(entries(&mapped)?);
        for name in names {
            match found.remove(&name) {
                Some(entry) => {
                    // Scales came with the conversion to 8 bits, and the index is the one of the release.
                    let scales = format!("{name}{SCALES}");
                    let is_int8 = entry.dtype == StoredType::I8;
                    let beside = is_int8.then(|| found.remove(&scales)).flatten().map(|found| (scales, found));
                    let all = [Some((name, entry)), beside].into_iter().flatten();
                    tensors.extend(all.map(|(name, entry)| (name, Entry { file: files.len(), ..entry })));
                }
                None if tensors.contains_key(&name) => {}
                None if wanted => {
                    return Err(Error::format(
                        &file,
                        format!("tensor `{name}`, which the index promises, is not in this shard"),
                    ));
                }
                None => {}
            }
        }
        files.push(mapped);
    }
    if tensors.is_empty() {
        return Err(Error::format(path, "the index names no tensors"));
    }
    Ok(Weights { path: path.to_owned(), files, tensors })
}

/// A shard lies in the folder of its index or below; an index may not point anywhere else.
fn shard_path(folder: &Path, shard: &str) -> Option<PathBuf> {
    let inside = !shard.is_empty() && Path::new(shard).components().all(|part| matches!(part, Component::Normal(_)));
    inside.then(|| folder.join(shard))
}
