//! Pictures decoded tile by tile: memory is that of a tile, and the result nearly that of the whole.
//!
//! Neighbouring tiles overlap. A decoder sees zeros beyond the edge of its tile, so what it makes near an edge is wrong
//! there; in an overlap the one tile fades out while the other fades in, and the wrong ends count least.

use std::ops::Range;

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;

use crate::ops::Values;
use crate::{Error, Result};

/// The most cells that neighbouring tiles share. More of them make edges fainter and tiles many.
const MOST_OVERLAP: usize = 8;
/// Tiles are this many times as long as what they share, so that no point is in three of them.
const SHARE: usize = 4;

/// How a picture is cut for decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tiles {
    /// Not at all.
    #[default]
    Whole,
    /// Into tiles of the same size.
    AtMost {
        /// The most latent cells (of 16 pixels) along a side of a tile; [`Tiles::SMALLEST`] at least.
        side: usize,
    },
}

/// A stretch of a picture along one axis, in latent cells.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    cells: Range<usize>,
    /// Cells shared with the stretch before.
    fade_in: usize,
    /// Cells shared with the stretch behind.
    fade_out: usize,
}

impl Tiles {
    /// The smallest side of a tile: below it, edges are all there is.
    pub const SMALLEST: usize = 8;

    /// Latent cells of a tile along an axis of so many.
    pub fn longest(self, cells: usize) -> usize {
        self.along(cells).into_iter().map(|span| span.cells.len()).max().unwrap_or(0)
    }

    /// How many tiles a picture of so many latent cells is cut into.
    pub fn count(self, height: usize, width: usize) -> usize {
        self.along(height).len() * self.along(width).len()
    }

    /// The stretches of an axis: all of one length, evenly spread.
    fn along(self, extent: usize) -> Vec<Span> {
        let side = match self {
            Self::AtMost { side } if side.max(Self::SMALLEST) < extent => side.max(Self::SMALLEST),
            _ => return vec![Span { cells: 0..extent, fade_in: 0, fade_out: 0 }],
        };
        let overlap = (side / SHARE).min(MOST_OVERLAP);
        let count = (extent - overlap).div_ceil(side - overlap);
        let length = (extent + (count - 1) * overlap).div_ceil(count);
        let start = |index: usize| index * (extent - length) / (count - 1);
        let shared = |index: usize| start(index) + length - start(index + 1);
        let span = |index: usize| Span {
            cells: start(index)..start(index) + length,
            fade_in: if index > 0 { shared(index - 1) } else { 0 },
            fade_out: if index + 1 < count { shared(index) } else { 0 },
        };
        (0..count).map(span).collect()
    }
}

impl Span {
    /// How much each pixel counts, `scale` pixels a cell: 1, less where it is shared; what is shared counts 1 in all.
    fn weights(&self, scale: usize) -> Vec<f32> {
        let (length, fade_in, fade_out) = (self.cells.len() * scale, self.fade_in * scale, self.fade_out * scale);
        let rise = |from_edge: usize, fade: usize| (from_edge as f32 + 0.5) / fade as f32;
        let one = |pixel: usize| {
            let left = length - 1 - pixel;
            match () {
                () if pixel < fade_in => rise(pixel, fade_in),
                () if left < fade_out => rise(left, fade_out),
                () => 1.0,
            }
        };
        (0..length).map(one).collect()
    }
}

/// Decodes a latent `[1, c, t, h, w]` with `of_tile`, which makes `[1, c', t', s * h, s * w]` of a part of it, tile by
/// tile. The result, `f32`, is on the CPU where there is more than one tile: no device need hold it as a whole.
pub(super) fn decode(latent: &Tensor, tiles: Tiles, of_tile: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let (_, _, _, height, width) = latent.dims5()?;
    let (rows, columns) = (tiles.along(height), tiles.along(width));
    if rows.len() * columns.len() == 1 {
        return of_tile(latent);
    }
    let mut canvas: Option<Canvas> = None;
    for row in &rows {
        let strip = latent.narrow(3, row.cells.start, row.cells.len())?;
        for column in &columns {
            let part = strip.narrow(4, column.cells.start, column.cells.len())?.contiguous()?;
            let pixels = of_tile(&part)?.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.contiguous()?;
            if canvas.is_none() {
                canvas = Some(Canvas::for_tiles_like(&pixels, row.cells.len(), [height, width])?);
            }
            if let Some(canvas) = &mut canvas {
                canvas.add(&pixels, row, column)?;
            }
        }
    }
    canvas.ok_or_else(|| Error::Input("a picture without a cell cannot be decoded".into()))?.finish()
}

