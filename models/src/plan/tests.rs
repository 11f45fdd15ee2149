use std::path::PathBuf;
use std::sync::LazyLock;

use super::activations::{Kernels, Stream};
use super::budget::parse_bytes;
use super::rungs::ladder;
use super::*;
use crate::generator::{Layers, Manifest, Residency, Size, Stage, Tiles, WeightType};
use crate::ops::Precision;

const GIB: u64 = 1 << 30;

static RELEASED: LazyLock<ModelSizes> = LazyLock::new(|| ModelSizes::released().expect("sizes"));

fn task(width: u32, height: u32, seconds: f32) -> Task {
    Task::new(Size::nearest(width, height), seconds).expect("task")
}

fn sizes_256_540_1080() -> [Task; 3] {
    [task(448, 256, 5.0), task(896, 512, 5.0), task(1920, 1088, 5.0)]
}

fn card(vram_gib: u64) -> Budgets {
    Budgets { vram_bytes: Some(vram_gib * GIB), ram_bytes: Some(64 * GIB), disk_bytes: None }
}

fn near(found: u64, expected: f64) -> bool {
    (found as f64 / expected - 1.0).abs() < 0.01
}

fn pony() -> ModelSizes {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pony");
    ModelSizes::of(&Manifest::open(&folder).expect("description")).expect("sizes")
}

#[test]
fn the_released_model_is_as_large_as_its_files() {
    let base = &RELEASED.base;
    assert!(near(base.at(Precision::Bf16).loaded_bytes, 30.6e9), "{:?}", base.at(Precision::Bf16).loaded_bytes);
    assert!(near(base.at(Precision::F32).stored_bytes, 61.2e9), "13 shards of float32");
    let layers = &base.at(Precision::Bf16).layer_bytes;
    assert_eq!(layers.len(), 40);
    assert!(near(layers[10], 546e6) && near(layers[39], 3.0 * 546e6), "one expert and three: {layers:?}");
    assert!(near(RELEASED.text.at(Precision::Bf16).loaded_bytes, 8.32e9 * 2.0), "without the table of words");
    assert!(near(RELEASED.video_decoder.loaded_bytes, 107.1e6 * 4.0));
    // The largest tensor is the three experts' first product in the last layers.
    assert_eq!(base.at(Precision::Bf16).largest_stored_bytes, 3 * 27_304 * 5120 * 4);
}

#[test]
fn the_model_in_the_box_is_read_off_its_files() {
    let sizes = pony();
    let folder = std::fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pony")).expect("folder");
    let weights = folder
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "safetensors"));
    let files: u64 = weights.map(|path| path.metadata().expect("file").len()).sum();
    let all = [&sizes.base, &sizes.upscalers[0].network, &sizes.text].map(|network| network.at(Precision::F32).clone());
    let fixed = [&sizes.image_encoder, &sizes.video_decoder, &sizes.audio_encoder, &sizes.audio_decoder];
    let stored = all.iter().chain(fixed).map(|footprint| footprint.stored_bytes).sum::<u64>();
    // Headers and the table of words are not counted.
    assert!(stored < files && stored > files * 9 / 10, "{stored} of {files}");
    assert_eq!(all.each_ref().map(|network| network.layer_bytes.len()), [8, 6, 3]);
    assert!(all[0].loaded_bytes < all[0].stored_bytes * 2, "matrices stay in 8 bits: {}", all[0].loaded_bytes);
}

/// How the first plan makes a clip: in words that fit into a table.
fn way(planned: &Planned) -> String {
    let Some(forecast) = planned.first() else { return "-".into() };
    let plan = forecast.plan;
    let mut words = vec![format!("{:?}", plan.precision).to_lowercase()];
    words.extend((plan.weights == WeightType::Int8).then(|| "int8".into()));
    words.extend((plan.residency == Residency::Kept).then(|| "kept".into()));
    for (name, layers) in [("base", plan.base), ("up", plan.upscale)] {
        if let Layers::Streamed { kept } = layers {
            words.push(format!("{name}:{kept}"));
        }
    }
    if let Tiles::AtMost { side } = plan.tiles {
        words.push(format!("tiles:{side}"));
    }
    words.join(" ")
}

