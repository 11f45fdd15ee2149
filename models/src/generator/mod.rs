//! From a request to a clip: text → reference → denoise → upscale → decode.

pub mod event;
pub mod latents;
pub mod manifest;
pub(crate) mod parts;
pub mod plan;
mod progress;
pub(crate) mod released;
pub mod request;
pub(crate) mod route;
mod soundtrack;

use std::path::Path;

use candle_core::{Device, Tensor};

pub use crate::image::{Frames, Picture};
pub use event::{Event, Preview, Sink, Sound, Stage};
pub use latents::Latents;
pub use manifest::Manifest;
pub use plan::{Layers, Plan, Residency, Tiles, WeightType};
pub use request::{FPS, Length, Request, Size};

use crate::sampling::{self, AudioSource, Denoise, Guidance, Guided, Philox, Sampler, Step, Upscale};
use crate::text::features::FeatureFolder;
use crate::transformer::{CoordStyle, Grid, Text};
use crate::{Error, Result, image};
use manifest::{CoordsName, SamplerName};
use parts::Parts;
use progress::{MiddleFrame, send, stage};
use route::Route;

/// Latent frames that local layers see to each side (reference: `DataProxyConfig.frame_receptive_field`).
const FRAME_RADIUS: usize = 11;
/// Shift of the upscale stage's schedule, the base stage's in the released configuration.
const UPSCALE_SHIFT: f64 = 5.0;

/// Makes clips with one model.
pub struct Generator {
    manifest: Manifest,
    device: Device,
    parts: Parts,
}

impl Generator {
    /// Opens a model, checks every part against its configuration, and loads what the plan keeps.
    ///
    /// # Errors
    /// A part is missing, foreign or misshapen; the message names the file and the tensor.
    pub fn load(manifest: Manifest, device: Device, plan: Plan) -> Result<Self> {
        let parts = Parts::open(&manifest, &device, plan)?;
        Ok(Self { manifest, device, parts })
    }

    /// Keeps text features in `folder` from now on, and takes them from there instead of encoding a prompt again.
    /// `encoder` names the text encoder's weights, such as by their hash: features of other weights are not taken, nor are
    /// those that were computed in another way.
    ///
    /// # Errors
    /// [`Error::Io`] where the folder cannot be made.
    pub fn keep_text_features(&mut self, folder: &Path, encoder: &str) -> Result<()> {
        self.parts.keep_text_features(FeatureFolder::open(folder, &self.parts.name_of_features(encoder))?);
        Ok(())
    }

    /// Cuts pictures like this from now on when they are decoded.
    pub fn cut_pictures(&mut self, tiles: Tiles) {
        self.parts.cut_pictures(tiles);
    }

    /// What the model folder says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Makes a clip: [`Self::draft`], then [`Self::finish`]. The draft's latents come back, so that it can be finished
    /// again without rolling it anew.
    ///
    /// # Errors
    /// As the two.
    pub fn generate(&mut self, request: &Request, sink: &mut dyn Sink) -> Result<Latents> {
        let latents = self.draft(request, sink)?;
        self.finish(&latents, request, sink)?;
        Ok(latents)
    }

