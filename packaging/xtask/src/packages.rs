//! The system packages that a build needs.

use std::io::IsTerminal as _;
use std::process::Command;

use crate::command::{output, run};

/// What a build without the window needs: a linker, the FFmpeg libraries, clang to read FFmpeg's headers, and libass, which
/// FFmpeg draws subtitles with too.
pub const PROGRAM: &[&str] = &[
    "build-essential",
    "pkg-config",
    "clang",
    "libclang-dev",
    "libass-dev",
    "libavcodec-dev",
    "libavfilter-dev",
    "libavformat-dev",
    "libavutil-dev",
    "libswresample-dev",
    "libswscale-dev",
];

/// What the window needs beside it: the system's web view, and what plays H.264 and sound in it.
pub const WINDOW: &[&str] =
    &["libwebkit2gtk-4.1-dev", "gstreamer1.0-libav", "gstreamer1.0-plugins-base", "gstreamer1.0-plugins-good"];

/// What the tests of the window need beside that: a display without a screen, two browsers that can be driven, a bus for
/// the window, and letters for every language that it shows. And what makes the sources that tests of media read.
pub const TESTS: &[&str] = &["chromium", "xvfb", "xauth", "webkit2gtk-driver", "dbus-daemon", "fonts-noto-cjk", MEDIA];

/// The program that makes the sources that tests of media read.
pub const MEDIA: &str = "ffmpeg";

/// What pkg-config calls the libraries, on any system.
const LIBRARIES: [&str; 7] =
    ["libass", "libavcodec", "libavfilter", "libavformat", "libavutil", "libswresample", "libswscale"];

/// Checks that these packages of Debian and Ubuntu are there. Where apt can be used it installs the rest, elsewhere it says
/// what to install.
pub fn ensure(sets: &[&[&'static str]]) -> Result<(), String> {
    if output(Command::new("dpkg-query").arg("--version")).is_none() {
        return ensure_libraries();
    }
    let missing: Vec<_> = sets.concat().into_iter().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing system packages: {}", missing.join(" "));
    let Some(privilege) = privilege() else {
        return Err(format!("install them, then run this again:\n\n    {}\n", apt_line(&missing)));
    };
    let apt = |args: &[&str]| {
        let (program, first) = privilege.split_first().map_or(("apt-get", None), |(sudo, _)| (*sudo, Some("apt-get")));
        run(Command::new(program).args(first).args(args).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let installed = apt(&["update", "-q"])
        .and_then(|()| apt(&[&["install", "-y", "-q", "--no-install-recommends"], missing.as_slice()].concat()));
    installed.map_err(|reason| format!("{reason}; install the packages by hand:\n\n    {}\n", apt_line(&missing)))
}

fn apt_line(packages: &[&str]) -> String {
    format!("sudo apt-get update && sudo apt-get install -y {}", packages.join(" "))
}

fn is_installed(package: &str) -> bool {
    let status = output(Command::new("dpkg-query").args(["--show", "--showformat", "${Status}", package]));
    status.is_some_and(|status| status.ends_with(" installed"))
}

/// How to become root: nothing to add for root itself, `sudo` where it would not ask in vain, else no way.
fn privilege() -> Option<Vec<&'static str>> {
    if output(Command::new("id").arg("-u")).as_deref() == Some("0") {
        return Some(Vec::new());
    }
    let silent = output(Command::new("sudo").args(["-n", "true"])).is_some();
    let can_ask = std::io::stdin().is_terminal() && output(Command::new("sudo").arg("--version")).is_some();
    (silent || can_ask).then(|| vec!["sudo"])
}

fn ensure_libraries() -> Result<(), String> {
    let missing: Vec<_> = LIBRARIES
        .into_iter()
        .filter(|library| output(Command::new("pkg-config").args(["--exists", library])).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "pkg-config does not find {}. Gallop needs pkg-config, clang, libass and the FFmpeg libraries with their headers:\n\n    \
         Fedora    sudo dnf install pkgconf clang-devel libass-devel ffmpeg-free-devel\n    \
         Arch      sudo pacman -S pkgconf clang libass ffmpeg\n    \
         macOS     brew install pkgconf llvm libass ffmpeg\n",
        missing.join(", ")
    ))
}
