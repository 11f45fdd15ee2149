//! Compares tensors with the reference's and keeps the score.

use anyhow::{Result, ensure};
use candle_core::{DType, Device, Tensor};

use crate::parity::fixture::Fixture;

/// One compared tensor.
pub struct Line {
    /// Name of the fixture.
    pub fixture: String,
    /// Name of the tensor, or of the whole fixture where it could not run.
    pub tensor: String,
    /// `max|a - b| / max|b|`; infinite where the tensor could not be computed.
    pub max_rel_err: f64,
    /// The bound.
    pub tolerance: f64,
    /// Why a tensor could not be compared.
    pub reason: Option<String>,
}

impl Line {
    /// Whether the tensor is within its bound. A value that is not a number is not.
    pub fn passed(&self) -> bool {
        self.reason.is_none() && self.max_rel_err <= self.tolerance
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = if self.passed() { "ok" } else { "FAIL" };
        write!(f, "{} {} {:.2e} {:.1e} {verdict}", self.fixture, self.tensor, self.max_rel_err, self.tolerance)?;
        self.reason.as_ref().map_or(Ok(()), |reason| write!(f, " ({reason})"))
    }
}

/// The lines of one fixture.
pub struct Report<'a> {
    fixture: &'a Fixture,
    /// What was compared so far.
    pub lines: Vec<Line>,
}

impl<'a> Report<'a> {
    /// An empty report.
    pub fn new(fixture: &'a Fixture) -> Self {
        Self { fixture, lines: Vec::new() }
    }

    /// Compares `found` with the stored tensor of that name.
    ///
    /// # Errors
    /// The fixture stores no such tensor, or no bound for it.
    pub fn compare(&mut self, name: &str, found: &Tensor) -> Result<()> {
        let expected = self.fixture.tensor(name)?;
        let Some(tolerance) = self.fixture.tolerance(name) else {
            anyhow::bail!("no tolerance for `{name}`");
        };
        self.push(name, tolerance, max_rel_err(found, &expected));
        Ok(())
    }

    /// Whether there is a line for a tensor.
    pub fn covers(&self, name: &str) -> bool {
        self.lines.iter().any(|line| line.tensor == name)
    }

    /// Adds a comparison that was made elsewhere, as for pictures whose error is counted in levels.
    pub fn push(&mut self, name: &str, tolerance: f64, max_rel_err: Result<f64>) {
        let (max_rel_err, reason) = match max_rel_err {
            Ok(error) => (error, None),
            Err(error) => (f64::INFINITY, Some(format!("{error:#}"))),
        };
        let (fixture, tensor) = (self.fixture.name.clone(), name.to_owned());
        self.lines.push(Line { fixture, tensor, max_rel_err, tolerance, reason });
    }
}

/// `max|a - b| / max|b|` over the whole tensor, in float64.
///
/// # Errors
/// The shapes differ.
pub fn max_rel_err(found: &Tensor, expected: &Tensor) -> Result<f64> {
    ensure!(found.dims() == expected.dims(), "shape {:?}, expected {:?}", found.dims(), expected.dims());
    let flat = |tensor: &Tensor| -> Result<Vec<f64>> {
        Ok(tensor.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
    };
    let (mut error, mut scale) = (0f64, 0f64);
    for (a, b) in flat(found)?.into_iter().zip(flat(expected)?) {
        ensure!(!a.is_nan(), "not a number");
        error = error.max((a - b).abs());
        scale = scale.max(b.abs());
    }
    Ok(if error == 0.0 { 0.0 } else { error / scale.max(f64::MIN_POSITIVE) })
}
