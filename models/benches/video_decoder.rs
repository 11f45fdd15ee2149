//! The video decoder on the CPU: a clip of 4 s in the box model's size.

#![allow(missing_docs, reason = "criterion's macro makes a public function without a word on it")]

mod common;

use candle_core::Device;
use criterion::{Criterion, criterion_group, criterion_main};
use gallop_models::vae::turbo::{Config, Decoder};

/// 4 s at 25 frames a second, 128 by 224 pixels.
const LATENT: [usize; 5] = [1, 48, 26, 8, 14];

fn video_decoder(criterion: &mut Criterion) {
    let Some((config, scope)) = common::open::<Config>("video_decoder") else { return };
    let decoder = Decoder::new(&config, &scope).expect("decoder");
    let latent = candle_core::Tensor::randn(0f32, 1.0, &LATENT, &Device::Cpu).expect("latent");
    let decode = || {
        for chunk in decoder.chunks(&latent).expect("chunks") {
            std::hint::black_box(chunk.expect("frames"));
        }
    };
    if !common::cpu_time_only(decode) {
        criterion.bench_function("video_decoder", |bencher| bencher.iter(decode));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = video_decoder
}
criterion_main!(benches);
