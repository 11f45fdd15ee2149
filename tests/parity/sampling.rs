//! Whole sampling runs, base stage and upscale stage, with the reference's random draws.

use std::ops::ControlFlow;

use anyhow::{Context, Result, ensure};
use candle_core::{Device, Tensor};
use gallop_models::sampling::{
    AudioSource, Denoise, Draw, Guidance, Guided, Noise, Sampler, Upscale, UpscaleGuidance, denoise, upscale,
};
use gallop_models::transformer::{Config, CoordStyle, Grid, Latents, Precision, Text, Transformer};
use gallop_models::weights::Scope;
use serde::Deserialize;

use crate::parity::dit::{Found, compare_found};
use crate::parity::dit_local::{overridden, weights_file};
use crate::parity::fixture::Fixture;
use crate::parity::report::Report;

#[derive(Deserialize)]
struct Case {
    case: String,
    text_len: usize,
    null_len: usize,
    cfg_number: usize,
    steps: usize,
    #[serde(default)]
    image: bool,
    #[serde(default)]
    a2v: bool,
    sr_hw: Option<[usize; 2]>,
    #[serde(default)]
    sr_steps: usize,
    #[serde(default)]
    sr_cfg_number: usize,
    trick_start: Option<usize>,
    frf: Option<i64>,
    #[serde(default)]
    sr_local: Vec<usize>,
}

#[derive(Deserialize)]
struct Shared {
    shift: f64,
    video_txt_guidance_scale: f64,
    video_txt_guidance_scale_when_t_le_500: f64,
    audio_txt_guidance_scale: f64,
    sr_video_txt_guidance_scale: f64,
    use_cfg_trick: bool,
    cfg_trick_value: f64,
    noise_value: usize,
    sr_audio_noise_scale: f64,
    base_coords_style: CoordStyle,
    sr_coords_style: CoordStyle,
}

/// Compares all cases.
pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    let shared: Shared = fixture.config("/shared")?;
    ensure!(shared.sr_coords_style == CoordStyle::Upscale, "the upscale stage has coordinates v1 only");
    let config = overridden(fixture, "/model_overrides")?;
    let scope = fixture.weights_in(&weights_file(fixture)?)?;
    for case in fixture.config::<Vec<Case>>("/cases")? {
        let name = case.case.clone();
        let found = Run { fixture, shared: &shared, case }.all(&config, &scope);
        match found.with_context(|| format!("case {name}")) {
            Ok(found) => compare_found(fixture, report, &found)?,
            Err(error) => report.push(&name, 0.0, Err(error)),
        }
    }
    Ok(())
}

struct Run<'a> {
    fixture: &'a Fixture,
    shared: &'a Shared,
    case: Case,
}

