//! The networks of a model: opened and checked at the start, loaded for their stages.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{Device, Tensor};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::event::Sound;
use super::manifest::Manifest;
use super::plan::{Layers, Plan, Residency, Tiles};
use super::soundtrack;
use crate::ops::Precision;
use crate::sampling::{Draw, Noise};
use crate::text::features::FeatureFolder;
use crate::text::t5gemma;
use crate::text::tokenizer::Tokenizer;
use crate::transformer::{Config, Transformer};
use crate::vae::{oobleck, turbo, wan};
use crate::weights::{Scope, Weights};
use crate::{Error, Result, audio};

/// The released file is an encoder and a decoder; only the shards of the encoder need to be there.
pub(crate) const TEXT_PREFIX: &str = "model.encoder";

/// The networks of a model.
pub(super) struct Parts {
    manifest: Manifest,
    device: Device,
    plan: Plan,
    tokenizer: Tokenizer,
    text: Slot<t5gemma::Encoder>,
    /// Features of the prompts that were asked for last, by their token ids.
    encoded: HashMap<Vec<u32>, Tensor>,
    /// Features of earlier runs.
    kept: Option<FeatureFolder>,
    base: Slot<Transformer>,
    upscalers: Vec<Slot<Transformer>>,
    image_encoder: Slot<wan::Encoder>,
    video_decoder: Slot<turbo::Decoder>,
    audio_encoder: Slot<oobleck::Encoder>,
    audio_decoder: Slot<oobleck::Decoder>,
}

/// A network's weights, opened, and the network while it is loaded.
struct Slot<T> {
    weights: Arc<Weights>,
    network: Option<T>,
}

impl<T> Slot<T> {
    /// Opens the weights and proves, without reading them, that the network fits.
    fn open(path: &Path, build: impl FnOnce(&Scope) -> Result<T>) -> Result<Self> {
        Self::of(Weights::open(path)?, build)
    }

    fn of(weights: Arc<Weights>, build: impl FnOnce(&Scope) -> Result<T>) -> Result<Self> {
        build(&weights.root(&Device::Cpu).dry())?;
        Ok(Self { weights, network: None })
    }

    fn load(&mut self, device: &Device, build: impl FnOnce(&Scope) -> Result<T>) -> Result<&T> {
        if self.network.is_none() {
            self.network = Some(build(&self.weights.root(device))?);
        }
        self.get()
    }

    fn get(&self) -> Result<&T> {
        self.network.as_ref().ok_or_else(|| Error::Input("a network was used before it was loaded".into()))
    }

    fn release(&mut self, plan: Plan) {
        if plan.residency == Residency::PerStage {
            self.network = None;
        }
    }
}

impl Parts {
    pub(super) fn open(manifest: &Manifest, device: &Device, plan: Plan) -> Result<Self> {
        let base_config = manifest.base.config.as_ref();
        let upscaler = |part: &super::manifest::UpscalePart| {
            Slot::open(&part.weights, |scope| {
                transformer(part.config.as_ref(), &part.local_attn_layers, plan, plan.upscale, scope)
            })
        };
        let text_weights = Weights::open_part(&manifest.text.weights, TEXT_PREFIX)?;
        let mut parts = Self {
            tokenizer: Tokenizer::open(&manifest.text.tokenizer, manifest.text.max_tokens)?,
            text: Slot::of(text_weights, |scope| text_encoder(manifest, plan, scope))?,
            encoded: HashMap::new(),
            kept: None,
            base: Slot::open(&manifest.base.weights, |scope| transformer(base_config, &[], plan, plan.base, scope))?,
            upscalers: manifest.upscale.iter().map(upscaler).collect::<Result<_>>()?,
            image_encoder: Slot::open(&manifest.image_encoder.weights, |scope| image_encoder(manifest, scope))?,
            video_decoder: Slot::open(&manifest.video_decoder.weights, |scope| video_decoder(manifest, scope))?,
            audio_encoder: Slot::open(&manifest.audio.weights, |scope| audio_encoder(manifest, scope))?,
            audio_decoder: Slot::open(&manifest.audio.weights, |scope| audio_decoder(manifest, scope))?,
            manifest: manifest.clone(),
            device: device.clone(),
            plan,
        };
        if plan.residency == Residency::Kept {
            parts.load_base()?;
            parts.load_decoder()?;
        }
        Ok(parts)
    }

    /// The token ids of a prompt, and the text beyond the limit that was cut.
    pub(super) fn tokenize(&self, prompt: &str) -> Result<(Vec<u32>, Option<String>)> {
        let tokens = self.tokenizer.encode(prompt)?;
        Ok((tokens.ids, tokens.cut))
    }

