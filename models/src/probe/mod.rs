//! How fast a device is: the few operations that decide speed, for a moment each, at sizes of the released model.
//!
//! What runs is what a clip runs: the linear layers, attention and convolutions of [`crate::ops`], not a benchmark of the
//! hardware. Each operation begins small and grows while there is time, so that an old laptop is done as soon as a large
//! card. A rate is that of the faster repeats at the largest size that was reached: what else a machine does only ever makes
//! it slower.

mod amount;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};

use crate::ops::Precision;
use crate::plan::{Probe, TypeRates};
use crate::{Error, Result};
use amount::Amount;

/// The most repeats of one size; more do not make the rate truer.
const MOST_REPEATS: usize = 15;

/// What is being measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A linear layer, in this type.
    Products(Precision),
    /// Attention, in this type.
    Attention(Precision),
    /// A three-dimensional convolution.
    Convolution,
    /// A copy within the device's memory.
    Memory,
    /// A copy from main memory to the device.
    Upload,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Products(precision) => write!(f, "matrix products ({precision:?})"),
            Self::Attention(precision) => write!(f, "attention ({precision:?})"),
            Self::Convolution => f.write_str("convolutions"),
            Self::Memory => f.write_str("memory"),
            Self::Upload => f.write_str("copies to the card"),
        }
    }
}

/// Measures a device in about `limit`. A machine so slow that the smallest sizes take longer is told by those alone.
/// `before` hears what comes next, and may stop.
///
/// # Errors
/// [`Error::Cancelled`] where `before` stops; the device fails at the smallest size.
pub fn measure(device: &Device, limit: Duration, before: &mut dyn FnMut(Part) -> ControlFlow<()>) -> Result<Probe> {
    // The types that the planner chooses between here.
    let precisions: &[Precision] =
        if device.is_cpu() { &[Precision::F32, Precision::Bf16] } else { &[Precision::Bf16] };
    let parts = (3 + 2 * precisions.len()) as u32;
    let mut rate = |part: Part| {
        if before(part).is_break() {
            return Err(Error::Cancelled);
        }
        rate(part, device, limit / parts)
    };
    let types = precisions.iter().map(|&precision| {
        Ok(TypeRates {
            precision,
            product_flops_per_second: rate(Part::Products(precision))?,
            attention_flops_per_second: rate(Part::Attention(precision))?,
        })
    });
    Ok(Probe {
        types: types.collect::<Result<_>>()?,
        convolution_flops_per_second: rate(Part::Convolution)?,
        memory_bytes_per_second: rate(Part::Memory)?,
        upload_bytes_per_second: if device.is_cpu() { None } else { Some(rate(Part::Upload)?) },
    })
}

/// What a second brings, at the largest size that there is time and memory for.
fn rate(part: Part, device: &Device, limit: Duration) -> Result<f64> {
    let until = Instant::now() + limit;
    let left = || until.saturating_duration_since(Instant::now());
    let mut best: Option<(Amount, f64)> = None;
    for size in amount::sizes(part, device) {
        // A larger size takes so much longer, twice: once to warm up.
        if best.as_ref().is_some_and(|(smaller, seconds)| {
            let growth = size.amount() / smaller.size.amount();
            2.0 * growth * seconds > left().as_secs_f64()
        }) {
            break;
        }
        let tried = Amount::prepare(part, size, device).and_then(|amount| {
            seconds_of(&amount, device)?;
            let seconds = seconds_of(&amount, device)?;
            Ok((amount, seconds))
        });
        match tried {
            Ok(found) => best = Some(found),
            // Memory that a larger size lacks is no reason to know nothing.
            Err(_) if best.is_some() => break,
            Err(error) => return Err(error),
        }
    }
    let Some((amount, first)) = best else { return Err(Error::Input(format!("there is no size to measure {part}"))) };
    let mut times = vec![first];
    while times.len() < MOST_REPEATS && left().as_secs_f64() > first {
        times.push(seconds_of(&amount, device)?);
    }
    times.sort_by(f64::total_cmp);
    let undisturbed = times.get(times.len() / 4).copied().unwrap_or(first);
    Ok(amount.size.amount() / undisturbed.max(1e-9))
}

fn seconds_of(amount: &Amount, device: &Device) -> Result<f64> {
    let began = Instant::now();
    std::hint::black_box::<Tensor>(amount.run()?);
    // A card is only told what to do; here it has done it.
    device.synchronize()?;
    Ok(began.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_tells_every_rate_of_this_processor() {
        let mut told = Vec::new();
        let probe = measure(&Device::Cpu, Duration::ZERO, &mut |part| {
            told.push(part);
            ControlFlow::Continue(())
        });
        let probe = probe.expect("a probe");
        let types: Vec<_> = probe.types.iter().map(|rates| rates.precision).collect();
        assert_eq!(types, [Precision::F32, Precision::Bf16]);
        for rates in &probe.types {
            assert!(rates.product_flops_per_second > 1e6 && rates.attention_flops_per_second > 1e6, "{rates:?}");
        }
        assert!(probe.convolution_flops_per_second > 1e6 && probe.memory_bytes_per_second > 1e6, "{probe:?}");
        assert_eq!((probe.upload_bytes_per_second, told.len()), (None, 6));
        let kept = serde_json::to_string(&probe).expect("text");
        assert_eq!(serde_json::from_str::<Probe>(&kept).expect("a probe"), probe);
    }

    #[test]
    fn it_stops_when_it_is_told_to() {
        let stopped = measure(&Device::Cpu, Duration::ZERO, &mut |_| ControlFlow::Break(()));
        assert!(matches!(stopped, Err(Error::Cancelled)));
    }
}
