//! The audio decoder on the CPU: a sound of 4 s.

#![allow(missing_docs, reason = "criterion's macro makes a public function without a word on it")]

mod common;

use candle_core::{Device, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};
use gallop_models::vae::oobleck::{Config, Decoder};

/// 4 s at 25 latents a second.
const LATENTS: (usize, usize) = (101, 64);

fn audio_decoder(criterion: &mut Criterion) {
    let Some((config, scope)) = common::open::<Config>("audio_vae") else { return };
    let decoder = Decoder::new(&config, &scope).expect("decoder");
    let latents = Tensor::randn(0f32, 1.0, LATENTS, &Device::Cpu).expect("latents");
    let decode = || {
        std::hint::black_box(decoder.decode(&latents).expect("samples"));
    };
    if !common::cpu_time_only(decode) {
        criterion.bench_function("audio_decoder", |bencher| bencher.iter(decode));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = audio_decoder
}
criterion_main!(benches);
