//! Rounds in which `gallop models pull` fetches a model from servers that do everything wrong, is killed at random moments
//! and finds its disk full. After each fault: no half file stands under its final name, nothing that was whole is asked
//! for again, and nobody but the hub itself sees the user's token. In the end every byte is right.

mod disk;
mod sources;
mod toy;

use std::ops::Range;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use self::disk::SmallDisk;
use self::sources::{Shape, Sources};
use self::toy::{BIG, Toy, files_in};
use super::studio::{Running, told};
use super::{Options, Random};

/// A token for the hub itself. None of the servers here is that.
const SECRET: &str = "hf_thisMustNotLeaveTheMachine";
/// A pull that fails more often than this never succeeds.
const MOST_RUNS: usize = 40;
/// What a killed process may have written without having noted it: a buffer for each of its connections.
const SLACK_BYTES: u64 = 4 << 20;
/// How the content on the disk is compared.
const BLOCK: usize = 4096;
const WORK: Duration = Duration::from_millis(2);

/// The model of the rounds; made once.
pub struct Pulls {
    toy: Arc<Toy>,
}

/// A user who pulls a model.
struct User<'a> {
    options: &'a Options,
    toy: &'a Toy,
    folder: TempDir,
    disk: Option<SmallDisk>,
    sources: Sources,
    connections: u64,
    /// Megabytes a second, where it is limited.
    limit: Option<u64>,
}

/// What is done to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    Kill,
    Fill,
    None,
}

/// What was on the disk when a process had ended.
struct Seen {
    /// Requests that the servers had seen.
    counts: Vec<usize>,
    /// The parts of the big file that were right.
    here: Vec<Range<u64>>,
    is_final: bool,
}

impl Pulls {
    pub fn new() -> Self {
        Self { toy: Arc::new(Toy::new()) }
    }

    /// Runs a round. Tells what happened in it.
    pub fn run(&self, options: &Options, random: &mut Random) -> Result<String, String> {
        let shape = Shape {
            redirects: random.below(2) == 0,
            gives_parts: random.below(8) != 0,
            changes: random.below(4) == 0,
            is_known: random.below(2) == 0,
        };
        let folder = tempfile::Builder::new().prefix("gallop-fault-").tempdir().map_err(told("a folder"))?;
        std::fs::create_dir_all(folder.path().join("home/config/catalog")).map_err(told("a folder"))?;
        std::fs::create_dir_all(folder.path().join("store")).map_err(told("a folder"))?;
        let entry = folder.path().join("home/config/catalog/toy.toml");
        std::fs::write(entry, self.toy.entry(shape.is_known)).map_err(told("the entry"))?;
        let disk = SmallDisk::mount(&folder.path().join("store"));
        let faults = random.below(16);
        let sources = Sources::start(&self.toy, shape, faults, random);
        let connections = 1 + random.below(4);
        let limit = [None, Some(30), Some(100)].get(random.below(3) as usize).copied().flatten();
        let user = User { options, toy: &self.toy, folder, disk, sources, connections, limit };
        let blows = user.pull(shape, random)?;
        user.check_all()?;
        let wrong = user.sources.story();
        Ok(format!("{blows}; {} {}", if wrong.is_empty() { "no fault of a server" } else { "servers:" }, wrong))
    }
}

