//! A user with a home, a project in it, and the program.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::Options;

/// A run that takes longer than this has stopped for ever.
const PATIENCE: Duration = Duration::from_secs(240);

/// The shots of every project here: description and seed.
pub const SHOTS: [(&str, &str); 2] =
    [("A red paper pony stands in a meadow at noon.", "11"), ("A blue robot stands in a city at night.", "12")];

/// A user with a home, a project in it, and the program.
pub struct Studio {
    folder: TempDir,
    gallop: PathBuf,
    models: PathBuf,
}

/// A program that runs, and is killed where nobody waits for it.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Studio {
    /// A new user with the model of the tests.
    pub fn new(options: &Options) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("gallop-fault-").tempdir().map_err(told("a folder"))?;
        let studio = Self { folder, gallop: options.gallop.clone(), models: PathBuf::new() };
        let models = studio.path("models");
        tall_model(&options.models.join("pony"), &models.join("tall"))?;
        Ok(Self { models, ..studio })
    }

    /// A file or folder of this user.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The project's folder.
    pub fn project(&self) -> PathBuf {
        self.path("film.gallop")
    }

    /// The program.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.gallop);
        command.args(args);
        self.at_home(&mut command);
        command
    }

    /// A script in a mount namespace of its own, in which `$GALLOP` is the program; nothing where that is not allowed.
    pub fn script(&self, body: &str) -> Option<Result<Output, String>> {
        let unshare = |body: &str| {
            let mut command = Command::new("unshare");
            command.args(["--map-root-user", "--mount", "sh", "-c", body]).env("GALLOP", &self.gallop);
            self.at_home(&mut command);
            command.output()
        };
        let allowed = unshare("mount -t tmpfs none models").is_ok_and(|output| output.status.success());
        allowed.then(|| unshare(body).map_err(told("a script")))
    }

    fn at_home(&self, command: &mut Command) {
        command.current_dir(self.folder.path()).env("GALLOP_HOME", self.path("home"));
        command.env("GALLOP_MODEL_DIR", &self.models).stdin(Stdio::null());
    }

    /// Runs the program to its successful end and gives back what it printed.
    pub fn run(&self, args: &[&str]) -> Result<String, String> {
        let output = self.command(args).output().map_err(told("gallop"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(format!("`gallop {}` ended with {}: {}", args.join(" "), output.status, last_words(&output.stderr)))
    }

    /// As [`Self::run`], for what prints JSON.
    pub fn json(&self, args: &[&str]) -> Result<Value, String> {
        serde_json::from_str(&self.run(args)?).map_err(told("JSON"))
    }

    /// Makes the project with its shots, and a job for each.
    pub fn plan(&self) -> Result<(), String> {
        self.run(&["new", "film", "--model", "tall"])?;
        for (index, (prompt, seed)) in SHOTS.iter().enumerate() {
            let mut args = vec!["shot", "add", "film.gallop", "--prompt", prompt, "--seconds", "1", "--seed", seed];
            if index == 1 {
                std::fs::write(self.path("reference.png"), picture()).map_err(told("a picture"))?;
                args.extend(["--image", "reference.png"]);
            }
            self.run(&args)?;
        }
        self.run(&["render", "film.gallop", "--size", "160x288", "--later"]).map(drop)
    }

    /// Starts working the queue off.
    pub fn start(&self) -> Result<Running, String> {
        Running::start(self.command(&["jobs", "run"]).stdout(Stdio::null()).stderr(Stdio::piped()))
    }

    /// The unfinished jobs.
    pub fn unfinished(&self) -> Result<Vec<Value>, String> {
        let jobs = self.json(&["jobs", "list", "--json"])?;
        jobs.as_array().cloned().ok_or_else(|| format!("not a list: {jobs}"))
    }

    /// The jobs that came to an end.
    pub fn ended(&self) -> Result<Vec<Value>, String> {
        let jobs = self.json(&["jobs", "history", "--json"])?;
        jobs.as_array().cloned().ok_or_else(|| format!("not a list: {jobs}"))
    }

    /// The clips of all takes in the project in `folder`, by seed.
    pub fn clips(&self, folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let folder = folder.to_string_lossy();
        let listed = self.json(&["shot", "list", &folder, "--json"])?;
        let shots = listed["shots"].as_array().ok_or("no shots")?;
        let mut clips = BTreeMap::new();
        for take in shots.iter().flat_map(|shot| shot["takes"].as_array().into_iter().flatten()) {
            let clip = take["clip"].as_str().ok_or("a take without a clip")?;
            let bytes = std::fs::read(self.folder.path().join(clip)).map_err(told(clip))?;
            if clips.insert(take["seed"].to_string(), bytes).is_some() {
                return Err(format!("two takes of one job: {listed}"));
            }
        }
        Ok(clips)
    }
}

impl Running {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Result<Self, String> {
        command.spawn().map(Self).map_err(told("gallop"))
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The processes that it started and that are alive.
    pub fn children(&self) -> Vec<u32> {
        children(self.id())
    }

    /// Kills it as the kernel does when memory is short.
    pub fn kill(mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Waits for its end. Gives back whether it succeeded, and its last words.
    pub fn finish(mut self) -> Result<(bool, String), String> {
        let began = Instant::now();
        while self.is_alive() {
            if began.elapsed() > PATIENCE {
                return Err("it runs and runs and comes to no end".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut words = Vec::new();
        if let Some(stderr) = &mut self.0.stderr {
            stderr.read_to_end(&mut words).map_err(told("stderr"))?;
        }
        let status = self.0.wait().map_err(told("gallop"))?;
        Ok((status.success(), last_words(&words)))
    }
}

/// The processes whose parent is `parent`.
fn children(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| status(*id).is_some_and(|(found, state)| found == parent && state != "Z")).collect()
}

/// Waits until a process is gone; false where it stays.
pub fn is_gone(id: u32) -> bool {
    let began = Instant::now();
    while status(id).is_some_and(|(_, state)| state != "Z") {
        if began.elapsed() > Duration::from_secs(20) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

/// Parent and state of a process; the name in between is in brackets and may hold anything.
fn status(id: u32) -> Option<(u32, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.to_owned();
    Some((fields.next()?.parse().ok()?, state))
}

/// Kills a process as the kernel does when memory is short.
pub fn kill(id: u32) {
    Command::new("kill").args(["-9", &id.to_string()]).stderr(Stdio::null()).status().ok();
}

/// Makes a model `tall` in `folder`: the model in the box with itself as an upscaler, so that a job has all its stages.
pub fn tall_model(pony: &Path, folder: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(pony.join("model.json")).map_err(told("model.json"))?;
    let mut manifest: Value = serde_json::from_str(&text).map_err(told("model.json"))?;
    manifest["name"] = "tall".into();
    let (weights, config) = (manifest["base"]["weights"].clone(), manifest["base"]["config"].clone());
    manifest["base"]["steps"] = 4.into();
    manifest["upscale"] =
        serde_json::json!([{ "name": "160p", "weights": weights, "config": config, "steps": 2, "short_side": 160 }]);
    std::fs::create_dir_all(folder).map_err(told("a folder"))?;
    for entry in std::fs::read_dir(pony).map_err(told("the model"))? {
        let path = entry.map_err(told("the model"))?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors" || extension == "json") {
            std::fs::copy(&path, folder.join(path.file_name().unwrap_or_default())).map_err(told("a copy"))?;
        }
    }
    std::fs::write(folder.join("model.json"), manifest.to_string()).map_err(told("model.json"))
}

/// A small picture in the simplest format that is read: PNG needs a checksum, so it is made by the media crate.
fn picture() -> Vec<u8> {
    let rgb = (0..90 * 160).flat_map(|index| [(index % 90 * 2) as u8, (index / 90) as u8, 90]).collect();
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.png");
    gallop_media::write_picture(&path, &gallop_media::Picture { width: 90, height: 160, rgb }).expect("written");
    std::fs::read(path).expect("read")
}

/// The end of what a program said.
pub fn last_words(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<_> = text.lines().rev().take(3).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
}

/// An error with what it is about.
pub fn told<E: std::fmt::Display>(what: &str) -> impl Fn(E) -> String {
    move |error| format!("{what}: {error}")
}
