//! Schedules, and solvers driven by a linear stand-in for the transformer.

use anyhow::{Result, ensure};
use candle_core::{Device, Tensor};
use gallop_models::sampling::solver::{UniPc, renoise, sde};
use gallop_models::sampling::{Schedule, zero_snr_sigmas};
use serde::Deserialize;

use crate::parity::dit::{Found, compare_found};
use crate::parity::fixture::Fixture;
use crate::parity::report::Report;

#[derive(Deserialize)]
struct Run {
    steps: usize,
    shift: f64,
}

/// Compares all schedules and the trajectories that are stored for them.
pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    ensure!(fixture.config::<usize>("/solver_order")? == 2, "only order 2 is known");
    ensure!(fixture.config::<String>("/solver_type")? == "bh2", "only bh2 is known");
    let (max, min) = (fixture.config("/scheduler_sigma_max")?, fixture.config("/scheduler_sigma_min")?);
    let video = Pseudo::new(fixture, "in.x0", "in.v_matrix", "in.v_bias")?;
    let mut found = Found::new();
    for Run { steps, shift } in fixture.config::<Vec<Run>>("/runs")? {
        let name = |what: &str| format!("out.n{steps}_shift{shift}.{what}");
        let schedule = Schedule::between(steps, shift, max, min)?;
        found.insert(name("timesteps"), Tensor::new(schedule.timesteps(), &Device::Cpu)?);
        found.insert(name("sigmas"), Tensor::new(schedule.sigmas(), &Device::Cpu)?);
        let mut solver = UniPc::new(schedule.clone());
        let (x, v) = video.follow(steps, |_, x, v| Ok(solver.step(x, v)?))?;
        found.insert(name("unipc_x"), x);
        found.insert(name("unipc_v"), v);
        if fixture.has("in.audio_x0") {
            let audio = Pseudo::new(fixture, "in.audio_x0", "in.audio_v_matrix", "in.audio_v_bias")?;
            let mut solver = UniPc::new(schedule.clone());
            found.insert(name("unipc_audio_x"), audio.follow(steps, |_, x, v| Ok(solver.step(x, v)?))?.0);
        }
        let noise = fixture.tensor("in.noise")?;
        if noise.dim(0)? != steps {
            continue;
        }
        let sigmas = schedule.sigmas();
        let ddim = video.follow(steps, |i, x, v| Ok(renoise(x, v, sigmas[i], sigmas[i + 1], &noise.get(i)?)?))?;
        found.insert(name("ddim_x"), ddim.0);
        let thetas = fixture.names().into_iter().filter_map(|stored| {
            let theta = stored.strip_prefix(&name("sde_theta"))?.strip_suffix("_x")?;
            Some((stored.to_owned(), theta.parse::<f64>().ok()?))
        });
        for (stored, theta) in thetas {
            let x = video.follow(steps, |i, x, v| Ok(sde(x, v, sigmas[i], sigmas[i + 1], theta, &noise.get(i)?)?))?;
            found.insert(stored, x.0);
        }
    }
    found.insert("out.zero_snr_sigmas".to_owned(), Tensor::new(zero_snr_sigmas(), &Device::Cpu)?);
    compare_found(fixture, report, &found)
}

/// A state whose velocity is `matrix * x + bias` over axis 1.
struct Pseudo {
    start: Tensor,
    matrix: Tensor,
    bias: Tensor,
}

impl Pseudo {
    fn new(fixture: &Fixture, start: &str, matrix: &str, bias: &str) -> Result<Self> {
        let [start, matrix, bias] = [fixture.tensor(start)?, fixture.tensor(matrix)?, fixture.tensor(bias)?];
        Ok(Self { start, matrix, bias: bias.unsqueeze(1)? })
    }

    /// States after and velocities before each of `steps` calls of `step`, stacked.
    fn follow(
        &self,
        steps: usize,
        mut step: impl FnMut(usize, &Tensor, &Tensor) -> Result<Tensor>,
    ) -> Result<(Tensor, Tensor)> {
        let channels = self.start.dim(1)?;
        let (mut x, mut states, mut velocities) = (self.start.clone(), Vec::new(), Vec::new());
        for index in 0..steps {
            let flat = x.reshape((channels, ()))?;
            let velocity = self.matrix.matmul(&flat)?.broadcast_add(&self.bias)?.reshape(x.shape())?;
            x = step(index, &x, &velocity)?;
            states.push(x.clone());
            velocities.push(velocity);
        }
        Ok((Tensor::stack(&states, 0)?, Tensor::stack(&velocities, 0)?))
    }
}
