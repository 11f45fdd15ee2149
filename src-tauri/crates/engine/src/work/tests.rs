//! Jobs of the model in the box, whose memory goes away under them.

use std::cell::Cell;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::BytesMut;
use gallop_models::plan::{self, Forecast, ModelSizes, Processor, Task};
use gallop_protocol::frame::Codec;
use gallop_protocol::message::{self, Command};
use gallop_protocol::shot::Shot;
use tokio_util::codec::Decoder as _;

use super::*;

/// A studio that hears everything and stores everything at once.
struct Studio {
    inbox: Arc<Inbox>,
    heard: Arc<Mutex<Vec<Event>>>,
    buffer: BytesMut,
    codec: Codec<Event, Command>,
}

impl io::Write for Studio {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        while let Some(frame) = self.codec.decode(&mut self.buffer).map_err(io::Error::other)? {
            if let Event::Checkpoint { job, checkpoint, .. } = frame.head {
                self.inbox.put(Command::Stored { job, checkpoint }, &[]);
            }
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(frame.head);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn pony() -> Manifest {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models/pony");
    Manifest::open(&folder).expect("the model in the box")
}

fn order() -> Order {
    let mut recipe = Recipe::new(Shot { description: "A red paper pony.".into(), ..Shot::default() });
    (recipe.size, recipe.seconds, recipe.seed) = (Some([64, 64]), Some(1.0), Some(3));
    Order { recipe, goal: Goal::Final, checkpoints: [].into() }
}

/// The forecasts of that order where memory is no matter.
fn forecasts() -> Vec<Forecast> {
    let task = Task::new(Size::nearest(64, 64), 1.0).expect("task");
    let sizes = ModelSizes::of(&pony()).expect("sizes");
    plan::plan(&sizes, &task, Processor::Cpu, &Budgets::default(), None).plans
}

/// Works the order off while main memory is what `ram` says at each look, the first before anything is loaded.
fn work(ram: impl Fn(usize) -> Option<u64> + 'static) -> Vec<Event> {
    let folder = tempfile::tempdir().expect("folder");
    let inbox = Arc::new(Inbox::new(folder.path().to_owned()));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let codec = Codec::default();
    let studio = Studio { inbox: Arc::clone(&inbox), heard: Arc::clone(&heard), buffer: BytesMut::new(), codec };
    let outbox = Outbox::new(studio);
    let manifest = pony();
    let model = complete::model(&manifest).expect("model");
    let looks = Cell::new(0);
    let mut worker = Worker {
        inbox: &inbox,
        outbox: &outbox,
        device: Device::Cpu,
        models: vec![Installed { manifest, model }],
        features: folder.path().join("text"),
        folder: folder.path().to_owned(),
        budgets: Box::new(move || Budgets { ram_bytes: ram(looks.replace(looks.get() + 1)), ..Budgets::default() }),
        loaded: None,
    };
    worker.work("0199d0a2-1111-7000-8000-000000000001".parse().expect("id"), order()).expect("the studio is there");
    std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner))
}

fn begun(events: &[Event], wanted: message::Stage) -> usize {
    events.iter().filter(|event| matches!(event, Event::Started { stage, .. } if *stage == wanted)).count()
}

fn checkpoints(events: &[Event]) -> Vec<(Checkpoint, Digest)> {
    let checkpoint = |event: &Event| match event {
        Event::Checkpoint { checkpoint, blob, .. } => Some((*checkpoint, *blob)),
        _ => None,
    };
    events.iter().filter_map(checkpoint).collect()
}

#[test]
fn a_smaller_plan_goes_on_where_memory_ran_out() {
    let undisturbed = work(|_| None);
    assert!(matches!(undisturbed.last(), Some(Event::Done { .. })), "{:?}", undisturbed.last());

    // Enough for everything kept until the picture is to be decoded; then only for one network at a time.
    let plans = forecasts();
    let [kept, per_stage] = [0, 1].map(|rung| plans[rung].stage(Stage::DecodeVideo).expect("stage").ram_bytes);
    assert!(per_stage < kept);
    let enough = plans[0].ram_bytes;
    let events = work(move |look| Some(if look < 3 { enough } else { kept - 1 }));
    assert!(matches!(events.last(), Some(Event::Done { .. })), "{:?}", events.last());
    let notices: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Notice { text, .. } = event { Some(text) } else { None })
        .collect();
    let told: Vec<_> = notices.iter().filter(|text| text.contains("memory ran out")).collect();
    assert_eq!(told.len(), 1, "{notices:?}");
    for part in ["picture decoder", "MiB", "one network in memory at a time"] {
        assert!(told[0].contains(part) && !told[0].contains('\n'), "{part} is not in: {}", told[0]);
    }
    assert_eq!(begun(&events, message::Stage::Load), 2, "the smaller plan is loaded anew");
    assert_eq!(begun(&events, message::Stage::Denoise), 1, "the draft is not rolled again");
    assert_eq!(checkpoints(&events), checkpoints(&undisturbed), "the clip is the same to the last bit");
}

#[test]
fn what_does_not_fit_is_refused_before_it_is_loaded() {
    let events = work(|_| Some(1 << 20));
    let Some(Event::Failed { code: Code::OutOfMemory, message, .. }) = events.last() else {
        panic!("{:?}", events.last());
    };
    assert!(message.contains("main memory") && message.contains("1 MiB can be used"), "{message}");
    assert_eq!(begun(&events, message::Stage::Load), 0);
}

#[test]
fn where_no_plan_is_small_enough_the_draft_stays() {
    let enough = forecasts()[0].ram_bytes;
    let events = work(move |look| Some(if look < 3 { enough } else { 1 << 20 }));
    assert!(matches!(events.last(), Some(Event::Failed { code: Code::OutOfMemory, .. })), "{:?}", events.last());
    let kept: Vec<_> = checkpoints(&events).into_iter().map(|(checkpoint, _)| checkpoint).collect();
    assert_eq!(kept, [Checkpoint::Draft]);
}