    /// Makes the latents of a clip at the base size.
    ///
    /// # Errors
    /// [`Error::Input`] for a request that cannot be carried out, [`Error::Cancelled`] where the sink breaks.
    pub fn draft(&mut self, request: &Request, sink: &mut dyn Sink) -> Result<Latents> {
        let length = request.length()?;
        let route = self.route(request.size);
        let scales = self.manifest.base.guidance;
        let negative = scales.map(|_| self.manifest.base.negative_prompt.clone());
        let prompts: Vec<&str> = std::iter::once(request.prompt.as_str()).chain(negative.as_deref()).collect();
        let mut texts = stage(sink, Stage::Text, 0, |sink| self.encode_texts(&prompts, sink))?.into_iter();
        let text = texts.next().ok_or_else(no_prompt)?;
        let guidance = scales.zip(texts.next()).map(|(scales, negative)| {
            let scales = Guidance { video: scales.video, video_low: scales.video_low, audio: scales.audio };
            Guided { scales, negative }
        });
        let mut image_latent = None;
        let mut audio = AudioSource::Generate { len: length.audio_latents };
        if request.image.is_some() || request.voice.is_some() {
            stage(sink, Stage::Reference, 0, |_| {
                image_latent = self.encode_image(request.image.as_ref(), route.draft)?;
                if let Some(voice) = &request.voice {
                    audio = AudioSource::Given(self.encode_voice(voice, length, request.seed)?);
                }
                Ok(())
            })?;
        }
        let (height, width) = route.draft.latent_hw();
        let base = &self.manifest.base;
        let denoise = Denoise {
            sampler: match base.sampler {
                SamplerName::Renoise => Sampler::Renoise,
                SamplerName::Unipc => Sampler::UniPc,
            },
            steps: base.steps,
            shift: base.shift,
            guidance,
            text,
            grid: Grid { frames: length.video_latents, height, width },
            audio,
            image_latent,
            coords: match base.coords {
                CoordsName::V1 => CoordStyle::Upscale,
                CoordsName::V2 => CoordStyle::Base,
            },
            frame_radius: None,
        };
        stage(sink, Stage::Denoise, base.steps, |sink| {
            self.parts.load_base()?;
            let (base, decoder) = self.parts.base_and_decoder()?;
            let mut noise = Philox::new(request.seed);
            let mut on_step = |step: &Step| report(sink, Stage::Denoise, step, decoder);
            let latents = sampling::denoise(base, &denoise, &mut noise, &mut on_step);
            self.parts.release_base();
            latents
        })
    }

    /// Makes the clip of a draft: [`Self::upscale`], then [`Self::decode`].
    ///
    /// # Errors
    /// As the two.
    pub fn finish(&mut self, latents: &Latents, request: &Request, sink: &mut dyn Sink) -> Result<()> {
        let upscaled = self.upscale(latents, request, sink)?;
        self.decode(upscaled.as_ref().unwrap_or(latents), request, sink)
    }

    /// Brings a draft to the request's size where that is above the model's base size and the model can; `None` where the
    /// draft already has it. The sound stays the draft's.
    ///
    /// # Errors
    /// [`Error::Input`] where the latents are not of this request, [`Error::Cancelled`] where the sink breaks.
    pub fn upscale(&mut self, latents: &Latents, request: &Request, sink: &mut dyn Sink) -> Result<Option<Latents>> {
        let route = self.route(request.size);
        check_latents(latents, request, &[route.draft])?;
        let Some(index) = route.upscaler else { return Ok(None) };
        let video = self.refine(latents, request, index, sink)?;
        Ok(Some(Latents { video, audio: latents.audio.clone() }))
    }

    /// Decodes the sound and the frames of a draft, or of what it was upscaled to, into the sink.
    ///
    /// # Errors
    /// [`Error::Input`] where the latents are not of this request, [`Error::Cancelled`] where the sink breaks.
    pub fn decode(&mut self, latents: &Latents, request: &Request, sink: &mut dyn Sink) -> Result<()> {
        check_latents(latents, request, &[self.manifest.draft_size(request.size), request.size])?;
        stage(sink, Stage::DecodeAudio, 0, |sink| {
            let sound = match &request.voice {
                Some(voice) => soundtrack::cut(voice, request.length()?),
                None => self.parts.decode_audio(&latents.audio)?,
            };
            soundtrack::hand_over(&sound, sink)
        })?;
        self.parts.load_decoder()?;
        let chunks = self.parts.chunks(&latents.video)?;
        let total = chunks.total();
        let decoded = stage(sink, Stage::DecodeVideo, total, |sink| {
            for (index, piece) in chunks.enumerate() {
                sink.frames(&Frames::from_pixels(&piece?)?)?;
                send(sink, Event::Step { stage: Stage::DecodeVideo, done: index + 1, total, preview: None })?;
            }
            Ok(())
        });
        self.parts.release_decoder();
        decoded
    }

    fn route(&self, size: Size) -> Route {
        self.manifest.route(size)
    }

