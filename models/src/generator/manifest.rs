//! What a model folder holds: `model.json`, or the layout of the released files.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::request::Size;
use super::route::Route;
use crate::{Error, Result};

/// The file that describes a model folder.
pub const FILE_NAME: &str = "model.json";

/// What a model folder holds. Paths are relative to the folder until [`Manifest::open`] has joined them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name that the model goes by.
    pub name: String,
    /// Version of this description.
    pub format: u32,
    /// Text encoder and tokenizer.
    pub text: TextPart,
    /// The transformer that makes the draft.
    pub base: BasePart,
    /// Transformers that refine a draft at a larger size.
    #[serde(default)]
    pub upscale: Vec<UpscalePart>,
    /// Encoder of reference pictures.
    pub image_encoder: Part,
    /// Decoder of video latents.
    pub video_decoder: Part,
    /// Encoder and decoder of sound.
    pub audio: AudioPart,
    /// Frames per second.
    pub fps: u32,
    /// Clip lengths that the model was trained for.
    pub seconds: Seconds,
    /// Width and height by aspect, as in `"9:16": [128, 224]`.
    pub sizes: BTreeMap<String, [u32; 2]>,
}

/// Weights and the configuration of their network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Weight file, or folder of shards.
    pub weights: PathBuf,
    /// JSON file with the network's configuration; the released one where absent.
    #[serde(default)]
    pub config: Option<PathBuf>,
}

/// Text encoder and tokenizer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextPart {
    /// Weight file, or folder of shards.
    pub weights: PathBuf,
    /// JSON file with the encoder's configuration; the released one where absent.
    #[serde(default)]
    pub config: Option<PathBuf>,
    /// The `tokenizer.json`.
    pub tokenizer: PathBuf,
    /// Text beyond so many tokens is cut.
    pub max_tokens: usize,
}

/// The transformer that makes the draft, and how it is sampled.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasePart {
    /// Weight file, or folder of shards.
    pub weights: PathBuf,
    /// The network's configuration; read off the tensor shapes where absent.
    #[serde(default)]
    pub config: Option<Value>,
    /// Style of the token coordinates.
    pub coords: CoordsName,
    /// The sampler that the weights were trained for.
    pub sampler: SamplerName,
    /// Denoising steps.
    pub steps: usize,
    /// Shift of the sigma schedule towards noise.
    pub shift: f64,
    /// Guidance scales; absent where the weights need none.
    #[serde(default)]
    pub guidance: Option<GuidanceScales>,
    /// The prompt that guidance leads away from.
    #[serde(default)]
    pub negative_prompt: String,
}

/// A transformer that refines a draft at a larger size.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpscalePart {
    /// Name of the target, as in `1080p`.
    pub name: String,
    /// Weight file, or folder of shards.
    pub weights: PathBuf,
    /// The network's configuration; read off the tensor shapes where absent.
    #[serde(default)]
    pub config: Option<Value>,
    /// Layers whose attention is local in time.
    #[serde(default)]
    pub local_attn_layers: Vec<usize>,
    /// Denoising steps.
    pub steps: usize,
    /// How much noise enters the enlarged draft, as for [`crate::sampling::Upscale`]; the released models' level where
    /// absent.
    #[serde(default = "released_noise_level")]
    pub noise_level: usize,
    /// The share of noise in the sound that it listens to, 0 to 1; the released models' where absent.
    #[serde(default = "released_audio_noise")]
    pub audio_noise: f64,
    /// Length of the target's shorter side in pixels.
    pub short_side: u32,
}

/// Reference: `EvaluationConfig.noise_value`.
pub(super) const fn released_noise_level() -> usize {
    220
}

/// Reference: `EvaluationConfig.sr_audio_noise_scale`.
pub(super) const fn released_audio_noise() -> f64 {
    0.7
}

/// Encoder and decoder of sound.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudioPart {
    /// Weight file, or folder of shards.
    pub weights: PathBuf,
    /// JSON file with the networks' configuration; the released one where absent.
    #[serde(default)]
    pub config: Option<PathBuf>,
    /// Samples per second of the decoded sound, after resampling.
    pub sample_rate: u32,
}

/// Scales of classifier-free guidance.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuidanceScales {
    /// For the video, while the timestep is above 500.
    pub video: f64,
    /// For the video, from timestep 500 on.
    pub video_low: f64,
    /// For the audio.
    pub audio: f64,
}

/// Clip lengths in seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seconds {
    /// The shortest.
    pub min: f32,
    /// The longest.
    pub max: f32,
    /// The usual.
    pub default: f32,
}

/// Styles of token coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoordsName {
    /// Of the upscale stage.
    V1,
    /// Of the base stage.
    V2,
}

