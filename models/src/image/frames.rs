//! Decoded video as bytes.

use candle_core::{DType, Device, Tensor};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::Size;
use crate::{Error, Result};

/// Frames of three bytes a pixel: `[t, h, w, 3]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames {
    /// How many.
    pub count: usize,
    /// Of each.
    pub size: Size,
    /// `[t, h, w, 3]`.
    pub rgb: Vec<u8>,
}

/// How a frame is enlarged after decoding; the centres of pixels stay where they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upsample {
    /// Straight lines between neighbours.
    Bilinear,
    /// Cubic pieces over four neighbours, a = -0.75.
    Bicubic,
    /// The pixel that is there.
    Nearest,
}

impl Frames {
    /// Bytes of decoded pixels `[3, t, h, w]` or `[1, 3, t, h, w]`, -1 to 1; what is beyond is cut. Half-wide types are
    /// widened first, fractions of a level are dropped.
    ///
    /// # Errors
    /// The tensor has another shape.
    pub fn from_pixels(pixels: &Tensor) -> Result<Self> {
        let pixels = if pixels.rank() == 5 && pixels.dim(0)? == 1 { pixels.squeeze(0)? } else { pixels.clone() };
        let [3, count, height, width] = *pixels.dims() else {
            return Err(Error::Input(format!("decoded video must be [3, t, h, w], not {:?}", pixels.dims())));
        };
        let values = pixels.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
        let plane = height * width;
        let mut rgb = vec![0u8; count * plane * 3];
        rgb.par_chunks_mut((width * 3).max(1)).enumerate().for_each(|(row, to)| {
            for (c, start) in (0..3).map(|c| (c, c * count * plane + row * width)) {
                for (pixel, value) in to.chunks_exact_mut(3).zip(&values[start..start + width]) {
                    pixel[c] = ((value * 0.5 + 0.5).clamp(0.0, 1.0) * 255.0) as u8;
                }
            }
        });
        Ok(Self { count, size: Size { height, width }, rgb })
    }

    /// One frame's bytes `[h, w, 3]`.
    pub fn frame(&self, index: usize) -> Option<&[u8]> {
        let bytes = self.size.height * self.size.width * 3;
        self.rgb.get(index * bytes..(index + 1) * bytes)
    }

    /// The same frames at another size.
    ///
    /// # Errors
    /// The size, or that of the frames, has no pixels.
    pub fn upsample(&self, target: Size, mode: Upsample) -> Result<Self> {
        let from = self.size;
        if target.height == 0 || target.width == 0 || from.height == 0 || from.width == 0 {
            return Err(Error::Input("frames cannot be resized to or from nothing".into()));
        }
        let columns: Vec<_> = (0..target.width).map(|x| Taps::new(x, from.width, target.width, mode)).collect();
        let rows: Vec<_> = (0..target.height).map(|y| Taps::new(y, from.height, target.height, mode)).collect();
        let mut rgb = vec![0u8; self.count * target.height * target.width * 3];
        rgb.par_chunks_mut(target.width * 3).enumerate().for_each(|(line, to)| {
            let (frame, row) = (line / target.height, &rows[line % target.height]);
            let source = &self.rgb[frame * from.height * from.width * 3..];
            for (pixel, column) in to.chunks_exact_mut(3).zip(&columns) {
                for (c, value) in pixel.iter_mut().enumerate() {
                    let mut sum = 0f32;
                    for (y, wy) in row.iter() {
                        let mut across = 0f32;
                        for (x, wx) in column.iter() {
                            across += f32::from(source[(y * from.width + x) * 3 + c]) / 255.0 * wx;
                        }
                        sum += across * wy;
                    }
                    *value = (sum.clamp(0.0, 1.0) * 255.0) as u8;
                }
            }
        });
        Ok(Self { count: self.count, size: target, rgb })
    }
}

/// Up to four source positions and their weights.
struct Taps {
    at: [usize; 4],
    weights: [f32; 4],
    count: usize,
}

impl Taps {
    fn new(i: usize, from: usize, to: usize, mode: Upsample) -> Self {
        let scale = from as f32 / to as f32;
        let last = from - 1;
        let position = (i as f32 + 0.5) * scale - 0.5;
        match mode {
            Upsample::Nearest => {
                let at = ((i as f32 * scale) as usize).min(last);
                Self { at: [at; 4], weights: [1.0; 4], count: 1 }
            }
            Upsample::Bilinear => {
                let position = position.max(0.0);
                let first = (position as usize).min(last);
                let part = position - first as f32;
                let second = (first + 1).min(last);
                Self { at: [first, second, 0, 0], weights: [1.0 - part, part, 0.0, 0.0], count: 2 }
            }
            Upsample::Bicubic => {
                let floor = position.floor();
                let part = position - floor;
                let at = [-1isize, 0, 1, 2].map(|step| (floor as isize + step).clamp(0, last as isize) as usize);
                let weights = [far(part + 1.0), near(part), near(1.0 - part), far(2.0 - part)];
                Self { at, weights, count: 4 }
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = (usize, f32)> {
        self.at.iter().copied().zip(self.weights).take(self.count)
    }
}

const A: f32 = -0.75;

/// Cubic weight at a distance below 1.
fn near(x: f32) -> f32 {
    ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
}

/// Cubic weight at a distance from 1 to 2.
fn far(x: f32) -> f32 {
    ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A
}

#[cfg(test)]
mod tests {
    use super::{Frames, Upsample};
    use crate::image::Size;
    use candle_core::{Device, Tensor};

    #[test]
    fn levels_are_cut_and_not_rounded() {
        let values = [-2.0f32, -1.0, 0.0, 0.999, 1.0, 7.0];
        let pixels = Tensor::from_vec(values.repeat(3), (3, 1, 1, 6), &Device::Cpu).expect("pixels");
        let frames = Frames::from_pixels(&pixels).expect("frames");
        assert_eq!(frames.rgb.iter().step_by(3).copied().collect::<Vec<_>>(), [0, 0, 127, 254, 255, 255]);
    }

    #[test]
    fn a_flat_frame_stays_flat() {
        let flat = Frames { count: 2, size: Size { height: 3, width: 5 }, rgb: vec![255; 90] };
        for mode in [Upsample::Bilinear, Upsample::Bicubic, Upsample::Nearest] {
            let large = flat.upsample(Size { height: 7, width: 10 }, mode).expect("large");
            assert_eq!(large.rgb.len(), 2 * 70 * 3);
            assert!(large.rgb.iter().all(|level| *level >= 254), "{mode:?}");
        }
    }
}
