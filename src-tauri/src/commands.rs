//! What the page may ask of the window: the core by one command, its events by another, and the system's dialogs.

use std::path::PathBuf;
use std::sync::Arc;

use gallop_core::api::{Event, Refusal, Studio};
use serde::Deserialize;
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use tokio::sync::{broadcast, oneshot, watch};

/// The studio, which is opened while the window already appears.
pub struct Desk(watch::Sender<Option<Arc<Studio>>>);

impl Default for Desk {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Desk {
    /// Lets the page at the studio.
    pub fn put(&self, studio: Arc<Studio>) {
        self.0.send_replace(Some(studio));
    }

    /// Takes the studio away, to close it.
    pub fn take(&self) -> Option<Arc<Studio>> {
        self.0.send_replace(None)
    }

    /// The studio, as soon as it is open.
    async fn studio(&self) -> Result<Arc<Studio>, Refusal> {
        let mut desk = self.0.subscribe();
        let open = desk.wait_for(Option::is_some).await.ok().and_then(|studio| studio.clone());
        open.ok_or_else(|| Refusal::internal("the studio is closing"))
    }
}

/// Which files a dialog shows.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kinds {
    /// Reference pictures.
    Pictures,
    /// Voices and music.
    Sounds,
    /// Both, films, and Gallop's own clips.
    Media,
}

const PICTURES: [&str; 4] = ["png", "jpg", "jpeg", "webp"];
const SOUNDS: [&str; 7] = ["wav", "mp3", "m4a", "flac", "ogg", "opus", "mp4"];
const FILMS: [&str; 4] = ["mov", "m4v", "webm", "mkv"];

impl Kinds {
    fn extensions(self) -> Vec<&'static str> {
        match self {
            Self::Pictures => PICTURES.to_vec(),
            Self::Sounds => SOUNDS.to_vec(),
            Self::Media => [PICTURES.as_slice(), &SOUNDS, &FILMS].concat(),
        }
    }
}

/// Calls the core.
#[tauri::command]
pub async fn call(desk: State<'_, Desk>, name: String, args: Value) -> Result<Value, Refusal> {
    desk.studio().await?.call(&name, args).await
}

/// Sends the core's events to the page until it is gone.
#[tauri::command]
pub async fn subscribe(desk: State<'_, Desk>, events: Channel<Event>) -> Result<(), Refusal> {
    let mut news = desk.studio().await?.subscribe();
    tauri::async_runtime::spawn(async move {
        loop {
            let event = match news.recv().await {
                Ok(event) => event,
                Err(broadcast::error::RecvError::Lagged(_)) => Event::Missed,
                Err(broadcast::error::RecvError::Closed) => break,
            };
            if events.send(event).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Asks the user for files; nothing where they changed their mind.
#[tauri::command]
pub async fn pick_files(app: AppHandle, kinds: Kinds) -> Result<Option<Vec<PathBuf>>, Refusal> {
    let (answer, picked) = oneshot::channel();
    let dialog = app.dialog().file().add_filter("", &kinds.extensions());
    dialog.pick_files(|files| drop(answer.send(files)));
    Ok(picked.await.ok().flatten().map(|files| files.into_iter().filter_map(path).collect()))
}

/// Asks the user for a folder; nothing where they changed their mind.
#[tauri::command]
pub async fn pick_folder(app: AppHandle) -> Result<Option<PathBuf>, Refusal> {
    let (answer, picked) = oneshot::channel();
    app.dialog().file().pick_folder(|folder| drop(answer.send(folder)));
    Ok(picked.await.ok().flatten().and_then(path))
}

fn path(picked: FilePath) -> Option<PathBuf> {
    picked.into_path().ok()
}
