//! The speed of `gallop models pull` beside curl's: the same server, the same file, the same disk, in turns.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::command::{at_root, output, run as succeed, target};
use crate::sample;

const MIB: u64 = 1 << 20;

struct Options {
    mib: u64,
    runs: usize,
    /// Megabits a second; 0 is no limit.
    lines: Vec<u64>,
    /// Where the files are fetched to.
    into: PathBuf,
}

/// Serves a made file from a process of its own and fetches it with curl and with Gallop, in turns. Prints the rates and
/// their ratio: Gallop's has the hash, the journal and the flush to the disk in it, curl's only the bytes.
pub fn bench(options: &[&str]) -> Result<(), String> {
    let Options { mib, runs, lines, into } = read(options)?;
    output(Command::new("curl").arg("--version")).ok_or("curl is not there; install it first")?;
    let gallop = sample::build()?;
    let folder = Folder::new(into.join("gallop-bench-download"))?;
    let file = folder.0.join("served.bin");
    make(&file, mib).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let digest = output(Command::new("sha256sum").arg(&file)).ok_or("sha256sum is not there")?;
    let digest = digest.split_whitespace().next().unwrap_or_default();
    let catalog = folder.0.join("home/config/catalog");
    std::fs::create_dir_all(&catalog).map_err(|error| format!("cannot make {}: {error}", catalog.display()))?;
    std::fs::write(catalog.join("made.toml"), entry(mib * MIB, digest)).map_err(|error| error.to_string())?;
    println!("{mib} MiB over loopback into {}", folder.0.display());
    let side_by_side = SideBySide { folder: &folder.0, gallop: &gallop, bytes: mib * MIB };
    lines.iter().try_for_each(|mbit| side_by_side.run(&Server::start(&file, *mbit)?, *mbit, runs))
}

struct SideBySide<'a> {
    folder: &'a Path,
    gallop: &'a Path,
    bytes: u64,
}

