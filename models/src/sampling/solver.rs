//! Single steps from one noise level to the next. All take the state `x` and the velocity at it, tensors of any one shape,
//! and noise levels as float32 values of a [`Schedule`].
//!
//! Source: daVinci-MagiHuman `inference/pipeline/scheduler_unipc.py` (commit 209209b); UniPC is arXiv 2302.04867.

use candle_core::Tensor;

use super::schedule::Schedule;
use crate::{Error, Result};

/// The clean state that `x` is heading for: `x - sigma * velocity`.
///
/// # Errors
/// Shapes that differ.
pub fn clean(x: &Tensor, velocity: &Tensor, sigma: f32) -> Result<Tensor> {
    Ok((x - (velocity * f64::from(sigma))?)?)
}

/// Straight along the velocity: `x + (next - sigma) * velocity`.
///
/// # Errors
/// Shapes that differ.
pub fn euler(x: &Tensor, velocity: &Tensor, sigma: f32, next: f32) -> Result<Tensor> {
    Ok((x + (velocity * (f64::from(next) - f64::from(sigma)))?)?)
}

/// The step of the few-step models: the clean state, noised again to level `next` with fresh noise.
///
/// # Errors
/// Shapes that differ.
pub fn renoise(x: &Tensor, velocity: &Tensor, sigma: f32, next: f32, noise: &Tensor) -> Result<Tensor> {
    let next = f64::from(next);
    Ok(((noise * next)? + (clean(x, velocity, sigma)? * (1.0 - next))?)?)
}

/// Between [`euler`] (`theta` 0) and [`renoise`] (`theta` 1).
///
/// # Errors
/// Shapes that differ.
pub fn sde(x: &Tensor, velocity: &Tensor, sigma: f32, next: f32, theta: f64, noise: &Tensor) -> Result<Tensor> {
    let next = f64::from(next);
    let (sin, cos) = (theta * std::f64::consts::FRAC_PI_2).sin_cos();
    let mean = ((clean(x, velocity, sigma)? * (1.0 - next + next * cos))? + (velocity * (next * cos))?)?;
    Ok((mean + (noise * (next * sin))?)?)
}

/// UniPC of order 2 in the "bh2" form, predicting the clean state: each step first corrects the state it is given with the
/// velocity there, then predicts the next one. The first and the last step are of order 1; the last returns the clean
/// state.
#[derive(Clone, Debug)]
pub struct UniPc {
    schedule: Schedule,
    step: usize,
    /// Clean states of the last two steps, the newest last.
    cleans: Vec<Tensor>,
    /// The corrected state of the last step, and the order it was left with.
    last: Option<(Tensor, Order)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    One,
    Two,
}

/// What both halves of a step from noise level `s` to `t` need.
struct Stretch {
    ratio: f64,
    alpha: f64,
    h: f64,
    /// `e^-h - 1`.
    shrink: f64,
    lambda: f64,
}

impl UniPc {
    /// A solver at the first step of a schedule.
    pub fn new(schedule: Schedule) -> Self {
        Self { schedule, step: 0, cleans: Vec::new(), last: None }
    }

    /// The state at the next noise level, from the state `x` at this one and the velocity there.
    ///
    /// # Errors
    /// All steps are done; shapes that differ.
    pub fn step(&mut self, x: &Tensor, velocity: &Tensor) -> Result<Tensor> {
        let (step, steps) = (self.step, self.schedule.steps());
        if step >= steps {
            return Err(Error::Input(format!("the schedule has {steps} steps, one more was asked for")));
        }
        let clean = clean(x, velocity, self.schedule.sigmas()[step])?;
        let x = match self.last.take() {
            None => x.clone(),
            Some((last, order)) => self.correct(&last, order, &clean)?,
        };
        self.cleans.push(clean);
        if self.cleans.len() > 2 {
            self.cleans.remove(0);
        }
        let order = if step == 0 || step + 1 == steps { Order::One } else { Order::Two };
        let next = self.predict(&x, order)?;
        self.last = Some((x, order));
        self.step += 1;
        Ok(next)
    }

    /// The state at this step's noise level, made again from the last step's with the clean state known here.
    fn correct(&self, last: &Tensor, order: Order, clean: &Tensor) -> Result<Tensor> {
        let stretch = self.stretch(self.step - 1);
        let newest = self.clean_before(0)?;
        let x = base(last, newest, &stretch)?;
        let difference = (clean - newest)?;
        let correction = match order {
            Order::One => (difference * 0.5)?,
            Order::Two => {
                let r = (self.lambda(self.step - 2) - stretch.lambda) / stretch.h;
                let slope = ((self.clean_before(1)? - newest)? / r)?;
                // sum_j rho_j r_j^(i-1) = b_i for r = (r, 1), i = 1, 2.
                let hh = -stretch.h;
                let phi = stretch.shrink / hh - 1.0;
                let b = [phi / stretch.shrink, (phi / hh - 0.5) * 2.0 / stretch.shrink];
                let rho = (b[0] - b[1]) / (1.0 - r);
                ((slope * rho)? + (difference * (b[0] - rho))?)?
            }
        };
        Ok((x - (correction * (stretch.alpha * stretch.shrink))?)?)
    }

