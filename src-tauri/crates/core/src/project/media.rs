//! Files that are taken into a project: copied into its folder `media`, under the digest of their content.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::{Digest, Hasher};

use super::check::is_bare;
use super::data::MediaRef;
use crate::{Code, Detail, coded, files, inside, told};

const FOLDER: &str = "media";
/// Hexadecimal digits of a digest.
const DIGITS: usize = 64;
/// The longest name that is remembered, in characters.
const MAX_NAME: usize = 120;
/// The longest file that is searched for the digests it names.
const MAX_TEXT_BYTES: u64 = 16 << 20;

/// A file in a project's folder `media`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFile {
    /// The digest that its name tells.
    pub sha256: Digest,
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// The files in the folder `media` of the project in `folder`. Files that Gallop did not put there are left out.
///
/// # Errors
/// The folder cannot be read, or is a link.
pub fn media_files(folder: &Path) -> anyhow::Result<Vec<MediaFile>> {
    let media = folder.join(FOLDER);
    if !inside::has_folder(&media)? {
        return Ok(Vec::new());
    }
    let cannot = || format!("cannot read this folder: {}", media.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&media).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let Some(sha256) = entry.file_name().to_str().and_then(digest_of_name) else { continue };
        // Links and folders are none of ours.
        if let Ok(Some(bytes)) = inside::file_bytes(&entry.path()) {
            found.push(MediaFile { sha256, path: entry.path(), bytes });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The file with this content in the project in `folder`, as its name tells; what it holds is not read.
///
/// # Errors
/// As [`media_files`].
pub fn find_media(folder: &Path, sha256: Digest) -> anyhow::Result<Option<PathBuf>> {
    Ok(media_files(folder)?.into_iter().find(|file| file.sha256 == sha256).map(|file| file.path))
}

/// Where the file that `media` names is in the project in `folder`.
///
/// # Errors
/// [`Code::MediaMissing`] if it is not there with its size.
pub fn media_path(folder: &Path, media: &MediaRef) -> anyhow::Result<PathBuf> {
    let name = media.name.escape_debug();
    let missing = |why: String, path: &Path| {
        let what = format!("the file {name} of this project {why}; import it again: {}", path.display());
        Err(coded(Code::MediaMissing, what))
    };
    let mut files: Vec<_> = media_files(folder)?.into_iter().filter(|file| file.sha256 == media.sha256).collect();
    match files.iter().position(|file| file.bytes == media.bytes) {
        Some(index) => Ok(files.swap_remove(index).path),
        None => match files.first() {
            Some(file) => missing(format!("has changed ({} bytes instead of {})", file.bytes, media.bytes), &file.path),
            None => missing("is gone".into(), &folder.join(FOLDER).join(stored_name(media.sha256, &media.name))),
        },
    }
}

/// Copies a file into the project in `folder`, which its caller has open. A content that is already there is not stored
/// again.
///
/// # Errors
/// It is no file, is empty, or cannot be read or written.
pub fn import(folder: &Path, from: &Path) -> anyhow::Result<MediaRef> {
    let mut file = open(from)?;
    let media = folder.join(FOLDER);
    inside::make_folder(&media)?;
    let name = original_name(from);
    let (mut draft, draft_path) = files::draft(&media.join(&name))?;
    let mut hasher = Hasher::default();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(from, &error)),
        };
        let piece = buffer.get(..count).unwrap_or_default();
        hasher.update(piece);
        draft.write_all(piece).with_context(|| format!("cannot write in this folder: {}", media.display()))?;
        bytes += count as u64;
    }
    if bytes == 0 {
        return Err(told(Code::Input, Detail::EmptyFile { path: from.to_owned() }));
    }
    let sha256 = hasher.finish();
    let imported = MediaRef { sha256, name, bytes, other: Default::default() };
    match media_path(folder, &imported) {
        Ok(known) if is_whole(&known, sha256) => {}
        // A damaged one is replaced by the good one that has just come.
        Ok(damaged) => files::publish(&draft, draft_path, &damaged)?,
        Err(_) => files::publish(&draft, draft_path, &media.join(stored_name(sha256, &imported.name)))?,
    }
    Ok(imported)
}

