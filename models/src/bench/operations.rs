//! The operations of a layer, one by one, at the size of a preset's largest stage.

use std::time::Instant;

use candle_core::{DType, Device, Tensor};
use serde::Serialize;

use super::{FRAME_RADIUS, Preset, work};
use crate::Result;
use crate::ops::attention::{Window, attention};
use crate::ops::linear::{Activation, Linear, Then};
use crate::ops::norm::RmsNorm;
use crate::ops::rope::{Qkv, split_heads};
use crate::ops::{Precision, Routing};
use crate::transformer::Grid;
use crate::weights::Scope;

/// How much an operation has to do, whichever bounds it.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Floating-point operations.
    Operations(f64),
    /// Bytes that it must read and write.
    Bytes(f64),
}

/// An operation that was timed.
#[derive(Debug, Clone, Serialize)]
pub struct Timed {
    /// Its name and shape.
    pub name: String,
    /// Of one call.
    pub seconds: f64,
    /// What it did.
    pub amount: Amount,
}

/// Seconds of one call: the median of rounds, each long enough for the clock.
pub(super) fn seconds_of(device: &Device, mut call: impl FnMut() -> Result<()>) -> Result<f64> {
    const ROUNDS: usize = 5;
    const ROUND_SECONDS: f64 = 0.1;
    let mut timed = |calls: usize| -> Result<f64> {
        device.synchronize()?;
        let start = Instant::now();
        (0..calls).try_for_each(|_| call())?;
        device.synchronize()?;
        Ok(start.elapsed().as_secs_f64())
    };
    timed(1)?;
    let once = timed(1)?;
    let calls = ((ROUND_SECONDS / once.max(1e-6)) as usize).clamp(1, 1000);
    let mut rounds = (0..ROUNDS).map(|_| Ok(timed(calls)? / calls as f64)).collect::<Result<Vec<_>>>()?;
    rounds.sort_by(f64::total_cmp);
    Ok(rounds[ROUNDS / 2])
}

/// Times the operations of a layer of a preset's largest stage.
///
/// # Errors
/// The device fails, or has too little memory.
pub fn measure(preset: Preset, device: &Device) -> Result<Vec<Timed>> {
    let (config, length) = (preset.config(), preset.length()?);
    let (height, width) = preset.upscaled().unwrap_or_else(|| preset.base());
    let grid = Grid { frames: length.video_latents, height, width };
    let routing = Routing { video: grid.tokens(), audio: length.audio_latents, text: preset.text_tokens() };
    let (rows, hidden, inner) = (routing.tokens(), config.hidden_size, config.gated_width());
    let precision = Precision::Bf16;
    let dtype = if device.is_cpu() { DType::F32 } else { precision.dtype() };
    let size = dtype.size_in_bytes() as f64;
    let drawn = |shape: &[usize], dtype: DType| -> Result<Tensor> {
        Ok(Tensor::randn(0f32, 1.0, shape, device)?.to_dtype(dtype)?)
    };
    let scope = Scope::random(device);
    let mut all = Vec::new();
    let mut time = |name: String, amount: Amount, call: &mut dyn FnMut() -> Result<()>| -> Result<()> {
        let seconds = seconds_of(device, call)?;
        all.push(Timed { name, seconds, amount });
        Ok(())
    };

    let stream = drawn(&[rows, hidden], DType::F32)?;
    let norm = RmsNorm::new(hidden, 1, &scope)?;
    let cells = (rows * hidden) as f64;
    time(format!("norm {rows}x{hidden}"), Amount::Bytes(cells * (4.0 + size)), &mut || {
        norm.forward(&stream, &routing, precision).map(drop)
    })?;

    let heads = config.heads();
    let layers = [
        ("qkv", hidden, heads.width(), Activation::None),
        ("up, SwiGLU7", hidden, 2 * inner, Activation::SwiGlu7),
        ("down, residual", inner, hidden, Activation::None),
        ("projection, residual", hidden, hidden, Activation::None),
    ];
    let mut qkv = None;
    for (name, input, output, activation) in layers {
        let layer = Linear::new(input, output, 1, activation, precision, &scope)?;
        // What comes out of the layer before is as wide as the weight.
        let x = drawn(&[rows, layer.depth()], dtype)?;
        let then = match name {
            "qkv" => Then::Return,
            "up, SwiGLU7" => Then::Activate,
            _ => Then::Add(&stream),
        };
        let amount = Amount::Operations(2.0 * rows as f64 * input as f64 * output as f64);
        time(format!("{name} {rows}x{input}x{output}"), amount, &mut || layer.forward(&x, &routing, then).map(drop))?;
        if name == "qkv" {
            qkv = Some(layer.forward(&x, &routing, then)?);
        }
    }

    let rope = drawn(&[rows, heads.dim / 8 * 6], DType::F32)?;
    let norms = (RmsNorm::new(heads.dim, 1, &scope)?, RmsNorm::new(heads.dim, 1, &scope)?);
    let Some(qkv) = qkv else { return Ok(all) };
    let split = || -> Result<Qkv> { split_heads(&qkv, &heads, (&norms.0, &norms.1), &rope, &routing, precision) };
    let bytes = (rows * heads.width()) as f64 * 2.0 * size + (rows * heads.dim) as f64 * 3.0;
    time(format!("heads {rows}x{}", heads.width()), Amount::Bytes(bytes), &mut || split().map(drop))?;

    let split = split()?;
    let mut windows = vec![("attention, all", Window::Full)];
    if !preset.local_layers().is_empty() {
        windows.push(("attention, near frames", Window::Frames { frames: grid.frames, radius: FRAME_RADIUS }));
    }
    for (name, window) in windows {
        let amount = Amount::Operations(4.0 * hidden as f64 * work::pairs(&routing, window));
        time(format!("{name} {rows}"), amount, &mut || attention(&split, &routing, window, precision).map(drop))?;
    }
    Ok(all)
}
