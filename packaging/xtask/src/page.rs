//! The window's page: `ui/`, built by Vite into `ui/dist`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::command::{root, run};
use crate::node::Node;

/// What the page is built from. Everything else in `ui/` is a tool's output.
const SOURCES: [&str; 6] = ["src", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json", "public"];

/// Installs what the page needs as the lock file says, unless that was done.
pub fn install(node: &Node) -> Result<(), String> {
    let ui = root().join("ui");
    let done = ui.join("node_modules/.package-lock.json");
    if newest(&done) >= newest(&ui.join("package-lock.json")) && done.is_file() {
        return Ok(());
    }
    run(in_ui(node.npm()).args(["ci", "--no-fund", "--no-audit", "--prefer-offline"]))
}

/// Builds the page, unless it is newer than everything that it is made from.
pub fn build() -> Result<(), String> {
    let ui = root().join("ui");
    let page = ui.join("dist/index.html");
    let sources = SOURCES.iter().filter_map(|source| newest(&ui.join(source))).max();
    // The stand-in that the window's build script writes is no page.
    let is_real = fs::read_to_string(&page).is_ok_and(|text| text.contains("<script"));
    if is_real && newest(&page) > sources {
        return Ok(());
    }
    println!("Building the window's page …");
    let node = Node::ensure()?;
    install(&node)?;
    run(in_ui(node.npm()).args(["run", "--silent", "build"]))
}

/// A command that runs in `ui/`.
pub fn in_ui(mut command: Command) -> Command {
    command.current_dir(root().join("ui"));
    command
}

/// When a file, or the newest file of a folder, was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = fs::read_dir(path) else { return path.metadata().ok()?.modified().ok() };
    entries.flatten().filter_map(|entry| newest(&entry.path())).max()
}
