//! Videos whose frames can be told apart, made with the `ffmpeg` program.
#![allow(dead_code, clippy::unwrap_used, missing_docs)]

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use gallop_media::{
    Ticks,
    render::{Frame, Graph, Layer, Source, Span},
};

/// Size of a numbered film.
pub const FILM: (u32, u32) = (128, 64);

/// Runs `ffmpeg` with these arguments, separated by blanks, and gives it this to read.
pub fn ffmpeg(input: &[u8], arguments: &str, output: &Path) {
    let mut run = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-y"])
        .args(arguments.split_whitespace())
        .arg(output)
        .stdin(Stdio::piped())
        .spawn()
        .expect("the tests need the ffmpeg program; `cargo xtask packages` installs it");
    // It may stop reading when it has enough.
    let _ = run.stdin.take().unwrap().write_all(input);
    assert!(run.wait().unwrap().success(), "ffmpeg {arguments}");
}

/// Grey frames that show their numbers in black and white: sixteen bits in two rows of blocks.
pub fn numbers(count: usize) -> Vec<u8> {
    let (width, height) = (FILM.0 as usize, FILM.1 as usize);
    let mut bytes = Vec::with_capacity(count * width * height);
    for number in 0..count {
        for y in 0..height {
            bytes.extend((0..width).map(|x| {
                let bit = x * 8 / width + y * 2 / height * 8;
                if number >> bit & 1 == 1 { 235 } else { 16 }
            }));
        }
    }
    bytes
}

/// A film of so many numbered frames at 25 a second, made with these output options.
pub fn film(path: &Path, count: usize, options: &str) {
    let input = format!("-f rawvideo -pix_fmt gray -color_range tv -s 128x64 -r 25 -i - {options}");
    ffmpeg(&numbers(count), &input, path);
}

/// The number that a frame shows, at any size.
pub fn number(frame: &Frame) -> usize {
    let (width, height) = (frame.size().0 as usize, frame.size().1 as usize);
    let rows: Vec<_> = frame.planes()[0].rows().collect();
    (0..16)
        .filter(|bit| rows[height / 4 + bit / 8 * height / 2][width / 16 + bit % 8 * width / 8] > 125)
        .map(|bit| 1 << bit)
        .sum()
}

/// A layer that fills the canvas all the time.
pub fn layer(source: Source) -> Layer {
    Layer::new(source, Span::until(Ticks::of_secs(3600.0)))
}

pub fn video(path: &Path) -> Layer {
    layer(Source::Video { path: path.to_path_buf(), from: Ticks::ZERO, speed: 1.0 })
}

pub fn still(path: &Path) -> Layer {
    layer(Source::Still { path: PathBuf::from(path) })
}

pub fn graph(size: (u32, u32), layers: Vec<Layer>) -> Graph {
    Graph { size, duration: Ticks::of_secs(3600.0), background: [0; 3], layers, sounds: Vec::new(), words: None }
}
