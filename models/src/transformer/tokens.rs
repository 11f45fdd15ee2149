//! Latents to tokens and back.
//!
//! The order of values inside a video token differs between the two directions: channel-major going in, channel-last
//! coming out. Source: daVinci-MagiHuman `inference/pipeline/data_proxy.py` (commit 209209b), `img2tokens` and
//! `depack_token_sequence`.

use candle_core::{DType, Tensor};

use super::config::PATCH;
use super::coords::Grid;
use crate::{Error, Result};

/// A clip in latent space, or its velocity.
#[derive(Clone, Debug)]
pub struct Latents {
    /// `[1, c, t, h, w]` float32.
    pub video: Tensor,
    /// `[1, a, c]` float32: time before channels.
    pub audio: Tensor,
}

/// Encoded text.
#[derive(Clone, Debug)]
pub struct Text {
    /// `[1, l, d]`; rows from `len` on are padding and ignored.
    pub features: Tensor,
    /// Tokens of the text, at least 1.
    pub len: usize,
}

impl Text {
    /// Text whose rows all count.
    ///
    /// # Errors
    /// Features of another rank than `[1, l, d]`.
    pub fn whole(features: Tensor) -> Result<Self> {
        let (_, len, _) = features.dims3()?;
        Ok(Self { features, len })
    }

    /// The rows that count, `[len, d]` float32.
    ///
    /// # Errors
    /// No token, or fewer rows than `len`.
    pub fn rows(&self) -> Result<Tensor> {
        let (_, rows, _) = self.features.dims3()?;
        if self.len == 0 || self.len > rows {
            return Err(Error::Input(format!("{} text tokens of {rows} encoded ones", self.len)));
        }
        Ok(self.features.get(0)?.narrow(0, 0, self.len)?.to_dtype(DType::F32)?.contiguous()?)
    }
}

/// Video latent `[1, c, t, h, w]` to tokens `[t * h/2 * w/2, 4 c]`, value `c * 4 + row * 2 + column` of a patch.
///
/// # Errors
/// [`Error::Input`] where height or width is odd or the batch is not 1.
pub fn pack_video(video: &Tensor) -> Result<Tensor> {
    let (batch, c, t, h, w) = video.dims5()?;
    if batch != 1 || h % PATCH != 0 || w % PATCH != 0 {
        return Err(Error::Input(format!(
            "a video latent of {batch} x {c} x {t} x {h} x {w}: expected one sample of even height and width"
        )));
    }
    let (rows, columns) = (h / PATCH, w / PATCH);
    let patches = video.reshape(vec![c, t, rows, PATCH, columns, PATCH])?;
    let tokens = patches.permute(vec![1, 2, 4, 0, 3, 5])?.reshape((t * rows * columns, c * PATCH * PATCH))?;
    Ok(tokens.to_dtype(DType::F32)?.contiguous()?)
}

/// Tokens `[t * h/2 * w/2, 4 c]`, value `(row * 2 + column) * c + channel` of a patch, to a video latent
/// `[1, c, t, h, w]`.
///
/// # Errors
/// Shapes that do not fit `grid`.
pub fn unpack_video(tokens: &Tensor, grid: Grid) -> Result<Tensor> {
    let (t, rows, columns) = (grid.frames, grid.height / PATCH, grid.width / PATCH);
    let c = tokens.dim(1)? / (PATCH * PATCH);
    let patches = tokens.reshape(vec![t, rows, columns, PATCH, PATCH, c])?;
    let video = patches.permute(vec![5, 0, 1, 3, 2, 4])?.reshape((1, c, t, grid.height, grid.width))?;
    Ok(video.contiguous()?)
}

/// Audio latent `[1, a, c]` to tokens `[a, c]` float32.
///
/// # Errors
/// [`Error::Input`] where the batch is not 1.
pub fn pack_audio(audio: &Tensor) -> Result<Tensor> {
    let (batch, a, c) = audio.dims3()?;
    if batch != 1 {
        return Err(Error::Input(format!("an audio latent of {batch} x {a} x {c}: expected one sample")));
    }
    Ok(audio.get(0)?.to_dtype(DType::F32)?.contiguous()?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn order_inside_a_token_differs_between_the_directions() -> Result<()> {
        let (c, t, h, w) = (3, 2, 4, 6);
        let video = Tensor::arange(0f32, (c * t * h * w) as f32, &Device::Cpu)?.reshape((1, c, t, h, w))?;
        let tokens = pack_video(&video)?.to_vec2::<f32>()?;
        let at = |c: usize, t: usize, y: usize, x: usize| (((c * 2 + t) * 4 + y) * 6 + x) as f32;
        // Token of frame 1, patch row 1, patch column 2; channel 2, lower left cell.
        assert_eq!(tokens[6 + 3 + 2][2 * 4 + 2], at(2, 1, 3, 4));

        let grid = Grid { frames: t, height: h, width: w };
        let tokens = Tensor::arange(0f32, (12 * 12) as f32, &Device::Cpu)?.reshape((12, 12))?;
        let video = unpack_video(&tokens, grid)?.flatten_all()?.to_vec1::<f32>()?;
        // The same cell comes from value (1 * 2 + 0) * 3 + 2 of the same token.
        assert_eq!(video[at(2, 1, 3, 4) as usize], ((6 + 3 + 2) * 12 + 8) as f32);
        Ok(())
    }

    #[test]
    fn odd_sizes_are_refused() -> Result<()> {
        let video = Tensor::zeros((1, 4, 1, 3, 4), DType::F32, &Device::Cpu)?;
        assert!(matches!(pack_video(&video), Err(Error::Input(_))));
        Ok(())
    }
}
