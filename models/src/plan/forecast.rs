//! What each stage takes under a plan that the generator can carry out.

use serde::Serialize;

use super::activations::{self, Kernels, Stream};
use super::budget::{Budgets, Processor};
use super::flops::{self, Probe, Work};
use super::sizes::ModelSizes;
use super::verdict::{Resource, Shortfall, Task};
use super::{Plan, Residency};
use crate::generator::route::Route;
use crate::generator::{Size, Stage};
use crate::ops::Precision;
use crate::weights::Footprint;

/// The program itself: its code, FFmpeg, threads and their buffers.
pub(super) const PROCESS_BYTES: u64 = 96 << 20;
/// The driver's context on a card and the work space of its libraries.
pub(super) const CONTEXT_BYTES: u64 = 768 << 20;
/// Frames that the encoder of the clip holds: what it looks ahead, what it refers to, what its threads work on.
const ENCODER_FRAMES: u64 = 96;

/// What a stage takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageNeed {
    /// The stage.
    pub stage: Stage,
    /// Its network.
    pub network: &'static str,
    /// The type that its weights are kept in.
    pub precision: Precision,
    /// Bytes of its weights.
    pub weights_bytes: u64,
    /// Bytes of its weights as they are stored, which must come from the disk.
    pub stored_bytes: u64,
    /// Bytes of the weights of all networks that are in memory at the same time, this one's among them.
    pub resident_bytes: u64,
    /// Bytes that it holds beside weights while it runs, or while its weights are loaded, whichever is more.
    pub working_bytes: u64,
    /// Latent frames of the longest piece, where the stage works in pieces.
    pub piece_latent_frames: Option<usize>,
    /// Peak on the card; 0 on the CPU.
    pub vram_bytes: u64,
    /// Peak in main memory. Pages of weight files, which the system takes back when it needs them, are not counted.
    pub ram_bytes: u64,
    /// About how long it computes, where a probe measured how fast the device is: for an ordinary prompt, the loading of
    /// weights and the encoding of the clip left out. None for a reference, which most clips do without.
    pub seconds: Option<f64>,
}

/// What a clip takes under one plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// The plan, as the generator is given it.
    pub plan: Plan,
    /// Where its networks run.
    pub processor: Processor,
    /// The stages in their order.
    pub stages: Vec<StageNeed>,
    /// Peak on the card; 0 on the CPU.
    pub vram_bytes: u64,
    /// Peak in main memory.
    pub ram_bytes: u64,
    /// Files on their way, and the clip.
    pub disk_bytes: u64,
}

/// The plans that the generator can carry out on this processor, fastest first. On the CPU float32 comes first: bfloat16
/// is no faster there, and makes another clip of the same seed.
pub(super) fn ladder(processor: Processor) -> &'static [Plan] {
    const fn rung(precision: Precision, residency: Residency) -> Plan {
        Plan { precision, residency }
    }
    match processor {
        Processor::Card => {
            &const { [rung(Precision::Bf16, Residency::Kept), rung(Precision::Bf16, Residency::PerStage)] }
        }
        Processor::Cpu => {
            &const {
                [
                    rung(Precision::F32, Residency::Kept),
                    rung(Precision::F32, Residency::PerStage),
                    rung(Precision::Bf16, Residency::Kept),
                    rung(Precision::Bf16, Residency::PerStage),
                ]
            }
        }
    }
}

/// What `task` takes under `plan`.
pub(super) fn forecast(
    sizes: &ModelSizes,
    task: &Task,
    processor: Processor,
    plan: Plan,
    probe: Option<&Probe>,
) -> Forecast {
    let kernels = match processor {
        Processor::Cpu => Kernels::Cpu,
        Processor::Card => Kernels::Composed,
    };
    let asked = Asked { sizes, task, plan, processor, kernels, probe, route: task.route(sizes) };
    let stages = asked.stages();
    let peak = |of: fn(&StageNeed) -> u64| stages.iter().map(of).max().unwrap_or(0);
    Forecast {
        plan,
        processor,
        vram_bytes: peak(|stage| stage.vram_bytes),
        ram_bytes: peak(|stage| stage.ram_bytes),
        disk_bytes: disk_bytes(sizes, task),
        stages,
    }
}

