//! What each network of a model takes.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::generator::Manifest;
use crate::generator::parts::{TEXT_PREFIX, configuration, image_config, transformer_config};
use crate::ops::{Precision, WeightType};
use crate::text::t5gemma;
use crate::transformer::{self, Transformer};
use crate::vae::{oobleck, turbo, wan};
use crate::weights::{Footprint, Scope, Weights};
use crate::{Device, Result};

/// What a network takes whose precision can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    f32: Footprint,
    bf16: Footprint,
    f32_of_int8: Footprint,
    bf16_of_int8: Footprint,
}

impl Network {
    /// In this precision.
    pub fn at(&self, precision: Precision) -> &Footprint {
        self.kept(precision, WeightType::Computed)
    }

    /// In this precision, with the weights of its layers kept like this.
    pub fn kept(&self, precision: Precision, weights: WeightType) -> &Footprint {
        match (precision, weights) {
            (Precision::F32, WeightType::Computed) => &self.f32,
            (Precision::Bf16, WeightType::Computed) => &self.bf16,
            (Precision::F32, WeightType::Int8) => &self.f32_of_int8,
            (Precision::Bf16, WeightType::Int8) => &self.bf16_of_int8,
        }
    }

    pub(super) fn of<T>(scope: &Scope, build: impl Fn(Precision, &Scope) -> Result<T>) -> Result<Self> {
        let at = |precision, weights| scope.keeping(weights).footprint(|scope| build(precision, scope));
        Ok(Self {
            f32: at(Precision::F32, WeightType::Computed)?,
            bf16: at(Precision::Bf16, WeightType::Computed)?,
            f32_of_int8: at(Precision::F32, WeightType::Int8)?,
            bf16_of_int8: at(Precision::Bf16, WeightType::Int8)?,
        })
    }
}

/// An upscaler.
#[derive(Debug, Clone)]
pub struct UpscalerSizes {
    /// Name of its target, as in `1080p`.
    pub name: String,
    /// Length of the target's shorter side in pixels.
    pub short_side: u32,
    /// Denoising steps.
    pub steps: usize,
    /// What it takes.
    pub network: Network,
    pub(super) config: transformer::Config,
}

/// What the networks of a model take, and the numbers that decide what they make in between.
#[derive(Debug, Clone)]
pub struct ModelSizes {
    /// Name of the model.
    pub name: String,
    /// The text encoder; its table of words stays on the disk.
    pub text: Network,
    /// The transformer of the draft.
    pub base: Network,
    /// The transformers of the larger sizes.
    pub upscalers: Vec<UpscalerSizes>,
    /// The encoder of reference pictures.
    pub image_encoder: Footprint,
    /// The decoder of the picture.
    pub video_decoder: Footprint,
    /// The encoder of a given voice.
    pub audio_encoder: Footprint,
    /// The decoder of the sound.
    pub audio_decoder: Footprint,
    pub(super) numbers: Numbers,
}

/// What decides the size of everything in between.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub base: transformer::Config,
    pub base_steps: usize,
    /// Calls of the base transformer for each step.
    pub calls_per_step: usize,
    pub text: t5gemma::Config,
    pub max_tokens: usize,
    pub image: wan::Config,
    pub video: turbo::Config,
    pub audio: oobleck::Config,
    pub sizes: BTreeMap<String, [u32; 2]>,
    pub shortest_seconds: f32,
}

impl ModelSizes {
    /// Reads the tables of contents of a model's weight files; no weight is read.
    ///
    /// # Errors
    /// A part is missing, foreign or misshapen; the message names the file and the tensor.
    pub fn of(manifest: &Manifest) -> Result<Self> {
        let root =
            |path: &Path, prefix: &str| Ok::<_, crate::Error>(Weights::open_part(path, prefix)?.root(&Device::Cpu));
        let denoiser = |path: &Path, config: Option<&Value>, local: &[usize]| {
            let scope = root(path, "")?;
            let config = transformer_config(config, local, &scope)?;
            let network = Network::of(&scope, |precision, scope| Transformer::new(&config, precision, scope))?;
            Ok::<_, crate::Error>((network, config))
        };
        let text: t5gemma::Config = configuration(manifest.text.config.as_ref())?;
        let pictures = root(&manifest.image_encoder.weights, "")?;
        let image = image_config(manifest, &pictures)?;
        let video: turbo::Config = configuration(manifest.video_decoder.config.as_ref())?;
        let audio: oobleck::Config = configuration(manifest.audio.config.as_ref())?;
        let (base, base_config) = denoiser(&manifest.base.weights, manifest.base.config.as_ref(), &[])?;
        let upscalers = manifest.upscale.iter().map(|part| {
            let (network, config) = denoiser(&part.weights, part.config.as_ref(), &part.local_attn_layers)?;
            let (name, short_side, steps) = (part.name.clone(), part.short_side, part.steps);
            Ok(UpscalerSizes { name, short_side, steps, network, config })
        });
        let sound = root(&manifest.audio.weights, "")?;
        Ok(Self {
            name: manifest.name.clone(),
            text: Network::of(&root(&manifest.text.weights, TEXT_PREFIX)?, |precision, scope| {
                t5gemma::Encoder::new(&text, precision, scope)
            })?,
            base,
            upscalers: upscalers.collect::<Result<_>>()?,
            image_encoder: pictures.footprint(|scope| wan::Encoder::new(&image, scope))?,
            video_decoder: root(&manifest.video_decoder.weights, "")?
                .footprint(|scope| turbo::Decoder::new(&video, scope))?,
            audio_encoder: sound.footprint(|scope| oobleck::Encoder::new(&audio, scope))?,
            audio_decoder: sound.footprint(|scope| oobleck::Decoder::new(&audio, scope))?,
            numbers: Numbers {
                base: base_config,
                base_steps: manifest.base.steps,
                calls_per_step: 1 + usize::from(manifest.base.guidance.is_some()),
                text,
                max_tokens: manifest.text.max_tokens,
                image,
                video,
                audio,
                sizes: manifest.sizes.clone(),
                shortest_seconds: manifest.seconds.min,
            },
        })
    }

    /// The shorter sides of the sizes that can be made, smallest first: the base size's of this shape, and the upscalers'.
    pub(super) fn short_sides(&self) -> Vec<u32> {
        let mut sides: Vec<u32> = self.upscalers.iter().map(|upscaler| upscaler.short_side).collect();
        sides.sort_unstable();
        sides
    }
}