/// The digests that the project's takes and unfinished jobs name, also where one cannot be read any more.
pub(super) fn named_by_takes(folder: &Path) -> anyhow::Result<BTreeSet<Digest>> {
    let takes = folder.join(crate::take::FOLDER);
    let mut named = BTreeSet::new();
    if !inside::has_folder(&takes)? {
        return Ok(named);
    }
    let cannot = || format!("cannot read this folder: {}", takes.display());
    for take in std::fs::read_dir(&takes).with_context(cannot)? {
        let take = take.with_context(cannot)?.path();
        if !inside::has_folder(&take).unwrap_or(false) {
            continue;
        }
        for file in [crate::take::FILE, crate::take::JOB_FILE] {
            if let Some(text) = inside::read(&take.join(file), MAX_TEXT_BYTES)? {
                let words = text.split(|byte| !byte.is_ascii_hexdigit()).filter(|word| word.len() == DIGITS);
                named.extend(words.filter_map(|word| std::str::from_utf8(word).ok()?.parse::<Digest>().ok()));
            }
        }
    }
    Ok(named)
}

fn open(from: &Path) -> anyhow::Result<File> {
    // Asked before opening, which would wait for the other end of a pipe.
    let metadata = std::fs::metadata(from).map_err(|error| unreadable(from, &error))?;
    let refuse = |why: &str| Err(coded(Code::Input, format!("{why}; choose a file: {}", from.display())));
    match metadata {
        metadata if metadata.is_dir() => refuse("this is a folder"),
        metadata if !metadata.is_file() => refuse("this is a pipe or a device"),
        _ => File::open(from).map_err(|error| unreadable(from, &error)),
    }
}

fn unreadable(from: &Path, error: &std::io::Error) -> anyhow::Error {
    let why = match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "this file may not be read".to_owned(),
        _ => format!("this file cannot be read ({error})"),
    };
    coded(Code::Input, format!("{why}: {}", from.display()))
}

fn is_whole(path: &Path, sha256: Digest) -> bool {
    let digest = File::open(path).and_then(|mut file| Digest::of_reader(&mut file));
    digest.is_ok_and(|digest| digest == sha256)
}

/// The name of a file as it may stand in a project: without what could be taken for a path.
fn original_name(from: &Path) -> String {
    let name = from.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let visible = |letter: char| match letter {
        '/' | '\\' | ':' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    };
    let letters: Vec<char> = name.trim().chars().map(visible).collect();
    // Cut in the middle: the end tells the kind of file.
    let name: String = match letters.len().checked_sub(MAX_NAME) {
        None => letters.into_iter().collect(),
        Some(over) => {
            let (start, end) = letters.split_at(MAX_NAME / 2);
            start.iter().chain(end.iter().skip(over)).collect()
        }
    };
    if name.is_empty() || !is_bare(&name) { "file".into() } else { name }
}

/// The name in the folder `media`: the digest, and an ending for people and other programs.
fn stored_name(sha256: Digest, name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let is_plain = (1..=8).contains(&ending.len()) && ending.bytes().all(|letter| letter.is_ascii_alphanumeric());
    if is_plain { format!("{sha256}.{ending}") } else { sha256.to_string() }
}

fn digest_of_name(name: &str) -> Option<Digest> {
    let (digest, rest) = name.split_at_checked(DIGITS)?;
    let is_ours = rest.is_empty() || rest.starts_with('.');
    digest.parse().ok().filter(|digest: &Digest| is_ours && name.starts_with(&digest.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        let digest = Digest::of("x");
        for (name, original, ending) in [
            ("a/b/face.PNG", "face.PNG", ".png"),
            ("a\\b:c.jpg", "a_b_c.jpg", ".jpg"),
            ("a\nb", "a_b", ""),
            ("..", "file", ""),
            ("x.a-b", "x.a-b", ""),
            ("x.", "x.", ""),
            ("x.notanending", "x.notanending", ""),
        ] {
            assert_eq!(original_name(Path::new(name)), original);
            assert_eq!(stored_name(digest, original), format!("{digest}{ending}"));
        }
        let long = original_name(Path::new(&format!("{}.wav", "ü".repeat(200))));
        assert_eq!((long.chars().count(), &long[long.len() - 4..]), (MAX_NAME, ".wav"));
        assert_eq!(stored_name(digest, "x/../../../etc/passwd"), digest.to_string());
        assert_eq!(digest_of_name(&stored_name(digest, "a.png")), Some(digest));
        for strange in ["", "x.png", &digest.to_string().to_uppercase(), &format!("{digest}0"), &"é".repeat(64)] {
            assert_eq!(digest_of_name(strange), None, "{strange}");
        }
    }
}
