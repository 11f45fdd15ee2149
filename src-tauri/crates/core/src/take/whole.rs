//! Whether a checkpoint's file is all there. Files are put in place whole, so this finds what a failing disk or another
//! program did.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use gallop_protocol::message::Checkpoint;
use serde::Deserialize;

use crate::inside;

/// The longest table of tensors. That of a checkpoint has a handful of lines.
const MAX_TABLE_BYTES: u64 = 16 << 20;

/// Whether the file at `path` is there, is of the checkpoint's kind, and has the length that it says itself.
pub(super) fn is_whole(checkpoint: Checkpoint, path: &Path) -> anyhow::Result<bool> {
    let Some(bytes) = inside::file_bytes(path)? else { return Ok(false) };
    match checkpoint {
        Checkpoint::Draft | Checkpoint::Upscaled => {
            Ok(tensors_bytes(path).with_context(|| format!("cannot read: {}", path.display()))? == Some(bytes))
        }
        Checkpoint::Clip => Ok(gallop_media::probe(path).is_ok_and(|info| info.video.is_some())),
    }
}

/// How long a safetensors file is by its own table; nothing for another file.
fn tensors_bytes(path: &Path) -> std::io::Result<Option<u64>> {
    /// The entry of a tensor, or of the file's notes, which have no offsets.
    #[derive(Deserialize)]
    struct Entry {
        data_offsets: Option<[u64; 2]>,
    }
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    (&mut file).take(8).read_to_end(&mut start)?;
    let Ok(length) = start.try_into().map(u64::from_le_bytes) else { return Ok(None) };
    if length > MAX_TABLE_BYTES {
        return Ok(None);
    }
    let mut table = Vec::new();
    file.take(length).read_to_end(&mut table)?;
    let Ok(table) = serde_json::from_slice::<BTreeMap<String, Entry>>(&table) else { return Ok(None) };
    let end = table.values().filter_map(|entry| entry.data_offsets).map(|[_, end]| end).max();
    Ok(end.and_then(|end| end.checked_add(8 + length)))
}
