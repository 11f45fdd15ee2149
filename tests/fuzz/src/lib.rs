//! What is done with bytes from strangers, as functions of the bytes: each returns, or panics where Gallop would be wrong.
//!
//! Run by libFuzzer (`fuzz_targets/`, `cargo xtask fuzz`), which looks for inputs that go new ways through the code, and
//! by the ordinary tests (`tests/suite/hostile.rs`), with the seeds in `corpus/` and mutations of them.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use bytes::BytesMut;
use candle_core::Device;
use gallop_core::project::{Project, ProjectData};
use gallop_core::store::{Entry, Needed, needed_shards, needed_tensors};
use gallop_models::generator::Latents;
use gallop_models::weights::Weights;
use gallop_protocol::frame::{Codec, Frame};
use gallop_protocol::message::{Command, Event};
use gallop_protocol::recipe::Recipe;
use gallop_protocol::{Digest, Id};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::codec::{Decoder as _, Encoder as _};

/// Tensors of a file that are read; a hostile one may list a hundred thousand.
const READ_TENSORS: usize = 32;
/// Larger ones are only checked. A view that repeats its elements may be larger than its file.
const READ_BYTES: usize = 1 << 20;

/// Both directions of the pipe between studio and engine, and the words that are read on their own. The first byte says
/// how many bytes come at once.
pub fn frame(input: &[u8]) {
    let Some((portion, stream)) = input.split_first() else { return };
    let portion = usize::from(*portion).max(1);
    frames::<Command>(stream, portion);
    frames::<Event>(stream, portion);
    let Ok(text) = std::str::from_utf8(stream) else { return };
    if let Some(recipe) = accepted(Recipe::from_json(text)) {
        let again = recipe.to_json().expect("a recipe that was read can be written");
        assert_eq!(Recipe::from_json(&again).expect("and read again"), recipe);
        accepted(recipe.shot.compose());
    }
    if let Some(digest) = accepted(text.parse::<Digest>()) {
        assert_eq!(digest.to_string(), text.to_lowercase());
    }
    if let Some(id) = accepted(text.parse::<Id>()) {
        let name = id.to_string();
        assert!(name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'), "not a safe name: {name}");
    }
}

fn frames<T: Serialize + DeserializeOwned + PartialEq + Debug + Clone>(stream: &[u8], portion: usize) {
    let whole = decode::<T>(stream, stream.len().max(1));
    assert_eq!(decode::<T>(stream, portion), whole, "portions of {portion} bytes make a difference");
    let (mut codec, mut pipe) = (Codec::<T, T>::default(), BytesMut::new());
    for frame in &whole.0 {
        codec.encode(frame.clone(), &mut pipe).expect("a frame that was read can be sent");
    }
    assert_eq!(decode::<T>(&pipe, pipe.len().max(1)), (whole.0, End::Clean), "a frame was changed by sending it on");
}

#[derive(Debug, PartialEq)]
enum End {
    Clean,
    Inside,
    Refused,
}

fn decode<T: DeserializeOwned>(stream: &[u8], portion: usize) -> (Vec<Frame<T>>, End) {
    let (mut codec, mut pipe, mut frames) = (Codec::<T, T>::default(), BytesMut::new(), Vec::new());
    for piece in stream.chunks(portion) {
        pipe.extend_from_slice(piece);
        loop {
            match codec.decode(&mut pipe) {
                Ok(None) => break,
                Ok(Some(frame)) => frames.push(frame),
                Err(error) => {
                    is_said_well(&error.to_string());
                    return (frames, End::Refused);
                }
            }
        }
    }
    let end = if tail(stream, frames.len()) == Some(0) { End::Clean } else { End::Inside };
    (frames, end)
}

/// Bytes behind the last of `count` frames.
fn tail(stream: &[u8], count: usize) -> Option<usize> {
    let mut rest = stream;
    for _ in 0..count {
        let (length, behind) = rest.split_first_chunk()?;
        rest = behind.get(u32::from_be_bytes(*length) as usize..)?;
    }
    Some(rest.len())
}

/// A weight file, by its first bytes: safetensors as a rule.
pub fn safetensors(input: &[u8]) {
    weights(&Scratch::file("model.safetensors", input));
}

/// A file of `torch.save`, or, where it does not begin like one, only the pickle of one.
pub fn pickle(input: &[u8]) {
    let file = if input.starts_with(b"PK") {
        Scratch::file("model.pth", input)
    } else {
        Scratch::file("model.pth", &archive(&[("w/data.pkl", input), ("w/data/0", &[7; 64])]))
    };
    weights(&file);
}

fn weights(path: &Path) {
    let Some(weights) = accepted(Weights::open(path)) else { return };
    let scope = weights.root(&Device::Cpu);
    for (name, info) in weights.iter().take(READ_TENSORS) {
        accepted(scope.dry().get(info.shape, name));
        let elements = info.shape.iter().try_fold(1, |product: usize, axis| product.checked_mul(*axis));
        if elements.is_none_or(|elements| elements > READ_BYTES) {
            continue;
        }
        if let Some(tensor) = accepted(scope.get(info.shape, name)) {
            assert_eq!(tensor.dims(), info.shape);
        }
        if let [rows, width] = *info.shape {
            accepted(scope.rows((rows, width), name, &[0, u32::MAX]));
        }
    }
}

/// Latents of a take, and the note that lies in them.
pub fn latents(input: &[u8]) {
    let path = Scratch::file("draft.safetensors", input);
    accepted(Latents::note(&path));
    if let Some(latents) = accepted(Latents::load(&path, &Device::Cpu)) {
        latents.fingerprint().expect("latents that were read are float32");
    }
}

/// The `project.json` of a project.
pub fn project(input: &[u8]) {
    let folder = Scratch::folder("Stranger.gallop");
    std::fs::write(folder.join("project.json"), input).expect("a folder to write into");
    let Some(data) = accepted(ProjectData::read(&folder)) else { return };
    for entry in &data.shots {
        accepted(data.recipe(entry.id));
    }
    let mut project = Project::open(&folder).expect("what can be read can be opened");
    for media in data.media() {
        if let Some(path) = accepted(project.media_path(media)) {
            assert!(path.starts_with(&folder), "a file outside of its project: {}", path.display());
        }
    }
    let renamed = project.edit("Rename", |data| {
        data.name = "Renamed".into();
        Ok(())
    });
    if accepted(renamed).is_some() {
        assert_eq!(&ProjectData::read(&folder).expect("what was saved can be read"), project.data());
        project.undo().expect("what was done can be undone");
        assert_eq!(ProjectData::read(&folder).expect("what was saved can be read"), data);
    }
}

/// An entry of the model catalog.
pub fn catalog(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Some(entry) = accepted(Entry::parse(text)) else { return };
    let root = Path::new("/models");
    let folder = gallop_core::store::Store::at(root).folder(&entry);
    assert_eq!(folder.parent(), Some(root), "a folder outside of the models: {}", folder.display());
    for file in &entry.files {
        let parts: Vec<_> = Path::new(file.local()).components().collect();
        let is_inside = parts.iter().all(|part| matches!(part, std::path::Component::Normal(_)));
        assert!(is_inside && !parts.is_empty(), "a file outside of its folder: {}", file.local());
    }
    assert_eq!(Entry::parse(text).expect("read once, read twice"), entry);
}

/// What a source says about a file by Range: which tensor is wanted (its length first), how long the file is, and its
/// first bytes. The rest is an index of shards, too.
pub fn ranges(input: &[u8]) {
    let Some((length, rest)) = input.split_first() else { return };
    let Some((prefix, rest)) = rest.split_at_checked(usize::from(*length)) else { return };
    let Ok(prefix) = std::str::from_utf8(prefix) else { return };
    let prefixes: Vec<String> = prefix.split_terminator(',').map(str::to_owned).collect();
    if let Some(shards) = accepted(needed_shards(rest, &prefixes)) {
        let is_inside = |shard: &String| !shard.starts_with('/') && shard.split('/').all(|part| part != "..");
        assert!(!shards.is_empty() && shards.iter().all(is_inside), "{shards:?}");
    }
    let Some((file_bytes, beginning)) = rest.split_first_chunk() else { return };
    let file_bytes = u64::from_le_bytes(*file_bytes);
    let Some(needed) = accepted(needed_tensors(beginning, file_bytes, &prefixes)) else { return };
    let mut at = 8;
    for request in &needed.requests {
        assert!(at <= request.start && request.start < request.end && request.end <= file_bytes, "{request:?}");
        at = request.end;
    }
    // What it becomes here is such a file itself, and all of it is needed.
    let again = needed_tensors(&needed.head, needed.bytes(), &prefixes).expect("our own header");
    assert_eq!((&again.head, again.bytes()), (&needed.head, needed.bytes()));
    let data = needed.head.len() as u64;
    let Needed { requests, .. } = &again;
    assert_eq!(requests.first().map_or(data, |first| first.start), data);
    assert!(requests.windows(2).all(|pair| pair[0].end == pair[1].start), "a gap in what we lay out: {requests:?}");
}

/// What was made of the input; nothing where it was refused, which is said well.
fn accepted<T, E: Into<Refusal>>(outcome: Result<T, E>) -> Option<T> {
    match outcome {
        Ok(made) => Some(made),
        Err(error) => {
            is_said_well(&error.into().0);
            None
        }
    }
}

/// The words of an error.
struct Refusal(String);

impl From<gallop_models::Error> for Refusal {
    fn from(error: gallop_models::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<gallop_protocol::Error> for Refusal {
    fn from(error: gallop_protocol::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

/// An error is one line that a person can read, whatever the input says: it neither fills the screen nor steers the
/// terminal.
fn is_said_well(message: &str) {
    assert!(!message.trim().is_empty(), "an error without words");
    assert!(!message.contains(char::is_control), "an error with control characters: {message:?}");
    let length = message.chars().count();
    assert!(length < 2000, "an error of {length} characters: {}…", message.chars().take(200).collect::<String>());
}

/// A folder of this thread for readers that want a file.
struct Scratch(tempfile::TempDir);

impl Scratch {
    /// A path in the folder.
    fn path(name: &str) -> PathBuf {
        thread_local! {
            static SCRATCH: Scratch = Scratch(tempfile::tempdir().expect("a folder to write into"));
        }
        SCRATCH.with(|Self(folder)| folder.path().join(name))
    }

    /// A file with this content. The one that was there before goes: it may still be mapped.
    fn file(name: &str, content: &[u8]) -> PathBuf {
        let path = Self::path(name);
        std::fs::remove_file(&path).ok();
        std::fs::write(&path, content).expect("a folder to write into");
        path
    }

    /// A folder with nothing in it.
    fn folder(name: &str) -> PathBuf {
        let path = Self::path(name);
        std::fs::remove_dir_all(&path).ok();
        std::fs::create_dir(&path).expect("a folder to write into");
        path
    }
}

/// A zip archive of stored members, as `torch.save` lays it out. Sizes are below 64 kB; checksums are left out.
pub fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut table) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let local = (bytes.len() as u32).to_le_bytes();
        let size = (content.len() as u32).to_le_bytes();
        // Checksum, both sizes, lengths of name and extra field.
        let sizes = [&[0; 4][..], &size, &size, &(name.len() as u16).to_le_bytes(), &[0, 0]].concat();
        bytes.extend([b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0", &sizes[..], name.as_bytes(), content].concat());
        table.extend(
            [b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0", &sizes[..], &[0; 10], &local, name.as_bytes()].concat(),
        );
    }
    let (offset, len) = ((bytes.len() as u32).to_le_bytes(), (table.len() as u32).to_le_bytes());
    let count = (members.len() as u16).to_le_bytes();
    bytes.extend(table);
    bytes.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &len, &offset, &[0, 0]].concat());
    bytes
}
