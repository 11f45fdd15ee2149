//! Files written by `torch.save` (`.pth`, `.pt`, `.ckpt`) since PyTorch 1.6: a zip archive with a pickle, `data.pkl`,
//! that describes the tensors, and one stored member `data/KEY` for each run of elements.

use std::collections::HashMap;
use std::ops::Range;

use super::dtype::StoredType;
use super::pickle::{self, Pickle, Value, View};
use super::zip::{self, Members, ZipError};
use super::{Entry, Mapped};
use crate::{Error, Result};

/// The description of 40 layers takes some 300 kB, and each of its bytes may take 100 in memory.
const MAX_PICKLE_BYTES: usize = 8 << 20;
/// Dictionaries in dictionaries beyond this are not looked into.
const MAX_DEPTH: usize = 6;
/// What the walk through all dictionaries may cost, see [`collect`]: some 100,000 tensors. It ends where dictionaries
/// contain each other, too.
const MAX_COST: usize = 8 << 20;
/// Longer keys name no tensor and no storage.
const MAX_KEY_BYTES: usize = 1024;
/// A view that repeats elements may not blow up beyond this.
const MAX_REPEATED_BYTES: usize = 64 << 20;
/// Under which key training programs put the weights, the most wanted first.
const WEIGHT_KEYS: [&str; 3] = ["ema_state_dict", "state_dict", "model"];
/// Heads of the released decoder that only its training used.
const TRAINING_ONLY: &str = "aligned_feature_projection_heads";

/// The tensors of a file, each checked to lie inside it.
pub(super) fn entries(file: &Mapped) -> Result<Vec<(String, Entry)>> {
    let (path, bytes) = (file.path(), file.bytes());
    let damaged = |what: &str| Error::format(path, format!("damaged PyTorch file: {what}"));
    let incomplete = || Error::format(path, "incomplete PyTorch file, its end is missing; download it again");
    let (members, cut) = match zip::members(bytes) {
        Ok(members) => (members, false),
        Err(ZipError::Incomplete) => (zip::salvage(&bytes[..bytes.len().min(MAX_PICKLE_BYTES)], |_| None), true),
        Err(ZipError::Compressed(name)) => {
            let reason =
                format!("its member `{name}` is compressed, which torch.save does not do; save it again from PyTorch");
            return Err(Error::format(path, reason));
        }
        Err(ZipError::Damaged(what)) => return Err(damaged(what)),
    };
    let pickled = members.iter().find(|(name, _)| is_pickle(name));
    let Some((pickle_name, range)) = pickled else {
        return Err(if cut { incomplete() } else { Error::format(path, "a zip archive, but not one of torch.save") });
    };
    let root = pickle_name.trim_end_matches("data.pkl").to_owned();
    if members.get(&format!("{root}byteorder")).and_then(|range| bytes.get(range.clone())) == Some(b"big") {
        return Err(Error::format(path, "written on a big-endian machine; save it again on this one"));
    }
    let text = bytes.get(range.clone()).unwrap_or_default();
    if text.len() > MAX_PICKLE_BYTES {
        return Err(damaged("its description of the tensors is larger than that of any model"));
    }
    let (pickle, value) = match pickle::read(text) {
        Ok(read) => read,
        Err(_) if cut => return Err(incomplete()),
        Err(what) => return Err(damaged(&format!("its pickle cannot be read ({what})"))),
    };
    let views = named_views(&pickle, value);
    if views.is_empty() {
        return Err(Error::format(path, "holds no named tensors"));
    }
    let layouts = views.into_iter().map(|(name, view)| {
        let layout = Layout::of(view).map_err(|what| damaged(&format!("tensor `{name}` {what}")))?;
        Ok((name, view, layout))
    });
    let layouts = layouts.collect::<Result<Vec<_>>>()?;
    let member = |view: &View| {
        let key = pickle.strings.get(pickle.storages.get(view.storage)?.key)?;
        (key.len() <= MAX_KEY_BYTES).then(|| format!("{root}data/{key}"))
    };
    let members = if cut { salvage(bytes, &layouts, member) } else { members };
    let mut entries = Vec::with_capacity(layouts.len());
    for (name, view, layout) in layouts {
        let storage = member(view).and_then(|member| members.get(&member)).cloned().unwrap_or(0..0);
        entries.push((
            name.clone(),
            layout.inside(storage).map_err(|(needed_bytes, found_bytes, shape)| Error::TruncatedTensor {
                name,
                shape,
                needed_bytes,
                found_bytes,
                path: path.to_owned(),
            })?,
        ));
    }
    if cut { Err(incomplete()) } else { Ok(entries) }
}

