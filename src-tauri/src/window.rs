//! The window's life: opened where it was, shown again by a second start, closed after the work was put down in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gallop_core::api::{Look, Studio, Theme};
use gallop_core::places::Places;
use tauri::webview::{Color, NewWindowResponse};
use tauri::{AppHandle, Manager as _, RunEvent, Url, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};
use tauri_plugin_window_state::{AppHandleExt as _, StateFlags};

use crate::commands::{self, Desk};

/// The only window; the capability file names it too.
const LABEL: &str = "studio";
/// The drawing is made for this size; below the smallest, panels would lie over each other.
const USUAL_SIZE: (f64, f64) = (1440.0, 900.0);
const SMALLEST_SIZE: (f64, f64) = (960.0, 600.0);
/// The page's grounds, so that nothing flashes while it loads.
const DARK_GROUND: Color = Color(0x15, 0x14, 0x13, 0xff);
const LIGHT_GROUND: Color = Color(0xef, 0xe9, 0xdf, 0xff);
/// How long closing waits for an engine to come to the end of a step, and for an export to put its file away.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the window has to rest until its place is written down.
const REST: Duration = Duration::from_millis(500);

/// Runs the window until it is closed.
///
/// # Errors
/// The user's folders cannot be made, or the system cannot open a window.
pub fn run() -> anyhow::Result<()> {
    let places = Places::of_this_user()?;
    // Beside the other settings, so that a portable installation takes its window along.
    let state_file = places.config.join("window.json").to_string_lossy().into_owned();
    let app = tauri::Builder::default()
        // The first plugin: a second start has to end before it opens the queue.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::new().with_filename(state_file).with_state_flags(kept()).build())
        .manage(Desk::default())
        .invoke_handler(tauri::generate_handler![
            commands::call,
            commands::subscribe,
            commands::pick_files,
            commands::pick_folder
        ])
        .setup(move |app| {
            let look = Look::of_this_user(&places);
            open_studio(app.handle().clone(), places);
            WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
                .title("Gallop")
                .inner_size(USUAL_SIZE.0, USUAL_SIZE.1)
                .min_inner_size(SMALLEST_SIZE.0, SMALLEST_SIZE.1)
                .background_color(if look.theme == Theme::Light { LIGHT_GROUND } else { DARK_GROUND })
                .initialization_script(chosen(look))
                .on_navigation(is_own_page)
                .on_new_window(|address, _| open_outside(&address))
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!())?;
    let moves = Arc::new(AtomicU64::new(0));
    app.run(move |app, event| match event {
        RunEvent::WindowEvent { event: WindowEvent::Resized(_) | WindowEvent::Moved(_), .. } => {
            note_place(app.clone(), Arc::clone(&moves));
        }
        RunEvent::WindowEvent { event: WindowEvent::Destroyed, .. } | RunEvent::Exit => close_studio(app),
        _ => {}
    });
    Ok(())
}

/// Hands the page what the user chose, before anything of it is painted.
fn chosen(look: Look) -> String {
    format!("window.gallopLook = {};", serde_json::json!(look))
}

/// What of the window is kept.
fn kept() -> StateFlags {
    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN
}

/// Writes down where the window lies once it rests, and not only when it is closed: a session may end in another way.
fn note_place(app: AppHandle, moves: Arc<AtomicU64>) {
    let this = moves.fetch_add(1, Ordering::Relaxed) + 1;
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(REST).await;
        if moves.load(Ordering::Relaxed) == this {
            app.save_window_state(kept()).ok();
        }
    });
}

/// The window shows its own page and never another.
fn is_own_page(address: &Url) -> bool {
    address.scheme() == "tauri" || address.host_str() == Some("tauri.localhost")
}

/// A link to a licence or a model's page opens in the user's browser.
fn open_outside(address: &Url) -> NewWindowResponse<tauri::Wry> {
    if matches!(address.scheme(), "https" | "http") {
        gallop_core::program::open_in_browser(address.as_str()).ok();
    }
    NewWindowResponse::Deny
}

/// Opens the studio beside the window, which appears at once. Without a studio there is nothing to show: the reason is told
/// and the program ends.
fn open_studio(app: AppHandle, places: Places) {
    tauri::async_runtime::spawn(async move {
        match Studio::open(places).await {
            Ok(studio) => app.state::<Desk>().put(studio),
            Err(error) => {
                let quit = app.clone();
                app.dialog()
                    .message(format!("{error:#}"))
                    .title("Gallop")
                    .kind(MessageDialogKind::Error)
                    .show(move |_| quit.exit(1));
            }
        }
    });
}

/// Puts running work down where it can be taken up again.
fn close_studio(app: &AppHandle) {
    let Some(studio) = app.state::<Desk>().take() else { return };
    tauri::async_runtime::block_on(async {
        tokio::time::timeout(PATIENCE, studio.close()).await.ok();
    });
}

/// Brings the window to the front.
fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        window.unminimize().ok();
        window.show().ok();
        window.set_focus().ok();
    }
}
