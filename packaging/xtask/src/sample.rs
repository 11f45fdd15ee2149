//! Building Gallop and making a clip with it.

use std::process::Command;

use crate::command::{at_root, built, cargo, output, root, run};

/// Builds Gallop and makes the sample clip.
pub fn run_sample() -> Result<(), String> {
    let gallop = build()?;
    let clip = root().join("gallop-sample.mp4");
    run(at_root(&gallop).args(["generate", "--like", "assets/sample/shot.json", "-o"]).arg(&clip))?;
    let gallop = gallop.display();
    println!(
        "\nYour clip: {}\n\nThree things to try next:\n\
         \n  Another shot, with a spoken line:\n    \
         {gallop} generate --prompt \"A blue robot stands in a city at night.\" \\\n      \
         --say \"Guten Morgen!\" --language de --speaker Robot --sound rain -o robot.mp4\n\
         \n  Start from your own picture:\n    \
         {gallop} generate --prompt \"The camera slowly zooms in.\" --image photo.jpg -o photo.mp4\n\
         \n  See what this machine can run:\n    \
         {gallop} doctor",
        clip.display()
    );
    Ok(())
}

/// Prints the stage times of a clip, then runs the benchmarks of the networks.
pub fn bench(options: &[&str]) -> Result<(), String> {
    run(at_root(build()?).arg("bench").args(options))?;
    run(cargo().args(["bench", "--package", "gallop-models"]))
}

/// Runs a benchmark of pictures and sound, which takes the `ffmpeg` program to make its films with.
pub fn bench_media(name: &str, options: &[&str]) -> Result<(), String> {
    output(Command::new("ffmpeg").arg("-version")).ok_or("the ffmpeg program is not there; install it first")?;
    run(cargo().args(["bench", "--package", "gallop-media", "--bench", name, "--"]).args(options))
}

/// Builds Gallop as it is shipped, and tells where it is.
pub fn build() -> Result<std::path::PathBuf, String> {
    println!("Building Gallop (the first time takes some minutes) …");
    run(cargo().args(["build", "--release", "--package", "gallop"]))?;
    built("release", "gallop")
}
