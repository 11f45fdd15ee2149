//! The autoencoders on the small weights of the parity fixtures: what does not depend on the reference.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use gallop_models::sampling::{Draw, Noise as _, Philox};
use gallop_models::vae::tiles::Tiles;
use gallop_models::vae::{oobleck, turbo, wan};
use gallop_models::weights::{Scope, Weights};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name)
}

fn scope(name: &str) -> Scope {
    Weights::open(golden(&format!("{name}.safetensors"))).expect("weights").root(&Device::Cpu)
}

fn config<C: serde::de::DeserializeOwned>(name: &str, key: &str) -> C {
    let text = std::fs::read_to_string(golden(&format!("{name}.json"))).expect("configuration");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    serde_json::from_value(json["config"][key].clone()).expect("configuration")
}

/// The same noise in every run.
fn noise(shape: &[usize]) -> Tensor {
    Philox::new(1010).normal(Draw::Video, shape, &Device::Cpu).expect("noise")
}

fn bits(tensor: &Tensor) -> Vec<u32> {
    let values: Vec<f32> = tensor.flatten_all().and_then(|t| t.to_vec1()).expect("values");
    values.into_iter().map(f32::to_bits).collect()
}

#[test]
fn pieces_of_a_clip_are_the_whole_decode_bit_by_bit() {
    let decoder = turbo::Decoder::new(&config("turbo_vaed", "model"), &scope("turbo_vaed")).expect("decoder");
    for (frames, pieces) in [(1usize, 1usize), (7, 1), (8, 2), (16, 3)] {
        let latent = noise(&[1, 48, frames, 2, 3]);
        let chunks = decoder.chunks(&latent).expect("chunks");
        assert_eq!((chunks.total(), chunks.len()), (pieces, pieces));
        let parts: Vec<Tensor> = chunks.map(|chunk| chunk.expect("chunk")).collect();
        let joined = Tensor::cat(&parts, 1).expect("joined").unsqueeze(0).expect("batch");
        let whole = decoder.decode(&latent).expect("decode");
        assert_eq!(whole.dims(), [1, 3, 4 * frames - 3, 32, 48]);
        assert_eq!(bits(&joined), bits(&whole));
    }
}

#[test]
fn tiles_make_nearly_the_whole_picture() {
    let error_of = |whole: &Tensor, tiled: &Tensor| {
        assert_eq!(whole.dims(), tiled.dims());
        let mean = |tensor: Tensor| tensor.sqr().and_then(|t| t.mean_all()?.to_scalar::<f32>()).expect("mean").sqrt();
        mean((whole - tiled).expect("difference")) / mean(whole.clone())
    };
    // Of networks that nobody trained, fed with noise: each cell matters as far as the network reaches. What it means for
    // pictures is in `generator.rs`.
    let latent = noise(&[1, 48, 3, 11, 21]);
    let decoder = turbo::Decoder::new(&config("turbo_vaed", "model"), &scope("turbo_vaed")).expect("decoder");
    let tiled = |tiles| {
        let pieces: Vec<_> = decoder.tiled_chunks(&latent, tiles).expect("chunks").map(|c| c.expect("chunk")).collect();
        Tensor::cat(&pieces, 1).expect("joined").unsqueeze(0).expect("batch")
    };
    let whole = decoder.decode(&latent).expect("decode");
    assert_eq!(bits(&tiled(Tiles::Whole)), bits(&whole));
    assert_eq!(bits(&tiled(Tiles::AtMost { side: 21 })), bits(&whole), "one tile is the whole");
    for (side, bound) in [(12, 0.3), (16, 0.2)] {
        let error = error_of(&whole, &tiled(Tiles::AtMost { side }));
        assert!(error < bound, "{side}: {error}");
    }
    let decoder = wan::Decoder::new(&config("wan_vae", "model"), &scope("wan_vae")).expect("decoder");
    let whole = decoder.decode(&latent).expect("decode");
    for (side, bound) in [(12, 0.4), (16, 0.3)] {
        let error = error_of(&whole, &decoder.decode_tiled(&latent, Tiles::AtMost { side }).expect("tiles"));
        assert!(error < bound, "{side}: {error}");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let decoder = turbo::Decoder::new(&config("turbo_vaed", "model"), &scope("turbo_vaed")).expect("decoder");
    let latent = noise(&[1, 48, 9, 5, 7]);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        bits(&pool.install(|| decoder.decode(&latent)).expect("decode"))
    };
    assert_eq!(with(1), with(7));
}

#[test]
fn names_without_their_prefix_load_the_same_decoder() {
    let all = candle_core::safetensors::load(golden("turbo_vaed.safetensors"), &Device::Cpu).expect("tensors");
    let bare: HashMap<String, Tensor> = all
        .into_iter()
        .filter_map(|(name, tensor)| Some((name.strip_prefix("decoder.")?.to_owned(), tensor)))
        .collect();
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("bare.safetensors");
    candle_core::safetensors::save(&bare, &file).expect("saved");
    let weights = Weights::open(&file).expect("weights").root(&Device::Cpu);
    let config = config("turbo_vaed", "model");
    let latent = noise(&[1, 48, 2, 1, 2]);
    let [a, b] = [scope("turbo_vaed"), weights]
        .map(|scope| bits(&turbo::Decoder::new(&config, &scope).and_then(|d| d.decode(&latent)).expect("decode")));
    assert_eq!(a, b);
}

