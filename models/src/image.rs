//! Pictures as bytes: the reference picture on its way into the encoder, frames on their way out of the decoder.

mod frames;
mod lanczos;

pub use frames::{Frames, Upsample};

use candle_core::{Device, Tensor};

use crate::{Error, Result};

/// Height and width in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

/// A picture of three bytes a pixel: red, green, blue, row by row. Alpha has been dropped, grey repeated, and the
/// orientation that a camera noted has been applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    size: Size,
    rgb: Vec<u8>,
}

impl Picture {
    /// A picture from its bytes `[h, w, 3]`.
    ///
    /// # Errors
    /// It has no pixels, or the number of bytes is not that of its size.
    pub fn new(size: Size, rgb: Vec<u8>) -> Result<Self> {
        let expected = size.height.checked_mul(size.width).and_then(|n| n.checked_mul(3));
        if expected == Some(0) {
            return Err(Error::Input("the picture has no pixels".into()));
        }
        if expected != Some(rgb.len()) {
            let Size { height, width } = size;
            return Err(Error::Input(format!("{} bytes are not a picture of {width}x{height}", rgb.len())));
        }
        Ok(Self { size, rgb })
    }

    /// Height and width.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The bytes `[h, w, 3]`.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Cuts the middle that has the aspect of `target`. A picture of that size is left alone.
    ///
    /// Source: daVinci-MagiHuman, `resizecrop` in `inference/pipeline/video_process.py`, commit 209209b: each edge of
    /// the box is rounded by itself, halves to even, so that the result can be a pixel off the computed size.
    pub fn crop(&self, target: Size) -> Self {
        let Size { height, width } = self.size;
        if self.size == target || target.height == 0 || target.width == 0 {
            return self.clone();
        }
        let (h, w) = (height as f64, width as f64);
        let (th, tw) = (target.height as f64, target.width as f64);
        // Whole numbers so far, and their products stay exact: the quotients are rounded as the reference's are.
        let (new_h, new_w) = if h / w > th / tw { ((w * th / tw).trunc(), w) } else { (h, (h * tw / th).trunc()) };
        let edges = |size: f64, new: f64| -> (usize, usize) {
            let first = ((size - new) / 2.0).round_ties_even() as usize;
            let last = ((size + new) / 2.0).round_ties_even() as usize;
            let first = first.min(size as usize - 1);
            (first, last.clamp(first + 1, size as usize))
        };
        let ((top, bottom), (left, right)) = (edges(h, new_h), edges(w, new_w));
        let mut rgb = Vec::with_capacity((bottom - top) * (right - left) * 3);
        for y in top..bottom {
            rgb.extend_from_slice(&self.rgb[(y * width + left) * 3..(y * width + right) * 3]);
        }
        Self { size: Size { height: bottom - top, width: right - left }, rgb }
    }

    /// Resizes with a Lanczos kernel of three lobes, widened where the picture shrinks: Pillow's arithmetic, bit by
    /// bit.
    ///
    /// # Errors
    /// The target has no pixels.
    pub fn resize(&self, target: Size) -> Result<Self> {
        if target.height == 0 || target.width == 0 {
            return Err(Error::Input("a picture cannot be resized to nothing".into()));
        }
        Ok(Self { size: target, rgb: lanczos::resize(&self.rgb, self.size, target) })
    }

    /// The bytes as `[1, 3, h, w]`, -1 to 1, `f32`.
    ///
    /// # Errors
    /// The device has no room.
    pub fn to_tensor(&self, device: &Device) -> Result<Tensor> {
        let Size { height, width } = self.size;
        let plane = height * width;
        let mut values = vec![0f32; 3 * plane];
        for (i, pixel) in self.rgb.chunks_exact(3).enumerate() {
            for (c, byte) in pixel.iter().enumerate() {
                values[c * plane + i] = f32::from(*byte) / 255.0 * 2.0 - 1.0;
            }
        }
        Ok(Tensor::from_vec(values, (1, 3, height, width), device)?)
    }

    /// Crops, resizes and scales: the reference picture as `[1, 3, h, w]`, -1 to 1, `f32`.
    ///
    /// # Errors
    /// The target has no pixels, or the device no room.
    pub fn prepare(&self, target: Size, device: &Device) -> Result<Tensor> {
        self.crop(target).resize(target)?.to_tensor(device)
    }
}

#[cfg(test)]
mod tests {
    use super::{Picture, Size};
    use candle_core::Device;

    fn picture(height: usize, width: usize) -> Picture {
        let rgb = (0..height * width * 3).map(|i| (i * 7 % 256) as u8).collect();
        Picture::new(Size { height, width }, rgb).expect("picture")
    }

    #[test]
    fn a_crop_has_the_aspect_of_its_target() {
        // 96 x 62 to 96 x 64: rows 2.0 to 94.0.
        assert_eq!(picture(96, 62).crop(Size { height: 96, width: 64 }).size(), Size { height: 92, width: 62 });
        // 57 x 101 to 32 x 64: 50 rows between 3.5 and 53.5, both rounded to even.
        assert_eq!(picture(57, 101).crop(Size { height: 32, width: 64 }).size(), Size { height: 50, width: 101 });
    }

    #[test]
    fn any_picture_can_be_prepared() {
        for (h, w) in [(1, 1), (1, 500), (500, 1), (3, 2)] {
            let pixels = picture(h, w).prepare(Size { height: 32, width: 48 }, &Device::Cpu).expect("pixels");
            assert_eq!(pixels.dims(), [1, 3, 32, 48]);
        }
    }

    #[test]
    fn a_flat_picture_stays_flat() {
        for target in [Size { height: 7, width: 11 }, Size { height: 64, width: 90 }] {
            let flat = Picture::new(Size { height: 20, width: 31 }, vec![201; 20 * 31 * 3]).expect("picture");
            assert!(flat.resize(target).expect("resized").rgb().iter().all(|byte| *byte == 201));
        }
    }

    #[test]
    fn wrong_bytes_are_refused() {
        assert!(Picture::new(Size { height: 2, width: 2 }, vec![0; 11]).is_err());
        assert!(Picture::new(Size { height: 0, width: 2 }, vec![]).is_err());
    }
}