    /// What features are called that this encoder makes: how it computes decides what they are.
    pub(super) fn name_of_features(&self, encoder: &str) -> String {
        let Plan { precision, weights, .. } = self.plan;
        format!("{precision:?}{weights:?}{encoder}").to_lowercase()
    }

    pub(super) fn cut_pictures(&mut self, tiles: Tiles) {
        self.plan.tiles = tiles;
    }

    /// Keeps text features in this folder from now on.
    pub(super) fn keep_text_features(&mut self, folder: FeatureFolder) {
        self.kept = Some(folder);
    }

    /// Text features `[1, l, d]` float32 of each prompt. Those of the last call that encoded anything are kept, so that
    /// neither the negative prompt nor an upscaled draft's own prompt goes through the encoder again.
    pub(super) fn encode_texts(&mut self, prompts: &[&[u32]]) -> Result<Vec<Tensor>> {
        if prompts.iter().any(|&ids| !self.encoded.contains_key(ids)) {
            self.encoded.retain(|known, _| prompts.contains(&known.as_slice()));
            for &ids in prompts {
                if !self.encoded.contains_key(ids) {
                    let features = self.features(ids)?;
                    self.encoded.insert(ids.to_vec(), features);
                }
            }
            self.text.release(self.plan);
        }
        Ok(prompts.iter().filter_map(|&ids| self.encoded.get(ids).cloned()).collect())
    }

    /// Features from the folder, else from the encoder, which is loaded only then.
    fn features(&mut self, ids: &[u32]) -> Result<Tensor> {
        if let Some(features) = self.kept.as_ref().and_then(|kept| kept.take(ids, &self.device)) {
            return Ok(features);
        }
        let (manifest, plan) = (&self.manifest, self.plan);
        let features = self.text.load(&self.device, |scope| text_encoder(manifest, plan, scope))?.features(ids)?;
        if let Some(kept) = &self.kept {
            // The next time they are computed again.
            kept.put(ids, &features).ok();
        }
        Ok(features)
    }

    /// The latent `[1, 48, 1, h, w]` of a picture `[1, 3, h, w]`.
    pub(super) fn encode_image(&mut self, pixels: &Tensor) -> Result<Tensor> {
        let manifest = &self.manifest;
        let encoder = self.image_encoder.load(&self.device, |scope| image_encoder(manifest, scope))?;
        let latent = encoder.encode(&pixels.unsqueeze(2)?)?;
        self.image_encoder.release(self.plan);
        Ok(latent)
    }

    /// The latents `[1, a, 64]` of a voice, `a` as asked.
    pub(super) fn encode_audio(&mut self, voice: &Sound, a: usize, noise: &mut dyn Noise) -> Result<Tensor> {
        let (manifest, device) = (&self.manifest, &self.device);
        let encoder = self.audio_encoder.load(device, |scope| audio_encoder(manifest, scope))?;
        let config = encoder.config();
        let rate = config.downsampling_ratio() * self.manifest.fps as usize;
        let (from, samples) = (voice.sample_rate.max(1) as usize, a * config.downsampling_ratio());
        let channels =
            soundtrack::fit(&voice.channels, config.channels_in(), samples.saturating_mul(from).div_ceil(rate));
        let resampled: Vec<Vec<f32>> = channels.iter().map(|channel| audio::resample_to(channel, samples)).collect();
        let sound = Tensor::new(resampled, device)?;
        let mut window = 0;
        let latents = encoder.encode_long(&sound, rate, &mut |shape| {
            window += 1;
            noise.normal(Draw::Voice(window - 1), shape, device)
        })?;
        self.audio_encoder.release(self.plan);
        Ok(latents.narrow(2, 0, a)?.transpose(1, 2)?.contiguous()?)
    }

    /// The sound of latents `[1, a, 64]`.
    pub(super) fn decode_audio(&mut self, latents: &Tensor) -> Result<Sound> {
        let manifest = &self.manifest;
        let decoder = self.audio_decoder.load(&self.device, |scope| audio_decoder(manifest, scope))?;
        let rate = decoder.config().downsampling_ratio() * manifest.fps as usize;
        let samples = decoder.decode(&latents.squeeze(0)?)?;
        let samples = audio::resample(&samples, rate, manifest.audio.sample_rate as usize)?;
        self.audio_decoder.release(self.plan);
        Ok(Sound { sample_rate: self.manifest.audio.sample_rate, channels: samples.to_vec2()? })
    }

    pub(super) fn load_base(&mut self) -> Result<()> {
        let (config, plan) = (self.manifest.base.config.as_ref(), self.plan);
        self.base.load(&self.device, |scope| transformer(config, &[], plan, plan.base, scope)).map(drop)
    }

    pub(super) fn release_base(&mut self) {
        self.base.release(self.plan);
    }