#[test]
fn latents_of_another_model_are_refused() {
    let decoder = turbo::Decoder::new(&config("turbo_vaed", "model"), &scope("turbo_vaed")).expect("decoder");
    for shape in [&[1, 16, 2, 2, 2][..], &[48, 2, 2, 2], &[2, 48, 1, 2, 2]] {
        assert!(decoder.decode(&noise(shape)).is_err(), "{shape:?}");
    }
    let mut broken: turbo::Config = config("turbo_vaed", "model");
    broken.decoder_is_dw_conv.pop();
    assert!(turbo::Decoder::new(&broken, &scope("turbo_vaed")).is_err());
}

#[test]
fn frames_that_fill_no_latent_are_left_out() {
    let encoder = wan::Encoder::new(&config("wan_vae", "model"), &scope("wan_vae")).expect("encoder");
    let clip = noise(&[1, 3, 8, 16, 32]);
    let five = clip.narrow(2, 0, 5).expect("five frames");
    let (a, b) = (encoder.encode(&clip).expect("latent"), encoder.encode(&five).expect("latent"));
    assert_eq!(a.dims(), [1, 48, 2, 1, 2]);
    assert_eq!(bits(&a), bits(&b));
    // The encoder is causal: the first latent is that of the first frame alone.
    let one = encoder.encode(&clip.narrow(2, 0, 1).expect("frame")).expect("latent");
    assert_eq!(bits(&one), bits(&a.narrow(2, 0, 1).expect("first").contiguous().expect("copy")));
}

#[test]
fn sizes_that_do_not_divide_are_refused() {
    let encoder = wan::Encoder::new(&config("wan_vae", "model"), &scope("wan_vae")).expect("encoder");
    for shape in [[1, 3, 1, 24, 32], [1, 3, 1, 32, 8], [1, 4, 1, 32, 32]] {
        assert!(encoder.encode(&noise(&shape)).is_err(), "{shape:?}");
    }
}

#[test]
fn long_sound_is_encoded_in_windows() {
    let encoder = oobleck::Encoder::new(&config("oobleck", "model_config"), &scope("oobleck")).expect("encoder");
    let mut silence = |shape: &[usize]| Ok(Tensor::zeros(shape, DType::F32, &Device::Cpu).expect("zeros"));
    // A rate so low that the windows are short: 8 latents.
    let rate = 8 * 2048 / oobleck::WINDOW_SECS + 1;
    let window = oobleck::WINDOW_SECS * rate;
    let samples = noise(&[2, 3 * window + 500]);
    let short = samples.narrow(1, 0, window).expect("short");
    let direct = encoder.encode(&short.unsqueeze(0).expect("batch")).expect("posterior").mean;
    let found = encoder.encode_long(&short, rate, &mut silence).expect("latents");
    assert_eq!(bits(&found), bits(&direct));
    let long = encoder.encode_long(&samples, rate, &mut silence).expect("latents");
    assert_eq!(long.dims(), [1, 64, ((3 * window + 500) * 8).div_ceil(window)]);
    // Before the first overlap nothing fades.
    assert_eq!(
        bits(&long.narrow(2, 0, 4).expect("head").contiguous().expect("copy")),
        bits(&direct.narrow(2, 0, 4).expect("head").contiguous().expect("copy"))
    );
    assert!(encoder.encode(&noise(&[1, 2, 100])).is_err());
}

#[test]
fn a_dry_scope_checks_shapes_and_loads_nothing() {
    turbo::Decoder::new(&config("turbo_vaed", "model"), &scope("turbo_vaed").dry()).expect("decoder");
    wan::Encoder::new(&config("wan_vae", "model"), &scope("wan_vae").dry()).expect("encoder");
    oobleck::Decoder::new(&config("oobleck", "model_config"), &scope("oobleck").dry()).expect("decoder");
    assert!(turbo::Decoder::new(&turbo::Config::default(), &scope("turbo_vaed").dry()).is_err());
}

#[test]
fn the_numbers_of_a_wan_autoencoder_are_in_its_shapes() {
    let weights = Weights::open(golden("wan_vae.pth")).expect("weights").root(&Device::Cpu);
    assert_eq!(wan::Config::detect(&weights).expect("numbers"), config("wan_vae", "model"));
    // One with an encoder only, and with fewer blocks.
    let pony = Path::new(env!("CARGO_MANIFEST_DIR")).join("pony");
    let weights = Weights::open(pony.join("image_encoder.safetensors")).expect("weights").root(&Device::Cpu);
    let text = std::fs::read_to_string(pony.join("image_encoder.json")).expect("configuration");
    let expected: wan::Config = serde_json::from_str(&text).expect("configuration");
    let found = wan::Config::detect(&weights).expect("numbers");
    assert_eq!(found, wan::Config { dec_dim: found.dec_dim, ..expected });
    let error = wan::Config::detect(&scope("turbo_vaed")).expect_err("another network").to_string();
    assert!(error.contains("encoder.conv1.weight"), "{error}");
}
