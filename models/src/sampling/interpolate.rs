//! Latents at another size.

use candle_core::{Device, Tensor};

use crate::Result;

/// Interpolates a video latent `[1, c, t, h, w]` float32 linearly to `[1, c, t, height, width]`, corner to corner. The
/// frame count stays, so the trilinear interpolation of the reference is bilinear here.
///
/// Source: daVinci-MagiHuman `inference/pipeline/video_generate.py` (commit 209209b), `evaluate`.
///
/// # Errors
/// A tensor of another rank.
pub fn resize(video: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (b, c, t, h, w) = video.dims5()?;
    let device = video.device();
    let rows = video.contiguous()?.reshape((b * c * t * h, w))?.matmul(&weights(w, width, device)?.t()?)?;
    let frames = rows.reshape((b * c * t, h, width))?;
    let both = weights(h, height, device)?.unsqueeze(0)?.broadcast_matmul(&frames)?;
    Ok(both.reshape((b, c, t, height, width))?)
}

/// `[to, from]`: how much each source cell gives to each target cell.
fn weights(from: usize, to: usize, device: &Device) -> Result<Tensor> {
    let step = if to > 1 { (from - 1) as f64 / (to - 1) as f64 } else { 0.0 };
    let mut weights = vec![0f32; to * from];
    for (target, row) in weights.chunks_exact_mut(from.max(1)).enumerate() {
        let place = target as f64 * step;
        let left = (place as usize).min(from - 1);
        let right = (left + 1).min(from - 1);
        let part = place - left as f64;
        row[left] += (1.0 - part) as f32;
        row[right] += part as f32;
    }
    Ok(Tensor::from_vec(weights, (to, from), device)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_stay_and_slopes_are_straight() -> Result<()> {
        let ramp: Vec<f32> = (0..6).map(|i| (i % 3) as f32 + 10.0 * (i / 3) as f32).collect();
        let video = Tensor::from_vec(ramp, (1, 1, 1, 2, 3), &Device::Cpu)?;
        let large = resize(&video, 3, 5)?.flatten_all()?.to_vec1::<f32>()?;
        let expected: Vec<f32> = (0..15).map(|i| (i % 5) as f32 * 0.5 + 5.0 * (i / 5) as f32).collect();
        assert_eq!(large, expected);
        Ok(())
    }
}
