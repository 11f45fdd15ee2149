//! Invariants of the whole network, on drawn weights.

use std::collections::HashMap;

use candle_core::{Device, Tensor};

use super::{Config, CoordStyle, Grid, Latents, Place, Precision, Text, Transformer};
use crate::weights::{Layers, Scope, Weights};
use crate::{Error, Result};

/// Numbers small enough for a test; head width and inner widths are no multiples of a panel.
pub(crate) fn small() -> Config {
    Config {
        num_layers: 3,
        hidden_size: 80,
        head_dim: 40,
        num_query_groups: 1,
        video_in_channels: 32,
        audio_in_channels: 6,
        text_in_channels: 10,
        mm_layers: vec![0],
        gelu7_layers: vec![1],
        ..Config::default()
    }
}

/// Tensors of `config`, drawn.
pub(crate) fn draw(config: &Config) -> Result<HashMap<String, Tensor>> {
    let drawn = config.tensors().into_iter().map(|(name, shape)| {
        let scale = if shape.len() == 2 { 1.0 / (shape[1] as f64).sqrt() } else { 0.2 };
        Ok((name, Tensor::randn(0f32, scale as f32, shape, &Device::Cpu)?))
    });
    drawn.collect()
}

/// A scope over tensors, by way of a file as always.
pub(crate) fn scope(tensors: &HashMap<String, Tensor>) -> Result<Scope> {
    let file = tempfile::NamedTempFile::with_suffix(".safetensors").map_err(|e| Error::io("test", "file", e))?;
    candle_core::safetensors::save(tensors, file.path())?;
    Ok(Weights::open(file.path())?.root(&Device::Cpu))
}

/// A network with drawn weights.
pub(crate) fn random(config: &Config) -> Result<Transformer> {
    Transformer::new(config, Precision::F32, &scope(&draw(config)?)?)
}

/// A sample of `config`: latents and text.
pub(crate) fn sample(config: &Config, grid: Grid, audio: usize, text: usize) -> Result<(Latents, Text)> {
    let normal = |shape: &[usize]| Tensor::randn(0f32, 1.0, shape, &Device::Cpu);
    let latents = Latents {
        video: normal(&[1, config.video_channels(), grid.frames, grid.height, grid.width])?,
        audio: normal(&[1, audio, config.audio_in_channels])?,
    };
    Ok((latents, Text::whole(normal(&[1, text, config.text_in_channels])?)?))
}

fn largest(x: &Tensor) -> Result<f32> {
    Ok(x.abs()?.max_all()?.to_scalar::<f32>()?)
}

fn difference(a: &Latents, b: &Latents) -> Result<f32> {
    Ok(largest(&(&a.video - &b.video)?)?.max(largest(&(&a.audio - &b.audio)?)?))
}

const GRID: Grid = Grid { frames: 3, height: 4, width: 6 };

#[test]
fn numbers_are_read_off_the_shapes() -> Result<()> {
    for config in [
        small(),
        Config { enable_attn_gating: false, num_query_groups: 2, ..small() },
        Config { post_norm_layers: vec![2], mm_layers: vec![], ..small() },
        Config { place_embedder: true, ..small() },
        Config { input_skip: true, first_frame_skip: true, ..small() },
    ] {
        let scope = scope(&draw(&config)?)?;
        assert_eq!(Config::detect(&scope)?, config);
        let transformer = Transformer::new(&config, Precision::F32, &scope)?;
        let (latents, text) = sample(&config, GRID, 5, 3)?;
        let condition = transformer.condition(&text, GRID, 5, CoordStyle::Base, None)?;
        let velocity = transformer.forward(&latents, &condition)?;
        assert!(velocity.video.sqr()?.sum_all()?.to_scalar::<f32>()?.is_finite());
    }
    let foreign = scope(&HashMap::from([("a".to_owned(), Tensor::new(&[1f32], &Device::Cpu)?)]))?;
    assert!(matches!(Config::detect(&foreign), Err(Error::Input(_))));
    Ok(())
}

