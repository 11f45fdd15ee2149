//! The connections of one download, and beside them the hash that follows and the flush to the disk.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use gallop_protocol::{Digest, Hasher};

use super::fetch::{Fetch, disk, patient};
use super::http::Fault;
use super::journal::{Journal, part_of};
use super::layout::Segment;

const BUFFER: usize = 256 << 10;
const PAGE: u64 = 4096;
/// A read that brings less has emptied the line.
const STREAM: usize = 32 << 10;
/// How often it is noted how far a connection is. What a kill takes back is less than the line brings in this time.
const NOTE: Duration = Duration::from_millis(10);
const NOTE_BYTES: u64 = 1 << 20;
/// How often what was written is brought to the disk for good: after so long, or after so many bytes, so that a fast line
/// does not end with a long wait for the disk.
const FLUSH: Duration = Duration::from_secs(5);
const FLUSH_BYTES: u64 = 64 << 20;
/// How often the hash and the watcher look for news.
const TICK: Duration = Duration::from_millis(2);
/// How often progress is told.
const TELL: Duration = Duration::from_millis(20);

/// How often a source that gave parts may send all instead, before it is read through from its beginning.
const MAX_NO_PARTS: u32 = 2;

/// Why the workers stop before all is there.
pub(super) enum Halt {
    Stopped,
    Changed,
    /// The source sends all where a part was asked for.
    NoParts,
    Failed(anyhow::Error),
}

/// The state that the connections share.
pub(super) struct Shared<'a> {
    fetch: &'a Fetch<'a>,
    segments: Vec<Segment>,
    done: Vec<AtomicU64>,
    taken: Vec<AtomicBool>,
    journal: Journal,
    part: File,
    halt: Mutex<Option<Halt>>,
    is_over: AtomicBool,
}

impl<'a> Shared<'a> {
    pub fn new(fetch: &'a Fetch<'a>, segments: Vec<Segment>, done: Vec<u64>, journal: Journal, part: File) -> Self {
        Self {
            fetch,
            taken: segments.iter().map(|_| AtomicBool::new(false)).collect(),
            done: done.into_iter().map(AtomicU64::new).collect(),
            segments,
            journal,
            part,
            halt: Mutex::new(None),
            is_over: AtomicBool::new(false),
        }
    }

    /// Why it stopped, if something stopped it.
    pub fn take_halt(&self) -> Option<Halt> {
        self.halt.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn end(&self, halt: Halt) {
        self.halt.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(halt);
        self.is_over.store(true, Ordering::SeqCst);
    }

    fn is_over(&self) -> bool {
        if self.fetch.control.is_stopped() {
            self.end(Halt::Stopped);
        }
        self.is_over.load(Ordering::SeqCst)
    }

    fn done(&self, index: usize) -> u64 {
        self.done.get(index).map_or(0, |done| done.load(Ordering::SeqCst))
    }

    /// Bytes from the beginning of the local file that are there without a gap.
    fn prefix(&self) -> u64 {
        let mut prefix = self.fetch.layout.head.len() as u64;
        for (index, segment) in self.segments.iter().enumerate() {
            let done = self.done(index);
            prefix += done;
            if done < segment.bytes {
                break;
            }
        }
        prefix
    }

    /// Runs the connections (none: one request for everything) beside the hash and the flush; the hash where all came.
    pub fn fill(&self, connections: usize) -> Option<std::io::Result<Digest>> {
        self.is_over.store(false, Ordering::SeqCst);
        self.taken.iter().for_each(|taken| taken.store(false, Ordering::SeqCst));
        std::thread::scope(|scope| {
            let workers: Vec<_> = match connections {
                0 => vec![scope.spawn(|| self.stream())],
                count => (0..count).map(|_| scope.spawn(|| self.work())).collect(),
            };
            let hash = scope.spawn(|| self.hash());
            let (mut told, mut flushed) = (Instant::now(), (Instant::now(), self.here()));
            while !workers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                std::thread::sleep(TICK);
                let here = self.here();
                if told.elapsed() >= TELL {
                    (self.fetch.tell)(here);
                    told = Instant::now();
                }
                if flushed.0.elapsed() >= FLUSH || here >= flushed.1 + FLUSH_BYTES {
                    self.flush();
                    flushed = (Instant::now(), here);
                }
            }
            self.flush();
            (self.fetch.tell)(self.here());
            if self.prefix() < self.fetch.layout.bytes() {
                // Nobody works any more: the hash must not wait for what will not come.
                self.is_over.store(true, Ordering::SeqCst);
            }
            hash.join().ok().flatten()
        })
    }

