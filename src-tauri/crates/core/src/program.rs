//! Other programs that the studio starts: its own command line, for what only the networks know, and the user's browser.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

const NAME: &str = "gallop";
/// The window's program, which lies beside it.
const WINDOW: &str = "gallop-studio";

/// Where the command line program lies: this very program, or the one beside it where this is the window.
///
/// # Errors
/// The system does not say where this program lies, or the window stands alone.
pub fn gallop() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe().context("the system does not say where this program lies")?;
    if !is_window(&this) {
        return Ok(this);
    }
    let beside = this.with_file_name(NAME).with_extension(std::env::consts::EXE_EXTENSION);
    anyhow::ensure!(beside.is_file(), "this installation is not whole, `{NAME}` is missing: {}", beside.display());
    Ok(beside)
}

fn is_window(program: &Path) -> bool {
    program.file_stem().is_some_and(|name| name == WINDOW)
}

/// Opens a page in the user's browser, which runs on by itself.
///
/// # Errors
/// There is nothing that opens pages.
pub fn open_in_browser(address: &str) -> std::io::Result<()> {
    let (program, arguments): (_, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_window_looks_beside_itself() {
        assert!(is_window(Path::new("/opt/gallop/gallop-studio")));
        assert!(!is_window(Path::new("/opt/gallop/gallop")));
        assert_eq!(gallop().expect("a program"), std::env::current_exe().expect("this program"));
    }
}