    /// The state at the next noise level.
    fn predict(&self, x: &Tensor, order: Order) -> Result<Tensor> {
        let stretch = self.stretch(self.step);
        let newest = self.clean_before(0)?;
        let next = base(x, newest, &stretch)?;
        if order == Order::One {
            return Ok(next);
        }
        let r = (self.lambda(self.step - 1) - stretch.lambda) / stretch.h;
        let slope = ((self.clean_before(1)? - newest)? / r)?;
        Ok((next - (slope * (0.5 * stretch.alpha * stretch.shrink))?)?)
    }

    /// From the noise level of `step` to the next.
    fn stretch(&self, step: usize) -> Stretch {
        let sigmas = self.schedule.sigmas();
        let (s, t) = (f64::from(sigmas[step]), f64::from(sigmas[step + 1]));
        let lambda = self.lambda(step);
        let h = self.lambda(step + 1) - lambda;
        Stretch { ratio: t / s, alpha: 1.0 - t, h, shrink: (-h).exp_m1(), lambda }
    }

    /// Half the logarithm of the signal-to-noise ratio.
    fn lambda(&self, step: usize) -> f64 {
        let sigma = f64::from(self.schedule.sigmas()[step]);
        (1.0 - sigma).ln() - sigma.ln()
    }

    fn clean_before(&self, steps: usize) -> Result<&Tensor> {
        let index = self.cleans.len().checked_sub(steps + 1);
        index
            .and_then(|index| self.cleans.get(index))
            .ok_or_else(|| Error::Input("the solver has no history".to_owned()))
    }
}

/// The first-order part of a step: exact if the clean state did not change.
fn base(x: &Tensor, clean: &Tensor, stretch: &Stretch) -> Result<Tensor> {
    Ok(((x * stretch.ratio)? - (clean * (stretch.alpha * stretch.shrink))?)?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn difference(a: &Tensor, b: &Tensor) -> Result<f32> {
        Ok((a - b)?.abs()?.max_all()?.to_scalar::<f32>()?)
    }

    #[test]
    fn the_last_step_returns_the_clean_state() -> Result<()> {
        for steps in [1, 2, 5] {
            let schedule = Schedule::new(steps, 5.0)?;
            let mut solver = UniPc::new(schedule.clone());
            let mut x = Tensor::randn(0f32, 1.0, (2, 3), &Device::Cpu)?;
            for step in 0..steps {
                let velocity = Tensor::randn(0f32, 1.0, (2, 3), &Device::Cpu)?;
                let clean = clean(&x, &velocity, schedule.sigmas()[step])?;
                let next = solver.step(&x, &velocity)?;
                if step + 1 == steps {
                    assert_eq!(next.to_vec2::<f32>()?, clean.to_vec2::<f32>()?);
                }
                x = next;
            }
            assert!(solver.step(&x, &x).is_err());
        }
        Ok(())
    }

    #[test]
    fn a_straight_path_is_followed_exactly() -> Result<()> {
        let schedule = Schedule::new(6, 5.0)?;
        let (clean, noise) = (Tensor::randn(0f32, 1.0, 50, &Device::Cpu)?, Tensor::randn(0f32, 1.0, 50, &Device::Cpu)?);
        let at = |sigma: f32| -> Result<Tensor> {
            Ok(((&clean * (1.0 - f64::from(sigma)))? + (&noise * f64::from(sigma))?)?)
        };
        let velocity = (&noise - &clean)?;
        let mut solver = UniPc::new(schedule.clone());
        let mut x = at(schedule.sigmas()[0])?;
        let mut along = x.clone();
        for pair in schedule.sigmas().windows(2) {
            x = solver.step(&x, &velocity)?;
            along = euler(&along, &velocity, pair[0], pair[1])?;
            assert!(difference(&x, &at(pair[1])?)? < 1e-4);
            assert!(difference(&along, &at(pair[1])?)? < 1e-5);
        }
        Ok(())
    }

    #[test]
    fn theta_goes_from_euler_to_fresh_noise() -> Result<()> {
        let make = || Tensor::randn(0f32, 1.0, 50, &Device::Cpu);
        let (x, velocity, noise) = (make()?, make()?, make()?);
        let (straight, fresh) = (euler(&x, &velocity, 0.8, 0.5)?, renoise(&x, &velocity, 0.8, 0.5, &noise)?);
        assert!(difference(&sde(&x, &velocity, 0.8, 0.5, 0.0, &noise)?, &straight)? < 1e-5);
        assert!(difference(&sde(&x, &velocity, 0.8, 0.5, 1.0, &noise)?, &fresh)? < 1e-5);
        Ok(())
    }
}
