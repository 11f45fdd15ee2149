//! 32-bit floats become 16-bit ones on arrival, which halves the disk, and the matrices of linear layers 8-bit integers
//! where that is asked for, which halves it again; one buffer at a time.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use gallop_protocol::{Digest, Hasher};
use serde_json::{Map, Value};
use tempfile::TempPath;

use super::catalog::{Convert, Precision};
use super::{local, select};
use crate::files;

const BUFFER: usize = 1 << 20;

/// A converted file that waits to be put in place.
pub(super) struct Converted {
    pub file: File,
    pub draft: TempPath,
    pub bytes: u64,
    pub sha256: Digest,
}

/// What came of a conversion.
pub(super) enum Outcome {
    Made(Converted),
    /// There is nothing in it to convert.
    AsItIs,
    Stopped,
}

/// What becomes of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// Nothing.
    Stay,
    /// 32-bit floats become 16-bit ones.
    Halve,
    /// A matrix becomes 8-bit integers, and a scale for each row behind it.
    Int8 { rows: u64, columns: usize, from: Float },
}

/// Types that a matrix of a network is stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Float {
    F32,
    Bf16,
    F16,
}

/// What the scales of a matrix are called, behind its own name. This and the layout are those of the `compressed-tensors`
/// format of llm-compressor and vLLM for symmetric weights of 8 bits with a scale a channel.
const SCALES: &str = "_scale";
/// A matrix with fewer columns loses more than it saves.
const LEAST_COLUMNS: u64 = 32;
/// No network has a matrix of more rows or columns; a row and all scales of a matrix are in memory at once.
const MOST: u64 = 1 << 20;

/// Converts the safetensors file at `path` into a draft beside it; `go_on` hears how many bytes of its tensors are
/// through.
///
/// # Errors
/// The file is damaged, or the disk is full.
pub(super) fn convert(path: &Path, how: &Convert, go_on: &dyn Fn(u64) -> bool) -> anyhow::Result<Outcome> {
    let cannot = || format!("cannot read: {}", path.display());
    let mut source = File::open(path).with_context(cannot)?;
    let total = source.metadata().with_context(cannot)?.len();
    let header = local::header(&mut source, total).with_context(cannot)?;
    let (tensors, notes) = select::tensors(&header, total).with_context(cannot)?;
    let changes: Vec<_> = tensors.iter().map(|tensor| change(tensor, how)).collect();
    if changes.iter().all(|change| *change == Change::Stay) {
        return Ok(Outcome::AsItIs);
    }
    let described = tensors.iter().zip(&changes).flat_map(|(tensor, change)| describe(tensor, *change));
    let described: Vec<_> = described.collect();
    let head = select::head(described.iter().map(|(name, about, bytes)| (name.as_str(), about, *bytes)), notes)?;

    let (mut file, draft) = files::draft(path)?;
    let (mut hasher, mut bytes) = (Hasher::default(), 0);
    let mut put = |part: &[u8]| {
        hasher.update(part);
        bytes += part.len() as u64;
        file.write_all(part).map_err(|error| super::fetch::disk(error, path))
    };
    put(&head)?;
    let (mut buffer, mut through) = (vec![0; BUFFER], 0);
    for (tensor, change) in tensors.iter().zip(&changes) {
        // The tensors lie in this order without gaps: that was checked with the header. A piece ends with a row.
        let piece = match change {
            Change::Int8 { columns, from, .. } => {
                let row = columns * from.bytes();
                row * (BUFFER / row).max(1)
            }
            Change::Stay | Change::Halve => BUFFER,
        };
        buffer.resize(buffer.len().max(piece), 0);
        let (mut left, mut scales) = (tensor.bytes, Vec::new());
        while left > 0 {
            if !go_on(through) {
                return Ok(Outcome::Stopped);
            }
            let wanted = piece.min(usize::try_from(left).unwrap_or(piece));
            let room = buffer.get_mut(..wanted).unwrap_or_default();
            source.read_exact(room).with_context(cannot)?;
            match change {
                Change::Stay => put(room)?,
                Change::Halve => put(&to_bf16(room))?,
                Change::Int8 { columns, from, .. } => put(&to_int8(room, *columns, *from, &mut scales))?,
            }
            left -= wanted as u64;
            through += wanted as u64;
        }
        put(&scales)?;
    }
    let sha256 = hasher.finish();
    Ok(Outcome::Made(Converted { file, draft, bytes, sha256 }))
}

