//! Sound as samples: change of rate.

use candle_core::{DType, Device, Tensor};
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::Result;

/// Resamples `[c, n]` from one rate to another by its spectrum, the whole sound taken as one period; the result has
/// `n * to_hz / from_hz` samples, rounded down. `f32`, on the CPU.
///
/// Source: daVinci-MagiHuman, `resample_audio_sinc` in `inference/pipeline/video_process.py`, commit 209209b, which
/// decodes at 51,200 Hz and resamples to 44,100 Hz, a ratio of 441 to 512.
///
/// # Errors
/// The tensor has not two axes.
pub fn resample(samples: &Tensor, from_hz: usize, to_hz: usize) -> Result<Tensor> {
    let (channels, n) = samples.dims2()?;
    let wanted = (n as u128 * to_hz as u128 / from_hz.max(1) as u128) as usize;
    let rows = samples.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.to_vec2::<f32>()?;
    let mut out = Vec::with_capacity(channels * wanted);
    for row in rows {
        out.extend(resample_to(&row, wanted));
    }
    Ok(Tensor::from_vec(out, (channels, wanted), &Device::Cpu)?)
}

/// Resamples one channel to `wanted` samples. A new highest frequency that an even length splits between its two signs
/// is kept whole, as SciPy does.
pub fn resample_to(samples: &[f32], wanted: usize) -> Vec<f32> {
    let n = samples.len();
    if n == 0 || wanted == 0 {
        return vec![0.0; wanted];
    }
    if n == wanted {
        return samples.to_vec();
    }
    let mut planner = FftPlanner::<f64>::new();
    let mut spectrum: Vec<_> = samples.iter().map(|s| Complex::new(f64::from(*s), 0.0)).collect();
    planner.plan_fft_forward(n).process(&mut spectrum);

    let common = n.min(wanted);
    let mut resampled = vec![Complex::new(0.0, 0.0); wanted];
    for (bin, value) in spectrum.iter().enumerate().take(common / 2 + 1) {
        let value = match (common.is_multiple_of(2) && bin == common / 2, wanted < n) {
            (false, _) => *value,
            (true, true) => *value * 2.0,
            (true, false) => *value * 0.5,
        };
        // Only a real value can stand alone, at zero or at the highest frequency of an even length.
        let alone = bin == 0 || 2 * bin == wanted;
        resampled[bin] = if alone { Complex::new(value.re, 0.0) } else { value };
        if !alone {
            resampled[wanted - bin] = value.conj();
        }
    }
    planner.plan_fft_inverse(wanted).process(&mut resampled);
    resampled.iter().map(|value| (value.re / n as f64) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::{resample, resample_to};
    use candle_core::{Device, Tensor};
    use std::f64::consts::TAU;

    fn tone(hz: f64, rate: f64, n: usize) -> Vec<f32> {
        (0..n).map(|i| (TAU * hz * i as f64 / rate).sin() as f32).collect()
    }

    #[test]
    fn a_tone_keeps_its_pitch() {
        for (from, to) in [(51_200usize, 44_100usize), (12_800, 48_000), (44_100, 51_200)] {
            let samples = Tensor::from_vec(tone(440.0, from as f64, from), (1, from), &Device::Cpu).expect("tensor");
            let found = resample(&samples, from, to).and_then(|r| Ok(r.to_vec2::<f32>()?)).expect("resampled");
            for (a, b) in found[0].iter().zip(tone(440.0, to as f64, to)) {
                assert!((a - b).abs() < 1e-5, "{from} to {to}: {a}, expected {b}");
            }
        }
    }

    #[test]
    fn lengths_are_rounded_down() {
        let samples = Tensor::zeros((2, 1003), candle_core::DType::F32, &Device::Cpu).expect("tensor");
        assert_eq!(resample(&samples, 51_200, 44_100).expect("resampled").dims(), [2, 863]);
        assert!(resample_to(&[], 0).is_empty());
        assert_eq!(resample_to(&[1.0; 5], 3), [1.0; 3]);
    }
}
