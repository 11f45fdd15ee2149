//! The two activations of the transformer's MLP, clamped at 7 with a sigmoid of slope 1.702.
//!
//! Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` (commit 209209b), `gelu7` and `swiglu7`.

use candle_core::{D, DType, Tensor};

use super::simd::{sigmoid, vectorised};
use crate::Result;

/// Where values are clamped.
pub const LIMIT: f32 = 7.0;
/// The slope inside the sigmoid, as of the sigmoid form of GELU.
pub const ALPHA: f32 = 1.702;

/// `x * sigmoid(1.702 x)` with `x` clamped to at most 7; no lower clamp. Any shape, computed and returned in float32.
///
/// # Errors
/// A device failure.
pub fn gelu7(x: &Tensor) -> Result<Tensor> {
    let x = x.to_dtype(DType::F32)?.minimum(f64::from(LIMIT))?;
    Ok((&x * sigmoid_of(&(&x * f64::from(ALPHA))?)?)?)
}

/// `gate * sigmoid(1.702 gate) * (linear + 1)` of `[.., 2 d]` to `[.., d]`: even columns are the gate, clamped to at most
/// 7, odd columns the linear part, clamped to ±7. Computed and returned in float32.
///
/// # Errors
/// An odd width, a device failure.
pub fn swiglu7(x: &Tensor) -> Result<Tensor> {
    let mut pairs = x.dims().to_vec();
    let width = pairs.pop().unwrap_or(0);
    pairs.extend([width / 2, 2]);
    let pairs = x.to_dtype(DType::F32)?.reshape(pairs)?;
    let gate = gelu7(&pairs.narrow(D::Minus1, 0, 1)?.squeeze(D::Minus1)?)?;
    let linear = pairs.narrow(D::Minus1, 1, 1)?.squeeze(D::Minus1)?.clamp(-LIMIT, LIMIT)?;
    Ok((gate * (linear + 1.0)?)?)
}

/// The logistic function of any shape.
pub(crate) fn sigmoid_of(x: &Tensor) -> Result<Tensor> {
    Ok((x.neg()?.exp()? + 1.0)?.recip()?)
}

vectorised! {
    /// [`gelu7`] in place.
    pub(crate) fn gelu7_slice(values: &mut [f32]) {
        for value in values {
            let x = value.min(LIMIT);
            *value = x * sigmoid(ALPHA * x);
        }
    }
}

vectorised! {
    /// [`swiglu7`] of rows of `2 N` values, `N` gates and then their `N` linear parts; results take the gates' places.
    pub(crate) fn swiglu7_rows(rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(2 * GATES) {
            let (gates, linears) = row.split_at_mut(GATES);
            for (gate, linear) in gates.iter_mut().zip(linears) {
                let x = gate.min(LIMIT);
                *gate = x * sigmoid(ALPHA * x) * (linear.clamp(-LIMIT, LIMIT) + 1.0);
            }
        }
    }
}

/// Gates in a row of [`swiglu7_rows`].
pub(crate) const GATES: usize = super::gemm::PANEL / 2;

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn slices_agree_with_tensors() -> Result<()> {
        let values: Vec<f32> = (0..200).map(|i| (i as f32 - 100.0) * 0.11).collect();
        let tensor = Tensor::new(values.as_slice(), &Device::Cpu)?;
        let close = |found: &[f32], expected: &Tensor| -> Result<()> {
            for (a, b) in found.iter().zip(expected.to_vec1::<f32>()?) {
                assert!((a - b).abs() <= 4e-6 * b.abs().max(1e-3), "{a} {b}");
            }
            Ok(())
        };
        let mut found = values.clone();
        gelu7_slice(&mut found);
        close(&found, &gelu7(&tensor)?)?;
        let mut rows = vec![0f32; 224];
        for (i, pair) in values.chunks_exact(2).enumerate() {
            let place = i / GATES * 2 * GATES + i % GATES;
            (rows[place], rows[place + GATES]) = (pair[0], pair[1]);
        }
        swiglu7_rows(&mut rows);
        let found: Vec<f32> = (0..100).map(|i| rows[i / GATES * 2 * GATES + i % GATES]).collect();
        close(&found, &swiglu7(&tensor)?)
    }

    #[test]
    fn only_the_linear_part_has_a_lower_clamp() -> Result<()> {
        let x = Tensor::new(&[[-20f32, -20.0], [20.0, 20.0]], &Device::Cpu)?;
        let y = swiglu7(&x)?.flatten_all()?.to_vec1::<f32>()?;
        assert!(y[0] > 0.0 && y[0] < 1e-10, "-20 * sigmoid(-34) * (-7 + 1): {}", y[0]);
        assert!((y[1] - 56.0).abs() < 1e-3, "7 * sigmoid(11.9) * 8: {}", y[1]);
        Ok(())
    }
}