    fn here(&self) -> u64 {
        self.fetch.layout.head.len() as u64 + (0..self.done.len()).map(|index| self.done(index)).sum::<u64>()
    }

    fn flush(&self) {
        let done: Vec<u64> = (0..self.done.len()).map(|index| self.done(index)).collect();
        let flushed = self
            .part
            .sync_data()
            .and_then(|()| done.iter().enumerate().try_for_each(|(index, bytes)| self.journal.synced(index, *bytes)));
        if let Err(error) = flushed {
            self.end(Halt::Failed(disk(error, self.fetch.into)));
        }
    }

    /// Hashes the local file in its order, as far as it is there.
    fn hash(&self) -> Option<std::io::Result<Digest>> {
        let (total, mut at, mut hasher) = (self.fetch.layout.bytes(), 0, Hasher::default());
        let mut file = match File::open(part_of(self.fetch.into)) {
            Ok(file) => file,
            Err(error) => return Some(Err(error)),
        };
        let mut buffer = vec![0; BUFFER];
        while at < total {
            let until = self.prefix();
            if at == until {
                if self.is_over() {
                    return None;
                }
                std::thread::sleep(TICK);
            }
            while at < until {
                let wanted = BUFFER.min(usize::try_from(until - at).unwrap_or(BUFFER));
                let room = buffer.get_mut(..wanted)?;
                if let Err(error) = file.read_exact(room) {
                    return Some(Err(error));
                }
                hasher.update(room);
                at += wanted as u64;
            }
        }
        Some(Ok(hasher.finish()))
    }

    /// One connection: takes segments until there are none.
    fn work(&self) {
        let Ok(mut file) = File::options().write(true).open(part_of(self.fetch.into)) else {
            return self.end(Halt::Failed(anyhow::anyhow!("cannot write: {}", self.fetch.into.display())));
        };
        for index in 0..self.segments.len() {
            let Some((segment, taken)) = self.segments.get(index).zip(self.taken.get(index)) else { return };
            if self.done(index) == segment.bytes || taken.swap(true, Ordering::SeqCst) {
                continue;
            }
            let (mut failures, mut no_parts) = (0, 0);
            while self.done(index) < segment.bytes {
                if self.is_over() {
                    return;
                }
                let before = self.done(index);
                let Err(fault) = self.request(index, segment, &mut file) else { continue };
                if self.done(index) > before {
                    failures = 0;
                }
                let bytes = self.fetch.facts.identity.bytes;
                let fault = match fault {
                    // The file became shorter. Told otherwise, the server is only confused.
                    Trouble::Fault(Fault::NoSuchPart { total: Some(total) }) if total != bytes => {
                        return self.end(Halt::Changed);
                    }
                    Trouble::Fault(fault) => fault,
                    Trouble::Halt(Halt::NoParts) if no_parts < MAX_NO_PARTS => {
                        no_parts += 1;
                        Fault::again("the source sent all where a part was asked for")
                    }
                    Trouble::Halt(halt) => return self.end(halt),
                };
                match patient(fault, &mut failures, self.fetch.effort, self.fetch.control) {
                    Ok(_) => {}
                    Err(error) => return self.end(Halt::Failed(error)),
                }
            }
        }
    }

    /// One request for the rest of a segment.
    fn request(&self, index: usize, segment: &Segment, file: &mut File) -> Result<(), Trouble> {
        let facts = self.fetch.facts;
        let start = segment.remote + self.done(index);
        let range = start..segment.remote + segment.bytes;
        let answer = self.fetch.http.get(self.fetch.remote, Some(&range), facts.condition())?;
        match answer.part {
            _ if !facts.is_same(&answer) => Err(Trouble::Halt(Halt::Changed)),
            Some((first, _)) if first != start => Err(Fault::again("the source sent another part").into()),
            Some(_) => {
                let is_exact = answer.length == Some(range.end - range.start);
                let mut body = answer.body.into_reader();
                self.keep(index, segment, &mut body, file)?;
                // Its end is read, too, so that the connection can be used again.
                if is_exact && self.done(index) == segment.bytes {
                    std::io::copy(&mut body.take(1), &mut std::io::sink()).ok();
                }
                Ok(())
            }
            None => Err(Trouble::Halt(Halt::NoParts)),
        }
    }

