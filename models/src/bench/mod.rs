//! What a clip takes on a device, without a checkpoint: the released network at full size with weights that are drawn on
//! the device. How long a product of matrices takes does not depend on what stands in them (but for zeros, which are
//! never drawn), so the seconds are those of the real model.
//!
//! Measured are the base stage of the distilled model, the upscale stage and the turbo decoder, each after a call that
//! loads kernels and lets the library for products choose; and before them the two ceilings of the device, which every
//! rate is told in shares of.

pub mod ceilings;
pub mod operations;
mod work;

use std::ops::ControlFlow;
use std::time::Instant;

use candle_core::{Device, Tensor};
use serde::Serialize;

use crate::Result;
use crate::generator::{Length, Size};
use crate::sampling::{AudioSource, Denoise, Philox, Sampler, Upscale, denoise, upscale};
use crate::transformer::{Config, CoordStyle, Grid, Latents, Precision, Text, Transformer};
use crate::vae::turbo;
use crate::weights::Scope;
use ceilings::Ceilings;

/// A clip of five seconds as it is published, or a moment of one that a CPU can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// A network of two layers, 64x64, for tests.
    Tiny,
    /// The base stage alone, 448x256.
    P256,
    /// Upscaled to 896x512.
    P540,
    /// Upscaled to 1920x1088, with local attention in 32 of 40 layers.
    P1080,
}

impl Preset {
    /// All of them, smallest first.
    pub const ALL: [Self; 4] = [Self::Tiny, Self::P256, Self::P540, Self::P1080];

    /// As on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::P256 => "256p",
            Self::P540 => "540p",
            Self::P1080 => "1080p",
        }
    }

    /// The preset of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The network of the base stage.
    pub fn config(self) -> Config {
        match self {
            Self::Tiny => Config {
                num_layers: 2,
                hidden_size: 256,
                head_dim: 64,
                num_query_groups: 2,
                text_in_channels: 64,
                mm_layers: vec![0],
                gelu7_layers: vec![0],
                ..Config::default()
            },
            _ => Config::default(),
        }
    }

    /// The decoder.
    fn decoder(self) -> turbo::Config {
        match self {
            Self::Tiny => turbo::Config {
                decoder_block_out_channels: vec![16; 4],
                decoder_layers_per_block: vec![1; 5],
                ..turbo::Config::default()
            },
            _ => turbo::Config::default(),
        }
    }

    /// Latent rows and columns of the base stage.
    fn base(self) -> (usize, usize) {
        if self == Self::Tiny { (4, 4) } else { (16, 28) }
    }

    /// Latent rows and columns of the upscale stage, where there is one.
    pub fn upscaled(self) -> Option<(usize, usize)> {
        match self {
            Self::Tiny => Some((8, 8)),
            Self::P256 => None,
            Self::P540 => Some((32, 56)),
            Self::P1080 => Some((68, 120)),
        }
    }

    /// The layers of the upscale stage that see near frames only: at 1080p all but every fourth up to the 31st, counted
    /// from 0.
    pub fn local_layers(self) -> Vec<usize> {
        match self {
            Self::Tiny => vec![1],
            Self::P1080 => (0..40).filter(|layer| layer % 4 != 3 || *layer > 31).collect(),
            Self::P256 | Self::P540 => Vec::new(),
        }
    }

    /// Latent frames of picture and sound: five seconds of 25 pictures.
    pub fn length(self) -> Result<Length> {
        Length::generated(if self == Self::Tiny { 0.5 } else { 5.0 })
    }

    /// Tokens of the prompt: a long one, as the model is made for.
    fn text_tokens(self) -> usize {
        if self == Self::Tiny { 8 } else { 300 }
    }
}

/// Latent frames that local layers see to each side.
const FRAME_RADIUS: usize = 11;
/// Steps of the distilled base stage.
const BASE_STEPS: usize = 8;
/// Steps of the upscale stage.
const UPSCALE_STEPS: usize = 5;

/// How long a stage took.
#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    /// `base`, `upscale` or `decode`.
    pub name: &'static str,
    /// Calls of the network.
    pub steps: usize,
    /// Tokens of a call; none of the decoder.
    pub tokens: Option<usize>,
    /// From the first latent to the last, the device having finished.
    pub seconds: f64,
    /// Floating-point operations, in units of 10^12.
    pub tera_operations: f64,
    /// What of the measured rate of products that is, 0 to 1.
    pub share_of_ceiling: f64,
    /// The most memory of the device that the process held in the stage, weights among it, where it tells.
    pub peak_bytes: Option<u64>,
}

/// All that was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Which clip.
    pub preset: Preset,
    /// What the device can do at most.
    pub ceilings: Ceilings,
    /// The stages.
    pub stages: Vec<Stage>,
    /// The operations of the largest stage, one by one.
    pub operations: Vec<operations::Timed>,
}

