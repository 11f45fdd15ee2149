//! Long sound, encoded in windows that overlap by half and fade into each other.

use candle_core::Tensor;

use super::Encoder;
use crate::{Error, Result};

/// What is encoded at once.
pub const WINDOW_SECS: usize = 29;

impl Encoder {
    /// Encodes a sound `[c, n]` of any length at `rate` samples a second to latents `[1, 64, a]`. A last window that is
    /// not full is filled with silence. `noise` yields normal noise of the shape it is asked for, once per window.
    ///
    /// # Errors
    /// As [`Encoder::encode`]; or `noise` failed.
    pub fn encode_long(
        &self,
        samples: &Tensor,
        rate: usize,
        noise: &mut dyn FnMut(&[usize]) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let (_, n) = samples.dims2()?;
        let window = WINDOW_SECS * rate;
        let mut sample = |part: &Tensor| -> Result<Tensor> {
            let posterior = self.encode(&part.unsqueeze(0)?)?;
            posterior.sample(&noise(posterior.mean.dims())?)
        };
        if n <= window {
            return sample(samples);
        }
        let mut parts = Vec::new();
        for start in starts(n, window) {
            let len = window.min(n - start);
            let part = samples.narrow(1, start, len)?.pad_with_zeros(1, 0, window - len)?;
            parts.push(sample(&part)?.transpose(1, 2)?.contiguous()?);
        }
        let frames = parts[0].dim(1)?;
        let merged = merge_windows(&parts)?.transpose(1, 2)?.contiguous()?;
        let wanted = (n * frames).div_ceil(window).min(merged.dim(2)?);
        Ok(merged.narrow(2, 0, wanted)?.contiguous()?)
    }
}

/// Where the windows begin: every half window, until one reaches the end.
fn starts(n: usize, window: usize) -> Vec<usize> {
    let step = (window / 2).max(1);
    let count = 1 + n.saturating_sub(window).div_ceil(step);
    (0..count).map(|i| i * step).collect()
}

/// Puts windows `[b, t, d]` that overlap by half together; the later one fades in over the overlap.
///
/// # Errors
/// There is no window, or they differ in shape.
pub fn merge_windows(windows: &[Tensor]) -> Result<Tensor> {
    let Some((first, rest)) = windows.split_first() else {
        return Err(Error::Input("there is no sound to put together".into()));
    };
    let frames = first.dim(1)?;
    let overlap = frames / 2;
    let weights: Vec<f32> = (0..overlap).map(|i| i as f32 / overlap as f32).collect();
    let rising = Tensor::from_vec(weights, (1, overlap, 1), first.device())?;
    let falling = rising.affine(-1.0, 1.0)?;
    let mut merged = first.clone();
    for window in rest {
        let kept = merged.dim(1)? - overlap;
        let head = merged.narrow(1, 0, kept)?;
        let fade = (merged.narrow(1, kept, overlap)?.broadcast_mul(&falling)?
            + window.narrow(1, 0, overlap)?.broadcast_mul(&rising)?)?;
        merged = Tensor::cat(&[head, fade, window.narrow(1, overlap, frames - overlap)?], 1)?;
    }
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::{merge_windows, starts};
    use candle_core::{Device, Tensor};

    #[test]
    fn windows_begin_until_the_end_is_reached() {
        assert_eq!(starts(100, 100), [0]);
        assert_eq!(starts(101, 100), [0, 50]);
        assert_eq!(starts(150, 100), [0, 50]);
        assert_eq!(starts(151, 100), [0, 50, 100]);
    }

    #[test]
    fn equal_windows_fade_without_a_trace() {
        let window = Tensor::ones((1, 9, 2), candle_core::DType::F32, &Device::Cpu).expect("window");
        let merged = merge_windows(&[window.clone(), window.clone(), window]).expect("merged");
        assert_eq!(merged.dims(), [1, 19, 2]);
        assert!(merged.flatten_all().and_then(|m| m.to_vec1::<f32>()).expect("values").iter().all(|v| *v == 1.0));
    }
}