    pub(super) fn load_upscaler(&mut self, index: usize) -> Result<()> {
        let (part, plan) = (&self.manifest.upscale[index], self.plan);
        let local = &part.local_attn_layers;
        let build = |scope: &Scope| transformer(part.config.as_ref(), local, plan, plan.upscale, scope);
        self.upscalers[index].load(&self.device, build).map(drop)
    }

    pub(super) fn release_upscaler(&mut self, index: usize) {
        self.upscalers[index].release(self.plan);
    }

    pub(super) fn load_decoder(&mut self) -> Result<()> {
        let manifest = &self.manifest;
        self.video_decoder.load(&self.device, |scope| video_decoder(manifest, scope)).map(drop)
    }

    /// The pieces of a clip's picture, cut as the plan says.
    pub(super) fn chunks(&self, latent: &Tensor) -> Result<turbo::Chunks<'_>> {
        self.video_decoder.get()?.tiled_chunks(latent, self.plan.tiles)
    }

    pub(super) fn release_decoder(&mut self) {
        self.video_decoder.release(self.plan);
    }

    /// The base transformer, and the video decoder for previews where it is loaded beside it.
    pub(super) fn base_and_decoder(&self) -> Result<(&Transformer, Option<&turbo::Decoder>)> {
        Ok((self.base.get()?, self.video_decoder.network.as_ref()))
    }

    /// As [`Self::base_and_decoder`], for an upscaler.
    pub(super) fn upscaler_and_decoder(&self, index: usize) -> Result<(&Transformer, Option<&turbo::Decoder>)> {
        Ok((self.upscalers[index].get()?, self.video_decoder.network.as_ref()))
    }
}

fn transformer(
    config: Option<&Value>,
    local_layers: &[usize],
    plan: Plan,
    layers: Layers,
    scope: &Scope,
) -> Result<Transformer> {
    let config = transformer_config(config, local_layers, scope)?;
    Transformer::with_layers(&config, plan.precision, layers, &scope.keeping(plan.weights))
}

/// The numbers of a transformer: those of the model description, else those of the shapes.
pub(crate) fn transformer_config(config: Option<&Value>, local_layers: &[usize], scope: &Scope) -> Result<Config> {
    let mut config: Config = match config {
        Some(value) => serde_json::from_value(value.clone())
            .map_err(|error| Error::Input(format!("the transformer's configuration is not readable ({error})")))?,
        None => Config::detect(scope)?,
    };
    if !local_layers.is_empty() {
        config.local_attn_layers = local_layers.to_vec();
    }
    Ok(config)
}

fn text_encoder(manifest: &Manifest, plan: Plan, scope: &Scope) -> Result<t5gemma::Encoder> {
    let config = configuration(manifest.text.config.as_ref())?;
    t5gemma::Encoder::with_layers(&config, plan.precision, plan.text, &scope.keeping(plan.weights))
}

fn image_encoder(manifest: &Manifest, scope: &Scope) -> Result<wan::Encoder> {
    wan::Encoder::new(&image_config(manifest, scope)?, scope)
}

/// The numbers of the image encoder: those of its configuration, else those of the shapes.
pub(crate) fn image_config(manifest: &Manifest, scope: &Scope) -> Result<wan::Config> {
    match &manifest.image_encoder.config {
        Some(file) => configuration(Some(file)),
        None => wan::Config::detect(scope),
    }
}

fn video_decoder(manifest: &Manifest, scope: &Scope) -> Result<turbo::Decoder> {
    // 256 levels of a picture need no more, and the product takes half the time.
    let scope = scope.convolving(Precision::Bf16);
    turbo::Decoder::new(&configuration(manifest.video_decoder.config.as_ref())?, &scope)
}

fn audio_encoder(manifest: &Manifest, scope: &Scope) -> Result<oobleck::Encoder> {
    oobleck::Encoder::new(&configuration(manifest.audio.config.as_ref())?, scope)
}

fn audio_decoder(manifest: &Manifest, scope: &Scope) -> Result<oobleck::Decoder> {
    oobleck::Decoder::new(&configuration(manifest.audio.config.as_ref())?, scope)
}

/// A network's configuration; the released one where the model folder names no file.
pub(crate) fn configuration<T: DeserializeOwned>(file: Option<&PathBuf>) -> Result<T> {
    let Some(file) = file else {
        return serde_json::from_value(Value::Object(serde_json::Map::new()))
            .map_err(|error| Error::Input(format!("this network needs a configuration file ({error})")));
    };
    let text = std::fs::read_to_string(file).map_err(|error| Error::io("reading a configuration", file, error))?;
    serde_json::from_str(&text)
        .map_err(|error| Error::format(file, format!("not this network's configuration ({error})")))
}