#[test]
fn cards_by_size() {
    // Streamed: how many of 40 layers stay. Tiles: their longest side in latent cells.
    let table = [
        (6, ["-", "-", "-"]),
        (8, ["-", "-", "-"]),
        (12, ["bf16 base:0 tiles:24", "-", "-"]),
        (16, ["bf16 base:0", "-", "-"]),
        (24, ["bf16 int8", "bf16 base:20 up:0 tiles:24", "-"]),
        (32, ["bf16 int8", "bf16 int8 tiles:48", "-"]),
        (48, ["bf16", "bf16", "-"]),
        (80, ["bf16 kept", "bf16", "bf16 int8 tiles:64"]),
    ];
    for (vram, expected) in table {
        let planned = sizes_256_540_1080().map(|task| plan(&RELEASED, &task, Processor::Card, &card(vram), None));
        assert_eq!(planned.each_ref().map(way), expected, "{vram} GB");
        for planned in planned {
            assert_eq!(planned.first().is_none(), planned.refusal().is_some());
            assert!(planned.plans.iter().all(|forecast| forecast.plan.precision == Precision::Bf16));
        }
    }
}

#[test]
fn peaks_of_the_released_model() {
    // GiB on the card, one network at a time, nothing streamed or cut: draft, upscaling, decoding.
    let table = [(33.1, None, 12.0), (33.1, Some(42.4), 44.7), (33.1, Some(86.6), 199.3)];
    for (task, (draft, upscale, decode)) in sizes_256_540_1080().into_iter().zip(table) {
        let planned = plan(&RELEASED, &task, Processor::Card, &Budgets::default(), None);
        let made = &planned.plans[1];
        assert_eq!(made.plan, Plan::of(Precision::Bf16, Residency::PerStage));
        let peak = |stage| made.stage(stage).map(|need| (need.vram_bytes as f64 / GIB as f64 * 10.0).round() / 10.0);
        assert_eq!(peak(Stage::Denoise), Some(draft), "{task:?}");
        assert_eq!(peak(Stage::Upscale), upscale, "{task:?}");
        assert_eq!(peak(Stage::DecodeVideo), Some(decode), "{task:?}");
    }
}

#[test]
fn what_streams_says_how_much_and_from_where() {
    let task = task(448, 256, 5.0);
    let planned = plan(&RELEASED, &task, Processor::Card, &card(16), None);
    let need = planned.first().and_then(|forecast| forecast.stage(Stage::Denoise)).expect("stage");
    let footprint = RELEASED.base.at(Precision::Bf16);
    let (all, layers) = (footprint.loaded_bytes, &footprint.layer_bytes);
    assert_eq!((need.layers, need.source), (Layers::Streamed { kept: 0 }, Some(Source::Ram)));
    assert_eq!(need.streamed_bytes, layers.iter().sum::<u64>());
    // The two largest layers that meet, and what stands outside of the layers, are on the card at once.
    assert_eq!(need.resident_bytes, layers[0] + layers[1] + all - need.streamed_bytes);
    let poor = Budgets { ram_bytes: Some(6 * GIB), ..card(16) };
    let planned = plan(&RELEASED, &task, Processor::Card, &poor, None);
    let sources = planned.first().expect("a plan").stages.iter().filter_map(|need| need.source);
    assert!(sources.clone().count() > 0 && sources.into_iter().all(|source| source == Source::Disk));
}

