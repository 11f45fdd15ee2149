//! An engine that makes nothing, for tests: it speaks the protocol, and misbehaves where it is told to.
//!
//! How it misbehaves as a process stands in its arguments; how a job goes wrong stands in the description of the shot,
//! as words like `die:draft-sent` (see [`Engine::at`] and [`Engine::odd`]).

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bytes::Bytes;
use gallop_protocol::frame::Frame;
use gallop_protocol::message::{
    BLOB_BYTES, Checkpoint, Code, Command, Cost, Device, Event, Goal, Hello, ModelInfo, Order, Piece, Stage, VERSION,
};
use gallop_protocol::recipe::Model;
use gallop_protocol::{Digest, Hasher, Id};

fn main() {
    let mut engine = Engine::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match argument.as_str() {
            // A launcher's own words before the engine's, as ssh shows them.
            "--banner" => raw(value().as_bytes()),
            "--silent" => std::thread::sleep(Duration::from_secs(3600)),
            "--end" => {
                eprintln!("error: no card found");
                std::process::exit(7);
            }
            "--version" => engine.version = Some(value().parse().expect("a number")),
            "--model" => engine.model = value(),
            "--weights" => engine.weights = value(),
            "--clip" => engine.clip = Some(value().into()),
            "--log" => engine.log = Some(value().into()),
            "--home" => engine.home = Some(value().into()),
            "--die-idle" => engine.dies_idle = true,
            "--ignore-end" => engine.ignores_end = true,
            other => panic!("what is {other}?"),
        }
    }
    engine.serve();
}

/// Why a job has no clip.
enum End {
    Cancelled,
    Failed(Code, String),
}

#[derive(Default)]
struct Engine {
    version: Option<u32>,
    model: String,
    weights: String,
    clip: Option<PathBuf>,
    log: Option<PathBuf>,
    home: Option<PathBuf>,
    dies_idle: bool,
    ignores_end: bool,
    input: Option<Receiver<Frame<Command>>>,
    job: Id,
    script: String,
}

