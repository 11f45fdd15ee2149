//! Bitmaps of one colour onto the planes of a frame.

use super::libass::Bitmap;
use crate::render::ycbcr;

/// One plane of a 4:2:0 frame.
pub(super) struct Plane<'a> {
    /// Its rows.
    pub data: &'a mut [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// 0 for luma, 1 and 2 for the colour differences, which have half the pixels each way.
    pub plane: usize,
    /// Size of the frame in pixels.
    pub size: (u32, u32),
}

/// Lays a bitmap over the plane. A colour difference stands beside the left one of two pixels and between two rows, so it takes
/// the coverage of that pixel twice and of its neighbours once, in both rows.
pub(super) fn blend(to: &mut Plane<'_>, from: &Bitmap<'_>) {
    let value = ycbcr(from.color)[to.plane];
    let (left, top) = from.place;
    let width = from.size.0.min((to.size.0 as usize).saturating_sub(left));
    let height = from.size.1.min((to.size.1 as usize).saturating_sub(top));
    if width == 0 || height == 0 || from.opacity == 0 {
        return;
    }
    let row = |y: usize| from.coverage.get(y * from.stride..).and_then(|rest| rest.get(..width)).unwrap_or_default();
    if to.plane == 0 {
        for y in 0..height {
            let Some(line) = to.data.get_mut((top + y) * to.stride + left..) else { return };
            for (pixel, covered) in line.iter_mut().zip(row(y)) {
                if *covered > 0 {
                    *pixel = over(*pixel, value, u32::from(*covered) * 8, from.opacity);
                }
            }
        }
        return;
    }
    let columns = (to.size.0 as usize).div_ceil(2);
    for y in top / 2..(top + height).div_ceil(2) {
        // The two rows of the bitmap in this row of the plane; before its first and behind its last there is nothing.
        let inside = |y: usize| y.checked_sub(top).filter(|y| *y < height).map(row).unwrap_or_default();
        let (upper, lower) = (inside(2 * y), inside(2 * y + 1));
        let Some(line) = to.data.get_mut(y * to.stride..).and_then(|line| line.get_mut(..columns)) else { return };
        for (x, pixel) in line.iter_mut().enumerate().take((left + width) / 2 + 1).skip(left.saturating_sub(1) / 2) {
            // Of the pixel so far right of the one before this column.
            let covered = |shift: usize, row: &[u8]| {
                let x = (2 * x + shift).checked_sub(left + 1);
                x.and_then(|x| row.get(x)).copied().map_or(0, u32::from)
            };
            let both = |row: &[u8]| covered(0, row) + 2 * covered(1, row) + covered(2, row);
            let covered = both(upper) + both(lower);
            if covered > 0 {
                *pixel = over(*pixel, value, covered, from.opacity);
            }
        }
    }
}

/// `above` over `below`, rounded; `covered` is 0 to 2040, `opacity` 0 to 255.
fn over(below: u8, above: u8, covered: u32, opacity: u8) -> u8 {
    const FULL: u32 = 2040 * 255;
    let share = covered * u32::from(opacity);
    // At most 255 * 520,200, which 32 bits hold.
    ((u32::from(above) * share + u32::from(below) * (FULL - share) + FULL / 2) / FULL) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_lands_on_its_pixels() {
        // Three by three pixels at (1, 1) of a frame of six by six.
        let coverage = [255; 9];
        let bitmap = Bitmap {
            size: (3, 3),
            stride: 3,
            coverage: &coverage,
            color: [255; 3],
            opacity: 255,
            place: (1, 1),
            letters: true,
        };
        let mut luma = [16; 36];
        blend(&mut Plane { data: &mut luma, stride: 6, plane: 0, size: (6, 6) }, &bitmap);
        let lit: Vec<usize> = (0..36).filter(|at| luma[*at] == 235).collect();
        assert_eq!(lit, [7, 8, 9, 13, 14, 15, 19, 20, 21]);
        // Of pixels −1 to 1 with weights 1, 2, 1 only pixel 1 is covered, a quarter; of 1 to 3 all; of 3 to 5 one quarter. The
        // first row of the plane has one of its two rows covered, the second both.
        let bitmap = Bitmap { color: [0, 0, 255], ..bitmap };
        let mut blue = [128; 9];
        blend(&mut Plane { data: &mut blue, stride: 3, plane: 1, size: (6, 6) }, &bitmap);
        assert_eq!(blue, [142, 184, 142, 156, 240, 156, 128, 128, 128]);
    }

    #[test]
    fn what_sticks_out_is_cut() {
        let coverage = [255; 16];
        let bitmap = Bitmap {
            size: (4, 4),
            stride: 4,
            coverage: &coverage,
            color: [0; 3],
            opacity: 128,
            place: (3, 3),
            letters: true,
        };
        for plane in 0..3 {
            let mut data = vec![100; if plane == 0 { 25 } else { 9 }];
            blend(&mut Plane { data: &mut data, stride: if plane == 0 { 5 } else { 3 }, plane, size: (5, 5) }, &bitmap);
        }
    }
}