/// What becomes of a tensor. Its description may be a stranger's: what does not fit stays as it is.
fn change(tensor: &select::Tensor, how: &Convert) -> Change {
    let dtype = tensor.about.get("dtype").and_then(|dtype| dtype.as_str());
    let from = match dtype {
        Some("F32") => Float::F32,
        Some("BF16") => Float::Bf16,
        Some("F16") => Float::F16,
        _ => return Change::Stay,
    };
    if how.keep.iter().any(|word| tensor.name.contains(word)) {
        return Change::Stay;
    }
    let shape: Vec<u64> = match tensor.about.get("shape").map(|shape| serde_json::from_value(shape.clone())) {
        Some(Ok(shape)) => shape,
        _ => return Change::Stay,
    };
    if let (Precision::Int8, [rows, columns]) = (how.to, shape.as_slice())
        && tensor.name.ends_with(".weight")
        && (LEAST_COLUMNS..MOST).contains(columns)
        && (1..MOST).contains(rows)
        && rows.checked_mul(columns * from.bytes() as u64) == Some(tensor.bytes)
    {
        return Change::Int8 { rows: *rows, columns: usize::try_from(*columns).unwrap_or(0), from };
    }
    if from == Float::F32 && tensor.bytes.is_multiple_of(4) { Change::Halve } else { Change::Stay }
}

/// The names, descriptions and lengths of what a tensor becomes.
fn describe(tensor: &select::Tensor, change: Change) -> Vec<(String, Map<String, Value>, u64)> {
    let mut about = tensor.about.clone();
    match change {
        Change::Stay => vec![(tensor.name.clone(), about, tensor.bytes)],
        Change::Halve => {
            about.insert("dtype".into(), "BF16".into());
            vec![(tensor.name.clone(), about, tensor.bytes / 2)]
        }
        Change::Int8 { rows, columns, .. } => {
            about.insert("dtype".into(), "I8".into());
            let mut scales = Map::new();
            scales.insert("dtype".into(), "F32".into());
            scales.insert("shape".into(), serde_json::json!([rows, 1]));
            let (name, scales_name) = (tensor.name.clone(), format!("{}{SCALES}", tensor.name));
            vec![(name, about, rows * columns as u64), (scales_name, scales, rows * 4)]
        }
    }
}

impl Float {
    fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::Bf16 | Self::F16 => 2,
        }
    }

    /// The values of little-endian bytes.
    fn read(self, bytes: &[u8]) -> Vec<f32> {
        let halves = || bytes.as_chunks::<2>().0.iter().map(|value| u16::from_le_bytes(*value));
        match self {
            Self::F32 => bytes.as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value)).collect(),
            Self::Bf16 => halves().map(|bits| f32::from_bits(u32::from(bits) << 16)).collect(),
            Self::F16 => halves().map(of_f16).collect(),
        }
    }
}

