//! A model that exists for the rounds only: every shape in which the store fetches files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gallop_protocol::Digest;
use serde_json::{Map, Value, json};

use super::super::Random;
use super::super::studio::told;

/// The bytes of a file at the source.
pub type Content = Arc<Vec<u8>>;

/// Where the files stand at the source.
pub const BIG: &str = "big.bin";
pub const NEWS: &str = "news.bin";
const CONFIG: &str = "config.json";
const MIXED: &str = "all.safetensors";
const INDEX: &str = "t/model.safetensors.index.json";
const SHARDS: [&str; 2] = ["t/model-1.safetensors", "t/model-2.safetensors"];

/// A model at its source, and what of it must be here in the end.
pub struct Toy {
    /// The files at the source, by path.
    pub files: BTreeMap<&'static str, Content>,
    /// What [`NEWS`] becomes in the rounds in which it changes.
    pub later_news: Content,
    /// The hashes of the large ones.
    digests: Vec<(Content, Digest)>,
    /// The files here, by path.
    pub expected: BTreeMap<&'static str, Content>,
}

impl Toy {
    pub fn new() -> Self {
        let random = Random::new(20_261_121);
        let mut noise = Noise(random);
        let mut files = BTreeMap::new();
        // Three requests long.
        files.insert(BIG, noise.bytes(70 << 20));
        files.insert(NEWS, noise.bytes(5 << 20));
        files.insert(CONFIG, Arc::new(br#"{"architectures":["Toy"]}"#.to_vec()));
        let mixed = ["dit.a", "vae.a", "dit.b", "vae.b", "vae.c", "dit.c"].map(|name| (name, noise.bytes(1 << 20)));
        let shards = [
            [("enc.a", noise.bytes(2 << 20)), ("dec.a", noise.bytes(1 << 20))],
            [("dec.b", noise.bytes(1 << 20)), ("enc.b", noise.bytes(3 << 20))],
        ];
        files.insert(MIXED, safetensors(&mixed));
        let mut map = Map::new();
        for (path, shard) in SHARDS.into_iter().zip(&shards) {
            files.insert(path, safetensors(shard));
            map.extend(shard.iter().map(|(name, _)| ((*name).to_owned(), path.trim_start_matches("t/").into())));
        }
        files.insert(INDEX, Arc::new(json!({ "metadata": {}, "weight_map": map }).to_string().into_bytes()));

        let only = |prefix: &str, tensors: &[(&'static str, Content)]| {
            let wanted: Vec<_> = tensors.iter().filter(|(name, _)| name.starts_with(prefix)).cloned().collect();
            safetensors(&wanted)
        };
        let mut expected: BTreeMap<_, _> =
            [BIG, NEWS, CONFIG].iter().filter_map(|path| Some((*path, Arc::clone(files.get(path)?)))).collect();
        expected.insert("vae.safetensors", only("vae.", &mixed));
        for (path, shard) in SHARDS.into_iter().zip(&shards) {
            expected.insert(path, only("enc.", shard));
        }
        map.retain(|name, _| name.starts_with("enc."));
        expected.insert(INDEX, Arc::new(json!({ "metadata": {}, "weight_map": map }).to_string().into_bytes()));
        let later_news = noise.bytes((5 << 20) + 12_345);
        let is_large = |path: &str| path.ends_with(".bin") || path.ends_with(".safetensors");
        let large = files.iter().filter(|(path, _)| is_large(path)).map(|(_, content)| content).chain([&later_news]);
        let digests = large.map(|content| (Arc::clone(content), Digest::of(content.as_slice()))).collect();
        Self { files, later_news, digests, expected }
    }

    /// The hash that a hub tells of a file: those that hold weights lie in its large storage.
    pub fn told(&self, content: &Content) -> Option<Digest> {
        self.digests.iter().find_map(|(known, digest)| Arc::ptr_eq(known, content).then_some(*digest))
    }

    /// The entry in the user's catalog; with the hashes, where it knows them.
    pub fn entry(&self, knows_hashes: bool) -> String {
        let mut entry = String::from(HEAD);
        for path in [BIG, NEWS, CONFIG, MIXED, INDEX] {
            writeln!(entry, "[[files]]\npath = \"{path}\"").ok();
            match path {
                MIXED => entry += "save_as = \"vae.safetensors\"\ntensors = [\"vae.\"]\n",
                INDEX => entry += "kind = \"index\"\ntensors = [\"enc.\"]\n",
                _ => {}
            }
            if let Some(content) = self.files.get(path).filter(|_| knows_hashes && path != NEWS && path != MIXED) {
                writeln!(entry, "bytes = {}\nsha256 = \"{}\"", content.len(), Digest::of(content.as_slice())).ok();
            }
        }
        entry
    }

    /// Whether the content of a file here is right. [`NEWS`] may also be the later one, where that came.
    pub fn is_right(&self, path: &str, found: &[u8]) -> bool {
        let Some(expected) = self.expected.get(path) else { return false };
        let is_as_expected = if path.ends_with("json") {
            // Written anew with the tensors that are here: the same words, another look.
            serde_json::from_slice::<Value>(found).ok() == serde_json::from_slice::<Value>(expected).ok()
        } else if path.ends_with(".safetensors") {
            tensors(found).is_some_and(|found| Some(found) == tensors(expected))
        } else {
            found == expected.as_slice()
        };
        is_as_expected || (path == NEWS && found == self.later_news.as_slice())
    }
}

const HEAD: &str = r#"format = 1
id = "toy"
name = "Toy"
summary = "For tests."
repo = "them/toy"
revision = "main"
page = "https://hub.example/them/toy"
download_bytes = 90000000
disk_bytes = 90000000
[licence]
name = "Toy licence"
url = "https://hub.example/licence"
summary = "Be good."
gate = "none"
"#;

/// All files in a folder and those inside it, by their path from there.
pub fn files_in(folder: &Path) -> Result<BTreeMap<String, PathBuf>, String> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(&inside).map_err(told("a folder of the store"))? {
            let path = entry.map_err(told("a folder of the store"))?.path();
            match path.strip_prefix(folder) {
                Ok(_) if path.is_dir() => folders.push(path),
                Ok(name) => drop(found.insert(name.to_string_lossy().into_owned(), path.clone())),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
    Ok(found)
}

struct Noise(Random);

impl Noise {
    fn bytes(&mut self, count: usize) -> Content {
        let words = (0..count.div_ceil(8)).flat_map(|_| self.0.next().to_le_bytes());
        Arc::new(words.take(count).collect())
    }
}

fn safetensors(tensors: &[(&'static str, Content)]) -> Content {
    let (mut map, mut at) = (Map::new(), 0);
    for (name, data) in tensors {
        let about = json!({"dtype": "U8", "shape": [data.len()], "data_offsets": [at, at + data.len()]});
        map.insert((*name).into(), about);
        at += data.len();
    }
    let head = Value::Object(map).to_string();
    let mut file = (head.len() as u64).to_le_bytes().to_vec();
    file.extend(head.as_bytes());
    tensors.iter().for_each(|(_, data)| file.extend(data.iter()));
    Arc::new(file)
}

/// The bytes of each tensor in a file.
fn tensors(file: &[u8]) -> Option<BTreeMap<String, &[u8]>> {
    let (length, rest) = file.split_first_chunk()?;
    let (head, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let map: Map<String, Value> = serde_json::from_slice(head).ok()?;
    let mut end = 0;
    let mut found = BTreeMap::new();
    for (name, about) in map {
        let at = |index: usize| usize::try_from(about["data_offsets"][index].as_u64()?).ok();
        end = end.max(at(1)?);
        found.insert(name, data.get(at(0)?..at(1)?)?);
    }
    (end == data.len()).then_some(found)
}
