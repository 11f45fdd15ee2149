//! Servers on this machine that do what bad lines and bad servers do, at moments that a seed decides.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::Random;
use super::super::server::{Answer, Request, Server};
use super::toy::{BIG, Content, NEWS, Toy};

/// What the addresses of the files begin with.
const REPOSITORY: &str = "/them/toy/resolve/";

/// What a source does wrong for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The connection ends in the middle.
    Drop,
    /// Nothing more comes.
    Stall,
    /// Less comes than was asked for.
    Short,
    /// Every byte is wrong.
    Corrupt,
    /// All comes where a part was asked for.
    Whole,
    /// As if it were another file.
    OtherEtag,
    /// Another host is named.
    Elsewhere,
    /// A status instead of the file.
    Status(u16),
}

const FAULTS: [Fault; 11] = [
    Fault::Drop,
    Fault::Drop,
    Fault::Stall,
    Fault::Short,
    Fault::Whole,
    Fault::OtherEtag,
    Fault::Elsewhere,
    Fault::Status(401),
    Fault::Status(403),
    Fault::Status(416),
    Fault::Status(429),
];

/// What a host answers with when all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bearer {
    Bytes,
    /// Where they are.
    Address,
}

/// How the sources of a round are.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The hub sends to another host and tells the hash; otherwise it has the files itself.
    pub redirects: bool,
    /// Parts can be asked for.
    pub gives_parts: bool,
    /// One file becomes another one in the middle.
    pub changes: bool,
    /// The user's catalog knows the hashes.
    pub is_known: bool,
}

/// The sources of a round.
pub struct Sources {
    pub hub: Server,
    /// Where the hub's bytes are, and a host that is only ever named by mistake.
    far: [Server; 2],
    state: Arc<State>,
}

struct State {
    toy: Arc<Toy>,
    shape: Shape,
    random: Mutex<Random>,
    /// How many more faults there may be.
    left: AtomicU64,
    /// How many of them may be whole files: a source that never gives parts is read from its beginning, rightly.
    wholes: AtomicU64,
    /// And how many answers may have wrong bytes: each costs a whole file.
    corrupts: AtomicU64,
    is_calm: AtomicBool,
    /// After so many bytes the file that changes has changed.
    change_at: u64,
    is_changed: AtomicBool,
    /// The files that must be fetched again: wrong bytes went out, or they seemed to be others.
    spoilt: Mutex<BTreeSet<String>>,
    told: Mutex<BTreeMap<String, usize>>,
    /// What was asked for of whoever has the bytes, in this order: the path, the first byte and the last one.
    order: Mutex<Vec<(&'static str, u64, u64)>>,
}

impl Sources {
    /// Starts them; `faults` is how many there are at most.
    pub fn start(toy: &Arc<Toy>, shape: Shape, faults: u64, random: &mut Random) -> Self {
        let state = Arc::new(State {
            toy: Arc::clone(toy),
            shape,
            random: Mutex::new(Random::new(random.next())),
            left: AtomicU64::new(faults),
            wholes: AtomicU64::new(1),
            corrupts: AtomicU64::new(random.below(2)),
            is_calm: AtomicBool::new(false),
            change_at: random.below(60 << 20),
            is_changed: AtomicBool::new(false),
            spoilt: Mutex::default(),
            told: Mutex::default(),
            order: Mutex::default(),
        });
        let seen = Arc::clone(&state);
        let elsewhere = Server::start(move |request, _| seen.answer(request, None));
        let (seen, other) = (Arc::clone(&state), elsewhere.url.clone());
        let far = Server::start(move |request, _| seen.answer(request, Some(&other)));
        let (seen, other) = (Arc::clone(&state), if shape.redirects { far.url.clone() } else { elsewhere.url.clone() });
        let hub = Server::start(move |request, _| match seen.shape.redirects {
            true => seen.send_on(request, &other),
            false => seen.answer(request, Some(&other)),
        });
        Self { hub, far: [far, elsewhere], state }
    }

