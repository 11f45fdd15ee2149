//! A small disk of its own, in which there is no room when a round wants it so.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::super::studio::told;

/// Room for the model and for what Gallop leaves free beside it.
const MIB: usize = 420;

/// A disk in memory. It is mounted in a namespace of its own, which lives as long as a process there, and through which
/// everybody may look at it.
pub struct SmallDisk {
    keeper: Child,
    root: PathBuf,
}

impl SmallDisk {
    /// Mounts one over `folder`; nothing where this machine does not let a test do that.
    pub fn mount(folder: &Path) -> Option<Self> {
        let script = format!("mount -t tmpfs -o size={MIB}m none \"$1\" && echo ready && exec cat");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"]).arg(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut keeper = command.spawn().ok()?;
        let mut word = String::new();
        let is_read = keeper.stdout.take().is_some_and(|words| BufReader::new(words).read_line(&mut word).is_ok());
        let inside = folder.strip_prefix("/").ok()?;
        let root = Path::new("/proc").join(keeper.id().to_string()).join("root").join(inside);
        let disk = Self { keeper, root };
        (is_read && word == "ready\n" && disk.root.is_dir()).then_some(disk)
    }

    /// Where it can be read and written from outside of its namespace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Fills it, up to so many bytes.
    pub fn fill(&self, room_bytes: u64) -> Result<(), String> {
        let path = self.filler();
        let mut file = File::create(&path).map_err(told("the filler"))?;
        let (block, mut bytes) = (vec![0; 1 << 20], 0_u64);
        while let Ok(count) = file.write(&block) {
            bytes += count as u64;
            if bytes > (MIB as u64) << 20 {
                return Err("the small disk is not small".into());
            }
        }
        file.set_len(bytes.saturating_sub(room_bytes)).map_err(told("the filler"))
    }

    /// Makes room again.
    pub fn empty(&self) {
        std::fs::remove_file(self.filler()).ok();
    }

    fn filler(&self) -> PathBuf {
        self.root.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.keeper.kill().ok();
        self.keeper.wait().ok();
    }
}
