//! Files from a browser, which does not tell where they lie: they come here, and are handed on by their path.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::StreamExt as _;
use gallop_protocol::Id;
use tokio::io::AsyncWriteExt as _;

use super::respond;
use crate::api::{Refusal, Studio};
use crate::disk::free_bytes;
use crate::{Code, Detail, coded, told};

/// Where they come to, in the cache.
const FOLDER: &str = "uploads";
/// The longest file: more than an hour of sound, or any picture.
pub const MAX_BYTES: u64 = 2 << 30;
/// What nobody has taken in after a day is not wanted any more.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Room that stays on the disk.
const SPARE_BYTES: u64 = 256 << 20;
/// The longest name, in bytes.
const MAX_NAME: usize = 120;

/// Takes a file, and answers with its path.
pub async fn take(studio: &Studio, request: Request) -> Response {
    match store(studio, request).await {
        Ok(path) => respond::json(StatusCode::OK, &serde_json::json!({ "path": path })),
        Err(error) => {
            let refusal = serde_json::to_value(Refusal::of(&error)).unwrap_or_default();
            respond::json(StatusCode::BAD_REQUEST, &refusal)
        }
    }
}

async fn store(studio: &Studio, request: Request) -> anyhow::Result<PathBuf> {
    let name = name(request.headers())?;
    let too_long = || told(Code::Input, Detail::LongFile { name: name.clone(), most: MAX_BYTES >> 30 });
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > MAX_BYTES) {
        return Err(too_long());
    }
    let uploads = studio.cache().join(FOLDER);
    sweep(&uploads);
    let folder = uploads.join(Id::new().to_string());
    tokio::fs::create_dir_all(&folder)
        .await
        .with_context(|| format!("cannot make this folder: {}", folder.display()))?;
    if free_bytes(&folder).is_some_and(|free| free < announced.unwrap_or(0).saturating_add(SPARE_BYTES)) {
        remove(&folder);
        return Err(coded(Code::DiskFull, format!("the disk is too full for this file: {}", uploads.display())));
    }
    let path = folder.join(&name);
    let written = write(&folder.join("part"), &path, request, too_long).await;
    if written.is_err() {
        remove(&folder);
    }
    written.map(|()| path)
}

/// Writes the body under another name, which it loses when it is whole.
async fn write(part: &Path, path: &Path, request: Request, too_long: impl Fn() -> anyhow::Error) -> anyhow::Result<()> {
    let cannot = || format!("cannot write: {}", path.display());
    let mut file = tokio::fs::File::create_new(part).await.with_context(cannot)?;
    let mut body = request.into_body().into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| coded(Code::Input, format!("the file did not come whole ({error})")))?;
        bytes += piece.len() as u64;
        if bytes > MAX_BYTES {
            return Err(too_long());
        }
        file.write_all(&piece).await.with_context(cannot)?;
    }
    if bytes == 0 {
        return Err(told(Code::Input, Detail::EmptyFile { path: path.file_name().unwrap_or_default().into() }));
    }
    file.flush().await.with_context(cannot)?;
    drop(file);
    tokio::fs::rename(part, path).await.with_context(cannot)
}

/// The file's own name, as a name that leads nowhere.
fn name(headers: &HeaderMap) -> anyhow::Result<String> {
    let told = headers.get("x-file-name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let decoded = decoded(told).ok_or_else(|| coded(Code::Input, "the name of this file cannot be read"))?;
    let plain = |letter: char| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '_' } else { letter };
    let name: String = decoded.chars().map(plain).collect();
    let name = name.trim().trim_start_matches('.').trim();
    // Cut at its beginning: the end tells the kind of file.
    let start =
        (name.len().saturating_sub(MAX_NAME)..=name.len()).find(|start| name.is_char_boundary(*start)).unwrap_or(0);
    let name = name.get(start..).unwrap_or_default().trim_start_matches('.');
    Ok(if name.is_empty() || name == "part" { "file".into() } else { name.to_owned() })
}

/// `%E4%BD%A0` as the letters that it stands for.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut letters = text.bytes();
    while let Some(letter) = letters.next() {
        if letter == b'%' {
            let digits = [letters.next()?, letters.next()?];
            bytes.push(
                u8::from_str_radix(std::str::from_utf8(&digits).ok().filter(|digits| !digits.starts_with('+'))?, 16)
                    .ok()?,
            );
        } else {
            bytes.push(letter);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Removes what was left lying.
fn sweep(uploads: &Path) {
    let Ok(entries) = std::fs::read_dir(uploads) else { return };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let age = modified.and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if age.is_some_and(|age| age > KEPT) {
            remove(&entry.path());
        }
    }
}

/// Removes an upload that was taken over; other files are left alone.
pub fn forget(cache: &Path, path: &Path) {
    if let Some(own) = path.parent().filter(|own| own.parent() == Some(&*cache.join(FOLDER))) {
        remove(own);
    }
}

fn remove(folder: &Path) {
    // It lies in the cache, which everybody may clear.
    std::fs::remove_dir_all(folder).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for (told, expected) in [
            ("a.png", "a.png"),
            ("%E4%BD%A0%E5%A5%BD.png", "你好.png"),
            ("..%2F..%2Fetc%2Fpasswd", "_.._etc_passwd"),
            ("../x", "_x"),
            ("C:\\x.wav", "C__x.wav"),
            ("", "file"),
            ("..", "file"),
            ("part", "file"),
            ("a%00b", "a_b"),
        ] {
            let headers =
                [("x-file-name".parse().expect("a name"), told.parse().expect("a value"))].into_iter().collect();
            assert_eq!(name(&headers).expect("a name"), expected, "{told}");
        }
        let long = format!("{}.png", "好".repeat(300));
        let headers =
            [("x-file-name".parse().expect("a name"), percent(&long).parse().expect("a value"))].into_iter().collect();
        let name = name(&headers).expect("a name");
        assert!(name.len() <= MAX_NAME && name.ends_with("好.png"), "{name}");
        for bad in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_was_taken_over_goes_and_nothing_else() {
        let cache = tempfile::tempdir().expect("a folder");
        let (own, other) = (cache.path().join("uploads/1/a.png"), cache.path().join("exports/1/a.png"));
        for path in [&own, &other] {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, "x").expect("a file");
            forget(cache.path(), path);
        }
        forget(cache.path(), Path::new("/"));
        assert!(!own.exists() && other.exists() && cache.path().join("uploads").is_dir());
    }

    fn percent(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }
}