/// A 16-bit float of IEEE 754 as a 32-bit one.
fn of_f16(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (u32::from(bits >> 15) << 31, u32::from(bits >> 10 & 31), u32::from(bits & 1023));
    match exponent {
        // Below the smallest normal number: fraction / 2^24.
        0 => f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// Rows of a matrix as 8-bit integers; their scales, the largest value over 127, go behind those that are there.
fn to_int8(bytes: &[u8], columns: usize, from: Float, scales: &mut Vec<u8>) -> Vec<u8> {
    let mut integers = Vec::with_capacity(bytes.len() / from.bytes());
    for row in bytes.chunks_exact((columns * from.bytes()).max(1)) {
        let row = from.read(row);
        let scale = row.iter().fold(0_f32, |most, value| most.max(value.abs())) / 127.0;
        // A row of zeros has no scale; what is no number becomes 0.
        let whole =
            |value: f32| if scale > 0.0 { (value / scale).round_ties_even().clamp(-127.0, 127.0) as i8 } else { 0 };
        integers.extend(row.iter().map(|value| whole(*value).cast_unsigned()));
        scales.extend(scale.to_le_bytes());
    }
    integers
}

/// Little-endian 32-bit floats as the nearest 16-bit ones, ties to even.
fn to_bf16(bytes: &[u8]) -> Vec<u8> {
    let (values, _) = bytes.as_chunks::<4>();
    values.iter().flat_map(|value| nearest(u32::from_le_bytes(*value)).to_le_bytes()).collect()
}

fn nearest(bits: u32) -> u16 {
    if bits & 0x7fff_ffff > 0x7f80_0000 {
        // Not a number, and must not become infinity when its low bits go.
        return (bits >> 16) as u16 | 0x40;
    }
    (bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_value_is_taken() {
        for (value, expected) in [
            (1.0_f32, 0x3f80),
            (-0.0, 0x8000),
            (f32::INFINITY, 0x7f80),
            (f32::MAX, 0x7f80),
            (f32::from_bits(0x3f80_8000), 0x3f80),
            (f32::from_bits(0x3f81_8000), 0x3f82),
            (f32::from_bits(0x3f80_8001), 0x3f81),
            (f32::from_bits(1), 0),
        ] {
            assert_eq!(nearest(value.to_bits()), expected, "{value}");
        }
        assert_eq!((nearest(0x7f80_0001), nearest(0xffff_ffff)), (0x7fc0, 0xffff));
    }

    #[test]
    fn what_must_stay_stays() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.safetensors");
        let about =
            |dtype: &str, shape: u64| serde_json::json!({"dtype": dtype, "shape": [shape]}).as_object().cloned();
        let (f32s, norm, half) =
            (about("F32", 2).expect("map"), about("F32", 1).expect("map"), about("F16", 1).expect("map"));
        let head =
            select::head([("w", &f32s, 8), ("norm.w", &norm, 4), ("h", &half, 2)].into_iter(), None).expect("head");
        let data = [1.0_f32.to_le_bytes(), 2.5_f32.to_le_bytes(), 3.0_f32.to_le_bytes()].concat();
        std::fs::write(&path, [&head[..], &data, &[7, 8]].concat()).expect("written");
        let how = Convert { to: Precision::Bf16, keep: vec!["norm".into()] };
        let Ok(Outcome::Made(made)) = convert(&path, &how, &|_| true) else { panic!("not converted") };
        files::publish(&made.file, made.draft, &path).expect("published");
        let bytes = std::fs::read(&path).expect("read");
        assert_eq!((bytes.len() as u64, Digest::of(&bytes)), (made.bytes, made.sha256));
        let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight")) as usize;
        let (tensors, _) = select::tensors(&bytes[8..8 + length], made.bytes).expect("a valid file");
        let found: Vec<_> =
            tensors.iter().map(|tensor| (tensor.name.as_str(), tensor.about["dtype"].as_str())).collect();
        assert_eq!(found, [("w", Some("BF16")), ("norm.w", Some("F32")), ("h", Some("F16"))]);
        assert_eq!(
            bytes[8 + length..],
            [[0x80, 0x3f, 0x20, 0x40].as_slice(), &3.0_f32.to_le_bytes(), &[7, 8]].concat()
        );
        assert!(matches!(convert(&path, &how, &|_| true), Ok(Outcome::AsItIs)));
    }

    #[test]
    fn matrices_become_integers_and_scales() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.safetensors");
        let about = |dtype: &str, shape: &[u64]| {
            serde_json::json!({"dtype": dtype, "shape": shape}).as_object().cloned().expect("map")
        };
        let row: Vec<f32> = (0..32).map(|i| (i as f32 - 16.0) / 16.0).collect();
        let halves: Vec<u8> = row.iter().flat_map(|value| nearest(value.to_bits()).to_le_bytes()).collect();
        let wide: Vec<u8> = row.iter().chain(&[0.0; 32]).flat_map(|value| value.to_le_bytes()).collect();
        let small = 1.5_f32.to_le_bytes();
        // A matrix of two rows, one in 16 bits, a vector, one that must stay, and one whose shape is not its length's.
        let parts: [(&str, Map<String, Value>, &[u8]); 5] = [
            ("l.0.weight", about("F32", &[2, 32]), &wide),
            ("l.1.weight", about("BF16", &[1, 32]), &halves),
            ("l.1.gain", about("F32", &[1]), &small),
            ("embed.weight", about("F32", &[2, 32]), &wide),
            ("l.2.weight", about("F32", &[3, 32]), &wide),
        ];
        let lengths = parts.iter().map(|(name, about, bytes)| (*name, about, bytes.len() as u64));
        let head = select::head(lengths, None).expect("head");
        let data: Vec<u8> = parts.iter().flat_map(|(_, _, bytes)| bytes.to_vec()).collect();
        std::fs::write(&path, [head, data].concat()).expect("written");
        let how = Convert { to: Precision::Int8, keep: vec!["embed".into()] };
        let Ok(Outcome::Made(made)) = convert(&path, &how, &|_| true) else { panic!("not converted") };
        files::publish(&made.file, made.draft, &path).expect("published");
        let bytes = std::fs::read(&path).expect("read");
        assert_eq!(Digest::of(&bytes), made.sha256);
        let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight")) as usize;
        let (tensors, _) = select::tensors(&bytes[8..8 + length], made.bytes).expect("a valid file");
        let told = |tensor: &select::Tensor| (tensor.name.clone(), tensor.about["dtype"].to_string(), tensor.bytes);
        let expected = [
            ("l.0.weight", "I8", 64),
            ("l.0.weight_scale", "F32", 8),
            ("l.1.weight", "I8", 32),
            ("l.1.weight_scale", "F32", 4),
            ("l.1.gain", "BF16", 2),
            ("embed.weight", "F32", 256),
            ("l.2.weight", "BF16", 128),
        ];
        let expected = expected.map(|(name, dtype, bytes)| (name.to_owned(), format!("\"{dtype}\""), bytes));
        assert_eq!(tensors.iter().map(told).collect::<Vec<_>>(), expected);
        let of = |name: &str| {
            let tensor = tensors.iter().find(|tensor| tensor.name == name).expect("there");
            &bytes[tensor.start as usize..(tensor.start + tensor.bytes) as usize]
        };
        let scales: Vec<f32> =
            of("l.0.weight_scale").as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        assert_eq!(scales, [1.0 / 127.0, 0.0]);
        for (integer, value) in of("l.0.weight").iter().zip(row.iter().chain(&[0.0; 32])) {
            assert!((f32::from(integer.cast_signed()) / 127.0 - value).abs() <= 0.5 / 127.0 + 1e-6, "{value}");
        }
    }

    #[test]
    fn small_floats_are_read() {
        for (bits, value) in
            [(0x3c00, 1.0_f32), (0xc000, -2.0), (0x0001, 5.960_464_5e-8), (0x7bff, 65504.0), (0x8000, -0.0)]
        {
            assert_eq!(of_f16(bits).to_bits(), value.to_bits(), "{value}");
        }
        assert!(of_f16(0x7e00).is_nan() && of_f16(0x7c00) == f32::INFINITY);
    }
}
