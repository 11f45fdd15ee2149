//! `gallop doctor`: what this machine has, and what will run on it.
//!
//! Nothing here changes anything but the cache, and each check has a limit: the window runs this as a child process and
//! waits for it. The whole ends within three minutes however broken the machine is, and within seconds on a sound one.

mod fits;
mod kept;
mod limit;
mod look;
mod models;
mod page;
mod redact;

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use gallop_core::places::Places;
use gallop_core::store::{Catalog, Store};
use gallop_engine::cards::Cards;
use gallop_engine::{device, fit};
use gallop_models::plan::{Budgets, Processor};
use gallop_models::probe;
use gallop_protocol::doctor::{EngineKind, FORMAT, Fit, ModelFit, ModelKind, Report};

use crate::args::DoctorArgs;
use fits::Ground;
use kept::Kept;
use look::{DiskCheck, Notes};
use redact::Secrets;

pub use kept::Kept as KeptSpeed;
pub use page::{HOW_SECONDS, NO_SECONDS};

/// How long a probe measures.
const PROBE: Duration = Duration::from_secs(10);
/// How long it may take in all, its weights and warm-ups among it.
const PROBE_LIMIT: Duration = Duration::from_secs(60);
/// How long a device may take to open.
const DEVICE_LIMIT: Duration = Duration::from_secs(20);
/// How long the models' files may take.
const MODELS_LIMIT: Duration = Duration::from_secs(30);

/// Tells what this machine has. Fails where no clip can be made, after telling.
pub fn run(args: &DoctorArgs) -> anyhow::Result<()> {
    let (mut report, is_ready) = examine(args);
    if args.report {
        report = redact::redacted(report, &Secrets::of_this_user());
    }
    let text = if args.json { serde_json::to_string_pretty(&report)? } else { page::page(&report) };
    writeln!(std::io::stdout().lock(), "{text}")?;
    if is_ready { Ok(()) } else { anyhow::bail!("no clip can be made here yet; the lines above tell what is missing") }
}

/// The report, and whether a clip can be made: with the model that was asked about, or with any.
fn examine(args: &DoctorArgs) -> (Report, bool) {
    let mut notes = Notes::default();
    let places = Places::located().map_err(|error| notes.add("places", crate::error::one_line(&error))).ok();
    let store = places.as_ref().map(Store::of_this_user);
    let folder = store.as_ref().map_or_else(|| PathBuf::from("."), |store| store.root().to_owned());
    let cards = look::cards(&mut notes);
    let engines = look::engines(places.as_ref(), &mut notes);
    let media = look::media(&mut notes);
    let has_cuda_engine = engines.iter().any(|engine| engine.kind == EngineKind::Cuda);

    let device = open_device(args, &mut notes);
    let processor = match &device {
        Some(device) if device.is_cuda() => Processor::Card,
        // The engine beside this program will use it.
        Some(_) if has_cuda_engine && args.device.is_none() && cards.driver.is_some() => Processor::Card,
        _ => Processor::Cpu,
    };
    let machine = look::machine(&cards);
    let (now, all) = budgets(processor, &cards, &mut notes);

    let mut kept = places.as_ref().map(Kept::load).unwrap_or_default();
    let check = if args.skip_disk { DiskCheck::Skip } else { DiskCheck::Measure };
    let (disk, speed) = look::disk(&folder, check);
    if let Some(speed) = &speed {
        kept.put_disk(&folder, speed);
    }
    if args.probe {
        measure(device, processor, &cards, &mut kept, &mut notes);
    }
    if args.probe || speed.is_some() {
        keep(&kept, places.as_ref(), args.probe, &mut notes);
    }

    let ground = Ground {
        processor,
        unused_card: processor == Processor::Cpu && cards.driver.is_some() && !cards.cards.is_empty(),
        now,
        all,
        disk_read_bytes_per_second: kept.disk_read_bytes_per_second(&folder),
        has_vector: !machine.vector.is_empty(),
        cards: cards.clone(),
        kept: kept.clone(),
    };
    let mut models = models(args, places.as_ref(), ground, disk.free_bytes, &mut notes);
    if !look::can_encode(&media) {
        models::without_encoder(&mut models);
    }
    let makes = |model: &ModelFit| model.fit != Fit::DoesNotRun && model.kind == ModelKind::Clips;
    let is_here = |model: &ModelFit| matches!(model.presence, gallop_protocol::doctor::Presence::Whole { .. });
    let is_ready = match args.model {
        Some(_) => models.first().is_some_and(makes),
        None => models.iter().any(|model| makes(model) && is_here(model)),
    };
    let report = Report {
        format: FORMAT,
        build: format!("gallop {}", env!("CARGO_PKG_VERSION")),
        unix_ms: gallop_core::clock::now_unix_ms(),
        places: look::places(places.as_ref(), &folder, &mut notes),
        speed: kept.speeds(&cards),
        machine,
        disk,
        media,
        engines,
        models,
        notes: notes.0,
    };
    (report, is_ready)
}

