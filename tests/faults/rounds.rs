//! The faults, one a round.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::studio::{SHOTS, Studio, is_gone, kill, last_words, told};
use super::{Options, Random};

/// What an undisturbed run makes, and how long it takes.
pub struct Expected {
    clips: BTreeMap<String, Vec<u8>>,
    took: Duration,
}

/// The faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The engine is killed.
    Engine,
    /// The process that drives it is killed.
    Driver,
    /// Both are killed.
    Both,
    /// The disk is full, and has room again later.
    FullDisk,
    /// The project cannot be written, and can be again later.
    ReadOnly,
    /// A reference picture is gone, and is there again later.
    NoReference,
}

impl Kind {
    /// The fault of a round: mostly kills, which have moments to choose from.
    pub fn of(number: u64) -> Self {
        match number % 10 {
            0 | 4 | 8 => Self::Engine,
            1 | 5 => Self::Driver,
            2 | 6 => Self::Both,
            3 => Self::FullDisk,
            7 => Self::ReadOnly,
            _ => Self::NoReference,
        }
    }
}

/// Makes everything once without any fault.
pub fn undisturbed(options: &Options) -> Result<Expected, String> {
    let studio = Studio::new(options)?;
    studio.plan()?;
    let began = Instant::now();
    studio.run(&["jobs", "run"])?;
    let took = began.elapsed();
    let clips = studio.clips(&studio.project())?;
    if clips.len() != SHOTS.len() {
        return Err(format!("an undisturbed run made {} clips of {}", clips.len(), SHOTS.len()));
    }
    Ok(Expected { clips, took })
}

/// Runs a round. Tells what happened in it.
pub fn run(kind: Kind, options: &Options, expected: &Expected, random: &mut Random) -> Result<String, String> {
    let studio = Studio::new(options)?;
    studio.plan()?;
    let story = match kind {
        Kind::Engine | Kind::Driver | Kind::Both => kills(&studio, kind, expected, random)?,
        Kind::FullDisk => return full_disk(&studio, expected, random),
        Kind::ReadOnly => read_only(&studio)?,
        Kind::NoReference => no_reference(&studio)?,
    };
    check(&studio, &studio.project(), expected)?;
    Ok(story)
}

/// Kills up to three times, at moments from before the first stage to after the last. Engines only twice: a job at which three
/// have died is given up.
fn kills(studio: &Studio, kind: Kind, expected: &Expected, random: &mut Random) -> Result<String, String> {
    let mut driver = studio.start()?;
    let mut moments = Vec::new();
    for _ in 0..=random.below(if kind == Kind::Engine { 2 } else { 3 }) {
        let moment = expected.took.mul_f64(random.share() * 0.8);
        std::thread::sleep(moment);
        moments.push(format!("{:.2}", moment.as_secs_f64()));
        let engines = driver.children();
        if kind != Kind::Driver {
            engines.iter().copied().for_each(kill);
        }
        if kind != Kind::Engine {
            driver.kill();
            if let Some(engine) = engines.iter().find(|engine| !is_gone(**engine)) {
                return Err(format!("the engine {engine} lives on without its studio"));
            }
            whole(studio)?;
            driver = studio.start()?;
        } else if !driver.is_alive() {
            driver = studio.start()?;
        }
    }
    let (succeeded, words) = driver.finish()?;
    if !succeeded {
        return Err(format!("the queue did not go on: {words}"));
    }
    Ok(format!("killed after {} s", moments.join(", ")))
}

/// Whether every job is somewhere, and once only.
fn whole(studio: &Studio) -> Result<(), String> {
    let count = studio.unfinished()?.len() + studio.ended()?.len();
    if count == SHOTS.len() { Ok(()) } else { Err(format!("{count} jobs where there were {}", SHOTS.len())) }
}

/// Whether all is there as if nothing had happened.
fn check(studio: &Studio, project: &Path, expected: &Expected) -> Result<(), String> {
    whole(studio)?;
    let unfinished = studio.unfinished()?;
    if !unfinished.is_empty() {
        return Err(format!("not finished: {unfinished:?}"));
    }
    compare(studio, project, expected)
}

