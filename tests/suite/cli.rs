//! The program `gallop` from outside: what it makes, what it says, and how it ends.

mod bad_input;
mod doctor;
mod doing;
mod engine_input;
mod exports;
mod farm;
#[cfg(target_os = "linux")]
#[path = "../faults/mod.rs"]
mod faults;
mod keychain;
mod models;
mod plans;
mod released;
mod serve;
mod studio;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder that goes away, and the program in it.
pub struct Place {
    folder: TempDir,
    /// Gallop's own folders, so that nothing of this machine's user is used or touched.
    home: TempDir,
}

impl Place {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("folder"), home: tempfile::tempdir().expect("folder") }
    }

    /// The path of a file here.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file here.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    /// The names of the files here.
    pub fn files(&self) -> BTreeSet<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("folder");
        entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// The program, started here with the model of the repository.
    pub fn gallop<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gallop"));
        command.current_dir(self.folder.path()).env("GALLOP_MODEL_DIR", models());
        command.env("GALLOP_HOME", self.home.path()).args(args);
        command
    }

    /// Runs a line to its end.
    pub fn run(&self, line: &str) -> Output {
        self.gallop(words(line)).output().expect("gallop starts")
    }

    /// Runs a line that must succeed, and gives back the events that it printed.
    pub fn events(&self, line: &str) -> Vec<Value> {
        let output = self.run(&format!("{line} --json"));
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        let lines = text(&output.stdout);
        lines.lines().map(|line| serde_json::from_str(line).expect("an event is JSON")).collect()
    }

    /// Runs a line that must fail with `status`, in one clear line that holds `said`, and leave no new file behind.
    pub fn refuses(&self, line: &str, status: i32, said: &str) {
        let before = self.files();
        let output = self.run(line);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{line}: {told}");
        assert!(!told.contains("panicked"), "{line}: {told}");
        let told: Vec<_> = told.lines().filter(|line| line.starts_with("gallop: ")).collect();
        assert!(
            matches!(told[..], [one] if one.contains(said)),
            "{line}: expected `{said}` in one line, got {told:#?}"
        );
        assert_eq!(self.files(), before, "{line}");
    }
}

/// Splits a command line; `'single quotes'` hold words together.
pub fn words(line: &str) -> Vec<String> {
    let pieces = line.split('\'').enumerate();
    let split = |(index, piece): (usize, &str)| match index % 2 {
        0 => piece.split_whitespace().map(str::to_owned).collect(),
        _ => vec![piece.to_owned()],
    };
    pieces.flat_map(split).collect()
}

/// What a program printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The folder that holds the model in the box.
pub fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models").canonicalize().expect("models")
}

/// The last event of this kind.
pub fn last<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    events.iter().rfind(|event| event["event"] == kind).unwrap_or_else(|| panic!("no {kind} in {events:#?}"))
}

/// The texts of the notices.
pub fn notices(events: &[Value]) -> Vec<&str> {
    let notices = events.iter().filter(|event| event["event"] == "notice");
    notices.filter_map(|event| event["text"].as_str()).collect()
}

/// A WAV file of 16-bit samples.
pub fn wav(sample_rate: u32, samples: impl IntoIterator<Item = f32>) -> Vec<u8> {
    let data: Vec<u8> = samples.into_iter().flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes()).collect();
    let size = u32::try_from(data.len()).expect("short");
    let mut file = Vec::from(*b"RIFF");
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(sample_rate.to_le_bytes());
    file.extend((sample_rate * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    file
}

/// A tone that swells and fades, `seconds` long.
pub fn tone(sample_rate: u32, seconds: f32) -> impl Iterator<Item = f32> {
    let count = (sample_rate as f32 * seconds) as u32;
    (0..count).map(move |index| {
        let t = index as f32 / sample_rate as f32;
        0.5 * (t * 3.0 * std::f32::consts::PI).sin().abs() * (t * 440.0 * std::f32::consts::TAU).sin()
    })
}

/// A small PNG picture.
pub fn picture(place: &Place, name: &str, width: u32, height: u32) -> PathBuf {
    let pixel = |index: u32| [(index % width * 255 / width) as u8, (index / width * 255 / height) as u8, 90];
    let rgb = (0..width * height).flat_map(pixel).collect();
    let path = place.path(name);
    gallop_media::write_picture(&path, &gallop_media::Picture { width, height, rgb }).expect("written");
    path
}
