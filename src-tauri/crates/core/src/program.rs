//! The command line program, which the studio starts for what only the networks know.

use std::path::{Path, PathBuf};

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
