//! What is seen in an exported clip, measured in its decoded frames.

use std::ops::ControlFlow;
use std::path::Path;

use gallop_media::{Picture, for_each_frame};

/// The frame that is looked at closely: after the beginning, before the flash.
const LOOK_SECS: f64 = 0.28;
/// The picture flashes where its middle becomes so much brighter, of 255.
const FLASH: f64 = 40.0;

/// A clip's frames.
pub struct Shown {
    /// When each is seen, in seconds.
    pub times: Vec<f64>,
    /// When the middle flashes; nothing where it does not.
    pub flash_secs: Option<f64>,
    /// The frame that is looked at closely.
    pub frame: Picture,
}

/// Decodes a clip.
pub fn watch(path: &Path) -> anyhow::Result<Shown> {
    let (mut times, mut flash_secs, mut frame) = (Vec::new(), None, None);
    let mut before = f64::MAX;
    for_each_frame(path, |secs, picture| {
        times.push(secs);
        let bright = middle(&picture);
        if bright > before + FLASH {
            flash_secs = flash_secs.or(Some(secs));
        }
        before = bright;
        if frame.is_none() || secs <= LOOK_SECS {
            frame = Some(picture);
        }
        ControlFlow::Continue(())
    })?;
    let frame = frame.ok_or_else(|| anyhow::anyhow!("nothing is seen in it"))?;
    Ok(Shown { times, flash_secs, frame })
}

/// How bright the middle is, of 255.
fn middle(picture: &Picture) -> f64 {
    let (w, h) = (f64::from(picture.width), f64::from(picture.height));
    let reach = w.min(h) * 0.08;
    let step = (reach / 6.0).max(1.0);
    let mut sum = (0.0, 0_u32);
    for row in -6..=6 {
        for column in -6..=6 {
            let [r, g, b] = at(picture, w / 2.0 + f64::from(column) * step, h / 2.0 + f64::from(row) * step);
            sum = (sum.0 + (r + g + b) / 3.0, sum.1 + 1);
        }
    }
    sum.0 / f64::from(sum.1)
}

/// The colour of a pixel; the nearest one where there is none.
pub fn at(picture: &Picture, x: f64, y: f64) -> [f64; 3] {
    let clamped = |at: f64, side: u32| (at.max(0.0) as u32).min(side.saturating_sub(1)) as usize;
    let (x, y) = (clamped(x, picture.width), clamped(y, picture.height));
    let first = (y * picture.width as usize + x) * 3;
    match picture.rgb.get(first..first + 3) {
        Some(&[r, g, b]) => [r, g, b].map(f64::from),
        _ => [0.0; 3],
    }
}

/// The average colour around a place, so many pixels to each side.
pub fn around(picture: &Picture, x: f64, y: f64, reach: i32) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for row in -reach..=reach {
        for column in -reach..=reach {
            let color = at(picture, x + f64::from(column), y + f64::from(row));
            sum.iter_mut().zip(color).for_each(|(sum, value)| *sum += value);
        }
    }
    sum.map(|sum| sum / f64::from((2 * reach + 1) * (2 * reach + 1)))
}

/// The largest difference of two colours.
pub fn apart(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// How far the colour at a place goes on in a direction, in pixels.
pub fn reach(picture: &Picture, from: (f64, f64), step: (f64, f64)) -> f64 {
    let color = around(picture, from.0, from.1, 2);
    let most = picture.width.max(picture.height);
    let differs = |steps: &u32| {
        let steps = f64::from(*steps);
        apart(color, at(picture, from.0 + step.0 * steps, from.1 + step.1 * steps)) > 45.0
    };
    f64::from((0..most).find(differs).unwrap_or(most))
}

/// Where the first pixel darker than `level` stands in each of these rows; nothing for a row without.
pub fn edges(picture: &Picture, rows: std::ops::Range<u32>, columns: std::ops::Range<u32>, level: f64) -> Vec<f64> {
    let edge =
        |row: u32| columns.clone().find(|x| at(picture, f64::from(*x), f64::from(row))[1] < level).map(f64::from);
    rows.filter_map(edge).collect()
}

/// How many pixels are nearly white, and how high the rows are that hold them.
pub fn white(picture: &Picture) -> (usize, u32) {
    let width = picture.width as usize;
    let (mut count, mut first, mut last) = (0, None, 0);
    for (row, pixels) in picture.rgb.chunks_exact(width.max(1) * 3).enumerate() {
        let here = pixels.as_chunks::<3>().0.iter().filter(|color| color.iter().all(|value| *value > 225)).count();
        if here > 0 {
            first = first.or(Some(row));
            last = row;
        }
        count += here;
    }
    (count, first.map_or(0, |first| (last - first + 1) as u32))
}