/// Measures a preset. `before` hears in words what comes next, and may stop.
///
/// # Errors
/// [`crate::Error::Cancelled`] where `before` stops; the device fails, or has too little memory.
pub fn run(preset: Preset, device: &Device, before: &mut dyn FnMut(&str) -> ControlFlow<()>) -> Result<Measured> {
    let mut tell = |text: &str| match before(text) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(crate::Error::Cancelled),
    };
    tell("ceilings")?;
    let ceilings = Ceilings::measure(device, preset)?;
    let (length, mut stages) = (preset.length()?, Vec::new());
    let normal = |shape: &[usize]| -> Result<Tensor> { Ok(Tensor::randn(0f32, 1.0, shape, device)?) };
    let text = Text::whole(normal(&[1, preset.text_tokens(), preset.config().text_in_channels])?)?;
    let (height, width) = preset.base();
    let grid = Grid { frames: length.video_latents, height, width };

    let mut latents = {
        tell("weights of the base stage")?;
        let transformer = Transformer::new(&preset.config(), Precision::Bf16, &Scope::random(device))?;
        let request = |steps: usize| Denoise {
            sampler: Sampler::Renoise,
            steps,
            shift: 5.0,
            guidance: None,
            text: text.clone(),
            grid,
            audio: AudioSource::Generate { len: length.audio_latents },
            image_latent: None,
            coords: CoordStyle::Base,
            frame_radius: None,
        };
        let call = |steps: usize| {
            denoise(&transformer, &request(steps), &mut Philox::new(1), &mut |_| ControlFlow::Continue(()))
        };
        tell("warming up the base stage")?;
        call(1)?;
        tell("base stage")?;
        let work =
            work::of_call(&preset.config(), grid, length.audio_latents, preset.text_tokens(), (None, BASE_STEPS));
        let timed = Timer::start(device)?;
        let latents = call(BASE_STEPS)?;
        stages.push(timed.stop("base", BASE_STEPS, Some(work.tokens), work.operations(), &ceilings)?);
        latents
    };

    if let Some((height, width)) = preset.upscaled() {
        tell("weights of the upscale stage")?;
        let config = Config { local_attn_layers: preset.local_layers(), ..preset.config() };
        let radius = (!config.local_attn_layers.is_empty()).then_some(FRAME_RADIUS);
        let transformer = Transformer::new(&config, Precision::Bf16, &Scope::random(device))?;
        let request = |steps: usize| Upscale {
            steps,
            shift: 5.0,
            noise_level: 220,
            audio_noise: 0.7,
            guidance: None,
            text: text.clone(),
            height,
            width,
            image_latent: None,
            frame_radius: radius,
        };
        let call = |base: &Latents, steps: usize| {
            upscale(&transformer, base, &request(steps), &mut Philox::new(2), &mut |_| ControlFlow::Continue(()))
        };
        tell("warming up the upscale stage")?;
        call(&latents, 1)?;
        tell("upscale stage")?;
        let grid = Grid { height, width, ..grid };
        let work = work::of_call(&config, grid, length.audio_latents, preset.text_tokens(), (radius, UPSCALE_STEPS));
        let timed = Timer::start(device)?;
        latents = call(&latents, UPSCALE_STEPS)?;
        stages.push(timed.stop("upscale", UPSCALE_STEPS, Some(work.tokens), work.operations(), &ceilings)?);
    }

    tell("operations")?;
    let operations = operations::measure(preset, device)?;

    tell("decoder")?;
    let config = preset.decoder();
    let decoder = turbo::Decoder::new(&config, &Scope::random(device))?;
    let (_, _, frames, h, w) = latents.video.dims5()?;
    let operations_of_pass = |frames: &usize| config.flops([*frames, h, w], if device.is_cpu() { 4 } else { 9 });
    let passes = turbo::chunks::passes(&config, frames);
    let decode = |latent: &Tensor| decoder.chunks(latent)?.try_for_each(|piece| piece.map(drop));
    decode(&latents.video.narrow(2, 0, 1)?)?;
    let timed = Timer::start(device)?;
    decode(&latents.video)?;
    let all = passes.iter().map(operations_of_pass).sum();
    stages.push(timed.stop("decode", passes.len(), None, all, &ceilings)?);
    Ok(Measured { preset, ceilings, stages, operations })
}

/// Measures one stage, from a device that has nothing to do to one that has done it.
struct Timer<'a> {
    device: &'a Device,
    start: Instant,
}

impl<'a> Timer<'a> {
    fn start(device: &'a Device) -> Result<Self> {
        device.synchronize()?;
        forget_peak(device)?;
        Ok(Self { device, start: Instant::now() })
    }

    fn stop(
        self,
        name: &'static str,
        steps: usize,
        tokens: Option<usize>,
        operations: f64,
        ceilings: &Ceilings,
    ) -> Result<Stage> {
        self.device.synchronize()?;
        let seconds = self.start.elapsed().as_secs_f64();
        let share_of_ceiling = operations / seconds / ceilings.product_flops_per_second;
        let tera_operations = operations / 1e12;
        let peak_bytes = peak(self.device)?;
        Ok(Stage { name, steps, tokens, seconds, tera_operations, share_of_ceiling, peak_bytes })
    }
}

