//! What the studio sent: orders, files, and words about running jobs.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, bail};
use gallop_protocol::message::{Checkpoint, Command, Order, Piece};
use gallop_protocol::{Digest, Hasher, Id};

/// The largest file that is taken: an hour of latents has room in it.
const MAX_BYTES: u64 = 32 << 30;

/// What the studio sent. The reading thread puts in, the working thread takes out and waits.
pub struct Inbox {
    folder: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    orders: VecDeque<(Id, Order)>,
    cancelled: HashSet<Id>,
    stored: HashSet<(Id, Checkpoint)>,
    files: HashMap<Digest, Result<PathBuf, String>>,
    arriving: HashMap<Digest, Arriving>,
}

struct Arriving {
    file: File,
    hasher: Hasher,
    offset: u64,
}

/// Why waiting ended without what was waited for.
#[derive(Debug, PartialEq, Eq)]
pub struct Cancelled;

impl Inbox {
    /// Keeps files in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Takes a command in. Hello and shutdown are the reader's own.
    ///
    /// A file that cannot be kept, because the disk is full for example, is told to who waits for it.
    pub fn put(&self, command: Command, bytes: &[u8]) {
        let mut state = self.state();
        match command {
            Command::Submit { job, order } => {
                state.cancelled.remove(&job);
                state.stored.retain(|(known, _)| *known != job);
                state.orders.push_back((job, *order));
            }
            Command::Cancel { job } => drop(state.cancelled.insert(job)),
            Command::Stored { job, checkpoint } => drop(state.stored.insert((job, checkpoint))),
            Command::Absent { blob, reason } => drop(state.files.insert(blob, Err(reason))),
            Command::Blob(piece) => {
                if let Err(error) = state.take_piece(&self.folder, piece, bytes) {
                    state.arriving.remove(&piece.blob);
                    state.files.insert(piece.blob, Err(format!("{error:#}")));
                }
            }
            Command::Hello { .. } | Command::Shutdown => {}
        }
        self.changed.notify_all();
    }

