//! What each stage takes under a plan that the generator can carry out.

use serde::Serialize;

use super::activations::{self, Kernels, Stream};
use super::budget::{Budgets, Processor};
use super::flops::{self, Probe, Work};
use super::rungs::{Rung, SMALLER_TILES};
use super::sizes::{ModelSizes, UpscalerSizes};
use super::verdict::{Resource, Shortfall, Task};
use super::{Network, Plan, Residency};
use crate::generator::route::Route;
use crate::generator::{Layers, Size, Stage, Tiles, WeightType};
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
    /// How the weights of its large linear layers are kept.
    pub weights: WeightType,
    /// Which of its layers are loaded at once.
    pub layers: Layers,
    /// Bytes of the layers that come for each call.
    pub streamed_bytes: u64,
    /// Where they come from.
    pub source: Option<Source>,
    /// Bytes of the weights of all networks that are in memory at the same time, this one's among them.
    pub resident_bytes: u64,
    /// Bytes that it holds beside weights while it runs, or while its weights are loaded, whichever is more.
    pub working_bytes: u64,
    /// Latent frames of the longest piece, where the stage works in pieces.
    pub piece_latent_frames: Option<usize>,
    /// Tiles of a picture; 1 where it is not cut.
    pub tiles: usize,
    /// Peak on the card; 0 on the CPU.
    pub vram_bytes: u64,
    /// Peak in main memory. Pages of weight files, which the system takes back when it needs them, are not counted.
    pub ram_bytes: u64,
    /// About how long it computes, where a probe measured how fast the device is: for an ordinary prompt, the loading of
    /// weights and the encoding of the clip left out. None for a reference, which most clips do without.
    pub seconds: Option<f64>,
}

/// Where streamed layers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Main memory, where the system keeps the files that it has read.
    Ram,
    /// The disk, since main memory does not hold them.
    Disk,
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

/// What is asked of a forecast.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub sizes: &'a ModelSizes,
    pub task: &'a Task,
    pub processor: Processor,
    pub kernels: Kernels,
    /// How much there is to spend: as many layers stay, and tiles are as large, as it allows.
    pub budgets: &'a Budgets,
    /// The tiles that must be taken, where they decide what the clip looks like.
    pub tiles: Option<Tiles>,
    /// The stages that count; all, where there are none.
    pub stages: &'a [Stage],
    pub probe: Option<&'a Probe>,
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
    weights: WeightType,
    layers: Layers,
    tiles: usize,
    working: u64,
    host: u64,
    piece: Option<usize>,
    work: Option<Work>,
    /// How often all its layers are needed.
    calls: usize,
}

/// One way up the ladder.
struct Way<'a> {
    asked: &'a Asked<'a>,
    rung: Rung,
    route: Route,
}

impl Asked<'_> {
    /// What the task takes on this rung.
    pub(super) fn forecast(&self, rung: Rung) -> Forecast {
        let way = Way { asked: self, rung, route: self.task.route(self.sizes) };
        let mut plan = Plan { weights: rung.weights, ..Plan::of(rung.precision, rung.residency) };
        let (mut stages, tiles) = way.stages();
        plan.tiles = tiles;
        let layers =
            |stage| stages.iter().find(|need| need.stage == stage).map_or(Layers::Resident, |need| need.layers);
        (plan.text, plan.base, plan.upscale) = (layers(Stage::Text), layers(Stage::Denoise), layers(Stage::Upscale));
        stages.retain(|need| self.stages.is_empty() || self.stages.contains(&need.stage));
        let peak = |of: fn(&StageNeed) -> u64| stages.iter().map(of).max().unwrap_or(0);
        Forecast {
            plan,
            processor: self.processor,
            vram_bytes: peak(|stage| stage.vram_bytes),
            ram_bytes: peak(|stage| stage.ram_bytes),
            disk_bytes: disk_bytes(self.sizes, self.task),
            stages,
        }
    }

    fn has_room_for(&self, need: &StageNeed) -> bool {
        let Budgets { vram_bytes, ram_bytes, .. } = *self.budgets;
        vram_bytes.is_none_or(|there| need.vram_bytes <= there) && ram_bytes.is_none_or(|there| need.ram_bytes <= there)
    }
}