#[test]
fn equal_experts_are_one_shared_layer() -> Result<()> {
    let shared = Config { mm_layers: vec![], ..small() };
    let mut tensors = draw(&shared)?;
    let one = Transformer::new(&shared, Precision::F32, &scope(&tensors)?)?;
    for (name, tensor) in &mut tensors {
        if name.starts_with("block.layers.0.") {
            *tensor = Tensor::cat(&[&*tensor, &*tensor, &*tensor], 0)?;
        }
    }
    let three = Transformer::new(&small(), Precision::F32, &scope(&tensors)?)?;
    let (latents, text) = sample(&shared, GRID, 5, 3)?;
    let run = |transformer: &Transformer| -> Result<Latents> {
        transformer.forward(&latents, &transformer.condition(&text, GRID, 5, CoordStyle::Base, None)?)
    };
    assert!(difference(&run(&one)?, &run(&three)?)? < 1e-5);
    Ok(())
}

#[test]
fn padding_of_the_text_does_not_matter_and_a_wide_window_is_none() -> Result<()> {
    let config = Config { local_attn_layers: vec![0, 2], ..small() };
    let transformer = random(&config)?;
    let (latents, text) = sample(&config, GRID, 5, 3)?;
    let run = |text: &Text, radius| -> Result<Latents> {
        transformer.forward(&latents, &transformer.condition(text, GRID, 5, CoordStyle::Base, radius)?)
    };
    let padding = Tensor::full(f32::NAN, (1, 4, config.text_in_channels), &Device::Cpu)?;
    let padded = Text { features: Tensor::cat(&[&text.features, &padding], 1)?, len: 3 };
    let full = run(&text, None)?;
    assert!(difference(&full, &run(&padded, None)?)? == 0.0);
    assert!(difference(&full, &run(&text, Some(2))?)? < 1e-4);
    assert!(difference(&full, &run(&text, Some(0))?)? > 1e-3);
    Ok(())
}

#[test]
fn places_are_added_to_video_and_audio_and_not_to_text() -> Result<()> {
    let config = Config { place_embedder: true, ..small() };
    let tensors = draw(&config)?;
    let (latents, text) = sample(&config, GRID, 5, 3)?;
    let run = |config: &Config| -> Result<(Tensor, Tensor)> {
        let transformer = Transformer::new(config, Precision::F32, &scope(&tensors)?)?;
        let condition = transformer.condition(&text, GRID, 5, CoordStyle::Base, None)?;
        let mut entered = None;
        transformer.forward_inspected(&latents, &condition, &mut |place, x| {
            entered = entered.take().or((place == Place::Adapter).then(|| x.clone()));
            Ok(())
        })?;
        Ok((entered.expect("the adapter is shown"), condition.rope().clone()))
    };
    let ((told, rope), (untold, _)) = (run(&config)?, run(&small())?);
    let expected = rope.matmul(&tensors["adapter.place_embedder.weight"].t()?)?;
    let seen = GRID.tokens() + 5;
    let added = (told - untold)?;
    assert!(largest(&(added.narrow(0, 0, seen)? - expected.narrow(0, 0, seen)?)?)? < 1e-5);
    assert!(largest(&expected.narrow(0, 0, seen)?)? > 0.1);
    assert!(largest(&added.narrow(0, seen, 3)?)? == 0.0);
    Ok(())
}

#[test]
fn a_skip_adds_what_came_in() -> Result<()> {
    let tensors = draw(&small())?;
    let (latents, text) = sample(&small(), GRID, 5, 3)?;
    let run = |input_skip| -> Result<Latents> {
        let config = Config { input_skip, ..small() };
        let transformer = Transformer::new(&config, Precision::F32, &scope(&tensors)?)?;
        transformer.forward(&latents, &transformer.condition(&text, GRID, 5, CoordStyle::Base, None)?)
    };
    let (with, without) = (run(true)?, run(false)?);
    let transformer = Transformer::new(&Config { input_skip: true, ..small() }, Precision::F32, &scope(&tensors)?)?;
    let condition = transformer.condition(&text, GRID, 5, CoordStyle::Base, None)?;
    let half = transformer.velocity(&latents, &condition, 0.5)?;
    assert!(difference(&half, &Latents { video: (&with.video * 2.0)?, audio: (&with.audio * 2.0)? })? < 1e-5);
    let added = Latents { video: (with.video - without.video)?, audio: (with.audio - without.audio)? };
    assert!(difference(&added, &latents)? < 1e-5);
    Ok(())
}