/// A clip that tiles are added to.
struct Canvas {
    /// `[c * t, h, w]`.
    values: Vec<f32>,
    channels: usize,
    frames: usize,
    height: usize,
    width: usize,
    /// Pixels a latent cell.
    scale: usize,
}

impl Canvas {
    /// An empty canvas for a latent of `cells` (height and width), one of whose tiles, `rows` cells high, became `pixels`.
    fn for_tiles_like(pixels: &Tensor, rows: usize, cells: [usize; 2]) -> Result<Self> {
        let (_, channels, frames, tile_height, _) = pixels.dims5()?;
        let scale = tile_height / rows.max(1);
        let [height, width] = cells.map(|cells| cells * scale);
        Ok(Self { values: vec![0.0; channels * frames * height * width], channels, frames, height, width, scale })
    }

    fn add(&mut self, pixels: &Tensor, row: &Span, column: &Span) -> Result<()> {
        let (down, across) = (row.weights(self.scale), column.weights(self.scale));
        let shape = [1, self.channels, self.frames, down.len(), across.len()];
        if pixels.dims() != shape {
            return Err(Error::Input(format!("a tile was decoded to {:?}, expected {shape:?}", pixels.dims())));
        }
        let (top, left) = (row.cells.start * self.scale, column.cells.start * self.scale);
        let (pixels, width) = (Values::of(pixels)?, self.width);
        let planes = self.values.par_chunks_mut((self.height * width).max(1));
        planes.zip(pixels.par_chunks((down.len() * across.len()).max(1))).for_each(|(plane, tile)| {
            let lines = plane.chunks_exact_mut(width).skip(top);
            for ((line, tile), weight) in lines.zip(tile.chunks_exact(across.len())).zip(&down) {
                for ((sum, value), across) in line.iter_mut().skip(left).zip(tile).zip(&across) {
                    *sum += value * (weight * across);
                }
            }
        });
        Ok(())
    }

    fn finish(self) -> Result<Tensor> {
        let shape = (1, self.channels, self.frames, self.height, self.width);
        Ok(Tensor::from_vec(self.values, shape, &Device::Cpu)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_counts_once_and_is_in_two_stretches_at_most() {
        for side in Tiles::SMALLEST..70 {
            for extent in 1..140 {
                let tiles = Tiles::AtMost { side };
                let spans = tiles.along(extent);
                assert!(tiles.longest(extent) <= side, "{extent} in {side}");
                let (mut sums, mut covers) = (vec![0f32; extent * 2], vec![0; extent * 2]);
                for span in &spans {
                    let pixels = span.cells.start * 2..span.cells.end * 2;
                    for ((pixel, weight), at) in pixels.zip(span.weights(2)).zip(0..) {
                        assert!(weight > 0.0, "{extent} in {side}: {at}");
                        sums[pixel] += weight;
                        covers[pixel] += 1;
                    }
                }
                assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-6), "{extent} in {side}: {spans:?}");
                assert!(covers.iter().all(|count| (1..=2).contains(count)), "{extent} in {side}: {spans:?}");
                let least = (side / SHARE).min(MOST_OVERLAP);
                assert!(spans.iter().skip(1).all(|span| span.fade_in >= least), "{extent} in {side}: {spans:?}");
            }
        }
        assert_eq!(Tiles::Whole.along(9), [Span { cells: 0..9, fade_in: 0, fade_out: 0 }]);
        assert_eq!(Tiles::AtMost { side: 0 }.longest(100), Tiles::SMALLEST, "an absurd side is the smallest");
        assert_eq!((Tiles::AtMost { side: 40 }.count(68, 120), Tiles::AtMost { side: 40 }.longest(68)), (8, 38));
    }

    #[test]
    fn a_decoder_that_looks_at_one_cell_only_makes_the_same() -> Result<()> {
        let latent = Tensor::randn(0f32, 1.0, (1, 2, 3, 21, 13), &Device::Cpu)?;
        let double = |part: &Tensor| -> Result<Tensor> {
            let (b, c, t, h, w) = part.dims5()?;
            let large = part.reshape((b * c, t, h, w))?.upsample_nearest2d(2 * h, 2 * w)?;
            Ok(large.reshape((b, c, t, 2 * h, 2 * w))?)
        };
        let (whole, tiled) = (double(&latent)?, decode(&latent, Tiles::AtMost { side: 8 }, double)?);
        assert_eq!(whole.dims(), tiled.dims());
        let error = (whole - tiled)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(error < 1e-5, "{error}");
        Ok(())
    }
}