    fn encode_texts(&mut self, prompts: &[&str], sink: &mut dyn Sink) -> Result<Vec<Text>> {
        let mut ids = Vec::new();
        for prompt in prompts {
            if prompt.trim().is_empty() {
                return Err(no_prompt());
            }
            let (tokens, cut) = self.parts.tokenize(prompt)?;
            if let Some(cut) = cut {
                let limit = self.manifest.text.max_tokens;
                send(sink, Event::Notice(format!("the prompt is longer than {limit} tokens; this was cut: {cut}")))?;
            }
            ids.push(tokens);
        }
        let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        self.parts.encode_texts(&ids)?.into_iter().map(Text::whole).collect()
    }

    fn encode_image(&mut self, picture: Option<&Picture>, size: Size) -> Result<Option<Tensor>> {
        let Some(picture) = picture else { return Ok(None) };
        let target = image::Size { height: size.height() as usize, width: size.width() as usize };
        let pixels = picture.prepare(target, &self.device)?;
        self.parts.encode_image(&pixels).map(Some)
    }

    fn encode_voice(&mut self, voice: &Sound, length: Length, seed: u64) -> Result<Tensor> {
        self.parts.encode_audio(voice, length.audio_latents, &mut Philox::new(seed))
    }

    fn refine(&mut self, draft: &Latents, request: &Request, index: usize, sink: &mut dyn Sink) -> Result<Tensor> {
        let texts = stage(sink, Stage::Text, 0, |sink| self.encode_texts(&[&request.prompt], sink))?;
        let text = texts.into_iter().next().ok_or_else(no_prompt)?;
        let image_latent =
            stage(sink, Stage::Reference, 0, |_| self.encode_image(request.image.as_ref(), request.size))?;
        let (height, width) = request.size.latent_hw();
        let part = &self.manifest.upscale[index];
        let upscale = Upscale {
            steps: part.steps,
            shift: UPSCALE_SHIFT,
            noise_level: part.noise_level,
            audio_noise: part.audio_noise,
            guidance: None,
            text,
            height,
            width,
            image_latent,
            frame_radius: (!part.local_attn_layers.is_empty()).then_some(FRAME_RADIUS),
        };
        stage(sink, Stage::Upscale, part.steps, |sink| {
            self.parts.load_upscaler(index)?;
            let (upscaler, decoder) = self.parts.upscaler_and_decoder(index)?;
            let mut on_step = |step: &Step| report(sink, Stage::Upscale, step, decoder);
            let mut noise = Philox::new(request.seed);
            let latents = sampling::upscale(upscaler, draft, &upscale, &mut noise, &mut on_step);
            self.parts.release_upscaler(index);
            Ok(latents?.video)
        })
    }
}

/// Latents may come from a file: they must be of this request, at one of these sizes.
fn check_latents(latents: &Latents, request: &Request, sizes: &[Size]) -> Result<()> {
    let length = request.length()?;
    let (video, audio) = (latents.video.dims(), latents.audio.dims());
    let fits = |size: &Size| {
        let (h, w) = size.latent_hw();
        matches!(video, [1, _, t, y, x] if (*t, *y, *x) == (length.video_latents, h, w))
    };
    if sizes.iter().any(fits) && matches!(audio, [1, a, _] if *a == length.audio_latents) {
        return Ok(());
    }
    let sizes: Vec<_> = sizes.iter().map(ToString::to_string).collect();
    Err(Error::Input(format!(
        "these latents are of another clip: video {video:?} and audio {audio:?}, expected {} frames for {} and {} of audio",
        length.video_latents,
        sizes.join(" or "),
        length.audio_latents
    )))
}

fn no_prompt() -> Error {
    Error::Input("the prompt is empty: describe what the clip shows".into())
}

fn report(
    sink: &mut dyn Sink,
    stage: Stage,
    step: &Step,
    decoder: Option<&crate::vae::turbo::Decoder>,
) -> std::ops::ControlFlow<()> {
    let preview = decoder.map(|decoder| MiddleFrame { decoder, clean: step.clean });
    let preview = preview.as_ref().map(|preview| preview as &dyn Preview);
    sink.event(Event::Step { stage, done: step.index + 1, total: step.total, preview })
}
