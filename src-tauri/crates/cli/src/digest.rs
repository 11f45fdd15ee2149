//! SHA-256 of what a clip was made from.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_models::generator::Manifest;
use sha2::{Digest as _, Sha256};

/// Files up to this size are read whole.
const WHOLE: u64 = 256 << 20;
/// Of larger files, so much is read at so many places, the first and the last byte among them.
const PIECE: u64 = 1 << 20;
const PIECES: u64 = 32;

/// SHA-256 of a file, in hexadecimal.
pub fn of_file(path: &Path) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    std::io::copy(&mut file, &mut hash).with_context(|| path.display().to_string())?;
    Ok(hex(&hash.finalize()))
}

/// One SHA-256 over all weights and configurations of a model.
///
/// Of files over 256 MiB only the size and 32 pieces spread over the file are taken: reading 60 GB before each clip would
/// take longer than the clip, and two published versions of a network differ everywhere.
pub fn of_model(manifest: &Manifest) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for path in files(manifest)? {
        let context = || path.display().to_string();
        let mut file = File::open(&path).with_context(context)?;
        let size = file.metadata().with_context(context)?.len();
        hash.update(size.to_le_bytes());
        if size <= WHOLE {
            std::io::copy(&mut file, &mut hash).with_context(context)?;
            continue;
        }
        for piece in 0..PIECES {
            file.seek(SeekFrom::Start((size - PIECE) / (PIECES - 1) * piece)).with_context(context)?;
            std::io::copy(&mut (&mut file).take(PIECE), &mut hash).with_context(context)?;
        }
    }
    Ok(hex(&hash.finalize()))
}

/// The size of all files of a model.
pub fn model_bytes(manifest: &Manifest) -> anyhow::Result<u64> {
    files(manifest)?.iter().map(|path| Ok(path.metadata().with_context(|| path.display().to_string())?.len())).sum()
}

/// The files that decide what a model makes, in a fixed order.
fn files(manifest: &Manifest) -> anyhow::Result<Vec<PathBuf>> {
    let text = [Some(&manifest.text.weights), manifest.text.config.as_ref(), Some(&manifest.text.tokenizer)];
    let parts = [&manifest.image_encoder, &manifest.video_decoder];
    let parts = parts.into_iter().flat_map(|part| [Some(&part.weights), part.config.as_ref()]);
    let audio = [Some(&manifest.audio.weights), manifest.audio.config.as_ref()];
    let upscale = manifest.upscale.iter().map(|part| Some(&part.weights));
    let named = text.into_iter().chain([Some(&manifest.base.weights)]).chain(parts).chain(audio).chain(upscale);
    let mut files = Vec::new();
    for path in named.flatten() {
        if path.is_dir() {
            files.extend(shards(path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn shards(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut shards = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors") {
            shards.push(path);
        }
    }
    shards.sort();
    Ok(shards)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_digest() {
        let file = tempfile::NamedTempFile::new().expect("file");
        std::fs::write(file.path(), "abc").expect("written");
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_file(file.path()).expect("digest"), expected);
    }
}
