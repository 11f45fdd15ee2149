//! Music that goes down while somebody speaks.

use super::hear::{RATE, Stereo};
use crate::{
    Result,
    speech::{self, FRAME, Level},
};

/// How far it goes down.
const DEPTH_DB: f64 = -12.0;
/// It is down when speech begins, and takes so long before that to get there.
const ATTACK_SECS: f64 = 0.08;
/// It is up again so long after speech has ended.
const RELEASE_SECS: f64 = 0.3;
/// Speech is looked for in blocks of so many frames (10 s), each judged together with its neighbours.
const BLOCK: usize = 1_000;
/// Blocks that are remembered; a level is 8 bytes.
const KEPT: usize = 64;
/// The filters that measure speech hear so many frames before a block.
const WARM_UP: usize = 10;

/// Where in a graph somebody speaks, as far as it was asked.
#[derive(Default)]
pub(super) struct Ducking {
    levels: Vec<(i64, Vec<Level>)>,
    speech: Vec<(i64, Vec<bool>)>,
}

impl Ducking {
    /// The gain of what is ducked for so many samples from `from` on. `speak` adds the sound of everybody who speaks to
    /// silence, from a sample on.
    pub(super) fn gains(
        &mut self,
        from: i64,
        samples: usize,
        mut speak: impl FnMut(i64, &mut Stereo) -> Result<()>,
    ) -> Result<Vec<f32>> {
        // Speech is asked about as far as it has a say, and one frame more on each side.
        let before = (RELEASE_SECS * f64::from(RATE)) as i64 + FRAME as i64;
        let after = (ATTACK_SECS * f64::from(RATE)) as i64 + FRAME as i64;
        let first = (from - before).max(0) / FRAME as i64;
        let last = (from + samples as i64 + after).max(0) / FRAME as i64;
        let mut spoken: Vec<(i64, i64)> = Vec::new();
        for frame in first..=last {
            if !self.speaks(frame, &mut speak)? {
                continue;
            }
            let (start, end) = (frame * FRAME as i64, (frame + 1) * FRAME as i64);
            match spoken.last_mut() {
                Some(span) if span.1 == start => span.1 = end,
                _ => spoken.push((start, end)),
            }
        }
        Ok(gains(&spoken, from, samples))
    }

    fn speaks(&mut self, frame: i64, speak: &mut impl FnMut(i64, &mut Stereo) -> Result<()>) -> Result<bool> {
        let (block, at) = (frame / BLOCK as i64, (frame % BLOCK as i64) as usize);
        if let Some((_, known)) = self.speech.iter().rfind(|(known, _)| *known == block) {
            return Ok(known[at]);
        }
        let mut levels = Vec::with_capacity(3 * BLOCK);
        for block in (block - 1).max(0)..=block + 1 {
            levels.extend_from_slice(self.levels(block, speak)?);
        }
        let begin = if block > 0 { BLOCK } else { 0 };
        let found = speech::spoken(&levels)[begin..begin + BLOCK].to_vec();
        let answer = found[at];
        self.speech.drain(..(self.speech.len() + 1).saturating_sub(KEPT));
        self.speech.push((block, found));
        Ok(answer)
    }

    fn levels(&mut self, block: i64, speak: &mut impl FnMut(i64, &mut Stereo) -> Result<()>) -> Result<&[Level]> {
        if !self.levels.iter().any(|(known, _)| *known == block) {
            let samples = (BLOCK + WARM_UP) * FRAME;
            let mut sound = [vec![0.0; samples], vec![0.0; samples]];
            speak((block * BLOCK as i64 - WARM_UP as i64) * FRAME as i64, &mut sound)?;
            let mut levels = speech::levels(sound.iter().map(Vec::as_slice));
            levels.drain(..WARM_UP);
            self.levels.drain(..(self.levels.len() + 1).saturating_sub(KEPT));
            self.levels.push((block, levels));
        }
        Ok(self.levels.iter().find(|(known, _)| *known == block).map_or(&[], |(_, levels)| levels))
    }
}

/// The gain for so many samples from `from` on, where this (in samples, in order, without touching) is spoken.
///
/// It moves evenly in decibels. Where the way up from one span meets the way down to the next, the lower counts.
pub(super) fn gains(spoken: &[(i64, i64)], from: i64, samples: usize) -> Vec<f32> {
    let (attack, release) = (ATTACK_SECS * f64::from(RATE), RELEASE_SECS * f64::from(RATE));
    let mut next = 0;
    (from..from + samples as i64)
        .map(|at| {
            while spoken.get(next).is_some_and(|span| span.1 <= at) {
                next += 1;
            }
            let up = match next.checked_sub(1).and_then(|before| spoken.get(before)) {
                Some(span) => 1.0 - ((at - span.1) as f64 / release).min(1.0),
                None => 0.0,
            };
            let down = match spoken.get(next) {
                Some(span) => 1.0 - ((span.0 - at).max(0) as f64 / attack).min(1.0),
                None => 0.0,
            };
            match f64::max(up, down) {
                0.0 => 1.0,
                depth => 10_f64.powf(depth * DEPTH_DB / 20.0) as f32,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = RATE as i64;

    fn db(gain: f32) -> f64 {
        20.0 * f64::from(gain).log10()
    }

    #[test]
    fn it_is_down_while_somebody_speaks_and_moves_before_and_after() {
        let gains = gains(&[(SECOND, 2 * SECOND)], 0, 3 * SECOND as usize);
        let at = |secs: f64| db(gains[(secs * f64::from(RATE)).round() as usize]);
        for (secs, expected) in [
            (0.0, 0.0),
            (0.9199, 0.0),
            (0.96, -6.0),
            (1.0, -12.0),
            (1.5, -12.0),
            (2.0, -12.0),
            (2.15, -6.0),
            (2.3, 0.0),
            (2.9, 0.0),
        ] {
            assert!((at(secs) - expected).abs() < 0.05, "{secs}: {}", at(secs));
        }
        let steepest = gains.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.001, "no jump, which would click: {steepest}");
    }

    #[test]
    fn between_two_words_the_lower_counts() {
        let spoken = [(SECOND, 2 * SECOND), (2 * SECOND + SECOND / 5, 3 * SECOND)];
        let gains = gains(&spoken, 0, 4 * SECOND as usize);
        let highest = gains[2 * SECOND as usize..2 * SECOND as usize + 9_600].iter().copied().fold(0.0, f32::max);
        assert!((db(highest) + 12.0 * (1.0 - 0.2 / 0.38)).abs() < 0.1, "{}", db(highest));
    }

    #[test]
    fn any_portion_is_the_same() {
        let spoken = [(500, 40_000), (52_000, 60_000), (100_000, 150_000)];
        let whole = gains(&spoken, 0, 200_000);
        for (from, length) in [(0, 1), (39_999, 3), (45_000, 9_000), (149_000, 20_000)] {
            assert_eq!(gains(&spoken, from, length), whole[from as usize..from as usize + length]);
        }
    }
}
