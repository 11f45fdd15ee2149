//! Frames as screens take them.

use ffmpeg_next::format::Pixel;

use super::{
    frame::{Frame, allocate},
    scale::Scaler,
};
use crate::Result;

/// Turns frames into the pixels of a screen. Kept, because it is quicker for frames of the same size as the last one.
#[derive(Default)]
pub struct Display(Scaler);

impl Display {
    /// Red, green, blue and 255 of every pixel, full range, row by row from the top.
    pub fn rgba(&mut self, frame: &Frame) -> Result<Vec<u8>> {
        let (width, height) = frame.size();
        let mut shown = allocate(Pixel::RGBA, width, height)?;
        self.0.shown(frame, &mut shown)?;
        let (stride, row) = (shown.stride(0), width as usize * 4);
        let mut pixels = Vec::with_capacity(row * height as usize);
        shown
            .data(0)
            .chunks_exact(stride)
            .take(height as usize)
            .for_each(|line| pixels.extend_from_slice(&line[..row]));
        Ok(pixels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_shows_what_a_picture_of_the_frame_holds() {
        for rgb in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [12, 200, 99]] {
            let frame = Frame::filled((38, 22), rgb).expect("frame");
            let pixels = Display::default().rgba(&frame).expect("pixels");
            assert_eq!(pixels.len(), 38 * 22 * 4);
            let picture = frame.to_picture().expect("picture");
            for (shown, pixel) in pixels.chunks(4).zip(picture.rgb.chunks(3)) {
                // The two conversions round chroma apart.
                assert!(shown.iter().zip(pixel).all(|(a, b)| a.abs_diff(*b) <= 3), "{shown:?} for {pixel:?}");
                assert_eq!(shown[3], 255);
            }
        }
    }
}
