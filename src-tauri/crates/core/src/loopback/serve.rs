//! Takes connections, looks who asks, and finds what is asked for.

use std::net::TcpListener;
use std::sync::{Arc, Weak};

use axum::Router;
use axum::extract::{FromRequestParts as _, Request, State, WebSocketUpgrade};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use tokio::sync::watch;

use super::guard::{Guard, Leave};
use super::preview::Seats;
use super::{Pages, files, preview, respond, socket, upload};
use crate::api::{Look, Studio};

/// What all connections share.
pub struct Desk {
    studio: Weak<Studio>,
    guard: Guard,
    pages: Option<Pages>,
    stopped: watch::Receiver<bool>,
    seats: Seats,
}

impl Desk {
    /// Of a studio.
    pub fn new(studio: Weak<Studio>, guard: Guard, pages: Option<Pages>, stopped: watch::Receiver<bool>) -> Arc<Self> {
        Arc::new(Self { studio, guard, pages, stopped, seats: Seats::default() })
    }
}

/// Serves until it is stopped. Connections that are open then are cut.
pub async fn serve(listener: TcpListener, desk: Arc<Desk>, mut stopped: watch::Receiver<bool>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    // No routes of a framework: the few paths are compared in one place, behind the guard.
    let app = Router::new().fallback(answer).with_state(desk);
    tokio::select! {
        _ = axum::serve(listener, app) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let leave = desk.guard.leave(request.method(), request.headers());
    let origin = match &leave {
        Leave::None(why) => return respond::status(StatusCode::FORBIDDEN, why),
        Leave::All => None,
        Leave::Read(origin) => Some(origin.clone()),
    };
    let path = request.uri().path().strip_prefix('/').unwrap_or_default();
    let (token, path) = path.split_once('/').map_or((path, None), |(token, path)| (token, Some(path)));
    if !desk.guard.is_token(token) {
        return respond::status(StatusCode::NOT_FOUND, "there is nothing here: open the link that Gallop printed");
    }
    let Some(path) = path.map(str::to_owned) else {
        let mut response = respond::status(StatusCode::PERMANENT_REDIRECT, "with a slash");
        if let Ok(place) = HeaderValue::from_str(&format!("/{token}/")) {
            response.headers_mut().insert(LOCATION, place);
        }
        return response;
    };
    let mut response = inside(&desk, &path, leave == Leave::All, request).await;
    if let Some(origin) = origin {
        respond::allow(&mut response, &origin);
    }
    response
}

/// Answers somebody who knows the token.
async fn inside(desk: &Arc<Desk>, path: &str, has_all: bool, request: Request) -> Response {
    let Some(studio) = desk.studio.upgrade() else {
        return respond::status(StatusCode::SERVICE_UNAVAILABLE, "the studio is closing");
    };
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let pages = desk.pages.as_ref().filter(|_| has_all);
    match path {
        "ws" if pages.is_some() && is_reading => match upgrade(request).await {
            Ok(upgrade) => socket::take(upgrade, desk.studio.clone(), desk.stopped.clone()),
            Err(refused) => refused,
        },
        "preview" if is_reading => match upgrade(request).await {
            Ok(upgrade) => preview::take(upgrade, desk.studio.clone(), &desk.seats, desk.stopped.clone()),
            Err(refused) => refused,
        },
        "upload" if pages.is_some() && *request.method() == Method::POST => upload::take(&studio, request).await,
        _ if !is_reading => respond::status(StatusCode::METHOD_NOT_ALLOWED, "this can only be read"),
        path if files::is_ours(path) => {
            let (method, headers, path) = (request.method().clone(), request.headers().clone(), path.to_owned());
            let work = move || {
                files::find(&studio, &path).map_or_else(respond::gone, |found| respond::found(found, &method, &headers))
            };
            tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| respond::gone())
        }
        path => {
            let name = if path.is_empty() { "index.html" } else { path };
            match pages.and_then(|pages| pages(name)) {
                Some(mut page) => {
                    if name == "index.html" {
                        page.bytes = dressed(page.bytes, studio.look());
                    }
                    respond::page(&page, request.method(), &desk.guard.socket_origins())
                }
                None => respond::gone(),
            }
        }
    }
}

/// Becomes a socket of a request that asks for one.
async fn upgrade(request: Request) -> Result<WebSocketUpgrade, Response> {
    let (mut parts, _) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
    upgrade.map_err(|_| respond::status(StatusCode::UPGRADE_REQUIRED, "this is a socket"))
}

/// The first page with what the user chose written into its root, so that the first picture is painted in it.
fn dressed(page: Bytes, look: Look) -> Bytes {
    const ROOT: &[u8] = b"<html";
    let Some(at) = page.windows(ROOT.len()).position(|found| found == ROOT) else { return page };
    // Both are words in quotes.
    let (theme, language) = (serde_json::json!(look.theme), serde_json::json!(look.language));
    let chosen = format!(" data-chosen-theme={theme} data-chosen-language={language}");
    let (before, behind) = page.split_at(at + ROOT.len());
    [before, chosen.as_bytes(), behind].concat().into()
}
