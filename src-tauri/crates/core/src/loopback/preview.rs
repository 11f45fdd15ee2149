//! The preview over a WebSocket: what [`crate::preview`] tells.

use std::sync::{Arc, Weak};

use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::respond;
use super::socket::stop;
use crate::api::{Refusal, Studio};
use crate::preview::{Ask, Message as Answer, Part, Preview};

/// The longest message of a page.
const MAX_BYTES: usize = 4 << 10;
/// Pages that see a preview at once: each holds decoded frames.
const SEATS: usize = 4;

/// How many more may look.
pub struct Seats(Arc<Semaphore>);

impl Default for Seats {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(SEATS)))
    }
}

/// Takes a connection over.
pub fn take(
    upgrade: WebSocketUpgrade,
    studio: Weak<Studio>,
    seats: &Seats,
    stopped: watch::Receiver<bool>,
) -> Response {
    let Ok(seat) = Arc::clone(&seats.0).try_acquire_owned() else {
        return respond::status(StatusCode::SERVICE_UNAVAILABLE, "too many windows show the project: close one");
    };
    let upgrade = upgrade.max_message_size(MAX_BYTES).max_frame_size(MAX_BYTES);
    upgrade.on_upgrade(|socket| talk(socket, studio, seat, stopped))
}

async fn talk(
    mut socket: WebSocket,
    studio: Weak<Studio>,
    seat: OwnedSemaphorePermit,
    mut stopped: watch::Receiver<bool>,
) {
    let (preview, mut answers) = match Preview::start(studio) {
        Ok(started) => started,
        Err(error) => {
            let Answer::Text(trouble) = Answer::trouble(0, Part::Ask, &Refusal::of(&error)) else { return };
            // Whoever has gone needs no reason.
            socket.send(Message::text(trouble)).await.ok();
            return;
        }
    };
    loop {
        let said = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => match serde_json::from_str::<Ask>(text.as_str()) {
                    Ok(ask) => {
                        preview.ask(ask);
                        continue;
                    }
                    Err(error) => Answer::trouble(0, Part::Ask, &Refusal::input(format!("this cannot be asked: {error}"))),
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => continue,
            },
            answer = answers.recv() => match answer {
                Some(answer) => answer,
                // Nobody answers any more; the page connects anew.
                None => break,
            },
            () = stop(&mut stopped) => {
                socket.send(Message::Close(None)).await.ok();
                break;
            }
        };
        let message = match said {
            Answer::Bytes(bytes) => Message::Binary(bytes),
            Answer::Text(text) => Message::text(text),
        };
        if socket.send(message).await.is_err() {
            break;
        }
    }
    // Who paints and mixes for it ends before another may sit here.
    drop((preview, answers));
    drop(seat);
}
