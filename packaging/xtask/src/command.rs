//! Running other programs from the root of the repository.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository. Cargo says at run time where it is: several clones may share one target folder, and with it
/// one build of this program.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&package).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// The cargo that started this program.
pub fn cargo() -> Command {
    at_root(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program that runs at the root of the repository.
pub fn at_root(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The folder that cargo builds into: this very program lies in it.
pub fn target() -> Result<PathBuf, String> {
    let here = std::env::current_exe().map_err(|error| format!("cannot find this program's own folder: {error}"))?;
    Ok(here.ancestors().nth(2).ok_or("this program lies in no target folder")?.to_path_buf())
}

/// A path from where the chore was started: what it starts runs at the root.
pub fn absolute(path: &str) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|error| format!("{path}: {error}"))
}

/// A folder of the user's cache, for what is fetched or made once.
pub fn cache(name: &str) -> Result<PathBuf, String> {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|set| !set.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache =
        cache.or_else(home).ok_or_else(|| format!("there is neither HOME nor XDG_CACHE_HOME to keep {name} under"))?;
    Ok(cache.join(name))
}

/// Where cargo puts what it builds with `profile` (`debug` or `release`).
pub fn built(profile: &str, name: &str) -> Result<PathBuf, String> {
    Ok(target()?.join(profile).join(name).with_extension(std::env::consts::EXE_EXTENSION))
}

/// Runs `command` and asks for success.
pub fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("cannot start {name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})")) }
}

/// What `command` prints, where it can be started and succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(std::process::Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
