//! Which way is up: quarter turns and mirrors.

use ffmpeg_next::frame;

use super::{
    frame::{Frame, allocate},
    place::Area,
    scale::Siting,
};
use crate::Result;

/// How a stored picture is turned to be seen: first its axes are swapped, then what is seen is mirrored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Stored columns are seen as rows.
    swap: bool,
    /// What is seen runs against the stored axis from left to right.
    flip_x: bool,
    /// And from top to bottom.
    flip_y: bool,
}

impl Turn {
    /// None at all.
    pub(crate) const NONE: Self = Self { swap: false, flip_x: false, flip_y: false };

    /// The quarter turn nearest to a display matrix as MP4 stores it (ISO/IEC 14496-12 §8.3.2): nine numbers, of which the
    /// first two of the first two rows say where the axes go.
    pub(crate) fn of_matrix(bytes: &[u8]) -> Self {
        let number = |at: usize| match bytes.get(at * 4..at * 4 + 4) {
            Some(&[a, b, c, d]) => i64::from(i32::from_ne_bytes([a, b, c, d])),
            _ => 0,
        };
        let (a, b, c, d) = (number(0), number(1), number(3), number(4));
        if a.abs() + d.abs() >= b.abs() + c.abs() {
            Self { swap: false, flip_x: a < 0, flip_y: d < 0 }
        } else {
            Self { swap: true, flip_x: c < 0, flip_y: b < 0 }
        }
    }

    /// Width and height as seen from those as stored, or the other way round.
    pub(crate) fn size<T>(self, (width, height): (T, T)) -> (T, T) {
        if self.swap { (height, width) } else { (width, height) }
    }

    /// Where a part of the picture as seen is stored, both in fractions.
    pub(super) fn stored(self, seen: Area) -> Area {
        let x = if self.flip_x { 1.0 - seen.x - seen.w } else { seen.x };
        let y = if self.flip_y { 1.0 - seen.y - seen.h } else { seen.y };
        let (x, y) = self.size((x, y));
        let (w, h) = self.size((seen.w, seen.h));
        Area { x, y, w, h }
    }

    /// Where chroma must lie in the stored picture to lie right when it is turned.
    pub(super) fn siting(self) -> Siting {
        let (x, y) = self.size((if self.flip_x { 256 } else { 0 }, 128));
        Siting { x, y }
    }

    /// Turns a frame.
    pub(super) fn frame(self, stored: Frame) -> Result<Frame> {
        if self == Self::NONE {
            return Ok(stored);
        }
        let mut seen = Frame::empty(self.size(stored.size()))?;
        for plane in 0..3 {
            self.plane(stored.video(), seen.video_mut(), plane);
        }
        Ok(seen)
    }

    /// Turns a picture of one plane of 8 bits.
    pub(super) fn picture(self, stored: frame::Video) -> Result<frame::Video> {
        if self == Self::NONE {
            return Ok(stored);
        }
        let (width, height) = self.size((stored.width(), stored.height()));
        let mut seen = allocate(stored.format(), width, height)?;
        self.plane(&stored, &mut seen, 0);
        Ok(seen)
    }

    /// Turns one plane of 8 bits into a frame of the same format and the turned size.
    fn plane(self, stored: &frame::Video, seen: &mut frame::Video, plane: usize) {
        /// Columns are read in tiles of this side, so that a row of the cache serves many of them.
        const TILE: usize = 32;
        let (from_stride, to_stride) = (stored.stride(plane), seen.stride(plane));
        let (width, height) = (seen.plane_width(plane) as usize, seen.plane_height(plane) as usize);
        let (from, to) = (stored.data(plane), seen.data_mut(plane));
        if width == 0 || height == 0 {
            return;
        }
        let mirror = |flip: bool, at: usize, length: usize| if flip { length - 1 - at } else { at };
        if !self.swap {
            for (y, row) in to.chunks_exact_mut(to_stride).take(height).enumerate() {
                let start = mirror(self.flip_y, y, height) * from_stride;
                let source = &from[start..start + width];
                row[..width].copy_from_slice(source);
                if self.flip_x {
                    row[..width].reverse();
                }
            }
            return;
        }
        for top in (0..height).step_by(TILE) {
            for left in (0..width).step_by(TILE) {
                for y in top..(top + TILE).min(height) {
                    let column = mirror(self.flip_y, y, height);
                    for x in left..(left + TILE).min(width) {
                        to[y * to_stride + x] = from[mirror(self.flip_x, x, width) * from_stride + column];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::format::Pixel;

    fn matrix(a: i32, b: i32, c: i32, d: i32) -> Vec<u8> {
        [a, b, 0, c, d, 0, 0, 0, 1].iter().flat_map(|it| (it * 65_536).to_ne_bytes()).collect()
    }

    /// What becomes of the rows `12` and `34` and `56`.
    fn seen(turn: Turn) -> Vec<Vec<u8>> {
        let mut stored = frame::Video::new(Pixel::GRAY8, 2, 3);
        let stride = stored.stride(0);
        for (at, value) in (b'1'..=b'6').enumerate() {
            stored.data_mut(0)[at / 2 * stride + at % 2] = value;
        }
        let (width, height) = turn.size((2, 3));
        let mut seen = frame::Video::new(Pixel::GRAY8, width, height);
        turn.plane(&stored, &mut seen, 0);
        seen.data(0).chunks(seen.stride(0)).take(height as usize).map(|row| row[..width as usize].to_vec()).collect()
    }

    #[test]
    fn matrices_turn_as_phones_mean_them() {
        let turned = |a, b, c, d| seen(Turn::of_matrix(&matrix(a, b, c, d)));
        assert_eq!(turned(1, 0, 0, 1), [b"12", b"34", b"56"]);
        assert_eq!(turned(-1, 0, 0, -1), [b"65", b"43", b"21"]);
        // A quarter to the right, as a phone held upright writes it.
        assert_eq!(turned(0, 1, -1, 0), [b"531", b"642"]);
        assert_eq!(turned(0, -1, 1, 0), [b"246", b"135"]);
        assert_eq!(turned(-1, 0, 0, 1), [b"21", b"43", b"65"]);
        assert_eq!(turned(1, 0, 0, -1), [b"56", b"34", b"12"]);
        assert_eq!(turned(0, 1, 1, 0), [b"135", b"246"]);
        assert_eq!(Turn::of_matrix(&[1, 2, 3]), Turn::NONE);
    }

    #[test]
    fn a_part_is_found_where_it_is_stored() {
        let corner = Area { x: 0.0, y: 0.0, w: 0.5, h: 0.25 };
        // Seen at the top left after a quarter to the right, stored at the bottom left.
        let stored = Turn::of_matrix(&matrix(0, 1, -1, 0)).stored(corner);
        assert_eq!(stored, Area { x: 0.0, y: 0.5, w: 0.25, h: 0.5 });
        assert_eq!(Turn::NONE.stored(corner), corner);
    }
}
