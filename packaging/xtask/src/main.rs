//! The chores of Gallop. `cargo xtask` lists them.

#![allow(clippy::print_stdout, reason = "a chore talks to the terminal it was started from")]

mod command;
mod cuda;
mod dist;
mod download;
mod exports;
mod faults;
mod fuzz;
mod kernels;
mod node;
mod packages;
mod page;
mod pony;
mod reel;
mod sample;
mod score;
mod serve_file;
mod studio;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask CHORE

  run                 install what is missing, build Gallop and open its window; where there is no display, serve it
                      and print the link
  sample              build Gallop without the window and make the sample clip
  test [--skip X]...  check the format, the lints, the page, every test, the parity with the reference, exports by every
                      preset, and the studio in a browser and in its real window;
                      X is fmt, page, clippy, tests, parity, exports, browser or desktop
  browser-test [NAME] drive the studio in the system's Chromium against `gallop serve`
  desktop-test [NAME] drive the real window under a display without a screen
  screenshots         take the README's pictures of the window
  bindings            write the page's types from the core's calls
  bench [ARGS]        stage times of a clip (`gallop bench ARGS`), then the benchmarks of the networks
  bench export [SECONDS] [WIDTHxHEIGHT] [--runs N] [--long]
                      how long an export takes beside the ffmpeg program that does the same; with --long, how much memory a
                      long film takes
  bench scrub         how long a frame of the timeline takes: looked at in passing, exactly, backwards, and playing
  bench start [RUNS]  how soon the window can be used after its start, and what memory it takes
  bench download [--mib N] [--runs N] [--mbit N] [--into FOLDER]
                      how fast `gallop models pull` is beside curl, from one server and in turns; over a line of 5000
                      megabits a second and over one without a limit (0), where no other is named
  fuzz [TARGET] [--seconds N]
                      feeds what reads foreign bytes with bytes that go new ways through it, 60 seconds each;
                      TARGET is frame, safetensors, pickle, latents, project, catalog or ranges
  faults [studio|pull] [--count N] [--seed S]
                      kill the processes of a studio at random moments, fill its disk and take its files away; do the
                      same to a download, from servers that do everything wrong; N times
  export-matrix [--media FOLDER] [--full] [--keep FOLDER] [--only NAME]
                      export sources of all kinds by the presets and read back what came out; with --full every source by
                      every preset. FOLDER holds further sources, or gets all that is made; NAME is a part of a source's
                      or preset's name
  pony-scores [--each N] [--model FOLDER] [--into FOLDER]
                      judge the model in the box: N requests a language and set, clips of them, and how well they obey,
                      speak and move their mouths
  reel [--into FOLDER]
                      make the show reel of the model in the box: seven languages, a given picture, a given voice; one
                      film and a sheet of its pictures
  cuda                prepare the CUDA toolkit that the engine for NVIDIA cards is built with, without root or a card
  kernels             compile our kernels for every generation of cards and print what they take of one
  dist [--cuda]       build the programs as they are handed out; with the engine for NVIDIA cards
  card [--into FOLDER]
                      build the benchmark and the self-test for a machine with a card, beside the same in PyTorch
  packages            only check the system packages, and install them where that is possible";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args.as_slice() {
        ["run"] => studio::run(),
        ["sample"] => packages::ensure(&[packages::PROGRAM]).and_then(|()| sample::run_sample()),
        ["browser-test", names @ ..] => studio::browser_test(names).and_then(studio::all_passed),
        ["desktop-test", names @ ..] => studio::desktop_test(names).and_then(studio::all_passed),
        ["screenshots"] => studio::screenshots(),
        ["bindings"] => packages::ensure(&[packages::PROGRAM]).and_then(|()| studio::bindings()),
        ["test", options @ ..] => test::run(options),
        ["bench", "download", options @ ..] => {
            packages::ensure(&[packages::PROGRAM]).and_then(|()| download::bench(options))
        }
        ["bench", name @ ("export" | "scrub"), options @ ..] => {
            packages::ensure(&[packages::PROGRAM]).and_then(|()| sample::bench_media(name, options))
        }
        ["bench", "start", runs @ ..] => studio::bench_start(runs),
        // The server of the benchmark of downloads, which starts it itself.
        ["serve-file", path, mbit] => serve_file::serve(path, mbit),
        ["bench", options @ ..] => packages::ensure(&[packages::PROGRAM]).and_then(|()| sample::bench(options)),
        ["fuzz", options @ ..] => packages::ensure(&[packages::PROGRAM]).and_then(|()| fuzz::run(options)),
        ["faults", options @ ..] => packages::ensure(&[packages::PROGRAM]).and_then(|()| faults::run(options)),
        ["export-matrix", options @ ..] => exports::run(options),
        ["reel", options @ ..] => reel::make(options),
        ["pony-scores", options @ ..] => pony::scores(options),
        ["cuda"] => cuda::prepare(),
        ["kernels"] => kernels::report(),
        ["dist", options @ ..] => dist::make(options),
        ["card", options @ ..] => dist::card(options),
        ["packages"] => packages::ensure(&[packages::PROGRAM, packages::WINDOW, packages::TESTS]),
        [] | ["help" | "-h" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        [other, ..] => Err(format!("there is no chore `{other}` with these options\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}
