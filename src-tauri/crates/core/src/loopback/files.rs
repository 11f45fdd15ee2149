//! Which file of the studio a path means. A path is compared with the few that there are: nothing of it is ever joined to a
//! folder.

use std::path::PathBuf;

use gallop_protocol::message::Checkpoint;
use gallop_protocol::{Digest, Id};

use crate::api::Studio;
use crate::library::TakeFilter;
use crate::project::find_media;
use crate::take::TakeFolder;
use crate::{inside, take};

use super::{peaks, stills};

/// Something that is served.
pub enum Found {
    /// A file, its type, and its name for caches where its content never changes.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its type.
        kind: &'static str,
        /// The digest that is its name.
        digest: Option<Digest>,
    },
    /// A picture in memory, which changes all the time.
    Picture(bytes::Bytes),
}

/// What is at a path below the token. May read for long: not for the thread that serves.
pub fn find(studio: &Studio, path: &str) -> Option<Found> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["takes", id, name] => of_take(studio, id, name),
        ["media", digest] => media(studio, digest),
        ["media", digest, "peaks.json"] => {
            let sha256 = exact_digest(digest)?;
            let sound = find_media(&studio.project_folder()?, sha256).ok()??;
            let path = peaks::of_sound(studio.cache(), sha256, &sound)?;
            Some(Found::File { path, kind: JSON, digest: Some(sha256) })
        }
        ["media", digest, "poster.png"] => {
            let sha256 = exact_digest(digest)?;
            let film = find_media(&studio.project_folder()?, sha256).ok()??;
            let path = stills::of_film(studio.cache(), sha256, &film)?;
            Some(Found::File { path, kind: "image/png", digest: Some(sha256) })
        }
        ["previews", name] => {
            let id = exact_id(name.strip_suffix(".png")?)?;
            let of_export = || file(studio.export_picture(id), "image/png");
            studio.preview(id).map(Found::Picture).or_else(of_export)
        }
        ["posters", name] => poster(studio, exact_id(name.strip_suffix(".png")?)?),
        _ => None,
    }
}

/// Whether a path is one of these: then it is not looked for among the pages.
pub fn is_ours(path: &str) -> bool {
    matches!(path.split('/').next(), Some("takes" | "media" | "previews" | "posters"))
}

const JSON: &str = "application/json";

fn of_take(studio: &Studio, id: &str, name: &str) -> Option<Found> {
    let folder = TakeFolder::find(&studio.project_folder()?, exact_id(id)?).ok()??;
    let (path, kind) = match name {
        "clip.mp4" => (folder.path(Checkpoint::Clip), "video/mp4"),
        "poster.png" => (folder.poster_path(), "image/png"),
        "peaks.json" => (folder.folder().join("peaks.json"), JSON),
        _ => return None,
    };
    file(path, kind)
}

fn media(studio: &Studio, digest: &str) -> Option<Found> {
    let sha256 = exact_digest(digest)?;
    let path = find_media(&studio.project_folder()?, sha256).ok()??;
    let kind = kind_of(&path);
    Some(Found::File { path, kind, digest: Some(sha256) })
}

/// The newest take of a project.
fn poster(studio: &Studio, project: Id) -> Option<Found> {
    let folder = studio.known_folder(project)?;
    let filter = TakeFilter { project: Some(folder.clone()), limit: Some(1), ..TakeFilter::default() };
    let newest = studio.takes(&filter).ok()?.into_iter().next()?;
    file(TakeFolder::find(&folder, newest.id).ok()??.poster_path(), "image/png")
}

/// A file of the project, which is no link.
fn file(path: PathBuf, kind: &'static str) -> Option<Found> {
    inside::file_bytes(&path).ok()??;
    Some(Found::File { path, kind, digest: None })
}

/// An id in the one way in which we write it.
fn exact_id(text: &str) -> Option<Id> {
    text.parse::<Id>().ok().filter(|id| id.to_string() == text)
}

fn exact_digest(text: &str) -> Option<Digest> {
    text.parse::<Digest>().ok().filter(|digest| digest.to_string() == text)
}

/// The type of a file that was taken in, by its ending. What is not known is not shown by any browser.
fn kind_of(path: &std::path::Path) -> &'static str {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "bmp" => "image/bmp",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "m4a" | "aac" => "audio/mp4",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "mp4" | "mov" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        _ => "application/octet-stream",
    }
}

/// The folder of takes, so that the two names cannot come apart.
const _: () = assert!(matches!(take::FOLDER.as_bytes(), b"takes"));