impl Run<'_> {
    fn all(&self, config: &Config, scope: &Scope) -> Result<Found> {
        let mut found = Found::new();
        let base = self.base(&Transformer::new(config, Precision::F32, scope)?, &mut found)?;
        let last = match self.case.sr_hw {
            None => base,
            Some(size) => {
                let config = Config { local_attn_layers: self.case.sr_local.clone(), ..config.clone() };
                self.upscaled(&Transformer::new(&config, Precision::F32, scope)?, &base, size, &mut found)?
            }
        };
        found.insert(self.name("out", "video"), last.video);
        found.insert(self.name("out", "audio"), last.audio);
        Ok(found)
    }

    fn base(&self, transformer: &Transformer, found: &mut Found) -> Result<Latents> {
        let (case, shared) = (&self.case, self.shared);
        let grid = Grid::of(&self.input("init_video")?)?;
        let request = Denoise {
            sampler: if case.cfg_number == 1 { Sampler::Renoise } else { Sampler::UniPc },
            steps: case.steps,
            shift: shared.shift,
            guidance: self.guided(
                case.cfg_number,
                Guidance {
                    video: shared.video_txt_guidance_scale,
                    video_low: shared.video_txt_guidance_scale_when_t_le_500,
                    audio: shared.audio_txt_guidance_scale,
                },
            )?,
            text: self.text()?,
            grid,
            audio: if case.a2v {
                AudioSource::GivenLoosely(self.input("audio_latent")?)
            } else {
                AudioSource::Generate { len: self.input("init_audio")?.dim(1)? }
            },
            image_latent: self.image(grid.height, grid.width)?,
            coords: shared.base_coords_style,
            frame_radius: self.frame_radius(),
        };
        let (mut video, mut audio) = (Vec::new(), Vec::new());
        let mut first = None;
        let latents = denoise(transformer, &request, &mut self.draws(), &mut |step| {
            video.push(step.latents.video.clone());
            audio.push(step.latents.audio.clone());
            first.get_or_insert_with(|| step.velocity.clone());
            ControlFlow::Continue(())
        })?;
        let first = first.context("no step was made")?;
        found.insert(self.name("mid", "v_video_first"), first.video);
        found.insert(self.name("mid", "v_audio_first"), first.audio);
        found.insert(self.name("mid", "base_video_steps"), Tensor::stack(&video, 0)?);
        found.insert(self.name("mid", "base_audio_steps"), Tensor::stack(&audio, 0)?);
        Ok(latents)
    }

    fn upscaled(
        &self,
        transformer: &Transformer,
        base: &Latents,
        [height, width]: [usize; 2],
        found: &mut Found,
    ) -> Result<Latents> {
        let (case, shared) = (&self.case, self.shared);
        let first_frames = if shared.use_cfg_trick { case.trick_start.unwrap_or(13) } else { 0 };
        let request = Upscale {
            steps: case.sr_steps,
            shift: shared.shift,
            noise_level: shared.noise_value,
            audio_noise: shared.sr_audio_noise_scale,
            guidance: self.guided(
                case.sr_cfg_number,
                UpscaleGuidance {
                    video: shared.sr_video_txt_guidance_scale,
                    first: shared.cfg_trick_value,
                    first_frames,
                },
            )?,
            text: self.text()?,
            height,
            width,
            image_latent: self.image(height, width)?,
            frame_radius: self.frame_radius(),
        };
        let start = request.start(base, &mut self.draws())?;
        found.insert(self.name("mid", "sr_start_video"), start.video);
        found.insert(self.name("mid", "sr_start_audio"), start.audio);
        let mut video = Vec::new();
        let latents = upscale(transformer, base, &request, &mut self.draws(), &mut |step| {
            video.push(step.latents.video.clone());
            ControlFlow::Continue(())
        })?;
        found.insert(self.name("mid", "sr_video_steps"), Tensor::stack(&video, 0)?);
        Ok(latents)
    }

    fn name(&self, kind: &str, what: &str) -> String {
        format!("{kind}.{}.{what}", self.case.case)
    }

    fn input(&self, what: &str) -> Result<Tensor> {
        self.fixture.tensor(&self.name("in", what))
    }

    fn text(&self) -> Result<Text> {
        Ok(Text { features: self.fixture.tensor("in.context")?, len: self.case.text_len })
    }

    fn guided<S>(&self, calls: usize, scales: S) -> Result<Option<Guided<S>>> {
        if calls == 1 {
            return Ok(None);
        }
        let negative = Text { features: self.fixture.tensor("in.context_null")?, len: self.case.null_len };
        Ok(Some(Guided { scales, negative }))
    }

    fn image(&self, height: usize, width: usize) -> Result<Option<Tensor>> {
        match self.case.image {
            true => Ok(Some(self.fixture.tensor(&format!("in.image_latent_{height}x{width}"))?)),
            false => Ok(None),
        }
    }

    fn frame_radius(&self) -> Option<usize> {
        usize::try_from(self.case.frf.unwrap_or(11)).ok()
    }

    fn draws(&self) -> Recorded<'_> {
        Recorded { run: self }
    }
}

/// The reference's draws.
struct Recorded<'a> {
    run: &'a Run<'a>,
}

impl Noise for Recorded<'_> {
    fn normal(&mut self, draw: Draw, shape: &[usize], _: &Device) -> gallop_models::Result<Tensor> {
        let (name, step) = match draw {
            Draw::Audio => ("init_audio", None),
            Draw::Video => ("init_video", None),
            Draw::StepVideo(step) => ("step_noise_video", Some(step)),
            Draw::StepAudio(step) => ("step_noise_audio", Some(step)),
            Draw::UpscaleVideo => ("sr_video_noise", None),
            Draw::UpscaleAudio => ("sr_audio_noise", None),
            Draw::Voice(_) => return Err(gallop_models::Error::Input("no fixture draws a voice's latents".into())),
        };
        let stored = self.run.input(name).map_err(|error| gallop_models::Error::Input(format!("{error:#}")))?;
        let tensor = step.map_or(Ok(stored.clone()), |step| stored.get(step))?;
        if tensor.dims() != shape {
            let message = format!("`{name}` has shape {:?}, {shape:?} was drawn", tensor.dims());
            return Err(gallop_models::Error::Input(message));
        }
        Ok(tensor)
    }
}
