//! What the two stages promise, on a small network with drawn weights.

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};

use super::*;
use crate::transformer::tests::{random, sample, small};
use crate::transformer::{CoordStyle, Grid, Latents, Transformer};
use crate::{Error, Result};

const GRID: Grid = Grid { frames: 3, height: 4, width: 4 };

fn request(sampler: Sampler, audio: AudioSource) -> Result<Denoise> {
    let (_, text) = sample(&small(), GRID, 9, 4)?;
    Ok(Denoise {
        sampler,
        steps: 3,
        shift: 5.0,
        guidance: None,
        text,
        grid: GRID,
        audio,
        image_latent: None,
        coords: CoordStyle::Base,
        frame_radius: None,
    })
}

fn run(transformer: &Transformer, request: &Denoise, seed: u64) -> Result<Latents> {
    denoise(transformer, request, &mut Philox::new(seed), &mut |_| ControlFlow::Continue(()))
}

fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    Ok(tensor.flatten_all()?.to_vec1()?)
}

#[test]
fn a_seed_gives_the_same_bits_again() -> Result<()> {
    let transformer = random(&small())?;
    for sampler in [Sampler::Renoise, Sampler::UniPc, Sampler::Euler] {
        let request = request(sampler, AudioSource::Generate { len: 9 })?;
        let (a, b) = (run(&transformer, &request, 3)?, run(&transformer, &request, 3)?);
        assert_eq!(values(&a.video)?, values(&b.video)?);
        assert_eq!(values(&a.audio)?, values(&b.audio)?);
        assert_ne!(values(&a.video)?, values(&run(&transformer, &request, 4)?.video)?);
    }
    Ok(())
}

#[test]
fn a_given_sound_is_kept_and_a_given_picture_is_the_first_frame() -> Result<()> {
    let transformer = random(&small())?;
    let (given, _) = sample(&small(), GRID, 9, 4)?;
    let image = given.video.narrow(2, 0, 1)?;
    for sampler in [Sampler::Renoise, Sampler::UniPc] {
        let mut request = request(sampler, AudioSource::Given(given.audio.clone()))?;
        request.image_latent = Some(image.clone());
        let latents = run(&transformer, &request, 3)?;
        assert_eq!(values(&latents.audio)?, values(&given.audio)?);
        assert_eq!(values(&latents.video.narrow(2, 0, 1)?)?, values(&image)?);
        request.audio = AudioSource::GivenLoosely(given.audio.clone());
        let kept = values(&run(&transformer, &request, 3)?.audio)? == values(&given.audio)?;
        assert_eq!(kept, sampler == Sampler::UniPc);
    }
    Ok(())
}

#[test]
fn guidance_of_one_is_no_guidance() -> Result<()> {
    let transformer = random(&small())?;
    let mut request = request(Sampler::Euler, AudioSource::Generate { len: 9 })?;
    let plain = run(&transformer, &request, 3)?;
    let (_, negative) = sample(&small(), GRID, 9, 2)?;
    let scales = Guidance { video: 1.0, video_low: 1.0, audio: 1.0 };
    request.guidance = Some(Guided { scales, negative: negative.clone() });
    let guided = run(&transformer, &request, 3)?;
    let error = (&plain.video - &guided.video)?.abs()?.max_all()?.to_scalar::<f32>()?;
    assert!(error < 1e-4, "{error}");
    request.guidance = Some(Guided { scales: Guidance::default(), negative });
    let error = (plain.video - run(&transformer, &request, 3)?.video)?.abs()?.max_all()?.to_scalar::<f32>()?;
    assert!(error > 1e-2, "{error}");
    Ok(())
}

#[test]
fn a_break_cancels_between_steps() -> Result<()> {
    let transformer = random(&small())?;
    let request = request(Sampler::Euler, AudioSource::Generate { len: 9 })?;
    let mut seen = Vec::new();
    let outcome = denoise(&transformer, &request, &mut Philox::new(1), &mut |step| {
        seen.push((step.index, step.total));
        if step.index == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(outcome, Err(Error::Cancelled)));
    assert_eq!(seen, [(0, 3), (1, 3)]);
    Ok(())
}

#[test]
fn upscaling_keeps_the_sound_and_holds_the_picture() -> Result<()> {
    let transformer = random(&small())?;
    let (base, text) = sample(&small(), GRID, 9, 4)?;
    let image = Tensor::randn(0f32, 1.0, (1, small().video_channels(), 1, 6, 8), &Device::Cpu)?;
    let mut request = Upscale {
        steps: 2,
        shift: 5.0,
        noise_level: 220,
        audio_noise: 0.7,
        guidance: Some(Guided { scales: UpscaleGuidance::default(), negative: text.clone() }),
        text,
        height: 6,
        width: 8,
        image_latent: Some(image.clone()),
        frame_radius: None,
    };
    let mut go = |_: &Step| ControlFlow::Continue(());
    let large = upscale(&transformer, &base, &request, &mut Philox::new(1), &mut go)?;
    assert_eq!(large.video.dims(), [1, small().video_channels(), 3, 6, 8]);
    assert_eq!(values(&large.audio)?, values(&base.audio)?);
    assert_eq!(values(&large.video.narrow(2, 0, 1)?)?, values(&image)?);
    request.height = 4;
    let refused = upscale(&transformer, &base, &request, &mut Philox::new(1), &mut go);
    assert!(matches!(refused, Err(Error::Input(_))));
    request.height = 6;
    request.audio_noise = 1.5;
    let refused = upscale(&transformer, &base, &request, &mut Philox::new(1), &mut go);
    assert!(matches!(refused, Err(Error::Input(_))));
    Ok(())
}

#[test]
fn what_drowns_in_noise_is_not_heard() -> Result<()> {
    let transformer = random(&small())?;
    let (base, text) = sample(&small(), GRID, 9, 4)?;
    let silent = Latents { audio: base.audio.zeros_like()?, ..base.clone() };
    for (audio_noise, heard) in [(1.0, false), (0.3, true)] {
        let request = Upscale {
            steps: 1,
            shift: 5.0,
            noise_level: 220,
            audio_noise,
            guidance: None,
            text: text.clone(),
            height: 6,
            width: 8,
            image_latent: None,
            frame_radius: None,
        };
        let of = |base: &Latents| {
            let made = upscale(&transformer, base, &request, &mut Philox::new(1), &mut |_| ControlFlow::Continue(()))?;
            values(&made.video)
        };
        assert_eq!(of(&base)? != of(&silent)?, heard, "{audio_noise}");
    }
    Ok(())
}
