//! Files on their way, in pieces: never whole in memory, and checked against their digest at the end.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use gallop_protocol::frame::Frame;
use gallop_protocol::message::{BLOB_BYTES, Command, Piece};
use gallop_protocol::{Digest, Hasher};
use tempfile::TempPath;

use crate::files;

/// The largest file that is taken from an engine.
const LARGEST_BYTES: u64 = 16 << 30;

/// What is to be sent: commands first, files piece by piece between them.
#[derive(Default)]
pub struct Outbox {
    commands: VecDeque<Command>,
    files: VecDeque<Sending>,
}

impl Outbox {
    /// Adds a command.
    pub fn say(&mut self, command: Command) {
        self.commands.push_back(command);
    }

    /// Adds a file; the engine hears it if there is none.
    pub fn send(&mut self, blob: Digest, path: Option<PathBuf>) {
        let sending = match path {
            Some(path) => Sending::open(blob, &path),
            None => Err("the studio does not know this file".into()),
        };
        match sending {
            Ok(sending) => self.files.push_back(sending),
            Err(reason) => self.say(Command::Absent { blob, reason }),
        }
    }

    /// Forgets the files that are not sent yet.
    pub fn drop_files(&mut self) {
        self.files.clear();
    }

    /// What is to be sent next.
    pub fn next(&mut self) -> Option<Frame<Command>> {
        if let Some(command) = self.commands.pop_front() {
            return Some(command.into());
        }
        let sending = self.files.front_mut()?;
        let frame = match sending.next() {
            Ok(frame) => frame,
            Err(reason) => {
                let blob = sending.blob;
                self.files.pop_front();
                return Some(Command::Absent { blob, reason }.into());
            }
        };
        if sending.is_sent() {
            self.files.pop_front();
        }
        Some(frame)
    }
}

/// A file on its way to an engine.
struct Sending {
    blob: Digest,
    path: PathBuf,
    file: File,
    size: u64,
    offset: u64,
    hasher: Hasher,
}

impl Sending {
    fn open(blob: Digest, path: &Path) -> Result<Self, String> {
        let gone = |error: std::io::Error| format!("the file cannot be read ({error}): {}", path.display());
        // Looked at before it is opened: opening a pipe that nobody writes to would wait forever.
        if !std::fs::metadata(path).map_err(gone)?.is_file() {
            return Err(format!("this is not a file: {}", path.display()));
        }
        let file = File::open(path).map_err(gone)?;
        let size = file.metadata().map_err(gone)?.len();
        Ok(Self { blob, path: path.into(), file, size, offset: 0, hasher: Hasher::default() })
    }

    fn is_sent(&self) -> bool {
        self.offset == self.size
    }

    fn next(&mut self) -> Result<Frame<Command>, String> {
        let length = (self.size - self.offset).min(BLOB_BYTES as u64);
        let piece = Piece { blob: self.blob, offset: self.offset, size: self.size };
        let mut bytes = vec![0; length as usize];
        self.file
            .read_exact(&mut bytes)
            .map_err(|error| format!("the file cannot be read ({error}): {}", self.path.display()))?;
        self.hasher.update(&bytes);
        self.offset += length;
        // The last piece of a file that is another one now is not sent, so the engine never has it whole.
        if self.is_sent() && self.hasher.clone().finish() != self.blob {
            return Err(format!("the file has changed: {}", self.path.display()));
        }
        Ok(Frame::with(Command::Blob(piece), bytes))
    }
}

/// What went wrong with a file that came.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The engine broke the protocol.
    Engine(String),
    /// It cannot be kept here.
    Disk(String),
}

/// Files that come from an engine. One that is not [`take`](Self::take)n leaves nothing behind.
pub struct Inbox<'a> {
    /// A path in the folder that the files are received in.
    beside: &'a Path,
    coming: Option<Receiving>,
    whole: Option<Received>,
}

