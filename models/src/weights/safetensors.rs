//! The table of contents of a safetensors file.
//!
//! Format: 8 bytes little-endian length of the header, the header as JSON (`name → {dtype, shape, data_offsets}` and an
//! optional `__metadata__`), then the tensors. The header is parsed here and not by the `safetensors` crate because that
//! one only tells *that* a file is short, not which tensor is cut off.

use std::collections::HashMap;
use std::fmt::Formatter;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::dtype::StoredType;
use super::{Entry, MAX_RANK, Mapped};
use crate::{Error, Result};

/// As in the official reader: no header of a real model comes near.
const MAX_HEADER_BYTES: u64 = 100_000_000;

const METADATA: &str = "__metadata__";

#[derive(Deserialize)]
struct Head {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// The header, straight from its text: a tree of JSON values between would take many times its length.
struct Heads(HashMap<String, Head>);

impl<'de> Deserialize<'de> for Heads {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Self(HashMap::new()))
    }
}

impl<'de> Visitor<'de> for Heads {
    type Value = Self;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("tensors by their names")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == METADATA {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let head = map.next_value();
            let head = head.map_err(|error| A::Error::custom(format_args!("the entry of `{name}`: {error}")))?;
            if self.0.contains_key(&name) {
                return Err(A::Error::custom(format_args!("there are two of `{name}`")));
            }
            self.0.insert(name, head);
        }
        Ok(self)
    }
}

/// Whether the first bytes look like a safetensors file: a plausible length, then an opening brace.
pub(super) fn is(bytes: &[u8]) -> bool {
    header_len(bytes).is_some_and(|len| (2..=MAX_HEADER_BYTES).contains(&len)) && bytes.get(8) == Some(&b'{')
}

fn header_len(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?))
}

/// The text of a header, from a file that [`is`] one.
fn header(file: &Mapped) -> Result<&[u8]> {
    let bytes = file.bytes();
    let len = header_len(bytes).and_then(|len| usize::try_from(len).ok()).unwrap_or(usize::MAX);
    len.checked_add(8).and_then(|end| bytes.get(8..end)).ok_or_else(|| {
        let reason = format!("the header of {len} bytes is cut off, the file has {}; download it again", bytes.len());
        Error::format(file.path(), reason)
    })
}

/// What the metadata of a file says under `key`.
pub(super) fn note(file: &Mapped, key: &str) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Notes {
        #[serde(rename = "__metadata__")]
        notes: Option<HashMap<String, String>>,
    }
    if !is(file.bytes()) {
        return Err(Error::format(file.path(), super::open::what_instead(file.bytes())));
    }
    let Notes { notes } = serde_json::from_slice(header(file)?).map_err(|error| {
        Error::format(file.path(), format!("damaged safetensors file: its header cannot be read ({error})"))
    })?;
    Ok(notes.and_then(|mut notes| notes.remove(key)))
}

/// The tensors of a file, each checked to lie inside it and apart from the others.
pub(super) fn entries(file: &Mapped) -> Result<Vec<(String, Entry)>> {
    let (path, bytes) = (file.path(), file.bytes());
    let damaged = |what: String| Error::format(path, format!("damaged safetensors file: {what}"));
    let header = header(file)?;
    let Heads(heads) =
        serde_json::from_slice(header).map_err(|error| damaged(format!("its header cannot be read ({error})")))?;
    let len = header.len();
    let mut found = Vec::with_capacity(heads.len());
    for (name, head) in heads {
        if head.shape.len() > MAX_RANK {
            return Err(damaged(format!("`{name}` has {} axes, more than any tensor", head.shape.len())));
        }
        let Some(dtype) = StoredType::from_safetensors(&head.dtype) else {
            continue; // nothing here could read it, and a network that asks for it hears that it is missing
        };
        let (begin, end) = head.data_offsets;
        let size = super::size_bytes(dtype, &head.shape);
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
