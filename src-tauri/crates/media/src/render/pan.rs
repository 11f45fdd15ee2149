//! Parts of a picture whose edges lie between pixels, so that pans and zooms move smoothly.
//!
//! FFmpeg's converter crops at whole chroma samples, which makes a slow pan jerk by two pixels at a time.

use ffmpeg_next::{format::Pixel, frame};

use super::{
    frame::{Frame, allocate},
    place::Area,
};
use crate::Result;

/// Brings a part of a frame, in pixels of it, to another size.
pub(super) fn part(from: &Frame, part: Area, size: (u32, u32)) -> Result<Frame> {
    let mut to = Frame::empty(size)?;
    let (across, down) = (part.w / f64::from(size.0), part.h / f64::from(size.1));
    for plane in 0..3 {
        let (x, y) = if plane == 0 {
            (Line::new(part.x + across / 2.0 - 0.5, across), Line::new(part.y + down / 2.0 - 0.5, down))
        } else {
            // Chroma samples lie at the left pixel of each pair, and between two rows.
            let left = part.x + across / 2.0 - 0.5;
            (Line::new(left / 2.0, across), Line::new((part.y + down - 1.0) / 2.0, down))
        };
        resample(from.video(), to.video_mut(), plane, x, y);
    }
    Ok(to)
}

/// The same for a single plane of 8 bits.
pub(super) fn part_of_plane(from: &frame::Video, part: Area, size: (u32, u32)) -> Result<frame::Video> {
    let mut to = allocate(Pixel::GRAY8, size.0, size.1)?;
    let (across, down) = (part.w / f64::from(size.0), part.h / f64::from(size.1));
    let (x, y) = (part.x + across / 2.0 - 0.5, part.y + down / 2.0 - 0.5);
    resample(from, &mut to, 0, Line::new(x, across), Line::new(y, down));
    Ok(to)
}

/// Where samples come from: the first one, and how far apart they are, in samples of the source.
#[derive(Clone, Copy)]
struct Line {
    start: f64,
    step: f64,
}

impl Line {
    fn new(start: f64, step: f64) -> Self {
        Self { start, step }
    }
}

/// One in the weights of [`Taps`].
const ONE: i32 = 1 << 14;

/// For each sample of a line, which samples of the source it is made of.
struct Taps {
    /// How many make one.
    count: usize,
    /// The first of them.
    first: Vec<usize>,
    /// `count` for each, whose sum is [`ONE`].
    weights: Vec<i16>,
}

impl Taps {
    fn new(line: Line, length: usize, source: usize) -> Self {
        // Shrinking widens the kernel, so that no source sample is left out.
        let stretch = line.step.clamp(1.0, 64.0);
        // Rounded up to what the compiler unrolls; the rest weighs nothing.
        let count = ((4.0 * stretch).ceil() as usize).next_multiple_of(4).min(source).max(1);
        let mut taps = Self { count, first: Vec::with_capacity(length), weights: Vec::with_capacity(length * count) };
        let last = source.saturating_sub(1) as f64;
        let mut exact = vec![0.0; count];
        for at in 0..length {
            let middle = line.start + at as f64 * line.step;
            let lowest = (middle - 2.0 * stretch).floor() + 1.0;
            let first = lowest.clamp(0.0, (source - count) as f64);
            exact.fill(0.0);
            // What would lie outside is the sample at the edge.
            for tap in 0..=(4.0 * stretch).ceil() as usize {
                let place = lowest + tap as f64;
                let slot = (place.clamp(0.0, last) - first).clamp(0.0, (count - 1) as f64) as usize;
                exact[slot] += kernel((place - middle) / stretch);
            }
            let sum: f64 = exact.iter().sum();
            let start = taps.weights.len();
            taps.weights.extend(exact.iter().map(|weight| (weight / sum * f64::from(ONE)).round() as i16));
            // Rounding must not change how bright it is.
            let weights = &mut taps.weights[start..];
            let rest = ONE - weights.iter().map(|weight| i32::from(*weight)).sum::<i32>();
            if let Some(largest) = weights.iter_mut().max() {
                *largest = (i32::from(*largest) + rest) as i16;
            }
            taps.first.push(first as usize);
        }
        taps
    }
}

/// The cubic convolution kernel with a = −1/2 (Keys 1981, "Cubic convolution interpolation for digital image processing").
fn kernel(x: f64) -> f64 {
    match x.abs() {
        x if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
        x if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
        _ => 0.0,
    }
}

/// Fills one plane.
fn resample(from: &frame::Video, to: &mut frame::Video, plane: usize, x: Line, y: Line) {
    let size = |frame: &frame::Video| (frame.plane_width(plane) as usize, frame.plane_height(plane) as usize);
    let ((from_width, from_height), (width, height)) = (size(from), size(to));
    if from_width.min(from_height).min(width).min(height) == 0 {
        return;
    }
    let (across, down) = (Taps::new(x, width, from_width), Taps::new(y, height, from_height));
    let used = down.first.iter().min().copied().unwrap_or(0)
        ..down.first.iter().max().map_or(0, |first| first + down.count).min(from_height);
    // Rows that are wide enough, in 1/64.
    let mut rows = vec![0_i16; used.len() * width];
    let (from_stride, from) = (from.stride(plane), from.data(plane));
    for (row, at) in rows.chunks_exact_mut(width).zip(used.clone()) {
        let source = &from[at * from_stride..at * from_stride + from_width];
        match across.count {
            4 => squeeze::<4>(source, row, &across),
            8 => squeeze::<8>(source, row, &across),
            12 => squeeze::<12>(source, row, &across),
            16 => squeeze::<16>(source, row, &across),
            _ => squeeze_any(source, row, &across),
        }
    }
    let to_stride = to.stride(plane);
    let mut sums = vec![0_i32; width];
    for (at, row) in to.data_mut(plane).chunks_exact_mut(to_stride).take(height).enumerate() {
        // Half of the last place, for rounding.
        sums.fill(1 << 19);
        let first = (down.first[at] - used.start) * width;
        for (source, weight) in rows[first..].chunks_exact(width).zip(&down.weights[at * down.count..][..down.count]) {
            if *weight == 0 {
                continue;
            }
            for (sum, value) in sums.iter_mut().zip(source) {
                *sum += i32::from(*value) * i32::from(*weight);
            }
        }
        for (to, sum) in row.iter_mut().zip(&sums) {
            *to = (sum >> 20).clamp(0, 255) as u8;
        }
    }
}