/// `data.pkl`, in the archive's root or in its one folder.
fn is_pickle(name: &str) -> bool {
    name == "data.pkl" || name.strip_suffix("/data.pkl").is_some_and(|folder| !folder.contains('/'))
}

/// The members that are there of a file that was cut short.
fn salvage(bytes: &[u8], views: &[(String, &View, Layout)], member: impl Fn(&View) -> Option<String>) -> Members {
    let mut sizes = HashMap::new();
    for (_, view, layout) in views {
        if let Some(member) = member(view) {
            let size = sizes.entry(member).or_insert(0);
            *size = layout.end_bytes().max(*size);
        }
    }
    zip::salvage(bytes, |name| sizes.get(name).copied())
}

/// The tensors under their names: those below the key where training programs put the weights, else all.
fn named_views(pickle: &Pickle, root: Value) -> Vec<(String, &View)> {
    let mut dict = root;
    for _ in 0..MAX_DEPTH {
        let inner = WEIGHT_KEYS.iter().find_map(|key| {
            let inner = child(pickle, dict, key)?;
            let mut found = Vec::new();
            collect(pickle, inner, "", 0, &mut 0, &mut found);
            (!found.is_empty()).then_some(inner)
        });
        match inner {
            Some(inner) => dict = inner,
            None => break,
        }
    }
    let mut found = Vec::new();
    collect(pickle, dict, "", 0, &mut 0, &mut found);
    let own = |(name, view): (String, _)| {
        let name = name.strip_prefix("module.").map(str::to_owned).unwrap_or(name);
        (!name.starts_with(TRAINING_ONLY)).then_some((name, view))
    };
    found.into_iter().filter_map(own).collect()
}

fn child(pickle: &Pickle, value: Value, key: &str) -> Option<Value> {
    let Value::Dict(dict) = value else { return None };
    let found = pickle.dicts.get(dict)?.iter().find(|(name, _)| pickle.text(*name) == Some(key))?.1;
    matches!(found, Value::Dict(_)).then_some(found)
}

/// Goes through dictionaries. A visit costs as many bytes as its name has, and some: a few keys of a kilobyte in a
/// dictionary that contains itself would make gigabytes of names else.
fn collect<'a>(
    pickle: &'a Pickle,
    value: Value,
    name: &str,
    depth: usize,
    cost: &mut usize,
    found: &mut Vec<(String, &'a View)>,
) {
    *cost += 64 + name.len();
    if *cost > MAX_COST {
        return;
    }
    match value {
        Value::Tensor(tensor) if !name.is_empty() => {
            found.extend(pickle.tensors.get(tensor).map(|view| (name.to_owned(), view)));
        }
        Value::Dict(dict) if depth < MAX_DEPTH => {
            for (key, value) in pickle.dicts.get(dict).into_iter().flatten() {
                let key = match *key {
                    Value::Int(number) => number.to_string(),
                    key => match pickle.text(key).filter(|text| text.len() <= MAX_KEY_BYTES) {
                        Some(text) => text.to_owned(),
                        None => continue,
                    },
                };
                let name = if name.is_empty() { key } else { format!("{name}.{key}") };
                collect(pickle, *value, &name, depth + 1, cost, found);
            }
        }
        _ => {}
    }
}

