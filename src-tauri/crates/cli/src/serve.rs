//! `gallop serve`: the studio in a browser on this machine.

use std::io::Write as _;
use std::time::Duration;

use gallop_core::api::{Engines, Studio};
use gallop_core::loopback::{Page, Pages};
use gallop_core::places::Places;
use rust_embed::Embed;

use crate::args::ServeArgs;
use crate::cancel::Cancel;

/// What `npm run build` in `ui` makes. A program can be built without it; then the page says what to do.
#[derive(Embed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Built;

/// Stands in for the pages where they were not built.
const WITHOUT: &str = "<!doctype html><meta charset=utf-8><title>Gallop</title>\
    <p>This Gallop was built without its pages. Run <code>npm ci</code> and <code>npm run build</code> in the folder \
    <code>ui</code>, then build Gallop again.</p>";

/// How often it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Serves until Ctrl-C.
pub fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let cancel = Cancel::listen()?;
    let studio = Studio::start(Places::of_this_user()?, Engines::Run)?;
    let link = studio.listen(args.port, Some(pages()))?;
    {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{link}")?;
        stdout.flush()?;
    }
    eprintln!("The studio is open at this link, for you and on this machine only. Ctrl-C closes it.");
    if args.open {
        open(&link);
    }
    while !cancel.is_asked() {
        std::thread::sleep(LOOK);
    }
    studio.close_here();
    Ok(())
}

fn pages() -> Pages {
    Box::new(|name| match Built::get(name) {
        Some(file) => Some(Page { bytes: file.data.into_owned().into(), kind: kind(name) }),
        None if name == "index.html" => Some(Page { bytes: WITHOUT.into(), kind: kind(name) }),
        None => None,
    })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Opens the link in the user's browser. Where that fails, the link stands in the terminal.
fn open(link: &str) {
    if gallop_core::program::open_in_browser(link).is_err() {
        eprintln!("Note: no browser could be opened; open the link yourself.");
    }
}