/// Samplers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SamplerName {
    /// Few steps, fresh noise at each, for distilled weights.
    Renoise,
    /// Multistep solver, for base weights.
    Unipc,
}

/// The folders that a model is spread over.
pub(super) struct Folders<'a>(pub &'a [PathBuf]);

impl Folders<'_> {
    /// Where a part is: in the first folder that has it.
    pub fn find(&self, part: &Path) -> Option<PathBuf> {
        self.0.iter().map(|folder| folder.join(part)).find(|path| path.exists())
    }

    /// As [`Self::find`]; where no folder has it, its place in the first one, for the message.
    fn place(&self, part: &Path) -> PathBuf {
        self.find(part).unwrap_or_else(|| self.first().join(part))
    }

    /// The folder that stands for all in messages.
    pub fn first(&self) -> &Path {
        self.0.first().map_or(Path::new(""), PathBuf::as_path)
    }
}

impl Manifest {
    /// Reads what `folder` holds.
    ///
    /// # Errors
    /// [`Error::Format`] where it is not a model folder, [`Error::Io`] where a named file is not there.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::open_spread(&[folder.to_owned()])
    }

    /// As [`Self::open`], where the parts lie in several folders, each laid out like a part of one: everything is taken
    /// from the first folder that has it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_spread(folders: &[PathBuf]) -> Result<Self> {
        let folders = Folders(folders);
        let mut manifest = match folders.find(Path::new(FILE_NAME)).filter(|file| file.is_file()) {
            Some(file) => Self::read(&file)?,
            None => super::released::manifest(&folders)?,
        };
        manifest.paths_mut().into_iter().for_each(|path| *path = folders.place(path));
        manifest.check_files()?;
        Ok(manifest)
    }

    /// The size that a draft for a clip of `size` is made at.
    pub fn draft_size(&self, size: Size) -> Size {
        self.route(size).draft
    }

    /// The least size that a draft can be brought to, in its shape; its own where the model has no network for that.
    pub fn finished_size(&self, draft: Size) -> Size {
        let short = draft.width().min(draft.height());
        let Some(target) = self.upscale.iter().map(|part| part.short_side).filter(|side| *side > short).min() else {
            return draft;
        };
        let scaled = |side: u32| (f64::from(side) * f64::from(target) / f64::from(short.max(1))).round() as u32;
        Size::nearest(scaled(draft.width()), scaled(draft.height()))
    }

    pub(super) fn route(&self, size: Size) -> Route {
        let upscalers: Vec<u32> = self.upscale.iter().map(|part| part.short_side).collect();
        Route::new(size, &self.sizes, &upscalers)
    }

    fn read(file: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(file).map_err(|error| Error::io("reading the model description", file, error))?;
        let manifest: Self = serde_json::from_str(&text)
            .map_err(|error| Error::format(file, format!("not a model description ({error})")))?;
        if manifest.format != 1 {
            let reason = format!("model description of format {}, this version reads format 1", manifest.format);
            return Err(Error::format(file, reason));
        }
        if manifest.fps != super::request::FPS {
            return Err(Error::format(
                file,
                format!("{} frames per second, expected {}", manifest.fps, super::request::FPS),
            ));
        }
        if manifest.base.guidance.is_some() && manifest.base.negative_prompt.trim().is_empty() {
            return Err(Error::format(file, "`base.guidance` leads away from a `negative_prompt`, and there is none"));
        }
        for UpscalePart { name, noise_level, audio_noise, .. } in &manifest.upscale {
            if *noise_level > 999 {
                return Err(Error::format(file, format!("`noise_level` of `{name}` is {noise_level}, above 999")));
            }
            if !(0.0..=1.0).contains(audio_noise) {
                let reason = format!("`audio_noise` of `{name}` is {audio_noise}, not between 0 and 1");
                return Err(Error::format(file, reason));
            }
        }
        Ok(manifest)
    }

    fn check_files(&mut self) -> Result<()> {
        for path in self.paths_mut() {
            std::fs::metadata(&*path).map_err(|error| match error.kind() {
                ErrorKind::NotFound => Error::format(&*path, "a part of the model is missing; download it again"),
                _ => Error::io("opening a part of the model", &*path, error),
            })?;
        }
        Ok(())
    }

    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.text.weights, &mut self.text.tokenizer, &mut self.base.weights];
        paths.extend([&mut self.image_encoder.weights, &mut self.video_decoder.weights, &mut self.audio.weights]);
        paths.extend(self.upscale.iter_mut().map(|part| &mut part.weights));
        let configs = [
            &mut self.text.config,
            &mut self.image_encoder.config,
            &mut self.video_decoder.config,
            &mut self.audio.config,
        ];
        paths.extend(configs.into_iter().flatten());
        paths
    }
}