#[test]
fn a_look_is_kept_to_the_bit() {
    let look = Look { precision: Precision::Bf16, weights: WeightType::Computed, tiles: Tiles::AtMost { side: 24 } };
    let ram = Budgets { ram_bytes: Some(64 * GIB), ..Budgets::default() };
    let terms = Terms { stages: &[], look: Some(look) };
    let planned = plan_on(&RELEASED, &task(448, 256, 5.0), Processor::Cpu, &ram, None, &terms);
    assert!(planned.plans.len() > 1);
    let is_like =
        |plan: &Plan| (plan.precision, plan.weights, plan.tiles) == (look.precision, look.weights, look.tiles);
    assert!(planned.plans.iter().all(|forecast| is_like(&forecast.plan)), "{:?}", planned.plans);
    // Only what is still to run counts.
    let terms = Terms { stages: &[Stage::DecodeVideo], look: None };
    let little = Budgets { ram_bytes: Some(3 * GIB), ..Budgets::default() };
    let planned = plan_on(&RELEASED, &task(448, 256, 5.0), Processor::Cpu, &little, None, &terms);
    let stages: Vec<_> = planned.first().expect("a plan").stages.iter().map(|need| need.stage).collect();
    assert_eq!(stages, [Stage::DecodeVideo]);
}

#[test]
fn what_is_not_built_yet_is_never_a_plan() {
    for (vram, runs) in [(2, false), (24, true), (48, true)] {
        let planned = plan(&RELEASED, &task(1920, 1088, 5.0), Processor::Card, &card(vram), None);
        let later = planned.later.as_ref().expect("a card");
        assert_eq!(
            (later.runs(), later.state, later.missing),
            (runs, "not yet", Missing::FusedOperations),
            "{vram} GB"
        );
        assert!(later.reason.as_ref().is_none_or(|reason| reason.contains("GiB")), "{later:?}");
        assert!(planned.plans.is_empty());
        let waits = planned.remedies.iter().any(|remedy| matches!(remedy, Remedy::WaitForLater { .. }));
        assert_eq!(waits, runs, "{vram} GB");
    }
}

#[test]
fn peaks_on_the_processor_are_near_what_was_measured() {
    // `gallop bench`, which writes no clip; the high-water mark holds the 19 MB of mapped weights too.
    let table = [((128, 224, 4.0), 161_271_808), ((256, 448, 4.0), 369_111_040)];
    let sizes = pony();
    for ((width, height, seconds), measured) in table {
        let clip = task(width, height, seconds);
        let planned = plan(&sizes, &clip, Processor::Cpu, &Budgets::default(), None);
        let made = planned.first().expect("a plan");
        let ratio = made.ram_bytes as f64 / measured as f64;
        assert!((1.0..1.6).contains(&ratio), "{width}x{height}: {} expected, {measured} measured", made.ram_bytes);
    }
}

#[test]
fn a_processor_alone() {
    let ram = |gib| Budgets { ram_bytes: Some(gib * GIB), ..Budgets::default() };
    let task_256 = task(448, 256, 5.0);
    for (gib, expected) in [
        (4, "-"),
        (8, "f32 base:0"),
        (16, "f32 base:0"),
        (32, "f32 base:10"),
        (48, "f32 base:20"),
        (64, "f32"),
        (128, "f32 kept"),
    ] {
        assert_eq!(way(&plan(&RELEASED, &task_256, Processor::Cpu, &ram(gib), None)), expected, "{gib} GB");
    }
    let sizes = pony();
    for task in [task(128, 224, 4.0), task(540, 960, 4.0), task(1088, 1920, 4.0)] {
        assert_eq!(way(&plan(&sizes, &task, Processor::Cpu, &ram(16), None)), "f32 kept", "{task:?}");
        assert_eq!(way(&plan(&sizes, &task, Processor::Cpu, &ram(0), None)), "-");
    }
}

#[test]
fn a_refusal_says_what_would_help() {
    let planned = plan(&RELEASED, &task(1920, 1088, 5.0), Processor::Card, &card(48), None);
    assert!(planned.remedies.contains(&Remedy::SmallerSize { size: [896, 512] }), "{:?}", planned.remedies);
    let told = planned.refusal().expect("refused");
    for part in ["video memory", "the upscaling", "48.0 GiB", "896x512"] {
        assert!(told.contains(part) && !told.contains('\n'), "{part} is not in: {told}");
    }
    let long = plan(
        &pony(),
        &task(1088, 1920, 60.0),
        Processor::Cpu,
        &Budgets { ram_bytes: Some(10 * GIB), ..Budgets::default() },
        None,
    );
    let Some(Remedy::Shorter { seconds }) =
        long.remedies.iter().find(|remedy| matches!(remedy, Remedy::Shorter { .. }))
    else {
        panic!("{long:?}");
    };
    let fits =
        |seconds| plan(&pony(), &task(1088, 1920, seconds), Processor::Cpu, &long.budgets, None).first().is_some();
    assert!(fits(*seconds) && !fits(*seconds + 1.0), "{seconds}");
    let full = Budgets { disk_bytes: Some(1 << 20), ..Budgets::default() };
    let planned = plan(&pony(), &task(128, 224, 4.0), Processor::Cpu, &full, None);
    assert_eq!(planned.lacking.first().map(|short| short.resource), Some(Resource::Disk));
}