    /// From now on nothing goes wrong, or things do again.
    pub fn be_calm(&self, is_calm: bool) {
        self.state.is_calm.store(is_calm, Ordering::SeqCst);
    }

    /// Bytes of content that went out, of all servers. A change that is due happens.
    pub fn sent(&self) -> u64 {
        let sent = self.servers().map(|server| server.sent.load(Ordering::SeqCst)).sum();
        if self.state.shape.changes && sent >= self.state.change_at {
            self.state.is_changed.store(true, Ordering::SeqCst);
        }
        sent
    }

    /// All requests so far.
    pub fn log(&self) -> Vec<Request> {
        self.servers().flat_map(Server::all).collect()
    }

    /// How many requests each server has seen.
    pub fn counts(&self) -> Vec<usize> {
        self.servers().map(|server| server.all().len()).collect()
    }

    /// The parts of the big file that were asked for since the servers had seen so many requests.
    pub fn asked_since(&self, counts: &[usize]) -> Vec<Range<u64>> {
        let bytes = self.state.toy.files.get(BIG).map_or(0, |content| content.len() as u64);
        let requests = self.servers().zip(counts).flat_map(|(server, before)| server.all().split_off(*before));
        let of_big = requests.filter(|request| request.path.ends_with(BIG) && !request.is_question());
        of_big.map(|request| request.range.map_or(0..bytes, |(first, last)| first..last + 1)).collect()
    }

    /// Whether bytes were asked for again that had come before, by the order of the requests: each stretch is asked for
    /// from the byte on where it broke, also in the next process. A killed one may have lost `slack` bytes.
    pub fn check_order(&self, slack: u64) -> Result<(), String> {
        let order = self.state.order.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latest: BTreeMap<(&str, u64), u64> = BTreeMap::new();
        for (path, first, last) in order.iter().filter(|(path, ..)| !self.has_spoilt(path)) {
            let before = latest.entry((path, *last)).or_default();
            if first + slack < *before {
                return Err(format!("{path}: bytes from {first} on were asked for, after those from {before} on"));
            }
            *before = *first;
        }
        Ok(())
    }