/// A view with its sizes checked, relative to its storage.
struct Layout {
    dtype: StoredType,
    shape: Vec<usize>,
    strides: Option<Vec<usize>>,
    start_bytes: usize,
    span_bytes: usize,
}

impl Layout {
    fn of(view: &View) -> Result<Self, String> {
        let absurd = || format!("has an impossible shape {:?} with strides {:?}", view.shape, view.strides);
        let unsigned = |numbers: &[i64]| -> Option<Vec<usize>> {
            numbers.iter().map(|number| usize::try_from(*number).ok().filter(|number| *number < 1 << 48)).collect()
        };
        let shape = unsigned(&view.shape).ok_or_else(absurd)?;
        let strides = unsigned(&view.strides).filter(|strides| strides.len() == shape.len()).ok_or_else(absurd)?;
        let size = view.dtype.size_bytes();
        let total_bytes = super::size_bytes(view.dtype, &shape).ok_or_else(absurd)?;
        let span = if total_bytes == 0 {
            0
        } else {
            let steps = shape.iter().zip(&strides).map(|(dim, stride)| (dim - 1).checked_mul(*stride));
            steps.into_iter().try_fold(1usize, |span, step| span.checked_add(step?)).ok_or_else(absurd)?
        };
        let bytes = |count: usize| count.checked_mul(size).filter(|bytes| *bytes < 1 << 60).ok_or_else(absurd);
        let (start_bytes, span_bytes) = (bytes(usize::try_from(view.offset).map_err(|_| absurd())?)?, bytes(span)?);
        if total_bytes > span_bytes && total_bytes > MAX_REPEATED_BYTES {
            return Err(absurd());
        }
        let strides = (total_bytes > 0 && !is_row_major(&shape, &strides)).then_some(strides);
        Ok(Self { dtype: view.dtype, shape, strides, start_bytes, span_bytes })
    }

    fn end_bytes(&self) -> usize {
        self.start_bytes + self.span_bytes
    }

    /// The entry, if the storage reaches that far; else how many bytes are needed and there, and the shape.
    fn inside(self, storage: Range<usize>) -> Result<Entry, (usize, usize, Vec<usize>)> {
        if self.end_bytes() > storage.len() && self.span_bytes > 0 {
            let found = storage.len().saturating_sub(self.start_bytes);
            return Err((self.span_bytes, found, self.shape));
        }
        let start = storage.start + self.start_bytes.min(storage.len());
        let Self { dtype, shape, strides, span_bytes: span, .. } = self;
        Ok(Entry { file: 0, dtype, shape, start, span, strides })
    }
}

fn is_row_major(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = 1;
    for (dim, stride) in shape.iter().zip(strides).rev() {
        if *dim != 1 {
            if *stride != expected {
                return false;
            }
            expected *= dim;
        }
    }
    true
}

/// The elements of a strided view in row-major order. `bytes` begins at the first element and holds them all.
pub(super) fn pack(bytes: &[u8], shape: &[usize], strides: &[usize], size: usize) -> Vec<u8> {
    let mut packed = Vec::with_capacity(shape.iter().product::<usize>() * size);
    gather(bytes, shape, strides, size, &mut packed);
    packed
}

fn gather(bytes: &[u8], shape: &[usize], strides: &[usize], size: usize, packed: &mut Vec<u8>) {
    match (shape, strides) {
        ([], _) | (_, []) => packed.extend_from_slice(&bytes[..size]),
        (&[dim], &[1]) => packed.extend_from_slice(&bytes[..dim * size]),
        (&[dim, ref shape @ ..], &[stride, ref strides @ ..]) => {
            for index in 0..dim {
                gather(&bytes[index * stride * size..], shape, strides, size, packed);
            }
        }
    }
}
