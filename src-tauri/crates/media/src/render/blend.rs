//! One picture over another.

use super::{alpha::Alpha, frame::Frame, place::Pixels};

/// All of a picture, in the units of opacity here.
pub(super) const OPAQUE: u16 = 256;

/// A picture that covers part of a canvas.
pub(super) struct Sheet {
    /// What is seen; where there is alpha, already multiplied with it (towards black and grey).
    pub(super) frame: Frame,
    /// How much it covers what lies below: 8 bits a pixel, of the frame's size.
    pub(super) alpha: Option<Alpha>,
    /// Where on the canvas: even edges, the frame's size.
    pub(super) target: Pixels,
}

impl Sheet {
    /// Whether nothing of a canvas of this size is seen beside or through it.
    pub(super) fn covers(&self, size: (u32, u32)) -> bool {
        self.alpha.is_none() && self.frame.size() == size
    }
}

/// Draws a sheet with this opacity (0 to [`OPAQUE`]).
pub(super) fn draw(canvas: &mut Frame, sheet: &Sheet, opacity: u16) {
    for plane in 0..3 {
        let shift = usize::from(plane > 0);
        let (x, y) = (sheet.target.x as usize >> shift, sheet.target.y as usize >> shift);
        let width = sheet.target.w as usize >> shift;
        let from = sheet.frame.video();
        let (from_stride, zero) = (from.stride(plane), if plane == 0 { 16 } else { 128 });
        let to = canvas.video_mut();
        let to_stride = to.stride(plane);
        let below = to.data_mut(plane).chunks_exact_mut(to_stride).skip(y);
        let above = from.data(plane).chunks_exact(from_stride);
        match &sheet.alpha {
            None => {
                for (below, above) in below.zip(above) {
                    over(&mut below[x..x + width], &above[..width], opacity);
                }
            }
            Some(alpha) => {
                let alpha = if plane == 0 { &alpha.full } else { &alpha.half };
                let covers = alpha.data(0).chunks_exact(alpha.stride(0));
                for ((below, above), covers) in below.zip(above).zip(covers) {
                    over_with(&mut below[x..x + width], &above[..width], &covers[..width], opacity, zero);
                }
            }
        }
    }
}

/// A row over another of the same length.
fn over(below: &mut [u8], above: &[u8], opacity: u16) {
    if opacity >= OPAQUE {
        below.copy_from_slice(above);
        return;
    }
    for (below, above) in below.iter_mut().zip(above) {
        let mixed = u16::from(*below) * (OPAQUE - opacity) + u16::from(*above) * opacity + 128;
        *below = (mixed >> 8).min(255) as u8;
    }
}

/// A row that is multiplied with its alpha over another. `zero` is the value of black, or of no colour.
fn over_with(below: &mut [u8], above: &[u8], covers: &[u8], opacity: u16, zero: i32) {
    let opacity = i32::from(opacity);
    for ((below, above), covers) in below.iter_mut().zip(above).zip(covers) {
        // In 1/65280 (255 times 256).
        let left = 65_280 - i32::from(*covers) * opacity;
        let kept = (i32::from(*below) - zero) * left + (i32::from(*above) - zero) * opacity * 255;
        *below = (zero + (kept + 32_640).div_euclid(65_280)).clamp(0, 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed(opacity: u16) -> Vec<u8> {
        let mut below = vec![16, 235, 128, 0, 255];
        over(&mut below, &[235, 16, 128, 255, 0], opacity);
        below
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!(mixed(0), [16, 235, 128, 0, 255]);
        assert_eq!(mixed(OPAQUE), [235, 16, 128, 255, 0]);
        assert_eq!(mixed(OPAQUE / 2), [126, 126, 128, 128, 128]);
    }

    #[test]
    fn alpha_lets_through() {
        let with = |covers: u8, opacity| {
            let mut below = [200];
            // Full white, multiplied: 16 + 219 * covers / 255.
            let above = 16 + (219 * u32::from(covers) + 127) / 255;
            over_with(&mut below, &[above as u8], &[covers], opacity, 16);
            below[0]
        };
        assert_eq!((with(0, OPAQUE), with(255, OPAQUE), with(255, 0)), (200, 235, 200));
        assert_eq!((with(128, OPAQUE), with(255, OPAQUE / 2)), (218, 218));
    }
}