#[test]
fn operations_are_counted_as_they_were_by_hand() {
    // TFLOP a call: 256p, 540p, 1080p with near frames in 32 of 40 layers.
    let expected = [100.7, 500.7, 3825.3];
    let numbers = &RELEASED.numbers;
    let configs = [&numbers.base, &RELEASED.upscalers[0].config, &RELEASED.upscalers[1].config];
    for ((task, expected), config) in sizes_256_540_1080().iter().zip(expected).zip(configs) {
        let stream = Stream { size: task.size, length: task.length, text_tokens: 300 };
        let found = flops::of_call(config, &stream, Kernels::Composed).flops() / 1e12;
        assert!((found / expected - 1.0).abs() < 2e-3, "{found} TFLOP, expected {expected}");
    }
    // Of the decoder: 7 + 1, 9, 9, 9, 8 latent frames.
    for (task, expected) in sizes_256_540_1080().iter().zip([66.0, 266.0, 1210.0]) {
        let found = flops::video_decoder(&numbers.video, task.size, task.length, Tiles::Whole, Kernels::Composed)
            .flops()
            / 1e12;
        assert!((found / expected - 1.0).abs() < 0.03, "{found} TFLOP, expected {expected}");
    }
    // The decoder in the box: 4 s of 128x224, on the CPU, as PyTorch counts them.
    let task = task(128, 224, 4.0);
    let found =
        flops::video_decoder(&pony().numbers.video, task.size, task.length, Tiles::Whole, Kernels::Cpu).flops() / 1e9;
    assert!((found / 432.0 - 1.0).abs() < 0.05, "{found} GFLOP");
}

/// A device that does everything at one rate.
fn probe(flops_per_second: f64, precision: Precision) -> Probe {
    let rates = TypeRates {
        precision,
        product_flops_per_second: flops_per_second,
        attention_flops_per_second: flops_per_second,
    };
    Probe {
        types: vec![rates],
        convolution_flops_per_second: flops_per_second,
        memory_bytes_per_second: 1e18,
        upload_bytes_per_second: None,
    }
}

#[test]
fn seconds_come_only_from_a_probe() {
    let task = task(448, 256, 5.0);
    let first = |probe: Option<&Probe>| {
        plan(&RELEASED, &task, Processor::Card, &card(80), probe).first().cloned().expect("a plan")
    };
    let of = |forecast: &Forecast, stage| forecast.stage(stage).and_then(|need| need.seconds);
    let unknown = first(None);
    assert!(unknown.stages.iter().all(|need| need.seconds.is_none()) && unknown.seconds().is_none());
    let fast = first(Some(&probe(503e12, Precision::Bf16)));
    let published = of(&fast, Stage::Denoise).expect("seconds");
    assert!((1.5..1.7).contains(&published), "{published} s; 1.6 s were published for 300 tokens of text");
    let all = fast.seconds().expect("seconds");
    let parts = [Stage::Text, Stage::Denoise, Stage::DecodeAudio, Stage::DecodeVideo];
    let sum: f64 = parts.iter().filter_map(|stage| of(&fast, *stage)).sum();
    assert!((all - sum).abs() < 1e-9 && all > published, "{all} s");
    assert_eq!(of(&fast, Stage::Reference), None, "not known to be wanted");
    let slow = first(Some(&probe(503e11, Precision::Bf16))).seconds().expect("seconds");
    assert!((slow / all - 10.0).abs() < 0.01, "a tenth of the rate takes ten times as long");
}