impl Forecast {
    /// What this machine lacks for it, the worst first; nothing where it fits.
    pub fn shortfalls(&self, budgets: &Budgets) -> Vec<Shortfall> {
        let peak_of =
            |of: fn(&StageNeed) -> u64| self.stages.iter().max_by_key(|stage| of(stage)).map(|stage| stage.stage);
        let resources = [
            (Resource::Vram, self.vram_bytes, budgets.vram_bytes, peak_of(|stage| stage.vram_bytes)),
            (Resource::Ram, self.ram_bytes, budgets.ram_bytes, peak_of(|stage| stage.ram_bytes)),
            (Resource::Disk, self.disk_bytes, budgets.disk_bytes, None),
        ];
        let short = resources.into_iter().filter_map(|(resource, needed_bytes, there, stage)| {
            let there_bytes = there.filter(|there| *there < needed_bytes)?;
            Some(Shortfall { resource, stage, needed_bytes, there_bytes })
        });
        short.collect()
    }

    /// Whether this machine can carry it out.
    pub fn fits(&self, budgets: &Budgets) -> bool {
        self.shortfalls(budgets).is_empty()
    }

    /// About how long the clip takes, where a probe measured how fast the device is; see [`StageNeed::seconds`].
    pub fn seconds(&self) -> Option<f64> {
        // A reference is left out: most clips have none.
        let stages = self.stages.iter().filter(|need| need.stage != Stage::Reference);
        stages.map(|need| need.seconds).sum()
    }

    /// Bytes that are read from the disk before or between the stages, each network once.
    pub fn stored_bytes(&self) -> u64 {
        self.stages.iter().filter(|need| need.stage != Stage::Reference).map(|need| need.stored_bytes).sum()
    }

    /// What a stage takes.
    pub fn stage(&self, stage: Stage) -> Option<&StageNeed> {
        self.stages.iter().find(|need| need.stage == stage)
    }
}

/// Latents, text features and the clip: at most a bit for each pixel of each frame, far more than the encoder takes.
fn disk_bytes(sizes: &ModelSizes, task: &Task) -> u64 {
    let Route { draft, upscaler } = task.route(sizes);
    let latents = |size: Size| {
        let (h, w) = size.latent_hw();
        (sizes.numbers.base.video_channels() * task.length.video_latents * h * w * 4) as u64
    };
    let sound = (sizes.numbers.base.audio_in_channels * task.length.audio_latents * 4) as u64;
    let features = (2 * sizes.numbers.max_tokens * sizes.numbers.text.hidden_size * 4) as u64;
    let pixels = u64::from(task.size.width()) * u64::from(task.size.height());
    let clip = pixels * task.length.frames() as u64 / 8;
    latents(draft) + upscaler.map_or(0, |_| latents(task.size)) + 2 * sound + features + clip
}

/// A network that is about to run.
struct Running<'a> {
    stage: Stage,
    network: &'static str,
    footprint: &'a Footprint,
    precision: Precision,
    working: u64,
    host: u64,
    piece: Option<usize>,
    work: Option<Work>,
}

struct Asked<'a> {
    sizes: &'a ModelSizes,
    task: &'a Task,
    plan: Plan,
    processor: Processor,
    kernels: Kernels,
    probe: Option<&'a Probe>,
    route: Route,
}

