//! Tells the linker where libass is: FFmpeg's binding looks for FFmpeg's own libraries only.

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
    let program = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".into());
    // On Linux this says nothing, because the linker looks there anyway; without pkg-config the linker's own places count.
    let Ok(said) = Command::new(program).args(["--libs-only-L", "libass"]).output() else { return };
    for place in String::from_utf8_lossy(&said.stdout).split_whitespace() {
        if let Some(folder) = place.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={folder}");
        }
    }
}