fn open_device(args: &DoctorArgs, notes: &mut Notes) -> Option<gallop_models::Device> {
    let asked = args.device.map(Into::into);
    let opened = notes.check("cards", DEVICE_LIMIT, move || device::open(asked));
    let (device, no_card) = opened?;
    if let Some(text) = no_card {
        notes.add("cards", text);
    }
    Some(device)
}

/// What is free now, and what the machine has in all.
fn budgets(processor: Processor, cards: &Cards, notes: &mut Notes) -> (Budgets, Budgets) {
    let limit = Duration::from_secs(10);
    let now = notes.check("cards", limit, move || Ok(fit::budgets(processor))).unwrap_or_default();
    let is_card = processor == Processor::Card;
    let vram_bytes = cards.cards.first().and_then(|card| card.total_bytes).filter(|_| is_card);
    let ram_bytes = gallop_engine::machine::memory().total_bytes;
    (now, Budgets { vram_bytes, ram_bytes, disk_bytes: None })
}

/// Measures the device that clips are made on, as far as this program can.
fn measure(
    device: Option<gallop_models::Device>,
    processor: Processor,
    cards: &Cards,
    kept: &mut Kept,
    notes: &mut Notes,
) {
    let Some(device) = device else { return };
    let opened = fit::processor(&device);
    if opened != processor {
        notes.add("speed", "this program cannot use the card; `gallop-cuda doctor --probe` measures it");
    }
    let measured = notes.check("speed", PROBE_LIMIT, move || {
        Ok(probe::measure(&device, PROBE, &mut |part| {
            eprintln!("Measuring {part}");
            ControlFlow::Continue(())
        })?)
    });
    if let Some(probe) = measured {
        kept.put(opened, cards, probe);
    }
}

/// A measurement that cannot be kept was still told; only who asked for it hears why it will be gone.
fn keep(kept: &Kept, places: Option<&Places>, asked: bool, notes: &mut Notes) {
    let Some(places) = places else { return };
    let saved = std::fs::create_dir_all(&places.cache).map_err(Into::into).and_then(|()| kept.save(places));
    if let Err(error) = saved.map_err(|error: anyhow::Error| crate::error::one_line(&error))
        && asked
    {
        notes.add("speed", format!("what was measured cannot be kept: {error}"));
    }
}

fn models(
    args: &DoctorArgs,
    places: Option<&Places>,
    ground: Ground,
    free_bytes: Option<u64>,
    notes: &mut Notes,
) -> Vec<ModelFit> {
    let (wanted, places) = (args.model.clone(), places.cloned());
    let found = notes.check("models", MODELS_LIMIT, move || {
        let catalog = places.as_ref().map(Catalog::of_this_user).unwrap_or_default();
        let mut fits = models::installed(wanted.as_deref(), &catalog, &ground);
        if let Some(places) = &places {
            fits.extend(models::catalog(&catalog, &Store::of_this_user(places), &ground, free_bytes));
        }
        let troubles = catalog.troubles;
        Ok((fits, troubles))
    });
    let (fits, troubles) = found.unwrap_or_default();
    for trouble in troubles {
        notes.add("catalog", format!("this file of the catalog is left out: {trouble}"));
    }
    fits
}