impl Way<'_> {
    /// What each stage takes, and how the picture is cut.
    fn stages(&self) -> (Vec<StageNeed>, Tiles) {
        let Asked { sizes, task, kernels, .. } = *self.asked;
        let (precision, numbers) = (self.rung.precision, &sizes.numbers);
        let stream = |size| Stream { size, length: task.length, text_tokens: numbers.max_tokens };
        let prompt_tokens = numbers.max_tokens.min(flops::PROMPT_TOKENS);
        let spoken = |size| Stream { text_tokens: prompt_tokens, ..stream(size) };
        let text = activations::text(&numbers.text, numbers.max_tokens, kernels);
        let work = flops::text(&numbers.text, prompt_tokens, kernels);
        let mut stages = vec![self.layered(Stage::Text, "text encoder", &sizes.text, text, (work, 1))];
        let picture = activations::image_encoder(&numbers.image, task.size, kernels);
        stages.push(self.need(&fixed(Stage::Reference, "picture encoder", &sizes.image_encoder, picture)));
        let voice = activations::audio_encoder(&numbers.audio, task.length.audio_latents, kernels);
        stages.push(self.need(&fixed(Stage::Reference, "voice encoder", &sizes.audio_encoder, voice)));
        // A decoder that is loaded beside a transformer shows previews between its steps.
        let preview = |size| match self.rung.residency {
            Residency::Kept => activations::preview(&numbers.video, size, kernels),
            Residency::PerStage => 0,
        };
        let denoiser = |stage, network, config, size, calls: usize| {
            let working = activations::transformer(config, &stream(size), precision, kernels).max(preview(size));
            let work = flops::of_call(config, &spoken(size), kernels);
            let name = if stage == Stage::Denoise { "transformer" } else { "upscaler" };
            self.layered(stage, name, network, working, (work, calls))
        };
        let calls = numbers.base_steps * numbers.calls_per_step;
        stages.push(denoiser(Stage::Denoise, &sizes.base, &numbers.base, self.route.draft, calls));
        if let Some(upscaler) = self.upscaler() {
            let UpscalerSizes { network, config, steps, .. } = upscaler;
            stages.push(denoiser(Stage::Upscale, network, config, task.size, *steps));
        }
        let sound = activations::audio_decoder(&numbers.audio, task.length.audio_latents, kernels);
        let decoded = Some(flops::audio_decoder(&numbers.audio, task.length.audio_latents));
        let sound = fixed(Stage::DecodeAudio, "sound decoder", &sizes.audio_decoder, sound);
        stages.push(self.need(&Running { work: decoded, ..sound }));
        let tiles = self.tiles();
        stages.push(self.decoding(tiles));
        (stages, tiles)
    }

    /// A network of layers, with as many of them in memory as this rung wants and there is room for.
    fn layered(
        &self,
        stage: Stage,
        name: &'static str,
        network: &Network,
        working: u64,
        (work, calls): (Work, usize),
    ) -> StageNeed {
        let Rung { precision, weights, streaming, .. } = self.rung;
        let footprint = network.kept(precision, weights);
        let widened = match (weights, self.asked.kernels) {
            (WeightType::Int8, Kernels::Composed) => activations::WIDENED_BYTES,
            _ => 0,
        };
        let work = Some(work.times(calls));
        let of = |layers| {
            let network = fixed(stage, name, footprint, working + widened);
            self.need(&Running { precision, weights, layers, work, calls, ..network })
        };
        let (mut choices, last) = streaming.choices(footprint.layer_bytes.len());
        choices
            .find_map(|layers| Some(of(layers)).filter(|need| self.asked.has_room_for(need)))
            .unwrap_or_else(|| of(last))
    }

    /// The largest tiles that there is room for while nothing but the decoder is in memory. What else is there does not
    /// decide: a clip shall look the same however the other networks are kept.
    fn tiles(&self) -> Tiles {
        if let Some(tiles) = self.asked.tiles {
            return tiles;
        }
        let alone =
            Way { rung: Rung { residency: Residency::PerStage, ..self.rung }, asked: self.asked, route: self.route };
        let choices = [Tiles::Whole].into_iter().chain(SMALLER_TILES);
        let [.., smallest] = SMALLER_TILES;
        choices.into_iter().find(|tiles| self.asked.has_room_for(&alone.decoding(*tiles))).unwrap_or(smallest)
    }

    fn decoding(&self, tiles: Tiles) -> StageNeed {
        let Asked { sizes, task, kernels, .. } = *self.asked;
        let decoding = activations::video_decoder(&sizes.numbers.video, task.size, task.length, tiles, kernels);
        let pixels = u64::from(task.size.width()) * u64::from(task.size.height());
        let (h, w) = task.size.latent_hw();
        self.need(&Running {
            host: decoding.host_bytes + pixels * 3 / 2 * ENCODER_FRAMES,
            piece: Some(decoding.latent_frames),
            tiles: tiles.count(h, w),
            work: Some(flops::video_decoder(&sizes.numbers.video, task.size, task.length, tiles, kernels)),
            ..fixed(Stage::DecodeVideo, "picture decoder", &sizes.video_decoder, decoding.device_bytes)
        })
    }

    fn upscaler(&self) -> Option<&UpscalerSizes> {
        self.asked.sizes.upscalers.get(self.route.upscaler?)
    }

    /// All networks that a generator which keeps them holds when it has made a few clips like this.
    fn kept_bytes(&self) -> u64 {
        let (sizes, Rung { precision, weights, .. }) = (self.asked.sizes, self.rung);
        let fixed = [&sizes.image_encoder, &sizes.audio_encoder, &sizes.audio_decoder, &sizes.video_decoder];
        let chosen = [Some(&sizes.text), Some(&sizes.base), self.upscaler().map(|upscaler| &upscaler.network)];
        let chosen = chosen.into_iter().flatten().map(|network| network.kept(precision, weights));
        fixed.into_iter().chain(chosen).map(|footprint| footprint.loaded_bytes).sum()
    }

    fn need(&self, running: &Running) -> StageNeed {
        let Running { stage, network, footprint, precision, weights, layers, tiles, working, host, piece, work, calls } =
            *running;
        let outside = footprint.loaded_bytes.saturating_sub(footprint.layer_bytes.iter().sum());
        let resident_bytes = match self.rung.residency {
            Residency::Kept => self.kept_bytes(),
            Residency::PerStage => outside + layers.peak_bytes(&footprint.layer_bytes),
        };
        let streamed_bytes = layers.streamed_bytes(&footprint.layer_bytes);
        // A tensor is there twice while it is converted: as it is stored, and on its way to where it is kept. The CPU takes
        // the rows of large ones from the file. Streamed layers are loaded while others compute.
        let (loading, loading_whole) = (footprint.largest_stored_bytes, footprint.largest_whole_bytes);
        let beside =
            |working: u64, loading: u64| if streamed_bytes > 0 { working + loading } else { working.max(loading) };
        let (working_bytes, vram_bytes, ram_bytes) = match self.asked.processor {
            Processor::Cpu => {
                let working = beside(working + host, 2 * loading_whole);
                (working, 0, PROCESS_BYTES + resident_bytes + working)
            }
            Processor::Card => {
                // What is freed does not always lie together: a tenth of what runs may be lost in gaps.
                let working = beside(working + working / 10, loading);
                (
                    working,
                    CONTEXT_BYTES + resident_bytes + working,
                    PROCESS_BYTES + CONTEXT_BYTES + host.max(2 * loading),
                )
            }
        };
        let holds_files = |there: u64| ram_bytes.saturating_add(footprint.stored_bytes) <= there;
        let source = if self.asked.budgets.ram_bytes.is_none_or(holds_files) { Source::Ram } else { Source::Disk };
        // Decoders are float32 everywhere and are told by their own rate; the type of the plan decides the others.
        let seconds = self.asked.probe.zip(work).and_then(|(probe, work)| {
            let computing = probe.seconds(&work, self.rung.precision)?;
            // The next layer comes while one computes: whichever takes longer counts.
            let rate = probe.upload_bytes_per_second.filter(|rate| *rate > 0.0);
            let coming = rate.map_or(0.0, |rate| streamed_bytes as f64 * calls as f64 / rate);
            Some(computing.max(coming))
        });
        StageNeed {
            stage,
            network,
            precision,
            weights_bytes: footprint.loaded_bytes,
            stored_bytes: footprint.stored_bytes,
            weights,
            layers,
            streamed_bytes,
            source: (streamed_bytes > 0).then_some(source),
            resident_bytes,
            working_bytes,
            piece_latent_frames: piece,
            tiles,
            vram_bytes,
            ram_bytes,
            seconds,
        }
    }
}

/// A network that is the same in every plan.
fn fixed<'a>(stage: Stage, network: &'static str, footprint: &'a Footprint, working: u64) -> Running<'a> {
    Running {
        stage,
        network,
        footprint,
        precision: Precision::F32,
        weights: WeightType::Computed,
        layers: Layers::Resident,
        tiles: 1,
        working,
        host: 0,
        piece: None,
        work: None,
        calls: 1,
    }
}