/// A row by a fixed number of taps, which the compiler unrolls.
fn squeeze<const COUNT: usize>(source: &[u8], row: &mut [i16], taps: &Taps) {
    let weights = taps.weights.as_chunks::<COUNT>().0;
    for ((to, first), weights) in row.iter_mut().zip(&taps.first).zip(weights) {
        if let Some(source) = source.get(*first..).and_then(|rest| rest.first_chunk::<COUNT>()) {
            let sum: i32 =
                source.iter().zip(weights).map(|(value, weight)| i32::from(*value) * i32::from(*weight)).sum();
            *to = ((sum + 128) >> 8) as i16;
        }
    }
}

fn squeeze_any(source: &[u8], row: &mut [i16], taps: &Taps) {
    for ((to, first), weights) in row.iter_mut().zip(&taps.first).zip(taps.weights.chunks_exact(taps.count)) {
        let sum: i32 =
            source[*first..].iter().zip(weights).map(|(value, weight)| i32::from(*value) * i32::from(*weight)).sum();
        *to = ((sum + 128) >> 8) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grey picture of these values.
    fn drawn(width: u32, height: u32, value: impl Fn(usize, usize) -> f64) -> frame::Video {
        let mut picture = frame::Video::new(Pixel::GRAY8, width, height);
        let stride = picture.stride(0);
        for (y, row) in picture.data_mut(0).chunks_exact_mut(stride).enumerate() {
            for (x, to) in row.iter_mut().enumerate() {
                *to = value(x, y).round() as u8;
            }
        }
        picture
    }

    #[test]
    fn all_of_it_at_its_own_size_is_itself() {
        let mut frame = Frame::filled((24, 10), [0; 3]).expect("frame");
        for plane in 0..3 {
            for (at, value) in frame.video_mut().data_mut(plane).iter_mut().enumerate() {
                *value = (at * 37 % 251) as u8;
            }
        }
        let whole = Area { x: 0.0, y: 0.0, w: 24.0, h: 10.0 };
        assert!(part(&frame, whole, (24, 10)).expect("part") == frame);
    }

    #[test]
    fn a_slope_is_followed_between_the_pixels() {
        let slope = drawn(200, 8, |x, _| x as f64);
        for offset in [0.0, 0.1, 0.25, 0.5, 0.99, 10.3] {
            for (size, step) in [(40, 1.0), (80, 0.5), (16, 2.5)] {
                let area = Area { x: 50.0 + offset, y: 2.0, w: 40.0, h: 4.0 };
                let found = part_of_plane(&slope, area, (size, 4)).expect("part");
                for x in 4..size as usize - 4 {
                    let expected = 50.0 + offset + (x as f64 + 0.5) * step - 0.5;
                    let found = f64::from(found.data(0)[x]);
                    assert!((found - expected).abs() <= 0.51, "{offset} {size}: {found} for {expected} at {x}");
                }
            }
        }
    }

    #[test]
    fn shrinking_leaves_nothing_out() {
        // One white column in sixteen makes a grey of 1/16, wherever it lies.
        for offset in 0..16 {
            let columns = drawn(512, 4, |x, _| if x % 16 == offset { 255.0 } else { 0.0 });
            let area = Area { x: 0.0, y: 0.0, w: 512.0, h: 4.0 };
            let small = part_of_plane(&columns, area, (32, 4)).expect("part");
            let middle: u32 = small.data(0)[8..24].iter().map(|it| u32::from(*it)).sum();
            assert!((middle as f64 / 16.0 - 255.0 / 16.0).abs() < 1.0, "{middle}");
        }
    }

    #[test]
    fn chroma_moves_with_luma() {
        // The same slope in all three planes, by where their samples lie.
        let mut frame = Frame::filled((200, 200), [0; 3]).expect("frame");
        for (plane, (shift, first)) in [(0, 0.0), (1, 0.0), (1, 0.0)].into_iter().enumerate() {
            let stride = frame.video().stride(plane);
            for row in frame.video_mut().data_mut(plane).chunks_exact_mut(stride) {
                for (x, to) in row.iter_mut().enumerate().take(200 >> shift) {
                    *to = ((x << shift) as f64 + first) as u8;
                }
            }
        }
        let found = part(&frame, Area { x: 40.3, y: 10.7, w: 120.0, h: 120.0 }, (90, 90)).expect("part");
        let [luma, chroma, _] = found.planes().map(|plane| plane.rows().nth(20).expect("row"));
        for x in 4..40 {
            assert!(luma[x * 2].abs_diff(chroma[x]) <= 1, "{} and {} at {x}", luma[x * 2], chroma[x]);
        }
    }

    #[test]
    fn a_source_of_one_pixel_is_enough() {
        let dot = drawn(1, 1, |_, _| 77.0);
        let area = Area { x: 0.0, y: 0.0, w: 1.0, h: 1.0 };
        assert!(part_of_plane(&dot, area, (6, 4)).expect("part").data(0)[..6].iter().all(|it| *it == 77));
    }
}
