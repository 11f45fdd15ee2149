//! Lanczos resampling of bytes as Pillow 12 does it: coefficients of 22 fractional bits, the rows first, bytes between
//! the passes (`src/libImaging/Resample.c`, described in the project's public documentation).

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::Size;

const LOBES: f64 = 3.0;
const BITS: u32 = 22;

/// The source pixels of one result pixel.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

/// `[h, w, 3]` to `[target.h, target.w, 3]`.
pub(super) fn resize(rgb: &[u8], from: Size, target: Size) -> Vec<u8> {
    let wide = if from.width == target.width { rgb.to_vec() } else { rows(rgb, from, target.width) };
    let between = Size { height: from.height, width: target.width };
    if from.height == target.height { wide } else { columns(&wide, between, target.height) }
}

fn rows(rgb: &[u8], from: Size, width: usize) -> Vec<u8> {
    let taps = taps(from.width, width);
    let mut out = vec![0u8; from.height * width * 3];
    out.par_chunks_mut(width * 3).zip(rayon::slice::ParallelSlice::par_chunks(rgb, from.width * 3)).for_each(
        |(to, row)| {
            for (pixel, taps) in to.chunks_exact_mut(3).zip(&taps) {
                let mut sums = [1i32 << (BITS - 1); 3];
                for (source, weight) in row[taps.first * 3..].chunks_exact(3).zip(&taps.weights) {
                    for c in 0..3 {
                        sums[c] += i32::from(source[c]) * weight;
                    }
                }
                (0..3).for_each(|c| pixel[c] = byte(sums[c]));
            }
        },
    );
    out
}

fn columns(rgb: &[u8], from: Size, height: usize) -> Vec<u8> {
    let taps = taps(from.height, height);
    let stride = from.width * 3;
    let mut out = vec![0u8; height * stride];
    out.par_chunks_mut(stride).zip(taps).for_each(|(to, taps)| {
        let mut sums = vec![1i32 << (BITS - 1); stride];
        for (row, weight) in rgb[taps.first * stride..].chunks_exact(stride).zip(&taps.weights) {
            for (sum, source) in sums.iter_mut().zip(row) {
                *sum += i32::from(*source) * weight;
            }
        }
        for (to, sum) in to.iter_mut().zip(sums) {
            *to = byte(sum);
        }
    });
    out
}

fn byte(sum: i32) -> u8 {
    (sum >> BITS).clamp(0, 255) as u8
}

fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let widened = scale.max(1.0);
    let support = LOBES * widened;
    (0..to)
        .map(|i| {
            let centre = (i as f64 + 0.5) * scale;
            let first = (centre - support + 0.5).max(0.0) as usize;
            let end = ((centre + support + 0.5) as usize).min(from);
            let weights: Vec<f64> =
                (first..end).map(|x| lanczos((x as f64 - centre + 0.5) * (1.0 / widened))).collect();
            let sum: f64 = weights.iter().sum();
            let fixed = |weight: &f64| {
                let weight = weight / sum * f64::from(1u32 << BITS);
                (if weight < 0.0 { weight - 0.5 } else { weight + 0.5 }) as i32
            };
            Taps { first, weights: weights.iter().map(fixed).collect() }
        })
        .collect()
}

fn lanczos(x: f64) -> f64 {
    if (-LOBES..LOBES).contains(&x) { sinc(x) * sinc(x / LOBES) } else { 0.0 }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let x = x * std::f64::consts::PI;
    x.sin() / x
}
