//! How much later the sound of a file comes than its picture, by a flash and a click that belong together.

use std::{ops::ControlFlow, path::Path};

use crate::{
    Result, Ticks, for_each_frame, probe,
    render::{Graph, Mixer},
};

/// A picture flashes where it becomes brighter by so much from a frame to the next, of 255.
const FLASH: f64 = 48.0;
/// A click stands so many times above the sound's average.
const CLICK: f64 = 8.0;
/// A click is to be found within so many seconds, longer than any test film.
const MOST_SECS: f64 = 600.0;

/// How many seconds later the click is heard than the flash is seen (below 0: earlier); none if there is no single
/// brightest flash or no click in the first ten minutes.
///
/// The flash is the frame that is most brighter than the one before it (the first frame flashes against black), the click
/// the first sample that is half as loud as the loudest.
pub fn av_offset_secs(path: &Path) -> Result<Option<f64>> {
    let mut flash: Option<(f64, f64)> = None;
    let (mut start, mut before) = (None, 0.0);
    for_each_frame(path, |secs, picture| {
        let start = *start.get_or_insert(secs);
        let sum: u64 = picture.rgb.iter().map(|value| u64::from(*value)).sum();
        let brightness = sum as f64 / picture.rgb.len().max(1) as f64;
        let rise = brightness - before;
        before = brightness;
        if rise > flash.map_or(FLASH, |(_, most)| most) {
            flash = Some((secs - start, rise));
        }
        if secs - start > MOST_SECS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let secs = probe(path)?.duration_secs.min(MOST_SECS);
    let click = click_secs(&mut Mixer::new(&Graph::of_sound(path, Ticks::of_secs(secs)))?)?;
    Ok(flash.zip(click).map(|((flash, _), click)| click - flash))
}

/// When the first sample is heard that is half as loud as the loudest, in seconds; none if nothing stands out.
fn click_secs(mixer: &mut Mixer) -> Result<Option<f64>> {
    let (mut peak, mut sum) = (0.0_f32, 0.0_f64);
    // Each sample that was louder than all before it (by a hundredth, so that they stay few), so that one pass is enough.
    let mut risen: Vec<(u64, f32)> = Vec::new();
    let mut at = 0_u64;
    let hear = |[left, right]: [Vec<f32>; 2]| {
        for (left, right) in left.iter().zip(&right) {
            let size = left.abs().max(right.abs());
            sum += f64::from(size) * f64::from(size);
            if size > peak * 1.01 {
                peak = size;
                risen.retain(|(_, size)| *size >= peak / 2.0);
                risen.push((at, size));
            }
            at += 1;
        }
        Ok(())
    };
    mixer.play(|_| ControlFlow::Continue(()), hear)?;
    let average = (sum / mixer.samples().max(1) as f64).sqrt();
    if f64::from(peak) < CLICK * average || peak < 1e-3 {
        return Ok(None);
    }
    Ok(risen.first().map(|(at, _)| *at as f64 / f64::from(Mixer::SAMPLE_RATE)))
}
