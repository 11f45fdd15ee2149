//! Answers: files in parts, pages with their policy, refusals in words.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;

use super::Page;
use super::files::Found;
use super::range::{Wanted, wanted};

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// An answer without a body of its own.
pub fn status(status: StatusCode, words: &str) -> Response {
    let mut response = Response::new(Body::from(format!("{words}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    common(&mut response, "default-src 'none'");
    response
}

/// A page, under the policy of the whole interface.
pub fn page(page: &Page, method: &Method, socket: &str) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; media-src 'self' blob:; \
        connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let body = if *method == Method::HEAD { Body::empty() } else { Body::from(page.bytes.clone()) };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(page.kind));
    headers.insert(CONTENT_LENGTH, page.bytes.len().into());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    common(&mut response, &policy);
    response
}

/// JSON, for a page of ours.
pub fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    common(&mut response, "default-src 'none'");
    response
}

/// A file or a picture. May read for long: not for the thread that serves.
pub fn found(found: Found, method: &Method, asked: &HeaderMap) -> Response {
    match found {
        Found::Picture(picture) => {
            let length = picture.len();
            let mut response = Response::new(if *method == Method::HEAD { Body::empty() } else { Body::from(picture) });
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            common(&mut response, "default-src 'none'; sandbox");
            response
        }
        Found::File { path, kind, digest } => {
            file(&path, kind, digest.map(|digest| digest.to_string()), method, asked).unwrap_or_else(|_| gone())
        }
    }
}

/// There is no such thing.
pub fn gone() -> Response {
    status(StatusCode::NOT_FOUND, "there is nothing here")
}

/// Lets the window read an answer.
pub fn allow(response: &mut Response, origin: &str) {
    if let Ok(origin) = HeaderValue::from_str(origin) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}

fn file(
    path: &Path,
    kind: &'static str,
    digest: Option<String>,
    method: &Method,
    asked: &HeaderMap,
) -> std::io::Result<Response> {
    let mut file = std::fs::File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(gone());
    }
    let length = metadata.len();
    let is_lasting = digest.is_some();
    // Of a file that may change: its length and the moment at which it did.
    let since = metadata.modified().ok().and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
    let tag =
        format!("\"{}\"", digest.unwrap_or_else(|| format!("{length:x}-{:x}", since.unwrap_or_default().as_nanos())));
    let text = |name: &HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    let is_known = text(&IF_NONE_MATCH).is_some_and(|known| {
        known.split(',').any(|known| matches!(known.trim(), "*") || known.trim().trim_start_matches("W/") == tag)
    });
    let range = text(&RANGE).filter(|_| text(&IF_RANGE).is_none_or(|known| known == tag));
    let (code, first, count) = match wanted(range, length) {
        _ if is_known => (StatusCode::NOT_MODIFIED, 0, 0),
        Wanted::All => (StatusCode::OK, 0, length),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let body = if *method == Method::HEAD || count == 0 {
        Body::empty()
    } else {
        file.seek(SeekFrom::Start(first))?;
        pieces(file, count)
    };
    let mut response = Response::new(body);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    let cache = if is_lasting { "private, max-age=31536000, immutable" } else { "private, no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    let range = match code {
        StatusCode::PARTIAL_CONTENT => Some(format!("bytes {first}-{}/{length}", first + count - 1)),
        StatusCode::RANGE_NOT_SATISFIABLE => Some(format!("bytes */{length}")),
        _ => None,
    };
    if let Some(range) = range.and_then(|range| HeaderValue::from_str(&range).ok()) {
        headers.insert(CONTENT_RANGE, range);
    }
    if code != StatusCode::NOT_MODIFIED {
        headers.insert(CONTENT_LENGTH, count.into());
    }
    common(&mut response, "default-src 'none'; sandbox");
    Ok(response)
}

/// So many bytes of a file, read as fast as they are taken.
fn pieces(file: std::fs::File, count: u64) -> Body {
    let next = |state: Option<(std::fs::File, u64)>| async move {
        let (mut file, left) = state.filter(|(_, left)| *left > 0)?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
            let count = file.read(&mut piece)?;
            piece.truncate(count);
            Ok::<_, std::io::Error>((file, Bytes::from(piece)))
        });
        match read.await.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
            // Shorter than it was: the connection is cut, so that nobody takes it for whole.
            Ok((_, piece)) if piece.is_empty() => Some((Err(std::io::ErrorKind::UnexpectedEof.into()), None)),
            Ok((file, piece)) => {
                let left = left - piece.len() as u64;
                Some((Ok(piece), Some((file, left))))
            }
            Err(error) => Some((Err(error), None)),
        }
    };
    Body::from_stream(stream::unfold(Some((file, count)), next))
}

fn common(response: &mut Response, policy: &str) {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // The address has the token in it.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    // The window's pages come from another origin; strangers do not know the token.
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}
