//! Only the tensors that are needed: the header of a safetensors file is read first, and a smaller file is laid out.

use gallop_protocol::shown;
use serde_json::{Map, Value};

use super::layout::{Extent, Layout};

/// A header longer than this is not one.
pub const MAX_HEADER_BYTES: u64 = 64 << 20;

/// The length of the header, from the first eight bytes of a file.
///
/// # Errors
/// It cannot be: the file is of another kind, or cut off.
pub fn header_bytes(first: [u8; 8], file_bytes: u64) -> anyhow::Result<u64> {
    let bytes = u64::from_le_bytes(first);
    let fits = (2..=MAX_HEADER_BYTES).contains(&bytes) && bytes <= file_bytes.saturating_sub(8);
    anyhow::ensure!(fits, "this is not a safetensors file: its header would have {bytes} bytes");
    Ok(bytes)
}

/// A tensor in a file: its description, and where its bytes are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tensor {
    pub name: String,
    pub about: Map<String, Value>,
    /// In the file, from its first byte.
    pub start: u64,
    pub bytes: u64,
}

/// The tensors of a header in the order of their bytes, and the file's own notes.
///
/// # Errors
/// The header is damaged: not readable, or its tensors lie outside of the file, overlap or leave gaps.
pub(super) fn tensors(header: &[u8], file_bytes: u64) -> anyhow::Result<(Vec<Tensor>, Option<Value>)> {
    let map: Map<String, Value> = serde_json::from_slice(header)
        .map_err(|error| anyhow::anyhow!("the header is damaged ({})", shown(&error.to_string())))?;
    let data = 8 + header.len() as u64;
    let (mut tensors, mut notes) = (Vec::new(), None);
    for (name, value) in map {
        if name == "__metadata__" {
            notes = Some(value);
            continue;
        }
        let damaged = || anyhow::anyhow!("the header is damaged at the tensor `{}`", shown(&name));
        let Value::Object(mut about) = value else { return Err(damaged()) };
        let offsets = about.remove("data_offsets").ok_or_else(damaged)?;
        let [start, end]: [u64; 2] = serde_json::from_value(offsets).map_err(|_| damaged())?;
        let bytes = end.checked_sub(start).ok_or_else(damaged)?;
        let start = data.checked_add(start).ok_or_else(damaged)?;
        if start.checked_add(bytes).is_none_or(|end| end > file_bytes) {
            return Err(damaged());
        }
        tensors.push(Tensor { name, about, start, bytes });
    }
    tensors.sort_by_key(|tensor| (tensor.start, tensor.bytes));
    let mut at = data;
    for tensor in &tensors {
        anyhow::ensure!(tensor.start == at, "the header is damaged: its tensors overlap or leave gaps");
        at += tensor.bytes;
    }
    Ok((tensors, notes))
}

/// A header for tensors whose bytes follow each other in this order.
pub(super) fn head<'a>(
    tensors: impl Iterator<Item = (&'a str, &'a Map<String, Value>, u64)>,
    notes: Option<Value>,
) -> anyhow::Result<Vec<u8>> {
    let (mut map, mut at) = (Map::new(), 0_u64);
    map.extend(notes.map(|notes| ("__metadata__".to_owned(), notes)));
    for (name, about, bytes) in tensors {
        let mut about = about.clone();
        about.insert("data_offsets".into(), serde_json::json!([at, at + bytes]));
        map.insert(name.into(), about.into());
        at += bytes;
    }
    let mut text = serde_json::to_vec(&map)?;
    // The tensors begin at a multiple of eight, so that they can be used where the file is mapped.
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut head = (text.len() as u64).to_le_bytes().to_vec();
    head.extend(text);
    Ok(head)
}

/// A file with those tensors whose names begin with one of `prefixes`.
///
/// # Errors
/// The header is damaged, or there is no such tensor.
pub(super) fn layout(header: &[u8], file_bytes: u64, prefixes: &[String]) -> anyhow::Result<Layout> {
    let (mut tensors, notes) = tensors(header, file_bytes)?;
    tensors.retain(|tensor| is_wanted(&tensor.name, prefixes));
    anyhow::ensure!(!tensors.is_empty(), "there is no tensor in it that begins with: {}", shown(&prefixes.join(", ")));
    let mut extents: Vec<Extent> = Vec::new();
    for tensor in tensors.iter().filter(|tensor| tensor.bytes > 0) {
        match extents.last_mut() {
            Some(last) if last.start + last.bytes == tensor.start => last.bytes += tensor.bytes,
            _ => extents.push(Extent { start: tensor.start, bytes: tensor.bytes }),
        }
    }
    let parts = tensors.iter().map(|tensor| (tensor.name.as_str(), &tensor.about, tensor.bytes));
    Ok(Layout { head: head(parts, notes)?, extents })
}

/// Whether a tensor is one of those that are needed.
pub(super) fn is_wanted(name: &str, prefixes: &[String]) -> bool {
    prefixes.is_empty() || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, data: u64, prefix: &str) -> anyhow::Result<Layout> {
        layout(text.as_bytes(), 8 + text.len() as u64 + data, &[prefix.to_owned()])
    }

    #[test]
    fn a_smaller_file_is_laid_out() {
        let text = r#"{"__metadata__":{"a":"b"},"x.2":{"dtype":"U8","shape":[4],"data_offsets":[6,10]},"y":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"x.1":{"dtype":"U8","shape":[3],"data_offsets":[1,4]},"x.0":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
        let data = 8 + text.len() as u64;
        let found = parts(text, 10, "x.").expect("a layout");
        assert_eq!(found.extents, [Extent { start: data, bytes: 4 }, Extent { start: data + 6, bytes: 4 }]);
        let (again, notes) = tensors(&found.head[8..], found.bytes()).expect("a valid file");
        let names: Vec<_> = again.iter().map(|tensor| (tensor.name.as_str(), tensor.bytes)).collect();
        assert_eq!(names, [("x.0", 1), ("x.1", 3), ("x.2", 4)]);
        assert_eq!((found.head.len() % 8, notes), (0, Some(serde_json::json!({"a": "b"}))));
        assert!(parts(text, 10, "z").is_err() && parts(text, 9, "x.").is_err());
    }

    #[test]
    fn damaged_headers_are_refused() {
        let one = |offsets: &str| format!(r#"{{"x":{{"dtype":"U8","shape":[1],"data_offsets":{offsets}}}}}"#);
        for bad in [
            "[1,2]",
            "[0,18446744073709551615]",
            "[2,1]",
            "[-1,1]",
            "[0]",
            "null",
            "[0.5,1]",
            "[18446744073709551615,18446744073709551615]",
        ] {
            assert!(parts(&one(bad), 4, "x").is_err(), "{bad}");
        }
        for bad in ["", "[]", "{", r#"{"x":3}"#, r#"{"x":{}}"#] {
            assert!(parts(bad, 4, "x").is_err(), "{bad}");
        }
        for (first, file) in [(u64::MAX, u64::MAX), (0, 100), (93, 100), (MAX_HEADER_BYTES + 1, u64::MAX)] {
            assert!(header_bytes(first.to_le_bytes(), file).is_err(), "{first}");
        }
        assert_eq!(header_bytes(92_u64.to_le_bytes(), 100).expect("fits"), 92);
    }
}