impl SideBySide<'_> {
    /// Both over one line, in turns.
    fn run(&self, server: &Server, mbit: u64, runs: usize) -> Result<(), String> {
        if mbit == 0 {
            println!("\na line without a limit");
        } else {
            println!("\na line of {mbit} Mbit/s");
        }
        let (before, nowhere) = (server.cpu_seconds(), self.curl(server, Path::new("/dev/null"))?);
        println!("the server alone: {:.0} MB/s to curl that keeps nothing", self.rate(nowhere));
        if let Some((after, before)) = server.cpu_seconds().zip(before) {
            println!("  with {:.0} % of one core", 100.0 * (after - before) / nowhere);
        }
        let (mut curls, mut gallops) = (Vec::new(), Vec::new());
        for run in 0..runs {
            // Whoever is first in a pair is second in the next one.
            for second in [false, true] {
                settle();
                if (run % 2 == 0) != second {
                    let to = self.folder.join("curl.bin");
                    curls.push(self.rate(self.curl(server, &to)?));
                    std::fs::remove_file(&to).map_err(|error| format!("curl left no file: {error}"))?;
                } else {
                    let pull = ["models", "pull", "made", "--from", &server.url, "--accept-licence", "--no-cache"];
                    gallops.push(self.rate(self.gallop(&pull)?));
                    self.gallop(&["models", "remove", "made"])?;
                }
            }
            if let (Some(curl), Some(gallop)) = (curls.last(), gallops.last()) {
                println!("run {}: curl {curl:.0} MB/s, gallop {gallop:.0} MB/s, ratio {:.2}", run + 1, gallop / curl);
            }
        }
        let mut ratios: Vec<f64> = gallops.iter().zip(&curls).map(|(gallop, curl)| gallop / curl).collect();
        for (name, values) in [("curl MB/s", &mut curls), ("gallop MB/s", &mut gallops), ("gallop / curl", &mut ratios)]
        {
            values.sort_by(f64::total_cmp);
            let of = |at: usize| values.get(at).copied().unwrap_or_default();
            println!("{name}: median {:.2}, min {:.2}, max {:.2}", of(runs / 2), of(0), of(runs - 1));
        }
        Ok(())
    }

    /// Seconds of a download by curl.
    fn curl(&self, server: &Server, to: &Path) -> Result<f64, String> {
        let mut command = Command::new("curl");
        command.args(["--silent", "--fail", "--output"]).arg(to);
        timed(command.arg(format!("{}/made/file/resolve/main/served.bin", server.url)))
    }

    /// Seconds of a chore of Gallop's.
    fn gallop(&self, chore: &[&str]) -> Result<f64, String> {
        let mut command = Command::new(self.gallop);
        command.args(chore).env("GALLOP_HOME", self.folder.join("home"));
        command.env("GALLOP_MODEL_DIR", self.folder.join("models")).env("HF_HOME", self.folder.join("hub"));
        timed(command.env_remove("HF_TOKEN").stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// Megabytes a second.
    fn rate(&self, seconds: f64) -> f64 {
        self.bytes as f64 / 1e6 / seconds
    }
}

fn read(options: &[&str]) -> Result<Options, String> {
    let (mut mib, mut runs, mut lines, mut into) = (2048, 7, vec![5000, 0], target()?);
    for pair in options.chunks(2) {
        let number = |text: &str| {
            let number = text.parse().ok().filter(|number| (1..=1 << 20).contains(number));
            number.ok_or(format!("not a whole number above 0: {text}"))
        };
        match pair {
            ["--mib", text] => mib = number(text)?,
            ["--runs", text] => runs = number(text)? as usize,
            ["--mbit", "0"] => lines = vec![0],
            ["--mbit", text] => lines = vec![number(text)?],
            ["--into", folder] => into = folder.into(),
            _ => {
                let all = "--mib N, --runs N, --mbit N and --into FOLDER";
                return Err(format!("unknown option `{}`; there are {all}", pair.join(" ")));
            }
        }
    }
    Ok(Options { mib, runs, lines, into })
}

/// Seconds until a program ended well.
fn timed(command: &mut Command) -> Result<f64, String> {
    let began = Instant::now();
    succeed(command)?;
    Ok(began.elapsed().as_secs_f64())
}

/// Lets the disk finish what the one before left to it.
fn settle() {
    Command::new("sync").status().ok();
}

/// A file that no file system and no line can make smaller.
fn make(path: &Path, mib: u64) -> std::io::Result<()> {
    let (mut file, mut state) = (File::create(path)?, 0x2545_f491_4f6c_dd1d_u64);
    let mut block = Vec::with_capacity(MIB as usize);
    for _ in 0..mib {
        block.clear();
        for _ in 0..MIB / 8 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend(state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    Ok(())
}

fn entry(bytes: u64, digest: &str) -> String {
    format!(
        r#"format = 1
id = "made"
name = "Made"
summary = "For a benchmark."
repo = "made/file"
revision = "main"
page = "https://hub.example/made/file"
download_bytes = {bytes}
disk_bytes = {bytes}
[licence]
name = "None"
url = "https://hub.example/none"
summary = "Nobody's."
gate = "none"
[[files]]
path = "served.bin"
bytes = {bytes}
sha256 = "{digest}"
"#
    )
}

/// A folder that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new(path: PathBuf) -> Result<Self, String> {
        std::fs::remove_dir_all(&path).ok();
        std::fs::create_dir_all(&path).map_err(|error| format!("cannot make {}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The process that serves: this program again.
struct Server {
    process: Child,
    url: String,
    /// Open as long as it should run.
    _words: BufReader<ChildStdout>,
}

impl Server {
    fn start(file: &Path, mbit: u64) -> Result<Self, String> {
        let here = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        let mut process = at_root(here)
            .arg("serve-file")
            .arg(file)
            .arg(mbit.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start the server: {error}"))?;
        let mut words = BufReader::new(process.stdout.take().ok_or("the server has no output")?);
        let mut url = String::new();
        words.read_line(&mut url).map_err(|error| format!("the server does not speak: {error}"))?;
        Ok(Self { process, url: url.trim().to_owned(), _words: words })
    }

    /// Processor time that it has used; nothing where the system does not tell.
    fn cpu_seconds(&self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<f64>().ok();
        // A hundred ticks a second on every Linux that Gallop runs on.
        Some((ticks()? + ticks()?) / 100.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let options = read(&["--mib", "64", "--runs", "3", "--mbit", "1000", "--into", "/tmp"]).expect("options");
        assert_eq!((options.mib, options.runs, options.into), (64, 3, PathBuf::from("/tmp")));
        assert_eq!((options.lines, read(&[]).expect("options").lines), (vec![1000], vec![5000, 0]));
        for bad in [&["--mib"][..], &["--mib", "0"], &["--runs", "x"], &["--fast", "1"]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
