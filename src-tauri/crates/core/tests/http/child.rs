//! This very test program as another process, which is killed.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const URL: &str = "TEST_SERVER_URL";
const FOLDER: &str = "TEST_STORE_FOLDER";

/// Starts one test of this program as the other process. Its standard error is to be read.
pub fn start(test: &str, url: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env(URL, url)
        .env(FOLDER, folder)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("started")
}

/// In the other process, the server and the store's folder; nothing where nobody started it as such.
pub fn told() -> Option<(OsString, OsString)> {
    Some((std::env::var_os(URL)?, std::env::var_os(FOLDER)?))
}
