//! What Tauri needs before the window is compiled.

use std::{fs, path::Path};

/// Stands in for the page where it was not built, so that the Rust side compiles without Node.
const NOT_BUILT: &str = "<!doctype html><title>Gallop</title><p>This window was built without its page. \
                         Run <code>cargo xtask run</code>, which builds both.</p>\n";

fn main() {
    let page = Path::new("../ui/dist/index.html");
    if !page.exists()
        && let Some(folder) = page.parent()
        && let Err(error) = fs::create_dir_all(folder).and_then(|()| fs::write(page, NOT_BUILT))
    {
        println!("cargo::error=cannot write the page's stand-in: {error}");
    }
    // The two commands of the window. A capability file names which of them the page may call.
    let commands = tauri_build::AppManifest::new().commands(&["call", "subscribe", "pick_files", "pick_folder"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .unwrap_or_else(|error| println!("cargo::error={error:#}"));
}