#[test]
fn a_probe_that_cannot_be_tells_nothing() {
    let task = task(448, 256, 5.0);
    let seconds = |probe: &Probe| {
        plan(&RELEASED, &task, Processor::Card, &card(80), Some(probe)).first().and_then(Forecast::seconds)
    };
    assert!(seconds(&probe(1e12, Precision::Bf16)).is_some());
    assert_eq!(seconds(&probe(1e12, Precision::F32)), None, "measured in another type");
    for rate in [0.0, -1.0, f64::NAN, 1e-320] {
        assert_eq!(seconds(&probe(rate, Precision::Bf16)), None, "{rate}");
    }
}

/// A stream of numbers that looks random and is the same every time.
fn draws() -> impl FnMut(u64) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below.max(1)
    }
}

#[test]
fn peaks_stay_within_budgets_and_more_memory_is_never_slower() {
    let (mut draw, pony) = (draws(), pony());
    // The rung, and on a rung what is streamed, which is 0 on those that stream nothing.
    let rank = |processor, planned: &Planned| {
        let forecast = planned.first()?;
        let Plan { precision, weights, residency, .. } = forecast.plan;
        let streamed: u64 = forecast.stages.iter().map(|need| need.streamed_bytes).sum();
        let is_here = |rung: &rungs::Rung| {
            let streams = !matches!(rung.streaming, rungs::Streaming::Never);
            (rung.precision, rung.weights, rung.residency, streams) == (precision, weights, residency, streamed > 0)
        };
        Some((ladder(processor, None).iter().position(is_here)?, streamed))
    };
    for _ in 0..400 {
        let sizes = if draw(4) == 0 { &pony } else { &*RELEASED };
        let processor = if draw(3) == 0 { Processor::Cpu } else { Processor::Card };
        let clip = task(64 + draw(1900) as u32, 64 + draw(1900) as u32, 1.0 + draw(10) as f32);
        let [vram, ram] = [96, 160].map(|most| (draw(most * 1024) << 20).max(1 << 26));
        let less = Budgets { vram_bytes: Some(vram), ram_bytes: Some(ram), disk_bytes: None };
        let more = Budgets {
            vram_bytes: Some(vram + (draw(32) << 30)),
            ram_bytes: Some(ram + (draw(32) << 30)),
            disk_bytes: None,
        };
        let [little, much] = [less, more].map(|budgets| plan(sizes, &clip, processor, &budgets, None));
        for planned in [&little, &much] {
            let Budgets { vram_bytes: Some(vram), ram_bytes: Some(ram), .. } = planned.budgets else { continue };
            assert!(planned.plans.iter().all(|forecast| forecast.vram_bytes <= vram && forecast.ram_bytes <= ram));
            if let Some(later) = planned.later.as_ref().filter(|later| later.runs()) {
                assert!(later.forecast.as_ref().is_some_and(|forecast| forecast.vram_bytes <= vram), "{later:?}");
            }
        }
        let [a, b] = [&little, &much].map(|planned| rank(processor, planned));
        assert!(a.is_none_or(|a| b.is_some_and(|b| b <= a)), "{clip:?} {less:?} {a:?}, {more:?} {b:?}");
    }
}

#[test]
fn amounts_are_read() {
    for (text, bytes) in
        [("24GB", 24 * GIB), ("24 GiB", 24 * GIB), ("512mb", GIB / 2), ("1.5t", 1536 * GIB), ("8", 8 * GIB)]
    {
        assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
    }
    for bad in ["", "GB", "-1GB", "1e9", "24 apples", "B", "nanGB", "99999999999999TB", "1.2.3GB"] {
        assert!(parse_bytes(bad).is_err(), "{bad}");
    }
    let both = Budgets { vram_bytes: Some(5), ram_bytes: None, disk_bytes: Some(1) };
    let least = both.at_most(Budgets { vram_bytes: Some(3), ram_bytes: Some(7), disk_bytes: None });
    assert_eq!(least, Budgets { vram_bytes: Some(3), ram_bytes: Some(7), disk_bytes: Some(1) });
}