#[test]
fn later_frames_go_their_share_towards_the_first_one() -> Result<()> {
    let with = Config { input_skip: true, first_frame_skip: true, ..small() };
    let mut tensors = draw(&with)?;
    let (latents, text) = sample(&with, GRID, 5, 3)?;
    // Clean frames, `[t, 1, c, h, w]`.
    let run = |tensors: &HashMap<String, Tensor>, config: &Config, given| -> Result<Tensor> {
        let transformer = Transformer::new(config, Precision::F32, &scope(tensors)?)?;
        let condition = transformer.condition(&text, GRID, 5, CoordStyle::Base, None)?.with_first_frame(given);
        let out = transformer.forward(&latents, &condition)?;
        Ok((&latents.video - out.video)?.permute((2, 0, 1, 3, 4))?)
    };
    let plain = run(&tensors, &Config { input_skip: true, ..small() }, true)?;
    let (given, predicted) = (run(&tensors, &with, true)?, run(&tensors, &with, false)?);
    assert!(largest(&(predicted.get(0)? - plain.get(0)?)?)? == 0.0);
    let firsts = [latents.video.permute((2, 0, 1, 3, 4))?.get(0)?, plain.get(0)?];
    for frame in 1..GRID.frames {
        // Moved by the same shares of the ways to the given and to the predicted first frame.
        let moved = |to: &Tensor| -> Result<Tensor> { Ok((to.get(frame)? - plain.get(frame)?)?) };
        let [to_given, to_predicted] = [(&firsts[0] - plain.get(frame)?)?, (&firsts[1] - plain.get(frame)?)?];
        let (a, b) = ((moved(&given)? * to_predicted)?, (moved(&predicted)? * to_given)?);
        assert!(largest(&(&a - b)?)? < 1e-4);
        assert!(largest(&a)? > 0.01);
    }
    tensors.insert("final_linear_first.weight".to_owned(), tensors["final_linear_first.weight"].zeros_like()?);
    assert!(largest(&(run(&tensors, &with, true)? - plain)?)? == 0.0);
    Ok(())
}

#[test]
fn streamed_layers_make_the_same_to_the_bit() -> Result<()> {
    let config = small();
    let scope = scope(&draw(&config)?)?;
    let (latents, text) = sample(&config, GRID, 5, 3)?;
    let bits = |latents: &Latents| -> Result<Vec<u32>> {
        let all = Tensor::cat(&[latents.video.flatten_all()?, latents.audio.flatten_all()?], 0)?;
        Ok(all.to_vec1::<f32>()?.into_iter().map(f32::to_bits).collect())
    };
    for precision in [Precision::F32, Precision::Bf16] {
        let run = |layers| -> Result<Vec<u32>> {
            let transformer = Transformer::with_layers(&config, precision, layers, &scope)?;
            let condition = transformer.condition(&text, GRID, 5, CoordStyle::Base, None)?;
            // A second call brings them again.
            bits(&transformer.forward(&transformer.forward(&latents, &condition)?, &condition)?)
        };
        let whole = run(Layers::Resident)?;
        for kept in 0..3 {
            assert!(run(Layers::Streamed { kept })? == whole, "{kept} kept, {precision:?}");
        }
    }
    Ok(())
}

#[test]
fn shapes_that_do_not_fit_are_refused() -> Result<()> {
    let config = small();
    let transformer = random(&config)?;
    let (latents, text) = sample(&config, GRID, 5, 3)?;
    let condition = transformer.condition(&text, GRID, 6, CoordStyle::Base, None)?;
    assert!(matches!(transformer.forward(&latents, &condition), Err(Error::Input(_))));
    let odd = Grid { width: 5, ..GRID };
    assert!(matches!(transformer.condition(&text, odd, 5, CoordStyle::Base, None), Err(Error::Input(_))));
    let (_, one_token) = sample(&config, GRID, 5, 1)?;
    assert!(matches!(transformer.condition(&one_token, GRID, 5, CoordStyle::Upscale, None), Err(Error::Input(_))));
    let mut tensors = draw(&config)?;
    tensors.remove("block.layers.1.mlp.down_proj.weight");
    let missing = Transformer::new(&config, Precision::F32, &scope(&tensors)?);
    assert!(matches!(missing, Err(Error::MissingTensor { name, .. }) if name == "block.layers.1.mlp.down_proj.weight"));
    Ok(())
}
