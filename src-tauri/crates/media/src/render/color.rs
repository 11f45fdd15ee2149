//! Simple changes of colour.

use super::{ColorAdjust, blend::Sheet};

/// How far full warmth moves Cb and Cr apart, in steps of 8 bits: a good cooler or warmer light, no coloured glass.
const WARMTH: f32 = 24.0;

/// What is done to the three components: each stretched around a value, then moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Adjust {
    /// How much luma is stretched around middle grey, and how far it is moved.
    luma: (f32, f32),
    /// How much chroma is stretched, and how far Cr is moved up and Cb down.
    chroma: (f32, f32),
}

impl Adjust {
    /// None where nothing would change.
    pub(super) fn new(color: &ColorAdjust) -> Option<Self> {
        if *color == ColorAdjust::default() {
            return None;
        }
        let limited = |value: f32| value.clamp(-1.0, 1.0);
        Some(Self {
            luma: (1.0 + limited(color.contrast), 219.0 * limited(color.brightness)),
            chroma: (1.0 + limited(color.saturation), WARMTH * limited(color.warmth)),
        })
    }

    /// Changes a picture. Results stay within the limited range.
    pub(super) fn apply(self, sheet: &mut Sheet) {
        for plane in 0..3 {
            let (zero, highest) = if plane == 0 { (16.0, 219.0) } else { (128.0, 112.0) };
            let lowest = if plane == 0 { 0.0 } else { -112.0 };
            // For a value without its zero: stretched around `pivot`, moved by `shift`.
            let (stretch, pivot, shift) = match plane {
                0 => (self.luma.0, 109.5, self.luma.1),
                1 => (self.chroma.0, 0.0, -self.chroma.1),
                _ => (self.chroma.0, 0.0, self.chroma.1),
            };
            // Where alpha is, values are multiplied with it, and so are pivot, shift and limits.
            let changed = |value: u8, covers: f32| {
                let value = (f32::from(value) - zero - pivot * covers) * stretch + (pivot + shift) * covers;
                (value.clamp(lowest * covers, highest * covers) + zero).round() as u8
            };
            let video = sheet.frame.video_mut();
            let (width, stride) = (video.plane_width(plane) as usize, video.stride(plane));
            let data = video.data_mut(plane);
            match &sheet.alpha {
                None => {
                    let table: [u8; 256] = std::array::from_fn(|value| changed(value as u8, 1.0));
                    for value in data {
                        *value = table[usize::from(*value)];
                    }
                }
                Some(alpha) => {
                    let alpha = if plane == 0 { &alpha.full } else { &alpha.half };
                    let rows = alpha.data(0).chunks_exact(alpha.stride(0));
                    for (row, covers) in data.chunks_exact_mut(stride).zip(rows) {
                        for (value, covers) in row[..width].iter_mut().zip(covers) {
                            *value = changed(*value, f32::from(*covers) / 255.0);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{frame::Frame, place::Pixels};

    fn changed(color: ColorAdjust, rgb: [u8; 3]) -> [u8; 3] {
        let frame = Frame::filled((4, 4), rgb).expect("frame");
        let mut sheet = Sheet { frame, alpha: None, target: Pixels { x: 0, y: 0, w: 4, h: 4 } };
        if let Some(adjust) = Adjust::new(&color) {
            adjust.apply(&mut sheet);
        }
        sheet.frame.planes().map(|plane| plane.rows().next().expect("row")[1])
    }

    #[test]
    fn each_slider_does_what_it_says() {
        let none = ColorAdjust::default();
        assert_eq!(Adjust::new(&none), None);
        let red = [63, 102, 240];
        assert_eq!(changed(none, [255, 0, 0]), red);
        assert_eq!(changed(ColorAdjust { brightness: 0.5, ..none }, [0; 3]), [126, 128, 128]);
        assert_eq!(changed(ColorAdjust { brightness: 1.0, ..none }, [255; 3]), [235, 128, 128], "white stays white");
        assert_eq!(changed(ColorAdjust { contrast: -1.0, ..none }, [255; 3]), [126, 128, 128]);
        assert_eq!(changed(ColorAdjust { contrast: 1.0, ..none }, [255, 0, 0]), [16, 102, 240]);
        assert_eq!(changed(ColorAdjust { saturation: -1.0, ..none }, [255, 0, 0]), [63, 128, 128]);
        assert_eq!(changed(ColorAdjust { saturation: 1.0, ..none }, [255, 0, 0]), [63, 76, 240]);
        let [_, blue, red] = changed(ColorAdjust { warmth: 1.0, ..none }, [128; 3]);
        assert!(blue == 104 && red == 152, "{blue} {red}");
    }
}