    /// The next order, when there is one.
    pub fn next(&self) -> (Id, Order) {
        let mut state = self.state();
        loop {
            if let Some(order) = state.orders.pop_front() {
                return order;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether the studio does not want this job any more.
    pub fn is_cancelled(&self, job: Id) -> bool {
        self.state().cancelled.contains(&job)
    }

    /// The files of these that are not here. What was absent before is asked for again.
    pub fn lacking(&self, blobs: impl IntoIterator<Item = Digest>) -> Vec<Digest> {
        let mut state = self.state();
        state.files.retain(|_, file| file.as_ref().is_ok_and(|path| path.is_file()));
        blobs.into_iter().filter(|blob| !state.files.contains_key(blob)).collect()
    }

    /// Waits for a file.
    pub fn file(&self, job: Id, blob: Digest) -> Result<Result<PathBuf, String>, Cancelled> {
        self.wait(job, |state| state.files.get(&blob).cloned())
    }

    /// Waits until a checkpoint is on the studio's disk.
    pub fn stored(&self, job: Id, checkpoint: Checkpoint) -> Result<(), Cancelled> {
        self.wait(job, |state| state.stored.contains(&(job, checkpoint)).then_some(()))
    }

    /// Forgets the files that arrived: they were of a job that is over.
    pub fn clear(&self) {
        let files = std::mem::take(&mut self.state().files);
        files.into_values().flatten().for_each(|path| drop(std::fs::remove_file(path)));
    }

    fn wait<T>(&self, job: Id, look: impl Fn(&State) -> Option<T>) -> Result<T, Cancelled> {
        let mut state = self.state();
        loop {
            if let Some(found) = look(&state) {
                return Ok(found);
            }
            if state.cancelled.contains(&job) {
                return Err(Cancelled);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything in it can fail.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_piece(&mut self, folder: &Path, piece: Piece, bytes: &[u8]) -> anyhow::Result<()> {
        let Piece { blob, offset, size } = piece;
        let end = offset.saturating_add(bytes.len() as u64);
        if size > MAX_BYTES || end > size {
            bail!("a piece of {} bytes at {offset} is not of a file of {size}", bytes.len());
        }
        let partial = folder.join(format!("{blob}.part"));
        if offset == 0 {
            let file = File::create(&partial).with_context(|| format!("cannot write: {}", partial.display()))?;
            self.arriving.insert(blob, Arriving { file, hasher: Hasher::default(), offset: 0 });
        }
        let Some(arriving) = self.arriving.get_mut(&blob).filter(|arriving| arriving.offset == offset) else {
            bail!("a piece at {offset} came out of order");
        };
        arriving.file.write_all(bytes).with_context(|| format!("cannot write: {}", partial.display()))?;
        arriving.hasher.update(bytes);
        arriving.offset = end;
        if end < size {
            if bytes.is_empty() {
                bail!("a piece without bytes came");
            }
            return Ok(());
        }
        let Some(Arriving { hasher, .. }) = self.arriving.remove(&blob) else { return Ok(()) };
        if hasher.finish() != blob {
            bail!("the file arrived damaged");
        }
        let path = folder.join(blob.to_string());
        std::fs::rename(&partial, &path).with_context(|| format!("cannot write: {}", path.display()))?;
        self.files.insert(blob, Ok(path));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(inbox: &Inbox, content: &str, from: usize, to: usize) {
        let piece = Piece { blob: Digest::of(content), offset: from as u64, size: content.len() as u64 };
        inbox.put(Command::Blob(piece), &content.as_bytes()[from..to]);
    }

    #[test]
    fn files_arrive_in_pieces() {
        let folder = tempfile::tempdir().expect("folder");
        let inbox = Inbox::new(folder.path().to_owned());
        let (job, blob) = (Id::new(), Digest::of("hello"));
        assert_eq!(inbox.lacking([blob]), [blob]);
        piece(&inbox, "hello", 0, 2);
        assert_eq!(inbox.lacking([blob]), [blob], "half of it");
        piece(&inbox, "hello", 2, 5);
        let path = inbox.file(job, blob).expect("not cancelled").expect("there");
        assert_eq!(std::fs::read_to_string(path).expect("read"), "hello");
        assert!(inbox.lacking([blob]).is_empty());
        piece(&inbox, "", 0, 0);
        assert!(inbox.file(job, Digest::of("")).expect("not cancelled").is_ok(), "an empty file");
        inbox.clear();
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0);
    }

    #[test]
    fn strange_pieces_are_told_to_who_waits() {
        let folder = tempfile::tempdir().expect("folder");
        let inbox = Inbox::new(folder.path().to_owned());
        let (job, blob) = (Id::new(), Digest::of("hello"));
        let send = |offset, size, bytes: &[u8]| {
            inbox.put(Command::Blob(Piece { blob, offset, size }), bytes);
            let answer = inbox.file(job, blob).expect("not cancelled").expect_err("strange");
            assert_eq!(inbox.lacking([blob]), [blob], "it is asked for again");
            answer
        };
        assert!(send(3, 5, b"lo").contains("out of order"));
        assert!(send(0, 5, b"hallo").contains("damaged"));
        assert!(send(0, 3, b"hello").contains("not of a file"));
        assert!(send(u64::MAX, u64::MAX, b"x").contains("not of a file"));
        assert!(send(0, 5, b"").contains("without bytes"));
    }

    #[test]
    fn waiting_ends_with_the_job() {
        let inbox = Inbox::new(PathBuf::from("nowhere"));
        let job = Id::new();
        inbox.put(Command::Cancel { job }, b"");
        assert_eq!(inbox.stored(job, Checkpoint::Clip), Err(Cancelled));
        inbox.put(Command::Absent { blob: Digest::of(""), reason: "gone".into() }, b"");
        assert_eq!(inbox.file(job, Digest::of("")), Ok(Err("gone".into())));
    }
}