/// Whether the clips are those of an undisturbed run, they can be played, and nothing else lies about.
fn compare(studio: &Studio, project: &Path, expected: &Expected) -> Result<(), String> {
    let clips = studio.clips(project)?;
    let seeds = |clips: &BTreeMap<String, Vec<u8>>| clips.keys().cloned().collect::<Vec<_>>().join(", ");
    if seeds(&clips) != seeds(&expected.clips) {
        return Err(format!("takes of the seeds {}, expected {}", seeds(&clips), seeds(&expected.clips)));
    }
    if let Some((seed, _)) = clips.iter().find(|(seed, clip)| expected.clips.get(*seed) != Some(clip)) {
        return Err(format!("the clip of seed {seed} is not that of an undisturbed run"));
    }
    let folders: Vec<_> = std::fs::read_dir(project.join("takes")).map_err(told("takes"))?.flatten().collect();
    if folders.len() != SHOTS.len() {
        return Err(format!("{} folders of takes for {} jobs", folders.len(), SHOTS.len()));
    }
    for folder in folders {
        let clip = folder.path().join("clip.mp4");
        gallop_media::probe(&clip).map_err(told("a clip"))?;
        for file in std::fs::read_dir(folder.path()).map_err(told("a take"))?.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || name == "job.json" {
                return Err(format!("{name} was left behind"));
            }
        }
    }
    Ok(())
}

/// All of the user's files on a disk with hardly any room; then there is room again.
fn full_disk(studio: &Studio, expected: &Expected, random: &mut Random) -> Result<String, String> {
    let room_kib = 40 + random.below(400);
    // The disk goes away with the namespace, so what is to be looked at is copied out of it.
    let script = format!(
        "set -e
        mkdir disk out; mount -t tmpfs -o size=64m none disk
        cp -a film.gallop home disk/
        mount --bind disk/film.gallop film.gallop; mount --bind disk/home home
        \"$GALLOP\" library rebuild film.gallop >/dev/null
        head -c $(( $(df --output=avail -B1 disk | tail -1) - {room_kib} * 1024 )) /dev/zero > disk/filler
        \"$GALLOP\" jobs run 2>out/full.txt >/dev/null && echo all done already || echo stopped
        rm disk/filler
        for job in $(\"$GALLOP\" jobs list --json | grep -o '\"id\":\"[^\"]*\"' | cut -d'\"' -f4); do
            \"$GALLOP\" jobs retry $job >/dev/null 2>&1 || \"$GALLOP\" jobs resume $job >/dev/null 2>&1 || true
        done
        \"$GALLOP\" jobs run 2>out/again.txt >/dev/null || cat out/again.txt
        cp -a film.gallop home out/"
    );
    let Some(output) = studio.script(&script) else {
        return Ok("skipped: this machine does not let a test mount a small disk".into());
    };
    let output = output?;
    if !output.status.success() {
        return Err(format!("the script failed: {}", last_words(&output.stderr)));
    }
    let told = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let words = std::fs::read_to_string(studio.path("out/full.txt")).unwrap_or_default();
    if told == "stopped" && !words.contains("full") && !words.contains("No space") {
        return Err(format!("the words do not say that the disk is full: {}", last_words(words.as_bytes())));
    }
    compare(studio, &studio.path("out/film.gallop"), expected)?;
    Ok(format!("{room_kib} KiB of room, {told}"))
}

/// The project's folder is read-only for a run.
fn read_only(studio: &Studio) -> Result<String, String> {
    let script = "mount --bind film.gallop film.gallop && mount -o remount,bind,ro film.gallop || exit 77
        \"$GALLOP\" jobs run && exit 78; true";
    let story = match studio.script(script) {
        None => "skipped: this machine does not let a test mount a folder",
        Some(output) => {
            let output = output?;
            let words = last_words(&output.stderr);
            if !output.status.success() {
                return Err(format!("expected to be stopped by a read-only folder: {} {words}", output.status));
            }
            if words.contains("panicked") {
                return Err(words);
            }
            "stopped, then went on"
        }
    };
    try_again(studio)?;
    studio.run(&["jobs", "run"])?;
    Ok(story.into())
}

/// The reference picture is gone for a run.
fn no_reference(studio: &Studio) -> Result<String, String> {
    let media = studio.project().join("media");
    let aside = studio.path("aside");
    std::fs::rename(&media, &aside).map_err(told("media"))?;
    let (succeeded, words) = studio.start()?.finish()?;
    let failed = studio.unfinished()?;
    let message = failed.first().map_or(String::new(), |job| job["failure"]["message"].to_string());
    if succeeded || failed.len() != 1 || !message.contains("reference.png") {
        return Err(format!("one job should have failed for want of reference.png: {failed:?}, {words}"));
    }
    std::fs::rename(&aside, &media).map_err(told("media"))?;
    try_again(studio)?;
    studio.run(&["jobs", "run"])?;
    Ok("failed, then went on".into())
}

/// Retries what failed.
fn try_again(studio: &Studio) -> Result<(), String> {
    for job in studio.unfinished()?.iter().filter(|job| job["state"] == "failed") {
        studio.run(&["jobs", "retry", job["id"].as_str().unwrap_or_default()])?;
    }
    Ok(())
}