impl Engine {
    fn serve(&mut self) {
        let (sender, receiver) = channel();
        let ignores_end = self.ignores_end;
        std::thread::spawn(move || {
            let mut input = std::io::stdin().lock();
            let mut length = [0; 4];
            while input.read_exact(&mut length).is_ok() {
                let mut payload = vec![0; u32::from_be_bytes(length) as usize];
                input.read_exact(&mut payload).expect("a frame");
                sender.send(Frame::from_payload(payload.into()).expect("a command")).expect("sent");
            }
            if ignores_end {
                std::thread::sleep(Duration::from_secs(3600));
            }
            std::process::exit(0);
        });
        self.input = Some(receiver);
        assert!(matches!(self.next().head, Command::Hello { .. }));
        let Model { name, sha256 } = self.model();
        let model = ModelInfo {
            name,
            sha256: sha256.unwrap_or_default(),
            sizes: [("9:16".to_owned(), [36, 64])].into(),
            upscales: vec![128],
            seconds: [1.0, 5.0, 2.0],
        };
        send(Event::Hello(Hello {
            protocol: self.version.unwrap_or(VERSION),
            build: "fake 1".into(),
            device: Device { kind: "cpu".into(), name: "none".into(), memory_bytes: None },
            models: vec![model],
        }));
        if self.dies_idle {
            std::thread::sleep(Duration::from_millis(100));
            eprintln!("fatal: bored");
            std::process::exit(4);
        }
        loop {
            match self.next().head {
                Command::Submit { job, order } => {
                    self.job = job;
                    self.script = order.recipe.shot.description.clone();
                    match self.make(&order) {
                        Ok(cost) => send(Event::Done { job, cost }),
                        Err(End::Cancelled) => send(Event::Cancelled { job }),
                        Err(End::Failed(code, message)) => send(Event::Failed { job, code, message }),
                    }
                }
                Command::Shutdown if !self.ignores_end => return,
                // Too late: the job is done.
                Command::Cancel { .. } | Command::Shutdown | Command::Stored { .. } => {}
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    fn model(&self) -> Model {
        let name = if self.model.is_empty() { "pony" } else { &self.model };
        Model { name: name.into(), sha256: Some(Digest::of(&self.weights).to_string()) }
    }

    fn next(&self) -> Frame<Command> {
        self.input.as_ref().expect("input").recv().expect("a command")
    }

    fn make(&self, order: &Order) -> Result<Cost, End> {
        let job = self.job;
        let given = self.gather(order)?;
        self.at("begun")?;
        let mut recipe = order.recipe.clone();
        recipe.model = Some(self.model());
        recipe.size = recipe.size.or(Some([36, 64]));
        recipe.seconds = recipe.seconds.or(Some(2.0));
        send(Event::Begun { job, recipe: Box::new(recipe) });
        if self.script.contains("fail:memory") {
            return Err(End::Failed(Code::OutOfMemory, "the card is full".into()));
        }
        self.odd();
        let mut cost = Cost { peak_memory_bytes: Some(1 << 20), ..Cost::default() };
        let mut latents = given.get(&Checkpoint::Draft).copied();
        let clip_is_there = given.contains_key(&Checkpoint::Clip);
        let (mut upscaled, is_final) = (given.get(&Checkpoint::Upscaled).copied(), order.goal == Goal::Final);
        if latents.is_none() && upscaled.is_none() && !clip_is_there {
            self.stage(Stage::Denoise, &mut cost)?;
            let seed = order.recipe.seed.unwrap_or(0);
            latents = Some(self.checkpoint(Checkpoint::Draft, &tensors(&format!("draft {seed} {}", self.script)))?);
        }
        if is_final && upscaled.is_none() && !clip_is_there {
            self.stage(Stage::Upscale, &mut cost)?;
            upscaled = Some(self.checkpoint(Checkpoint::Upscaled, &tensors(&format!("upscaled {latents:?}")))?);
        }
        if !clip_is_there && !self.script.contains("no-clip") {
            self.stage(Stage::DecodeVideo, &mut cost)?;
            let mut clip = self.clip.as_ref().map_or_else(Vec::new, |clip| std::fs::read(clip).expect("clip"));
            // An MP4 box that players skip, so that the clip tells what it was made from.
            let mark = format!("{:?}", upscaled.filter(|_| is_final).or(latents));
            clip.extend(((8 + mark.len()) as u32).to_be_bytes());
            clip.extend(b"free");
            clip.extend(mark.as_bytes());
            self.checkpoint(Checkpoint::Clip, &clip)?;
        }
        self.at("done")?;
        Ok(cost)
    }

    /// Asks for every file of the order, and checks what comes.
    fn gather(&self, order: &Order) -> Result<BTreeMap<Checkpoint, Digest>, End> {
        let references = [&order.recipe.image, &order.recipe.voice].into_iter().flatten();
        let mut need: Vec<_> = references.filter_map(|reference| reference.sha256).collect();
        need.extend(order.checkpoints.values());
        if self.script.contains("odd:greedy") {
            need.extend((0..101).map(|number: u32| Digest::of(number.to_string())));
        }
        if !need.is_empty() {
            send(Event::Need { job: self.job, blobs: need.clone() });
        }
        self.at("need")?;
        let mut hashers = BTreeMap::<Digest, Hasher>::new();
        let mut missing = need.len();
        while missing > 0 {
            let frame = self.next();
            match frame.head {
                Command::Blob(piece) => {
                    let hasher = hashers.entry(piece.blob).or_default();
                    hasher.update(&frame.bytes);
                    if piece.offset + frame.bytes.len() as u64 == piece.size {
                        assert_eq!(hasher.clone().finish(), piece.blob, "a file arrived damaged");
                        missing -= 1;
                    }
                }
                Command::Absent { reason, .. } => return Err(End::Failed(Code::Input, reason)),
                Command::Cancel { .. } => return Err(End::Cancelled),
                other => panic!("unexpected: {other:?}"),
            }
        }
        Ok(order.checkpoints.clone())
    }

    fn stage(&self, stage: Stage, cost: &mut Cost) -> Result<(), End> {
        let (job, total) = (self.job, 2);
        let name = format!("{stage:?}").to_lowercase();
        send(Event::Started { job, stage, steps: total });
        for done in 1..=total {
            self.at(&name)?;
            send(Event::Step { job, stage, done, total, seconds_left: (total - done) as f64 });
            send_with(Event::Preview { job }, format!("picture {done}").into());
        }
        send(Event::Finished { job, stage, seconds: 2.0 });
        cost.seconds += 2.0;
        cost.stages.insert(stage, 2.0);
        self.note(&format!("{job} {name}"));
        Ok(())
    }

    fn checkpoint(&self, checkpoint: Checkpoint, bytes: &[u8]) -> Result<Digest, End> {
        let (job, blob) = (self.job, Digest::of(bytes));
        let size = bytes.len() as u64;
        let pieces: Vec<_> = bytes.chunks(BLOB_BYTES).collect();
        for (index, piece) in pieces.iter().enumerate() {
            if index == 1 {
                self.at(&format!("{}-half", name_of(checkpoint)))?;
            }
            let offset = (index * BLOB_BYTES) as u64;
            send_with(Event::Blob(Piece { blob, offset, size }), Bytes::copy_from_slice(piece));
        }
        send(Event::Checkpoint { job, checkpoint, blob });
        self.at(&format!("{}-sent", name_of(checkpoint)))?;
        match self.next().head {
            Command::Stored { checkpoint: stored, .. } if stored == checkpoint => {}
            Command::Cancel { .. } => return Err(End::Cancelled),
            other => panic!("unexpected: {other:?}"),
        }
        self.at(&format!("{}-stored", name_of(checkpoint)))?;
        Ok(blob)
    }

    /// A point on the way, where the script may end, hang or wait: `die:POINT`, `die-once:POINT`, `hang:POINT` (deaf),
    /// `wait:POINT` (until it is cancelled). An error where the job is cancelled.
    fn at(&self, point: &str) -> Result<(), End> {
        let told = |what: &str| self.script.split_whitespace().any(|word| word == format!("{what}:{point}"));
        let die = || -> ! {
            eprintln!("fatal: told to die at {point}");
            std::process::exit(3)
        };
        if told("die") {
            die();
        }
        if told("die-once") {
            let mark = self.home.as_ref().expect("a home").join(format!("{}-{point}", self.job));
            if std::fs::File::create_new(mark).is_ok() {
                die();
            }
        }
        if told("hang") {
            std::thread::sleep(Duration::from_secs(3600));
        }
        if told("wait") {
            self.note(&format!("{} waits", self.job));
            while !matches!(self.next().head, Command::Cancel { .. }) {}
            return Err(End::Cancelled);
        }
        // Where an answer of the studio may be under way, it is the next to be read.
        if point == "need" || point.ends_with("-sent") {
            return Ok(());
        }
        match self.input.as_ref().expect("input").try_recv() {
            Ok(Frame { head: Command::Cancel { .. }, .. }) => Err(End::Cancelled),
            Ok(other) => panic!("unexpected: {other:?}"),
            Err(_) => Ok(()),
        }
    }

    /// Ways to break the protocol: `odd:WAY`.
    fn odd(&self) {
        let job = self.job;
        let piece = |blob, offset, size| Event::Blob(Piece { blob, offset, size });
        let clip = Checkpoint::Clip;
        for word in self.script.split_whitespace() {
            match word {
                "odd:digest" => send_with(piece(Digest::of("abc"), 0, 3), Bytes::from_static(b"abd")),
                "odd:order" => send_with(piece(Digest::of("abc"), 1, 3), Bytes::from_static(b"bc")),
                "odd:huge" => send_with(piece(Digest::of("abc"), 0, u64::MAX), Bytes::from_static(b"abc")),
                "odd:nameless" => send(Event::Checkpoint { job, checkpoint: clip, blob: Digest::of("abc") }),
                "odd:job" => send(Event::Preview { job: Id::new() }),
                "odd:hello" => send(Event::Cancelled { job }),
                "odd:garbage" => raw(b"Segmentation fault, or so"),
                "odd:json" => raw(b"\0\0\0\x06\0\0\0\x02{}"),
                "odd:short" => raw(b"\0\0\0\x02\0\0"),
                "odd:head" => raw(b"\0\0\0\x04\xff\xff\xff\xff"),
                _ => {}
            }
        }
    }

    fn note(&self, line: &str) {
        if let Some(log) = &self.log {
            let mut log = std::fs::File::options().append(true).create(true).open(log).expect("log");
            writeln!(log, "{line}").expect("logged");
        }
    }
}

fn name_of(checkpoint: Checkpoint) -> &'static str {
    match checkpoint {
        Checkpoint::Draft => "draft",
        Checkpoint::Upscaled => "upscaled",
        Checkpoint::Clip => "clip",
    }
}

/// A file of tensors, more than a piece long, that tells what it is.
fn tensors(text: &str) -> Vec<u8> {
    let size = BLOB_BYTES + 1000;
    let table = format!(r#"{{"latent":{{"dtype":"U8","shape":[{size}],"data_offsets":[0,{size}]}}}}"#);
    let mut file = (table.len() as u64).to_le_bytes().to_vec();
    file.extend(table.bytes());
    file.extend(text.bytes().cycle().take(size));
    file
}

fn send(event: Event) {
    send_with(event, Bytes::new());
}

fn send_with(event: Event, bytes: Bytes) {
    let payload = Frame::with(event, bytes).to_payload().expect("a frame");
    let mut frame = (payload.len() as u32).to_be_bytes().to_vec();
    frame.extend(payload);
    raw(&frame);
}

/// Ends where nobody listens any more.
fn raw(bytes: &[u8]) {
    let mut output = std::io::stdout().lock();
    if output.write_all(bytes).and_then(|()| output.flush()).is_err() {
        std::process::exit(0);
    }
}
