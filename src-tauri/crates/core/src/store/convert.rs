//! 32-bit floats become 16-bit ones on arrival, which halves the disk; one buffer at a time.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use gallop_protocol::{Digest, Hasher};
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

/// Converts the safetensors file at `path` into a draft beside it; `go_on` hears how many bytes of its tensors are
/// through.
///
/// # Errors
/// The file is damaged, or the disk is full.
pub(super) fn convert(path: &Path, how: &Convert, go_on: &dyn Fn(u64) -> bool) -> anyhow::Result<Outcome> {
    let Convert { to: Precision::Bf16, keep } = how;
    let cannot = || format!("cannot read: {}", path.display());
    let mut source = File::open(path).with_context(cannot)?;
    let total = source.metadata().with_context(cannot)?.len();
    let header = local::header(&mut source, total).with_context(cannot)?;
    let (mut tensors, notes) = select::tensors(&header, total).with_context(cannot)?;
    let is_halved = |tensor: &select::Tensor| {
        let is_f32 = tensor.about.get("dtype").and_then(|dtype| dtype.as_str()) == Some("F32");
        is_f32 && tensor.bytes.is_multiple_of(4) && !keep.iter().any(|word| tensor.name.contains(word))
    };
    let halved: Vec<bool> = tensors.iter().map(is_halved).collect();
    if !halved.contains(&true) {
        return Ok(Outcome::AsItIs);
    }
    for (tensor, _) in tensors.iter_mut().zip(&halved).filter(|(_, halved)| **halved) {
        tensor.about.insert("dtype".into(), "BF16".into());
    }
    let lengths = tensors.iter().zip(&halved).map(|(tensor, halved)| {
        (tensor.name.as_str(), &tensor.about, if *halved { tensor.bytes / 2 } else { tensor.bytes })
    });
    let head = select::head(lengths, notes)?;

    let (mut file, draft) = files::draft(path)?;
    let (mut hasher, mut bytes) = (Hasher::default(), 0);
    let mut put = |part: &[u8]| {
        hasher.update(part);
        bytes += part.len() as u64;
        file.write_all(part).map_err(|error| super::fetch::disk(error, path))
    };
    put(&head)?;
    let (mut buffer, mut through) = (vec![0; BUFFER], 0);
    for (tensor, halved) in tensors.iter().zip(&halved) {
        // The tensors lie in this order without gaps: that was checked with the header.
        let mut left = tensor.bytes;
        while left > 0 {
            if !go_on(through) {
                return Ok(Outcome::Stopped);
            }
            let wanted = BUFFER.min(usize::try_from(left).unwrap_or(BUFFER));
            let room = buffer.get_mut(..wanted).unwrap_or_default();
            source.read_exact(room).with_context(cannot)?;
            if *halved {
                put(&to_bf16(room))?;
            } else {
                put(room)?;
            }
            left -= wanted as u64;
            through += wanted as u64;
        }
    }
    let sha256 = hasher.finish();
    Ok(Outcome::Made(Converted { file, draft, bytes, sha256 }))
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
}
