//! Where tokens stand in time and space, and the Fourier embedding of that place, by which queries and keys are turned.
//!
//! Source: daVinci-MagiHuman `inference/pipeline/data_proxy.py` (`get_coords`, `SingleData.coords_mapping`) and
//! `inference/model/dit/dit_module.py` (`ElementWiseFourierEmbed`), commit 209209b.

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::config::PATCH;
use crate::{Error, Result};

/// How audio and text are placed relative to the video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CoordStyle {
    /// Base models: audio spans `(a - 1) / 4 + 1` latent frames, all text stands at position 0.
    #[serde(rename = "v2")]
    Base,
    /// Upscale models: audio spans the latent frames of the clip, text spans 0 to 1.
    #[serde(rename = "v1")]
    Upscale,
}

/// Latent cells of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grid {
    /// Latent frames.
    pub frames: usize,
    /// Latent rows; even.
    pub height: usize,
    /// Latent columns; even.
    pub width: usize,
}

impl Grid {
    /// The grid of a video latent `[1, c, t, h, w]`.
    ///
    /// # Errors
    /// A tensor of another rank.
    pub fn of(video: &Tensor) -> Result<Self> {
        let (_, _, frames, height, width) = video.dims5()?;
        Ok(Self { frames, height, width })
    }

    /// Tokens of one latent frame.
    pub fn tokens_per_frame(&self) -> usize {
        (self.height / PATCH) * (self.width / PATCH)
    }

    /// Tokens of the clip.
    pub fn tokens(&self) -> usize {
        self.frames * self.tokens_per_frame()
    }
}

/// The place of one token: its coordinates (time, row, column), the size of its grid, and the size that the grid is
/// stretched to.
pub type Coordinates = [f32; 9];

/// The cells of a grid `shape` (time, rows, columns) in raster order, stretched to `reference`, shifted by `offset` before
/// the stretch.
pub fn grid_coordinates(shape: [usize; 3], reference: [usize; 3], offset: [i64; 3]) -> Vec<Coordinates> {
    let size = shape.map(|n| n as f32);
    let stretched = reference.map(|n| n as f32);
    let place = |axis: usize, i: usize| i as f32 + offset[axis] as f32;
    let mut all = Vec::with_capacity(shape.iter().product());
    for t in 0..shape[0] {
        for h in 0..shape[1] {
            for w in 0..shape[2] {
                let mut row = [0f32; 9];
                row[..3].copy_from_slice(&[place(0, t), place(1, h), place(2, w)]);
                row[3..6].copy_from_slice(&size);
                row[6..].copy_from_slice(&stretched);
                all.push(row);
            }
        }
    }
    all
}

/// The places of all tokens of one sample: video, then `audio` tokens of sound, then `text` tokens.
pub fn coordinates(style: CoordStyle, grid: Grid, audio: usize, text: usize) -> Vec<Coordinates> {
    let cells = [grid.frames, grid.height / PATCH, grid.width / PATCH];
    let (audio_frames, text_size, text_start) = match style {
        CoordStyle::Base => (audio.saturating_sub(1) / 4 + 1, 1, -(text as i64)),
        CoordStyle::Upscale => (grid.frames, 2, 0),
    };
    let mut all = grid_coordinates(cells, cells, [0; 3]);
    all.extend(grid_coordinates([audio, 1, 1], [audio_frames, 1, 1], [0; 3]));
    all.extend(grid_coordinates([text, 1, 1], [text_size, 1, 1], [text_start, 0, 0]));
    all
}

/// The frequencies `10000^(-i / n)`, `n = head_dim / 8`. A checkpoint's `adapter.rope.bands` take their place.
pub fn default_bands(head_dim: usize) -> Vec<f32> {
    let n = head_dim / 8;
    (0..n).map(|i| 10000f32.powf(-(i as f32 / n as f32))).collect()
}

/// The Fourier embedding `[l, 6 n]` float32 for `n` bands: the sines of time, row and column with each band, then the
/// cosines. Time counts from 0, rows and columns from the middle.
///
/// # Errors
/// [`Error::Input`] where one token is to be stretched over several positions, which has no answer.
pub fn fourier(places: &[Coordinates], bands: &[f32], device: &Device) -> Result<Tensor> {
    let width = 6 * bands.len();
    let mut out = vec![0f32; places.len() * width];
    for (place, out) in places.iter().zip(out.chunks_exact_mut(width.max(1))) {
        let (sines, cosines) = out.split_at_mut(width / 2);
        for axis in 0..3 {
            let (size, reference) = (place[3 + axis], place[6 + axis]);
            let scale = if size == 1.0 && reference == 1.0 { 1.0 } else { (reference - 1.0) / (size - 1.0) };
            if !scale.is_finite() {
                return Err(Error::Input(format!(
                    "one token cannot span {reference} positions; upscaling needs two text tokens and two audio frames \
                     at least"
                )));
            }
            let centre = if axis == 0 { 0.0 } else { (size - 1.0) / 2.0 };
            let position = (place[axis] - centre) * scale;
            for (i, band) in bands.iter().enumerate() {
                let (sin, cos) = f64::from(position * band).sin_cos();
                sines[axis * bands.len() + i] = sin as f32;
                cosines[axis * bands.len() + i] = cos as f32;
            }
        }
    }
    Ok(Tensor::from_vec(out, (places.len(), width), device)?)
}