impl Asked<'_> {
    fn stages(&self) -> Vec<StageNeed> {
        let Self { sizes, task, kernels, .. } = *self;
        let (precision, numbers) = (self.plan.precision, &sizes.numbers);
        let stream = |size| Stream { size, length: task.length, text_tokens: numbers.max_tokens };
        let fixed = |stage, network, footprint, working, host, piece, work| {
            self.need(&Running { stage, network, footprint, precision: Precision::F32, working, host, piece, work })
        };
        let prompt_tokens = numbers.max_tokens.min(flops::PROMPT_TOKENS);
        let spoken = |size| Stream { text_tokens: prompt_tokens, ..stream(size) };
        let mut stages = vec![self.need(&Running {
            stage: Stage::Text,
            network: "text encoder",
            footprint: sizes.text.at(precision),
            precision,
            working: activations::text(&numbers.text, numbers.max_tokens, kernels),
            host: 0,
            piece: None,
            work: Some(flops::text(&numbers.text, prompt_tokens, kernels)),
        })];
        let picture = activations::image_encoder(&numbers.image, task.size, kernels);
        stages.push(fixed(Stage::Reference, "picture encoder", &sizes.image_encoder, picture, 0, None, None));
        let voice = activations::audio_encoder(&numbers.audio, task.length.audio_latents, kernels);
        stages.push(fixed(Stage::Reference, "voice encoder", &sizes.audio_encoder, voice, 0, None, None));
        // A decoder that is loaded beside a transformer shows previews between its steps.
        let preview = |size| match self.plan.residency {
            Residency::Kept => activations::preview(&numbers.video, size, kernels),
            Residency::PerStage => 0,
        };
        let mut denoiser = |stage, network: &super::Network, config, size, calls: usize| {
            let working = activations::transformer(config, &stream(size), precision, kernels).max(preview(size));
            let footprint = network.at(precision);
            let work = Some(flops::of_call(config, &spoken(size), kernels).times(calls));
            let network = if stage == Stage::Denoise { "transformer" } else { "upscaler" };
            stages.push(self.need(&Running {
                stage,
                network,
                footprint,
                precision,
                working,
                host: 0,
                piece: None,
                work,
            }));
        };
        let calls = numbers.base_steps * numbers.calls_per_step;
        denoiser(Stage::Denoise, &sizes.base, &numbers.base, self.route.draft, calls);
        if let Some(upscaler) = self.upscaler() {
            denoiser(Stage::Upscale, &upscaler.network, &upscaler.config, task.size, upscaler.steps);
        }
        let sound = activations::audio_decoder(&numbers.audio, task.length.audio_latents, kernels);
        let decoded = Some(flops::audio_decoder(&numbers.audio, task.length.audio_latents));
        stages.push(fixed(Stage::DecodeAudio, "sound decoder", &sizes.audio_decoder, sound, 0, None, decoded));
        let decoding = activations::video_decoder(&numbers.video, task.size, task.length, kernels);
        let pixels = u64::from(task.size.width()) * u64::from(task.size.height());
        let host = decoding.host_bytes + pixels * 3 / 2 * ENCODER_FRAMES;
        let piece = Some(decoding.latent_frames);
        stages.push(fixed(
            Stage::DecodeVideo,
            "picture decoder",
            &sizes.video_decoder,
            decoding.device_bytes,
            host,
            piece,
            Some(flops::video_decoder(&numbers.video, task.size, task.length, kernels)),
        ));
        stages
    }

    fn upscaler(&self) -> Option<&super::UpscalerSizes> {
        self.sizes.upscalers.get(self.route.upscaler?)
    }

    /// All networks that a generator which keeps them holds when it has made a few clips like this.
    fn kept_bytes(&self) -> u64 {
        let (sizes, precision) = (self.sizes, self.plan.precision);
        let fixed = [&sizes.image_encoder, &sizes.audio_encoder, &sizes.audio_decoder, &sizes.video_decoder];
        let chosen = [Some(&sizes.text), Some(&sizes.base), self.upscaler().map(|upscaler| &upscaler.network)];
        let chosen = chosen.into_iter().flatten().map(|network| network.at(precision));
        fixed.into_iter().chain(chosen).map(|footprint| footprint.loaded_bytes).sum()
    }

    fn need(&self, running: &Running) -> StageNeed {
        let Running { stage, network, footprint, precision, working, host, piece, work } = *running;
        let weights_bytes = footprint.loaded_bytes;
        let resident_bytes = match self.plan.residency {
            Residency::Kept => self.kept_bytes(),
            Residency::PerStage => weights_bytes,
        };
        // A tensor is there twice while it is converted: as it is stored, and on its way to where it is kept.
        let loading = footprint.largest_stored_bytes;
        let (working_bytes, vram_bytes, ram_bytes) = match self.processor {
            Processor::Cpu => {
                let working = (working + host).max(2 * loading);
                (working, 0, PROCESS_BYTES + resident_bytes + working)
            }
            Processor::Card => {
                // What is freed does not always lie together: a tenth of what runs may be lost in gaps.
                let working = (working + working / 10).max(loading);
                (
                    working,
                    CONTEXT_BYTES + resident_bytes + working,
                    PROCESS_BYTES + CONTEXT_BYTES + host.max(2 * loading),
                )
            }
        };
        // Decoders are float32 everywhere and are told by their own rate; the type of the plan decides the others.
        let seconds = self.probe.zip(work).and_then(|(probe, work)| probe.seconds(&work, self.plan.precision));
        StageNeed {
            stage,
            network,
            precision,
            weights_bytes,
            stored_bytes: footprint.stored_bytes,
            resident_bytes,
            working_bytes,
            piece_latent_frames: piece,
            vram_bytes,
            ram_bytes,
            seconds,
        }
    }
}
