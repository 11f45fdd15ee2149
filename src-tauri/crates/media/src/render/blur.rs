//! The enlarged and blurred copy behind a picture that does not fill its frame.

use super::frame::Frame;

/// The longer side of the copy before it is enlarged. The same for every canvas, so that all sizes show the same.
const SIDE: f64 = 96.0;
/// How far each of three passes reaches, in pixels of that copy.
const REACH: usize = 4;

/// The size at which a backdrop for a frame of this width and height is blurred.
pub(super) fn size(width: f64, height: f64) -> (u32, u32) {
    let scale = SIDE / width.max(height).max(1.0);
    let even = |side: f64| ((side * scale / 2.0).round() as u32).max(1) * 2;
    (even(width), even(height))
}

/// Blurs a frame, nearly as a Gaussian would: three times by the mean of the neighbours.
pub(super) fn soften(frame: &mut Frame) {
    for plane in 0..3 {
        let reach = if plane == 0 { REACH } else { REACH / 2 };
        let video = frame.video_mut();
        let (stride, width) = (video.stride(plane), video.plane_width(plane) as usize);
        let height = video.plane_height(plane) as usize;
        let data = video.data_mut(plane);
        let mut line = Vec::with_capacity(width.max(height));
        for _ in 0..3 {
            for row in data.chunks_exact_mut(stride) {
                mean(&mut row[..width], 1, reach, &mut line);
            }
            for x in 0..width {
                mean(&mut data[x..], stride, reach, &mut line);
            }
        }
    }
}

/// Replaces every `step`-th value by the mean of `reach` of them before it, itself and as many behind it; the ends count as
/// going on for ever.
fn mean(values: &mut [u8], step: usize, reach: usize, line: &mut Vec<u8>) {
    line.clear();
    line.extend(values.iter().step_by(step));
    let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) else { return };
    let at = |index: isize| match usize::try_from(index) {
        Ok(index) => u32::from(line.get(index).copied().unwrap_or(last)),
        Err(_) => u32::from(first),
    };
    let count = 2 * reach as u32 + 1;
    let reach = reach as isize;
    let mut sum: u32 = (-reach..=reach).map(at).sum();
    for (index, value) in values.iter_mut().step_by(step).enumerate() {
        *value = ((sum + count / 2) / count) as u8;
        let index = index as isize;
        sum = sum + at(index + reach + 1) - at(index - reach);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_becomes_a_slope_and_a_flat_field_stays() {
        let mut frame = Frame::filled((96, 54), [255; 3]).expect("frame");
        soften(&mut frame);
        assert!(frame == Frame::filled((96, 54), [255; 3]).expect("frame"));
        let stride = frame.video().stride(0);
        for row in frame.video_mut().data_mut(0).chunks_exact_mut(stride) {
            row[..48].fill(16);
        }
        soften(&mut frame);
        let row = frame.planes()[0].rows().nth(20).expect("row");
        assert!(row.is_sorted() && row[0] == 16 && row[95] == 235, "{row:?}");
        assert!((110..=140).contains(&row[47]) && row[40] > 16 && row[55] < 235, "{row:?}");
    }

    #[test]
    fn the_size_follows_the_shape_and_not_the_scale() {
        assert_eq!(size(1080.0, 1920.0), (54, 96));
        assert_eq!(size(270.0, 480.0), size(1080.0, 1920.0));
        assert_eq!(size(10_000.0, 1.0), (96, 2));
    }
}