impl User<'_> {
    /// Pulls until all is there. Tells what was done to it.
    fn pull(&self, shape: Shape, random: &mut Random) -> Result<String, String> {
        let mut blows = Vec::new();
        let total: u64 = self.toy.expected.values().map(|content| content.len() as u64).sum();
        let most_blows = 1 + random.below(5) as usize;
        let mut seen = self.look()?;
        for _ in 0..MOST_RUNS {
            let blow = match random.below(6) {
                _ if blows.len() >= most_blows => Blow::None,
                0..=2 => Blow::Kill,
                3 | 4 if self.disk.is_some() => Blow::Fill,
                3 | 4 => Blow::Kill,
                _ => Blow::None,
            };
            let is_done = self.run(blow, total, random, &mut blows)?;
            self.check_standing().map_err(|why| format!("after {}: {why}", blows.join(", ")))?;
            let now = self.look()?;
            // What is served without parts, or turned out to be wrong, has to come again.
            if shape.gives_parts {
                let is_anew = self.sources.has_spoilt(BIG);
                let on_disk = if is_anew { Ok(()) } else { self.check_once(&seen, &now) };
                let outcome = on_disk.and_then(|()| self.sources.check_order(SLACK_BYTES / 4));
                outcome.map_err(|why| format!("after {}: {why}; {}", blows.join(", "), self.sources.story()))?;
            }
            seen = now;
            if is_done {
                return Ok(if blows.is_empty() { "undisturbed".into() } else { blows.join(", ") });
            }
        }
        Err(format!("it did not succeed in {MOST_RUNS} tries ({}); {}", blows.join(", "), self.sources.story()))
    }

    /// Runs the program once. Yes, where it said that all is there.
    fn run(&self, blow: Blow, total: u64, random: &mut Random, blows: &mut Vec<String>) -> Result<bool, String> {
        let (before, faults) = (self.sources.sent(), self.sources.faults());
        // Most moments are while bytes come, some when all has come and only names are changed.
        let due = (1 << 20) + random.below(total + total / 8);
        let (room, late) = (random.below(3 << 20), Duration::from_micros(random.below(60_000)));
        let mut process = self.start(&["models", "pull", "toy", "--accept-licence", "--no-cache"])?;
        let began = Instant::now();
        let mut last = (Instant::now(), before);
        while blow != Blow::None && process.is_alive() {
            let sent = self.sources.sent();
            if sent != last.1 {
                last = (Instant::now(), sent);
            }
            // Nothing more may be coming, because it was here before; a program needs a moment to begin, though.
            let is_early = sent == before || blow == Blow::Fill;
            let quiet = if is_early { Duration::from_millis(1500) } else { Duration::from_millis(40) + late };
            if sent >= before + due || last.0.elapsed() > quiet {
                break;
            }
            std::thread::sleep(WORK);
        }
        match blow {
            Blow::Kill => {
                blows.push(format!("killed after {:.2} s", began.elapsed().as_secs_f64()));
                process.kill();
                return Ok(false);
            }
            Blow::Fill => {
                blows.push(format!("{} KiB of room", room >> 10));
                self.sources.be_calm(true);
                self.disk.as_ref().map_or(Ok(()), |disk| disk.fill(room))?;
            }
            Blow::None => {}
        }
        let (succeeded, words) = finish(process, &self.sources)?;
        if let (Blow::Fill, Some(disk)) = (blow, &self.disk) {
            disk.empty();
            self.sources.be_calm(false);
        }
        if words.contains("panicked") || words.contains(SECRET) || (!succeeded && !words.contains("gallop: ")) {
            return Err(format!("these are no words for a user: {words}"));
        }
        if blow == Blow::Fill && !succeeded {
            let told = ["disk is full", "disk is too small", "No space"].into_iter().find(|told| words.contains(told));
            blows.push(told.unwrap_or("stopped").into());
            // A fault of a server just before may have ended it, too.
            if told.is_none() && self.sources.faults() == faults {
                return Err(format!("the words do not say that the disk is full: {words}"));
            }
        }
        Ok(succeeded)
    }

    fn start(&self, args: &[&str]) -> Result<Running, String> {
        let mut command = std::process::Command::new(&self.options.gallop);
        command.current_dir(self.folder.path()).args(args);
        if args.contains(&"pull") {
            command.args(["--from", &self.sources.hub.url, "--stall", "1", "--backoff", "0.02"]);
            command.args(["--connections", &self.connections.to_string()]);
            if let Some(limit) = self.limit {
                command.args(["--limit", &limit.to_string()]);
            }
        }
        command.env("GALLOP_HOME", self.folder.path().join("home")).env("GALLOP_MODEL_DIR", self.store());
        command.env("HF_HOME", self.folder.path().join("hub")).env("HF_TOKEN", SECRET).env_remove("HF_ENDPOINT");
        Running::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()))
    }

    fn store(&self) -> PathBuf {
        self.disk.as_ref().map_or_else(|| self.folder.path().join("store"), |disk| disk.root().to_owned())
    }

    fn model(&self) -> PathBuf {
        self.store().join("toy")
    }

    /// Every file that stands under its final name is right; the record of them can be read.
    fn check_standing(&self) -> Result<(), String> {
        for name in self.toy.expected.keys() {
            match std::fs::read(self.model().join(name)) {
                Ok(found) if !self.toy.is_right(name, &found) => {
                    return Err(format!("{name} stands here and is wrong"));
                }
                _ => {}
            }
        }
        let listed = self.start(&["models", "list"])?.finish()?;
        if listed.0 { Ok(()) } else { Err(format!("the models cannot be listed: {}", listed.1)) }
    }

    /// How much of the big file is here and right.
    fn look(&self) -> Result<Seen, String> {
        let counts = self.sources.counts();
        let expected = self.toy.expected.get(BIG).ok_or("no big file")?;
        let bytes = expected.len() as u64;
        if self.model().join(BIG).exists() {
            return Ok(Seen { counts, here: std::iter::once(0..bytes).collect(), is_final: true });
        }
        let part = std::fs::read(self.model().join(BIG).with_extension("bin.part")).unwrap_or_default();
        let mut here: Vec<Range<u64>> = Vec::new();
        for (index, (found, right)) in part.chunks(BLOCK).zip(expected.chunks(BLOCK)).enumerate() {
            let start = (index * BLOCK) as u64;
            match here.last_mut() {
                _ if found != right => {}
                Some(last) if last.end == start => last.end += found.len() as u64,
                _ => here.push(start..start + found.len() as u64),
            }
        }
        Ok(Seen { counts, here, is_final: false })
    }

    /// What was here and right was not asked for again.
    fn check_once(&self, before: &Seen, now: &Seen) -> Result<(), String> {
        let mut asked = self.sources.asked_since(&before.counts);
        asked.sort_by_key(|range| range.start);
        let (mut again, mut at) = (0, 0);
        for range in asked {
            // Each byte counts once, also where a request broke and the rest was asked for.
            let (start, end) = (range.start.max(at), range.end.max(at));
            let both = |here: &Range<u64>| end.min(here.end).saturating_sub(start.max(here.start));
            again += before.here.iter().map(both).sum::<u64>();
            at = end;
        }
        let held = |seen: &Seen| seen.here.iter().map(|range| range.end - range.start).sum::<u64>();
        let allowed = if before.is_final { 0 } else { SLACK_BYTES };
        if again > allowed {
            return Err(format!("{again} bytes were asked for that were here and right, of {}", held(before)));
        }
        if held(now) + SLACK_BYTES < held(before) {
            return Err(format!("{} bytes were here and right, and then {}", held(before), held(now)));
        }
        Ok(())
    }

    /// All is there and right, nothing else lies about, and nobody saw the token.
    fn check_all(&self) -> Result<(), String> {
        let files = files_in(&self.model())?;
        let strange = files.keys().find(|name| {
            !self.toy.expected.contains_key(name.as_str()) && !matches!(name.as_str(), "store.json" | ".lock")
        });
        if let Some(name) = strange {
            return Err(format!("{name} was left behind"));
        }
        if let Some(name) = self.toy.expected.keys().find(|name| !files.contains_key(**name)) {
            return Err(format!("{name} is missing"));
        }
        let (succeeded, words) = self.start(&["models", "verify", "toy"])?.finish()?;
        if !succeeded {
            return Err(format!("it is not whole: {words}"));
        }
        let before = self.sources.counts();
        let (succeeded, words) = self.start(&["models", "pull", "toy", "--accept-licence", "--no-cache"])?.finish()?;
        if !succeeded || self.sources.counts() != before {
            return Err(format!("a pull of what is here asked for something: {words}"));
        }
        if let Some(request) = self.sources.log().iter().find(|request| request.token.is_some()) {
            return Err(format!("a host that is not the hub saw the token: {request:?}"));
        }
        let home = files_in(&self.folder.path().join("home"))?;
        let notes = files.into_iter().chain(home).filter(|(name, _)| name.ends_with(".json") || name == ".lock");
        for (name, path) in notes {
            let text = std::fs::read(path).map_err(told(&name))?;
            if text.windows(SECRET.len()).any(|found| found == SECRET.as_bytes()) {
                return Err(format!("the token was written into {name}"));
            }
        }
        Ok(())
    }
}

/// Waits for the end of a process, while a change that is due at the sources happens.
fn finish(mut process: Running, sources: &Sources) -> Result<(bool, String), String> {
    let began = Instant::now();
    while process.is_alive() && began.elapsed() < Duration::from_secs(60) {
        sources.sent();
        std::thread::sleep(WORK);
    }
    process.finish()
}
