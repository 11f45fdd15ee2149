//! Sound faster or slower at the pitch it had.
//!
//! Waveform similarity overlap-add (Verhelst and Roelands, ICASSP 1993): short frames are taken from the sound at the new
//! pace, and each from where, near its due place, it best continues the frame before it.

use super::hear::{RATE, Stereo};
use crate::Result;

/// Frames follow each other in so many samples (20 ms) and are twice as long.
const HOP: usize = RATE as usize / 50;
/// How far from its due place a frame may be taken (12 ms): as long as the period of the deepest voice.
const SEARCH: usize = RATE as usize * 12 / 1000;
/// The search looks at every so many-th place first, and then at all around the best.
const COARSE: usize = 4;

/// `samples` samples at this pace, the first of which is the sound's sample `begin`.
///
/// `read` fills what it is given with the sound from a sample on.
pub(super) fn stretch(
    begin: i64,
    speed: f64,
    samples: usize,
    mut read: impl FnMut(i64, &mut Stereo) -> Result<()>,
) -> Result<Stereo> {
    let mut out = [Vec::with_capacity(samples + HOP), Vec::with_capacity(samples + HOP)];
    // The end of the frame before, and what would follow if nothing were stretched.
    let mut fading = zeros(HOP);
    read(begin, &mut fading)?;
    let mut natural = begin;
    let mut wanted = zeros(HOP);
    let mut around = zeros(2 * (HOP + SEARCH));
    let mut frame = 0_u64;
    while out[0].len() < samples {
        let due = begin.saturating_add((frame as f64 * HOP as f64 * speed).round() as i64);
        read(due.saturating_sub(SEARCH as i64), &mut around)?;
        // The first frame is taken where it is, so that the result begins exactly there.
        let shift = if frame == 0 {
            SEARCH
        } else {
            read(natural, &mut wanted)?;
            best(&middle(&wanted), &middle(&around))
        };
        for ((out, fading), around) in out.iter_mut().zip(&mut fading).zip(&around) {
            let taken = &around[shift..shift + 2 * HOP];
            let (first, second) = taken.split_at(HOP);
            for (at, (old, new)) in fading.iter().zip(first).enumerate() {
                // Half a period of a raised cosine; the two weights add up to 1.
                let weight = 0.5 - 0.5 * (std::f32::consts::PI * (at as f32 + 0.5) / HOP as f32).cos();
                out.push(old + (new - old) * weight);
            }
            fading.copy_from_slice(second);
        }
        natural = due.saturating_add(shift as i64 - SEARCH as i64).saturating_add(HOP as i64);
        frame += 1;
    }
    out.iter_mut().for_each(|side| side.truncate(samples));
    Ok(out)
}

fn zeros(length: usize) -> Stereo {
    [vec![0.0; length], vec![0.0; length]]
}

/// Both sides as one.
fn middle(sound: &Stereo) -> Vec<f32> {
    sound[0].iter().zip(&sound[1]).map(|(left, right)| left + right).collect()
}

/// Where in `around` (at 0 to twice [`SEARCH`]) a frame begins that is most like `wanted`.
fn best(wanted: &[f32], around: &[f32]) -> usize {
    let thin = |sound: &[f32]| -> Vec<f32> { sound.chunks_exact(COARSE).map(|few| few.iter().sum()).collect() };
    let (thin_wanted, thin_around) = (thin(wanted), thin(around));
    let places = 2 * SEARCH / COARSE;
    let near = most_alike(&thin_wanted, &thin_around, SEARCH / COARSE, 0, places) * COARSE;
    most_alike(wanted, around, near, near.saturating_sub(COARSE), (near + COARSE).min(2 * SEARCH))
}

/// The place from `first` to `last` with the largest normalised correlation; `usual` if no other is better.
fn most_alike(wanted: &[f32], around: &[f32], usual: usize, first: usize, last: usize) -> usize {
    let likeness = |place: usize| {
        let other = &around[place..place + wanted.len()];
        let (mut product, mut power) = (0.0_f32, 1e-9_f32);
        for (a, b) in wanted.iter().zip(other) {
            product += a * b;
            power += b * b;
        }
        product / power.sqrt()
    };
    let mut found = (usual, likeness(usual));
    for place in first..=last {
        let value = likeness(place);
        if value > found.1 {
            found = (place, value);
        }
    }
    found.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone of `hertz` that is loud for the first half of every second.
    fn tone(hertz: f64, at: i64) -> f32 {
        let secs = at as f64 / f64::from(RATE);
        let loud = if secs.rem_euclid(1.0) < 0.5 { 0.8 } else { 0.1 };
        (loud * (std::f64::consts::TAU * hertz * secs).sin()) as f32
    }

    fn stretched(hertz: f64, speed: f64, samples: usize) -> Vec<f32> {
        let [left, right] = stretch(0, speed, samples, |from, out| {
            for side in out {
                side.iter_mut().enumerate().for_each(|(at, sample)| *sample = tone(hertz, from + at as i64));
            }
            Ok(())
        })
        .unwrap_or_default();
        assert_eq!(left, right);
        left
    }

    /// Upward crossings of zero per second.
    fn pitch(sound: &[f32]) -> f64 {
        let crossings = sound.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        crossings as f64 * f64::from(RATE) / sound.len() as f64
    }

    fn rms(sound: &[f32]) -> f32 {
        (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32).sqrt()
    }

    #[test]
    fn the_pitch_stays_and_the_pace_changes() {
        for hertz in [110.0, 441.0, 1_200.0] {
            for speed in [0.5, 0.8, 1.25, 2.0, 3.0] {
                let sound = stretched(hertz, speed, 2 * RATE as usize);
                assert!((pitch(&sound) / hertz - 1.0).abs() < 0.02, "{hertz} Hz at {speed}: {}", pitch(&sound));
                // The sound is loud for half a second of its own.
                let turn = (0.5 / speed * f64::from(RATE)) as usize;
                let (loud, soft) = (&sound[..turn - 2 * HOP], &sound[turn + 2 * HOP..2 * turn - 2 * HOP]);
                assert!((rms(loud) - 0.8 / 2_f32.sqrt()).abs() < 0.05, "{hertz} Hz at {speed}: {}", rms(loud));
                assert!((rms(soft) - 0.1 / 2_f32.sqrt()).abs() < 0.05, "{hertz} Hz at {speed}: {}", rms(soft));
            }
        }
    }

    #[test]
    fn it_begins_where_it_is_told_to() {
        let sound = stretched(441.0, 2.0, 4 * HOP);
        let expected: Vec<f32> = (0..HOP as i64).map(|at| tone(441.0, at)).collect();
        assert_eq!(sound[..HOP], expected);
    }
}