impl<'a> Inbox<'a> {
    /// Receives files under temporary names beside this path.
    pub fn new(beside: &'a Path) -> Self {
        Self { beside, coming: None, whole: None }
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// The piece is not the next one of its file, or the disk does not take it.
    pub fn add(&mut self, piece: Piece, bytes: &[u8]) -> Result<(), Trouble> {
        let mut coming = match self.coming.take() {
            Some(coming) => coming,
            None if self.whole.is_some() => {
                return Err(Trouble::Engine("it sent a file before the last one had a name".into()));
            }
            None => Receiving::new(self.beside, piece)?,
        };
        coming.add(piece, bytes)?;
        if coming.got < coming.size {
            self.coming = Some(coming);
        } else {
            self.whole = Some(coming.check()?);
        }
        Ok(())
    }

    /// Forgets what came.
    pub fn clear(&mut self) {
        (self.coming, self.whole) = (None, None);
    }

    /// Gives a file that came whole.
    ///
    /// # Errors
    /// There is no such file.
    pub fn take(&mut self, blob: Digest) -> Result<Received, Trouble> {
        let whole = self.whole.take().filter(|received| received.blob == blob);
        whole.ok_or_else(|| Trouble::Engine("it named a file that it did not send".into()))
    }
}

/// A file that comes.
struct Receiving {
    blob: Digest,
    size: u64,
    got: u64,
    hasher: Hasher,
    file: File,
    draft: TempPath,
}

impl Receiving {
    fn new(beside: &Path, piece: Piece) -> Result<Self, Trouble> {
        if piece.size > LARGEST_BYTES {
            return Err(Trouble::Engine(format!("it sent a file of {} bytes", piece.size)));
        }
        let (file, draft) = files::draft(beside).map_err(|error| disk(&error))?;
        Ok(Self { blob: piece.blob, size: piece.size, got: 0, hasher: Hasher::default(), file, draft })
    }

    fn add(&mut self, piece: Piece, bytes: &[u8]) -> Result<(), Trouble> {
        let count = bytes.len() as u64;
        let expected = (self.blob, self.got, self.size);
        let fits = count <= self.size - self.got && (count > 0 || self.size == 0);
        if (piece.blob, piece.offset, piece.size) != expected || !fits {
            return Err(Trouble::Engine("it sent the pieces of a file out of order".into()));
        }
        self.file.write_all(bytes).map_err(|error| disk(&error.into()))?;
        self.hasher.update(bytes);
        self.got += count;
        Ok(())
    }

    fn check(self) -> Result<Received, Trouble> {
        if self.hasher.finish() != self.blob {
            return Err(Trouble::Engine("a file arrived damaged".into()));
        }
        Ok(Received { blob: self.blob, file: self.file, draft: self.draft })
    }
}

/// A file that came whole, under a temporary name.
#[derive(Debug)]
pub struct Received {
    blob: Digest,
    file: File,
    draft: TempPath,
}

impl Received {
    /// Brings it to the disk and gives it its name.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn publish(self, path: &Path) -> Result<(), Trouble> {
        files::publish(&self.file, self.draft, path).map_err(|error| disk(&error))
    }
}