    /// Whether a file must be fetched again.
    pub fn has_spoilt(&self, path: &str) -> bool {
        self.state.spoilt.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    /// How often something went wrong so far.
    pub fn faults(&self) -> usize {
        self.state.told.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// What went wrong so far, in words.
    pub fn story(&self) -> String {
        let told = self.state.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().map(|(fault, times)| format!("{fault}×{times}")).collect::<Vec<_>>().join(" ")
    }

    fn servers(&self) -> impl Iterator<Item = &Server> {
        std::iter::once(&self.hub).chain(&self.far)
    }
}

impl State {
    /// The file that a request is about, and its content now.
    fn file(&self, request: &Request) -> Option<(&'static str, Content)> {
        // The branch or the commit comes first.
        let (_, path) = request.path.strip_prefix(REPOSITORY)?.split_once('/')?;
        let (path, content) = self.toy.files.get_key_value(path)?;
        let is_later = *path == NEWS && self.is_changed.load(Ordering::SeqCst);
        if is_later {
            self.spoil(path);
        }
        Some((path, Arc::clone(if is_later { &self.toy.later_news } else { content })))
    }

    fn answer(&self, request: &Request, elsewhere: Option<&str>) -> Answer {
        let Some((path, content)) = self.file(request) else { return Answer::status(404, "") };
        let etag = format!("\"{}-of-{}\"", content.len(), path.replace('/', "-"));
        if let Some((first, last)) = request.range.filter(|_| !request.is_question()) {
            self.order.lock().unwrap_or_else(PoisonError::into_inner).push((path, first, last));
        }
        let right = Answer { etag: Some(etag), ignores_ranges: !self.shape.gives_parts, ..Answer::of(&content) };
        let Some(fault) = self.fault(path, request, Bearer::Bytes) else { return right };
        let asked = request.range.map_or(content.len() as u64, |(first, last)| last + 1 - first);
        let within =
            |state: &Self| state.random(|random| random.below(asked.min(content.len() as u64).max(1))) as usize;
        match fault {
            Fault::Drop => Answer { cut_after: Some(within(self)), ..right },
            Fault::Stall => Answer { stall_after: Some(within(self)), ..right },
            Fault::Short => Answer { at_most: Some(within(self)), ..right },
            Fault::Corrupt => Answer { corrupts: true, ..right },
            Fault::Whole => Answer { ignores_ranges: true, ..right },
            Fault::OtherEtag => Answer { etag: Some("\"other\"".into()), ..right },
            Fault::Elsewhere => match elsewhere {
                Some(host) => Answer::status(302, &format!("location: {host}{}\r\n", request.path)),
                None => right,
            },
            Fault::Status(429) => Answer::status(429, "retry-after: 0\r\n"),
            Fault::Status(416) => Answer::status(416, &format!("content-range: bytes */{}\r\n", content.len())),
            Fault::Status(status) => Answer::status(status, ""),
        }
    }

    /// The hub's own answer: where the bytes are, and what they are.
    fn send_on(&self, request: &Request, far: &str) -> Answer {
        let Some((path, content)) = self.file(request) else { return Answer::status(404, "") };
        let Some(digest) = self.toy.told(&content) else { return self.answer(request, None) };
        let linked = |etag: &str| {
            let path = &request.path;
            let head = format!("location: {far}{path}\r\nx-linked-etag: \"{etag}\"\r\nx-repo-commit: abc\r\n");
            Answer::status(302, &head)
        };
        match self.fault(path, request, Bearer::Address) {
            None => linked(&digest.to_string()),
            Some(Fault::OtherEtag) => linked("other"),
            Some(Fault::Status(status)) => Answer::status(status, ""),
            Some(Fault::Drop | Fault::Stall) => Answer::status(500, ""),
            // The hub forgot to say what it is.
            Some(_) => Answer::status(302, &format!("location: {far}{}\r\n", request.path)),
        }
    }

    /// What goes wrong for a request.
    fn fault(&self, path: &str, request: &Request, bearer: Bearer) -> Option<Fault> {
        if self.is_calm.load(Ordering::SeqCst) {
            return None;
        }
        let (is_due, which, is_corrupt) =
            self.random(|random| (random.below(3) == 0, random.below(FAULTS.len() as u64 + 1), random.below(3) == 0));
        // Wrong bytes can only be noticed where somebody told the hash of the whole file.
        let is_checked = path.ends_with(".bin") && (self.shape.redirects || (self.shape.is_known && path == BIG));
        let one_less = |left: u64| left.checked_sub(1);
        let can_corrupt = bearer == Bearer::Bytes && is_checked && is_corrupt && !request.is_question();
        let is_corrupt =
            can_corrupt && self.corrupts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
        if !is_due && !is_corrupt {
            return None;
        }
        let drawn = usize::try_from(which).ok().and_then(|which| FAULTS.get(which)).copied();
        let fault = if is_corrupt { Fault::Corrupt } else { drawn.unwrap_or(Fault::Status(500)) };
        let is_possible =
            fault != Fault::Whole || self.wholes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
        let is_left = is_corrupt || self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
        if !is_possible || !is_left {
            return None;
        }
        // Told another ETag at the beginning, and no hash, nobody can know that it is still the same file.
        let is_anew = fault == Fault::OtherEtag && request.is_question() && !is_checked;
        if fault == Fault::Corrupt || is_anew {
            self.spoil(path);
        }
        *self.told.lock().unwrap_or_else(PoisonError::into_inner).entry(format!("{fault:?}")).or_default() += 1;
        Some(fault)
    }

    fn spoil(&self, path: &str) {
        self.spoilt.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    fn random<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        draw(&mut self.random.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
