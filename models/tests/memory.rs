//! What plans are for: how much memory networks hold at most, counted by the allocator. Weight files are mapped, so what
//! is still only in them does not count.

#[path = "../../tests/suite/allocator.rs"]
mod allocator;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Mutex, PoisonError};

use allocator::Counting;
use candle_core::{Device, Tensor};
use gallop_models::text::t5gemma;
use gallop_models::transformer::{self, CoordStyle, Grid, Latents, Precision, Text, Transformer};
use gallop_models::vae::{tiles::Tiles, turbo};
use gallop_models::weights::{Layers, Weights};

/// Bytes held now, and the most since a watch began, by all threads: layers are loaded on one and dropped on another.
static HELD: AtomicIsize = AtomicIsize::new(0);
static MOST: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

fn count(bytes: isize) {
    let now = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
    MOST.fetch_max(now, Ordering::Relaxed);
}

/// Whatever is measured is measured alone.
static ALONE: Mutex<()> = Mutex::new(());

/// The most bytes held at once while `work` runs, beside those held before, and what it returns.
fn watch<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = HELD.load(Ordering::SeqCst);
    MOST.store(before, Ordering::SeqCst);
    let made = work();
    (usize::try_from(MOST.load(Ordering::SeqCst) - before).unwrap_or(0), made)
}

/// A transformer large enough that its layers are what memory goes to, and its bytes a layer.
fn transformer() -> (tempfile::TempDir, transformer::Config, usize) {
    let config = transformer::Config {
        num_layers: 12,
        hidden_size: 256,
        head_dim: 64,
        num_query_groups: 2,
        video_in_channels: 32,
        audio_in_channels: 6,
        text_in_channels: 10,
        mm_layers: vec![],
        gelu7_layers: vec![0],
        ..transformer::Config::default()
    };
    let folder = tempfile::tempdir().expect("folder");
    let drawn = |shape: Vec<usize>| Tensor::randn(0f32, 0.05, shape, &Device::Cpu).expect("weights");
    let tensors: HashMap<_, _> = config.tensors().into_iter().map(|(name, shape)| (name, drawn(shape))).collect();
    candle_core::safetensors::save(&tensors, folder.path().join("model.safetensors")).expect("saved");
    let of_a_layer = config.tensors().into_iter().filter(|(name, _)| name.starts_with("block.layers.3."));
    let bytes = of_a_layer.map(|(_, shape)| shape.iter().product::<usize>() * 4).sum();
    (folder, config, bytes)
}

#[test]
fn streamed_layers_hold_two_at_most() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (folder, config, layer) = transformer();
    let normal = |shape: &[usize]| Tensor::randn(0f32, 1.0, shape, &Device::Cpu).expect("values");
    let grid = Grid { frames: 2, height: 4, width: 4 };
    let latents = Latents { video: normal(&[1, 8, 2, 4, 4]), audio: normal(&[1, 5, 6]) };
    let text = Text::whole(normal(&[1, 3, 10])).expect("text");
    let run = |layers| {
        watch(|| {
            let scope = Weights::open(folder.path()).expect("weights").root(&Device::Cpu);
            let network = Transformer::with_layers(&config, Precision::F32, layers, &scope).expect("network");
            let condition = network.condition(&text, grid, 5, CoordStyle::Base, None).expect("condition");
            let velocity = network.forward(&latents, &condition).expect("velocity");
            velocity.video.flatten_all().and_then(|video| video.to_vec1::<f32>()).expect("values")
        })
    };
    let (resident, whole) = run(Layers::Resident);
    assert!(resident > 12 * layer, "{resident} bytes for 12 layers of {layer}");
    for kept in [0, 4] {
        let (streamed, values) = run(Layers::Streamed { kept });
        assert!(values == whole);
        // Beside the two that meet: the embedders, the stream, and a tensor on its way from the file.
        assert!(streamed < (kept + 3) * layer, "{kept} kept: {streamed} bytes, a layer has {layer}");
    }
}

#[test]
fn a_streamed_text_encoder_holds_two_layers_at_most() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let text = std::fs::read_to_string(golden.join("t5gemma.json")).expect("configuration");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let config: t5gemma::Config = serde_json::from_value(json["config"].clone()).expect("configuration");
    let scope = Weights::open(golden.join("t5gemma.safetensors")).expect("weights").root(&Device::Cpu);
    let run = |layers| {
        watch(|| {
            let encoder = t5gemma::Encoder::with_layers(&config, Precision::F32, layers, &scope).expect("encoder");
            encoder.features(&[5]).and_then(|f| Ok(f.flatten_all()?.to_vec1::<f32>()?)).expect("features")
        })
    };
    let ((resident, whole), (streamed, values)) = (run(Layers::Resident), run(Layers::Streamed { kept: 0 }));
    assert!(whole == values);
    assert!(streamed < resident * 9 / 10, "{streamed} of {resident} bytes with two of four layers");
}

#[test]
fn tiles_hold_what_a_tile_takes() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let pony = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pony");
    let text = std::fs::read_to_string(pony.join("video_decoder.json")).expect("configuration");
    let config: turbo::Config = serde_json::from_str(&text).expect("configuration");
    let scope = Weights::open(pony.join("video_decoder.safetensors")).expect("weights").root(&Device::Cpu);
    let decoder = turbo::Decoder::new(&config, &scope).expect("decoder");
    let latent = Tensor::randn(0f32, 1.0, (1, 48, 3, 24, 40), &Device::Cpu).expect("latent");
    let most = |tiles| {
        let decode =
            || decoder.tiled_chunks(&latent, tiles).expect("chunks").map(|piece| piece.expect("piece").dims()[1]);
        watch(|| decode().sum::<usize>())
    };
    let ((whole, frames), (tiled, tiled_frames)) = (most(Tiles::Whole), most(Tiles::AtMost { side: 12 }));
    // The finished piece is there as a whole in both.
    let piece = 3 * frames * 16 * 24 * 16 * 40 * 4;
    assert_eq!((frames, tiled_frames), (9, 9));
    assert!(tiled - piece < (whole - piece) / 3, "{tiled} of {whole} bytes, the piece has {piece}");
}