fn disk(error: &anyhow::Error) -> Trouble {
    Trouble::Disk(format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(outbox: &mut Outbox) -> Vec<Frame<Command>> {
        std::iter::from_fn(|| outbox.next()).collect()
    }

    fn count(folder: &Path) -> usize {
        std::fs::read_dir(folder).expect("folder").count()
    }

    #[test]
    fn files_cross_in_pieces() {
        let folder = tempfile::tempdir().expect("folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for size in [0, 1, BLOB_BYTES, BLOB_BYTES + 1, 3 * BLOB_BYTES - 1] {
            let bytes: Vec<u8> = (0..size).map(|index| (index / 7) as u8).collect();
            let blob = Digest::of(&bytes);
            std::fs::write(&from, &bytes).expect("written");
            let mut outbox = Outbox::default();
            outbox.send(blob, Some(from.clone()));
            let frames = sent(&mut outbox);
            assert_eq!(frames.len(), size.div_ceil(BLOB_BYTES).max(1), "{size}");
            let mut inbox = Inbox::new(&to);
            for frame in frames {
                let Command::Blob(piece) = frame.head else { panic!("{:?}", frame.head) };
                inbox.add(piece, &frame.bytes).expect("added");
            }
            inbox.take(blob).expect("whole").publish(&to).expect("published");
            assert_eq!(std::fs::read(&to).expect("read"), bytes);
            assert_eq!(count(folder.path()), 2, "nothing else is left");
        }
    }

    #[test]
    fn commands_overtake_files() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a");
        std::fs::write(&path, vec![0; 2 * BLOB_BYTES]).expect("written");
        let mut outbox = Outbox::default();
        outbox.send(Digest::of(vec![0; 2 * BLOB_BYTES]), Some(path));
        assert!(matches!(outbox.next().expect("a piece").head, Command::Blob(_)));
        outbox.say(Command::Shutdown);
        assert_eq!(outbox.next().expect("a command").head, Command::Shutdown);
        assert!(matches!(outbox.next().expect("a piece").head, Command::Blob(_)));
        assert_eq!(outbox.next(), None);
    }

    #[test]
    fn a_file_that_is_not_what_it_was_is_never_sent_whole() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a");
        let blob = Digest::of(vec![0; BLOB_BYTES + 1]);
        let mut changed = vec![0; BLOB_BYTES + 1];
        changed[BLOB_BYTES] = 1;
        std::fs::write(&path, changed).expect("written");
        let reason = |path: Option<PathBuf>| {
            let mut outbox = Outbox::default();
            outbox.send(blob, path);
            match sent(&mut outbox).pop().expect("a frame").head {
                Command::Absent { blob: absent, reason } if absent == blob => reason,
                other => panic!("{other:?}"),
            }
        };
        assert!(reason(Some(path.clone())).contains("has changed"));
        assert!(reason(Some(folder.path().join("none"))).contains("cannot be read"));
        assert!(reason(Some(folder.path().into())).contains("not a file"));
        assert!(reason(None).contains("does not know"));
    }

    #[test]
    fn strange_pieces_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let to = folder.path().join("to");
        let blob = Digest::of("abcd");
        let piece = |offset, size| Piece { blob, offset, size };
        let first = (piece(0, 4), &b"ab"[..]);
        let cases = [
            vec![(piece(1, 4), &b"b"[..])],
            vec![(piece(0, 4), b"")],
            vec![(piece(0, 4), b"abcde")],
            vec![(piece(0, u64::MAX), b"abcd")],
            vec![(piece(u64::MAX, 4), b"abcd")],
            vec![(piece(0, 4), b"abce")],
            vec![first, (piece(0, 4), b"ab")],
            vec![first, (piece(2, 5), b"cd")],
            vec![first, (Piece { blob: Digest::of("x"), offset: 2, size: 4 }, b"cd")],
            vec![(piece(0, 4), b"abcd"), (piece(0, 4), b"abcd")],
        ];
        for case in cases {
            let mut inbox = Inbox::new(&to);
            let (last, before) = case.split_last().expect("pieces");
            before.iter().for_each(|(piece, bytes)| inbox.add(*piece, bytes).expect("added"));
            assert!(matches!(inbox.add(last.0, last.1), Err(Trouble::Engine(_))), "{case:?}");
            drop(inbox);
            assert_eq!(count(folder.path()), 0, "{case:?}");
        }
        let mut inbox = Inbox::new(&to);
        assert!(inbox.take(blob).is_err());
        inbox.add(first.0, first.1).expect("added");
        assert!(inbox.take(blob).is_err(), "only half of it came");
        let gone = folder.path().join("none/to");
        assert!(matches!(Inbox::new(&gone).add(first.0, first.1), Err(Trouble::Disk(_))));
    }
}
