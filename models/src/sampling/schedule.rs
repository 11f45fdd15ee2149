//! Noise levels of the steps.

use crate::{Error, Result};

/// The noise levels of a sampling run.
///
/// Source: daVinci-MagiHuman `inference/pipeline/scheduler_unipc.py` (commit 209209b), `set_timesteps`.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    sigmas: Vec<f32>,
    timesteps: Vec<i64>,
}

/// Steps that the noise levels were divided into in training.
pub const TRAIN_STEPS: usize = 1000;

impl Schedule {
    /// Noise levels from 0.999 to 0 in equal distances, moved towards the noisy end by `shift` (5 in the released models).
    ///
    /// # Errors
    /// [`Error::Input`] for no steps or a shift that is not above 0.
    pub fn new(steps: usize, shift: f64) -> Result<Self> {
        Self::between(steps, shift, 1.0 - 1.0 / TRAIN_STEPS as f32, 0.0)
    }

    /// [`Schedule::new`] with the ends stated.
    ///
    /// # Errors
    /// As [`Schedule::new`].
    pub fn between(steps: usize, shift: f64, sigma_max: f32, sigma_min: f32) -> Result<Self> {
        if steps == 0 {
            return Err(Error::Input("sampling needs at least one step".to_owned()));
        }
        if !(shift.is_finite() && shift > 0.0) {
            return Err(Error::Input(format!("the schedule's shift must be above 0, not {shift}")));
        }
        let (max, min) = (f64::from(sigma_max), f64::from(sigma_min));
        let distance = (min - max) / steps as f64;
        let exact: Vec<f64> = (0..steps)
            .map(|step| {
                let sigma = step as f64 * distance + max;
                shift * sigma / (1.0 + (shift - 1.0) * sigma)
            })
            .collect();
        let timesteps = exact.iter().map(|sigma| (sigma * TRAIN_STEPS as f64) as i64).collect();
        let sigmas = exact.iter().map(|sigma| *sigma as f32).chain([0.0]).collect();
        Ok(Self { sigmas, timesteps })
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.timesteps.len()
    }

    /// `steps + 1` noise levels, falling; the last is 0.
    pub fn sigmas(&self) -> &[f32] {
        &self.sigmas
    }

    /// The noise level of each step in thousandths, rounded down.
    pub fn timesteps(&self) -> &[i64] {
        &self.timesteps
    }
}

/// How much of the signal is kept at each of 1000 noise levels: index 0 is nearly clean, index 999 is pure noise.
/// Square roots of the cumulative product of a scaled-linear diffusion schedule, stretched so that the last one is 0.
///
/// Source: daVinci-MagiHuman `inference/pipeline/video_generate.py` (commit 209209b), `ZeroSNRDDPMDiscretization`.
pub fn zero_snr_sigmas() -> Vec<f32> {
    let (start, end) = (0.00085f64.sqrt(), 0.0120f64.sqrt());
    let last = (TRAIN_STEPS - 1) as f64;
    let mut kept = 1.0;
    let roots: Vec<f32> = (0..TRAIN_STEPS)
        .map(|i| {
            let root = start + (end - start) * i as f64 / last;
            kept *= 1.0 - root * root;
            (kept as f32).sqrt()
        })
        .collect();
    let (first, last) = (roots[0], roots[TRAIN_STEPS - 1]);
    roots.iter().map(|root| (root - last) * (first / (first - last))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_steps_are_the_released_ones() -> Result<()> {
        let schedule = Schedule::new(8, 5.0)?;
        let expected = [0.9998, 0.972, 0.9373, 0.8926, 0.8331, 0.7497, 0.6247, 0.4164, 0.0];
        assert!(schedule.sigmas().iter().zip(expected).all(|(a, b)| (a - b).abs() < 6e-5), "{schedule:?}");
        assert_eq!(schedule.timesteps()[..2], [999, 972]);
        Ok(())
    }

    #[test]
    fn impossible_schedules_are_refused() {
        for (steps, shift) in [(0, 5.0), (8, 0.0), (8, f64::NAN)] {
            assert!(matches!(Schedule::new(steps, shift), Err(Error::Input(_))));
        }
    }

    #[test]
    fn the_table_ends_in_pure_noise() {
        let table = zero_snr_sigmas();
        assert!((table[220] - 0.83891).abs() < 1e-5);
        assert_eq!((table.len(), table[999]), (1000, 0.0));
        assert!(table.windows(2).all(|pair| pair[1] < pair[0]));
    }
}
