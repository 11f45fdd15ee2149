//! The table of contents of a safetensors file.
//!
//! Format: 8 bytes little-endian length of the header, the header as JSON (`name → {dtype, shape, data_offsets}` and an
//! optional `__metadata__`), then the tensors. The header is parsed here and not by the `safetensors` crate because that
//! one only tells *that* a file is short, not which tensor is cut off.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::dtype::StoredType;
use super::{Entry, Mapped};
use crate::{Error, Result};

/// As in the official reader: no header of a real model comes near.
const MAX_HEADER_BYTES: u64 = 100_000_000;

#[derive(Deserialize)]
struct Head {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// Whether the first bytes look like a safetensors file: a plausible length, then an opening brace.
pub(super) fn is(bytes: &[u8]) -> bool {
    header_len(bytes).is_some_and(|len| (2..=MAX_HEADER_BYTES).contains(&len)) && bytes.get(8) == Some(&b'{')
}

fn header_len(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?))
}

/// The tensors of a file, each checked to lie inside it and apart from the others.
pub(super) fn entries(file: &Mapped) -> Result<Vec<(String, Entry)>> {
    let (path, bytes) = (file.path(), file.bytes());
    let damaged = |what: String| Error::format(path, format!("damaged safetensors file: {what}"));
    let len = header_len(bytes).and_then(|len| usize::try_from(len).ok()).unwrap_or(usize::MAX);
    let Some(header) = len.checked_add(8).and_then(|end| bytes.get(8..end)) else {
        let reason = format!("the header of {len} bytes is cut off, the file has {}; download it again", bytes.len());
        return Err(Error::format(path, reason));
    };
    let heads: HashMap<String, Value> =
        serde_json::from_slice(header).map_err(|error| damaged(format!("its header cannot be read ({error})")))?;
    let mut found = Vec::with_capacity(heads.len());
    for (name, raw) in heads {
        if name == "__metadata__" {
            continue;
        }
        let head: Head =
            serde_json::from_value(raw).map_err(|error| damaged(format!("the entry of `{name}` ({error})")))?;
        let Some(dtype) = StoredType::from_safetensors(&head.dtype) else {
            continue; // nothing here could read it, and a network that asks for it hears that it is missing
        };
        let (begin, end) = head.data_offsets;
        let size = head.shape.iter().try_fold(dtype.size_bytes(), |size, dim| size.checked_mul(*dim));
        if size.is_none() || end.checked_sub(begin) != size {
            return Err(damaged(format!("`{name}` of shape {:?} does not fit its bytes {begin}..{end}", head.shape)));
        }
        found.push((begin, end, name, dtype, head.shape));
    }
    found.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    let mut entries = Vec::with_capacity(found.len());
    let mut previous_end = 0;
    for (begin, end, name, dtype, shape) in found {
        if begin < previous_end {
            return Err(damaged(format!("`{name}` overlaps the tensor before it")));
        }
        previous_end = end;
        inside(path, bytes.len() - 8 - len, &name, &shape, begin, end)?;
        let entry = Entry { file: 0, dtype, shape, start: 8 + len + begin, span: end - begin, strides: None };
        entries.push((name, entry));
    }
    Ok(entries)
}

fn inside(path: &Path, available: usize, name: &str, shape: &[usize], begin: usize, end: usize) -> Result<()> {
    if end <= available {
        return Ok(());
    }
    Err(Error::TruncatedTensor {
        name: name.to_owned(),
        shape: shape.to_vec(),
        needed_bytes: end - begin,
        found_bytes: available.saturating_sub(begin),
        path: path.to_owned(),
    })
}
