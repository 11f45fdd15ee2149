//! How much of what lies below a picture is seen through it.

use ffmpeg_next::{format::Pixel, frame};

use super::frame::{Frame, allocate};
use crate::{Picture, Result};

/// How much a picture covers, for its luma and its chroma samples: 8 bits, 255 for wholly.
#[derive(Clone)]
pub(super) struct Alpha {
    /// As large as the picture.
    pub(super) full: frame::Video,
    /// Half as wide and high.
    pub(super) half: frame::Video,
}

impl Alpha {
    /// From a plane with even sides.
    pub(super) fn new(full: frame::Video) -> Result<Self> {
        let mut half = allocate(Pixel::GRAY8, full.width() / 2, full.height() / 2)?;
        let (stride, half_stride) = (full.stride(0), half.stride(0));
        for (to, from) in half.data_mut(0).chunks_exact_mut(half_stride).zip(full.data(0).chunks_exact(stride * 2)) {
            let (upper, lower) = from.split_at(stride);
            for ((to, upper), lower) in to.iter_mut().zip(upper.as_chunks::<2>().0).zip(lower.as_chunks::<2>().0) {
                let sum: u16 = upper.iter().chain(lower).map(|it| u16::from(*it)).sum();
                *to = ((sum + 2) / 4) as u8;
            }
        }
        Ok(Self { full, half })
    }

    /// Multiplies a picture of the same size with it, towards black and grey.
    pub(super) fn multiply(&self, frame: &mut Frame) {
        for plane in 0..3 {
            let (alpha, zero) = if plane == 0 { (&self.full, 16) } else { (&self.half, 128) };
            let covers = alpha.data(0).chunks_exact(alpha.stride(0));
            let video = frame.video_mut();
            let stride = video.stride(plane);
            for (row, covers) in video.data_mut(plane).chunks_exact_mut(stride).zip(covers) {
                for (value, covers) in row.iter_mut().zip(covers) {
                    let product = (i32::from(*value) - zero) * i32::from(*covers);
                    *value = (zero + (product + 127).div_euclid(255)).clamp(0, 255) as u8;
                }
            }
        }
    }
}

/// A plane as a picture of its own; `bytes` are rows without padding.
pub(super) fn plane(bytes: &[u8], width: u32, height: u32) -> Result<frame::Video> {
    let mut picture = allocate(Pixel::GRAY8, width, height)?;
    let (stride, width) = (picture.stride(0), width as usize);
    for (to, from) in picture.data_mut(0).chunks_exact_mut(stride).zip(bytes.chunks_exact(width.max(1))) {
        to[..width].copy_from_slice(from);
    }
    Ok(picture)
}

/// Multiplies RGB with how opaque each pixel is, so that colours of what cannot be seen do not leak when it is scaled.
pub(super) fn multiply_rgb(picture: &mut Picture, alpha: &[u8]) {
    for (pixel, covers) in picture.rgb.as_chunks_mut::<3>().0.iter_mut().zip(alpha) {
        *pixel = pixel.map(|value| ((u16::from(value) * u16::from(*covers) + 127) / 255) as u8);
    }
}
