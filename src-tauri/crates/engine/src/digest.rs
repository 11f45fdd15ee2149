//! SHA-256 of what a clip was made from.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_models::generator::Manifest;
use gallop_protocol::{Digest, Hasher};

/// Files up to this size are read whole.
const WHOLE: u64 = 256 << 20;
/// Of larger files, so much is read at so many places, the first and the last byte among them.
const PIECE: u64 = 1 << 20;
const PIECES: u64 = 32;

/// SHA-256 of a file.
///
/// # Errors
/// The file cannot be read.
pub fn of_file(path: &Path) -> anyhow::Result<Digest> {
    let file = File::open(path).and_then(|mut file| Digest::of_reader(&mut file));
    file.with_context(|| path.display().to_string())
}

/// One SHA-256 over all weights and configurations of a model.
///
/// Of files over 256 MiB only the size and 32 pieces spread over the file are taken: reading 60 GB before each clip would
/// take longer than the clip, and two published versions of a network differ everywhere.
///
/// # Errors
/// A file cannot be read.
pub fn of_model(manifest: &Manifest) -> anyhow::Result<String> {
    of_files(&files(manifest)?)
}

/// As [`of_model`], over what decides the features of a text.
///
/// # Errors
/// A file cannot be read.
pub fn of_text_encoder(manifest: &Manifest) -> anyhow::Result<String> {
    of_files(&expand([Some(&manifest.text.weights), manifest.text.config.as_ref()])?)
}

fn of_files(files: &[PathBuf]) -> anyhow::Result<String> {
    let mut hash = Sum(Hasher::default());
    for path in files {
        let context = || path.display().to_string();
        let mut file = File::open(path).with_context(context)?;
        let size = file.metadata().with_context(context)?.len();
        hash.0.update(&size.to_le_bytes());
        if size <= WHOLE {
            std::io::copy(&mut file, &mut hash).with_context(context)?;
            continue;
        }
        for piece in 0..PIECES {
            file.seek(SeekFrom::Start((size - PIECE) / (PIECES - 1) * piece)).with_context(context)?;
            std::io::copy(&mut (&mut file).take(PIECE), &mut hash).with_context(context)?;
        }
    }
    Ok(hash.0.finish().to_string())
}

/// A digest that can be copied into.
struct Sum(Hasher);

impl std::io::Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The size of all files of a model.
///
/// # Errors
/// A file is not there.
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
    expand(named)
}

/// The named files, with the shards of those that are folders.
fn expand<'a>(named: impl IntoIterator<Item = Option<&'a PathBuf>>) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named.into_iter().flatten() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_known_by_its_bytes() {
        let folder = tempfile::tempdir().expect("folder");
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        std::fs::write(&one, "ab").expect("written");
        std::fs::write(&two, "c").expect("written");
        let before = of_files(&[one.clone(), two.clone()]).expect("digest");
        // Bytes that move from one file to the next make another model.
        std::fs::write(&one, "a").expect("written");
        std::fs::write(&two, "bc").expect("written");
        assert_ne!(of_files(&[one, two]).expect("digest"), before);
    }
}
