//! What is heard in an exported clip.

use std::path::Path;

use gallop_media::Ticks;
use gallop_media::render::{Graph, Mixer};

use crate::card::FLASH_SECS;

/// The click is looked for so many seconds around where it belongs.
const AROUND_SECS: f64 = 0.15;
/// A click is at least so loud, of 1.
const LOUD: f32 = 0.05;

/// A clip's sound.
pub struct Heard {
    /// When the click is heard; nothing where there is none.
    pub click_secs: Option<f64>,
    /// How far sound goes on behind the pictures' end, in seconds.
    pub behind_secs: f64,
    /// The loudest sample, of 1.
    pub peak: f32,
}

/// Decodes the sound of a clip that is so long.
pub fn listen(path: &Path, secs: f64) -> anyhow::Result<Heard> {
    let rate = f64::from(Mixer::SAMPLE_RATE);
    let mut mixer = Mixer::new(&Graph::of_sound(path, Ticks::of_secs(secs + 1.0)))?;
    let from = ((FLASH_SECS - AROUND_SECS) * rate) as u64;
    let near = mixer.mix(from, (2.0 * AROUND_SECS * rate) as usize)?;
    let loudest = near[0].iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let click_secs = loudest.filter(|(_, sample)| sample.abs() > LOUD).map(|(at, _)| (from + at as u64) as f64 / rate);
    let end = (secs * rate).round() as u64;
    let behind = mixer.mix(end, rate as usize / 2)?;
    let last = behind[0].iter().rposition(|sample| sample.abs() > 0.0).map_or(0, |at| at + 1);
    let peak = near.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    Ok(Heard { click_secs, behind_secs: last as f64 / rate, peak })
}
