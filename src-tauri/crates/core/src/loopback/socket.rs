//! Calls and events over a WebSocket: `{id, name, args}` in, `{id, ok}` or `{id, error}` and `{event}` out.

use std::future::poll_fn;
use std::sync::Weak;
use std::task::Poll;

use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{mpsc, watch};

use crate::api::{Event, Refusal, Studio};

/// The longest message: a whole project is shorter.
const MAX_BYTES: usize = 16 << 20;
/// Answers that a slow browser may leave lying.
const ANSWERS: usize = 64;

#[derive(Deserialize)]
struct Call {
    id: u64,
    name: String,
    #[serde(default)]
    args: Value,
}

/// Takes a connection over.
pub fn take(upgrade: WebSocketUpgrade, studio: Weak<Studio>, stopped: watch::Receiver<bool>) -> Response {
    upgrade.max_message_size(MAX_BYTES).max_frame_size(MAX_BYTES).on_upgrade(|socket| talk(socket, studio, stopped))
}

async fn talk(mut socket: WebSocket, studio: Weak<Studio>, mut stopped: watch::Receiver<bool>) {
    let Some(mut events) = studio.upgrade().map(|studio| studio.subscribe()) else { return };
    let (sender, mut answers) = mpsc::channel::<Value>(ANSWERS);
    loop {
        let said = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    begin(answer(studio.clone(), text.as_str(), sender.clone())).await;
                    continue;
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                // Pings are answered below us; we speak no bytes.
                Some(Ok(_)) => continue,
            },
            Some(answer) = answers.recv() => answer,
            event = events.recv() => match event {
                Ok(event) => json!({ "event": event }),
                Err(RecvError::Lagged(_)) => json!({ "event": Event::Missed }),
                Err(RecvError::Closed) => return,
            },
            () = stop(&mut stopped) => {
                socket.send(Message::Close(None)).await.ok();
                return;
            }
        };
        if socket.send(Message::text(said.to_string())).await.is_err() {
            return;
        }
    }
}

/// Waits until the server stops.
pub(super) async fn stop(stopped: &mut watch::Receiver<bool>) {
    // What is borrowed of the channel must not be held over the next wait. An error means that the server is gone.
    stopped.wait_for(|stopped| *stopped).await.map(drop).ok();
}

/// Goes on with `work` beside the connection, once it is where it first waits. There a call has its place in the studio's line;
/// begun in a task of its own, it could come there behind the one after it.
async fn begin(work: impl Future<Output = ()> + Send + 'static) {
    let mut work = Box::pin(work);
    if poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await.is_pending() {
        tokio::spawn(work);
    }
}

/// Makes a call and sends its answer.
fn answer(studio: Weak<Studio>, text: &str, sender: mpsc::Sender<Value>) -> impl Future<Output = ()> + Send + use<> {
    let call: Result<Call, _> = serde_json::from_str(text);
    async move {
        let answer = match (call, studio.upgrade()) {
            (Ok(Call { id, name, args }), Some(studio)) => match studio.call(&name, args).await {
                Ok(ok) => json!({ "id": id, "ok": ok }),
                Err(error) => json!({ "id": id, "error": error }),
            },
            (Ok(Call { id, .. }), None) => json!({ "id": id, "error": Refusal::internal("the studio is closing") }),
            (Err(error), _) => json!({ "id": null, "error": Refusal::input(format!("this is no call: {error}")) }),
        };
        // Nobody may be there any more.
        sender.send(answer).await.ok();
    }
}