#[cfg(feature = "cuda")]
fn peak(device: &Device) -> Result<Option<u64>> {
    crate::ops::cuda::peak_bytes(device)
}

#[cfg(feature = "cuda")]
fn forget_peak(device: &Device) -> Result<()> {
    crate::ops::cuda::forget_peak(device)
}

#[cfg(not(feature = "cuda"))]
fn peak(_: &Device) -> Result<Option<u64>> {
    Ok(None)
}

#[cfg(not(feature = "cuda"))]
fn forget_peak(_: &Device) -> Result<()> {
    Ok(())
}

impl Measured {
    /// The table that people read.
    pub fn table(&self) -> String {
        let Ceilings { product_flops_per_second, copy_bytes_per_second } = self.ceilings;
        let mut lines = vec![
            format!("{}, random weights", self.preset.name()),
            format!(
                "ceilings: products {:.1} TFLOP/s, copies {:.3} TB/s",
                product_flops_per_second / 1e12,
                copy_bytes_per_second / 1e12
            ),
            format!(
                "\n{:<10}{:>6}{:>8}{:>10}{:>10}{:>10}{:>9}{:>12}",
                "stage", "steps", "tokens", "seconds", "TFLOP", "TFLOP/s", "share", "peak GiB"
            ),
        ];
        for stage in &self.stages {
            let tokens = stage.tokens.map_or_else(|| "-".to_owned(), |tokens| tokens.to_string());
            let peak = stage
                .peak_bytes
                .map_or_else(|| "-".to_owned(), |bytes| format!("{:.1}", bytes as f64 / f64::from(1 << 30)));
            lines.push(format!(
                "{:<10}{:>6}{tokens:>8}{:>10.3}{:>10.1}{:>10.1}{:>8.1}%{peak:>12}",
                stage.name,
                stage.steps,
                stage.seconds,
                stage.tera_operations,
                stage.tera_operations / stage.seconds,
                100.0 * stage.share_of_ceiling,
            ));
        }
        let all: f64 = self.stages.iter().map(|stage| stage.seconds).sum();
        lines.push(format!("{:<10}{all:>24.3}", "all"));
        lines.push(format!("\n{:<34}{:>10}{:>12}{:>9}", "operation of one layer", "ms", "rate", "share"));
        for timed in &self.operations {
            let (rate, ceiling) = match timed.amount {
                operations::Amount::Operations(count) => (count / timed.seconds, product_flops_per_second),
                operations::Amount::Bytes(count) => (count / timed.seconds, copy_bytes_per_second),
            };
            let unit = match timed.amount {
                operations::Amount::Operations(_) => "TF/s",
                operations::Amount::Bytes(_) => "TB/s",
            };
            let name = &timed.name;
            lines.push(format!(
                "{name:<34}{:>10.3}{:>7.2} {unit}{:>8.1}%",
                timed.seconds * 1e3,
                rate / 1e12,
                100.0 * rate / ceiling
            ));
        }
        lines.join("\n")
    }
}

/// The size in pixels of a preset's clip.
pub fn size(preset: Preset) -> Size {
    let (height, width) = preset.upscaled().unwrap_or_else(|| preset.base());
    Size::nearest(16 * width as u32, 16 * height as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tiny_clip_is_measured_from_the_first_latent_to_the_last_pixel() {
        let mut told = Vec::new();
        let measured = run(Preset::Tiny, &Device::Cpu, &mut |text| {
            told.push(text.to_owned());
            ControlFlow::Continue(())
        });
        let measured = measured.expect("measured");
        let names: Vec<_> = measured.stages.iter().map(|stage| stage.name).collect();
        assert_eq!(names, ["base", "upscale", "decode"]);
        for stage in &measured.stages {
            assert!(stage.seconds > 0.0 && stage.tera_operations > 0.0, "{stage:?}");
        }
        assert!(measured.operations.len() == 8 && told.len() == 9, "{told:?}");
        let table = measured.table();
        assert!(table.contains("attention, near frames") && table.contains("TFLOP/s"), "{table}");
        let stopped = run(Preset::Tiny, &Device::Cpu, &mut |_| ControlFlow::Break(()));
        assert!(matches!(stopped, Err(crate::Error::Cancelled)));
    }

    #[test]
    fn presets_have_the_published_sizes() {
        let sizes = Preset::ALL.map(|preset| (size(preset).width(), size(preset).height()));
        assert_eq!(sizes[1..], [(448, 256), (896, 512), (1920, 1088)]);
        assert_eq!(Preset::ALL.map(|preset| Preset::of(preset.name())), Preset::ALL.map(Some));
    }
}