    /// Writes what comes into a segment, until that is full.
    fn keep(&self, index: usize, segment: &Segment, body: &mut dyn Read, file: &mut File) -> Result<(), Trouble> {
        let mut done = self.done(index);
        let failed = |error| Trouble::Halt(Halt::Failed(disk(error, self.fetch.into)));
        file.seek(SeekFrom::Start(segment.local + done)).map_err(failed)?;
        let (mut buffer, mut told) = (vec![0; BUFFER], Instant::now());
        while done < segment.bytes && !self.is_over() {
            // Up to a whole page, so that the system need not put pages together.
            let whole = BUFFER - usize::try_from((segment.local + done) % PAGE).unwrap_or(0);
            let wanted = whole.min(usize::try_from(segment.bytes - done).unwrap_or(whole));
            let Some(room) = buffer.get_mut(..wanted) else { return Ok(()) };
            let (count, outcome) = fill(body, room);
            file.write_all(room.get(..count).unwrap_or_default()).map_err(failed)?;
            done += count as u64;
            if count > 0 {
                self.fetch.control.comes();
            }
            self.fetch.fetched.fetch_add(count as u64, Ordering::SeqCst);
            let is_due = done >= self.done(index) + NOTE_BYTES || told.elapsed() >= NOTE;
            if is_due || outcome.is_err() || done == segment.bytes {
                self.note(index, done).map_err(failed)?;
                told = Instant::now();
            }
            outcome?;
            self.fetch.control.pay(count as u64);
        }
        self.note(index, done).map_err(failed)
    }

    /// Notes that so much of a segment is here. The bytes are, first.
    fn note(&self, index: usize, done: u64) -> std::io::Result<()> {
        self.journal.written(index, done)?;
        if let Some(counter) = self.done.get(index) {
            counter.store(done, Ordering::SeqCst);
        }
        Ok(())
    }

    /// For a source that only sends whole files: reads over what is here or not wanted.
    fn stream(&self) {
        let Ok(mut file) = File::options().write(true).open(part_of(self.fetch.into)) else {
            return self.end(Halt::Failed(anyhow::anyhow!("cannot write: {}", self.fetch.into.display())));
        };
        let mut failures = 0;
        while self.here() < self.fetch.layout.bytes() && !self.is_over() {
            let before = self.here();
            let Err(trouble) = self.stream_once(&mut file) else { continue };
            if self.here() > before {
                failures = 0;
            }
            let fault = match trouble {
                Trouble::Fault(fault) => fault,
                Trouble::Halt(halt) => return self.end(halt),
            };
            if let Err(error) = patient(fault, &mut failures, self.fetch.effort, self.fetch.control) {
                return self.end(Halt::Failed(error));
            }
        }
    }

    fn stream_once(&self, file: &mut File) -> Result<(), Trouble> {
        let answer = self.fetch.http.get(self.fetch.remote, None, None)?;
        if !self.fetch.facts.is_same(&answer) {
            return Err(Trouble::Halt(Halt::Changed));
        }
        let mut body = answer.body.into_reader();
        let mut order: Vec<usize> = (0..self.segments.len()).collect();
        order.sort_by_key(|index| self.segments.get(*index).map(|segment| segment.remote));
        let mut at = 0;
        for index in order {
            let Some(segment) = self.segments.get(index) else { continue };
            if self.done(index) == segment.bytes {
                continue;
            }
            let over = (segment.remote + self.done(index)).saturating_sub(at);
            self.skip(&mut body, over)?;
            self.keep(index, segment, &mut body, file)?;
            if self.is_over() {
                return Ok(());
            }
            at = segment.remote + segment.bytes;
        }
        Ok(())
    }

    fn skip(&self, body: &mut dyn Read, mut over: u64) -> Result<(), Trouble> {
        let mut buffer = vec![0; BUFFER];
        while over > 0 && !self.is_over() {
            let wanted = BUFFER.min(usize::try_from(over).unwrap_or(BUFFER));
            let Some(room) = buffer.get_mut(..wanted) else { return Ok(()) };
            match body.read(room) {
                Ok(0) => return Err(Fault::again("the connection ended too early").into()),
                Ok(count) => {
                    over -= count as u64;
                    self.fetch.control.pay(count as u64);
                }
                Err(error) => return Err(Fault::again(format!("the connection broke ({error})")).into()),
            }
        }
        Ok(())
    }
}

/// Reads until the room is full or the line has no more right now. Gives back how much came, and whether it broke.
fn fill(body: &mut dyn Read, room: &mut [u8]) -> (usize, Result<(), Trouble>) {
    let mut at = 0;
    while let Some(rest) = room.get_mut(at..).filter(|rest| !rest.is_empty()) {
        match body.read(rest) {
            Ok(0) => return (at, Err(Fault::again("the connection ended too early").into())),
            Ok(count) => {
                at += count;
                // What comes in drops is kept at once.
                if count < STREAM {
                    break;
                }
            }
            Err(error) => return (at, Err(Fault::again(format!("the connection broke ({error})")).into())),
        }
    }
    (at, Ok(()))
}

enum Trouble {
    Fault(Fault),
    Halt(Halt),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
