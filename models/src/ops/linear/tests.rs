//! The sides of a layer against each other.

use super::*;
use crate::sampling::{Draw, Noise as _, Philox};

/// Values of this deviation, the same in every run: an error that is a matter of chance would be above its bound one day.
fn normal(seed: u64, deviation: f64, shape: &[usize]) -> Result<Tensor> {
    Ok((Philox::new(seed).normal(Draw::Video, shape, &Device::Cpu)? * deviation)?)
}

fn layer(weight: &Tensor, experts: usize, activation: Activation, precision: Precision) -> Result<(Linear, Linear)> {
    let (rows, input) = weight.dims2()?;
    let output = rows / experts;
    let matrix = Matrix::of_tensor(weight)?;
    let shape = [output, input];
    let panels = of_weights(weight, experts, activation, precision, &|first| {
        Ok(Weight::Panels(Panels::pack(&matrix, first, shape, activation, precision)))
    })?;
    let plain = of_weights(weight, experts, activation, precision, &|first| {
        Ok(Weight::Tensor(weight.narrow(0, first, output)?.contiguous()?.t()?))
    })?;
    Ok((panels, plain))
}

/// A layer whose experts' weights begin at these rows.
fn of_weights(
    weight: &Tensor,
    experts: usize,
    activation: Activation,
    precision: Precision,
    at: &dyn Fn(usize) -> Result<Weight>,
) -> Result<Linear> {
    let (rows, input) = weight.dims2()?;
    let output = rows / experts;
    let experts = (0..experts).map(|e| Ok(Expert { weight: at(e * output)?, bias: None }));
    Ok(Linear { experts: experts.collect::<Result<_>>()?, input, depth: input, output, activation, precision })
}

fn relative_error(a: &Tensor, b: &Tensor) -> Result<f32> {
    let norm = |tensor: &Tensor| -> Result<f32> { Ok(tensor.sqr()?.sum_all()?.to_scalar::<f32>()?.sqrt()) };
    Ok(norm(&(a - b)?)? / norm(b)?)
}

#[test]
fn weights_in_8_bits_are_near_and_both_sides_agree() -> Result<()> {
    let device = Device::Cpu;
    let routing = Routing { video: 31, audio: 17, text: 1 };
    let x = normal(1, 1.0, &[49, 250])?;
    for precision in [Precision::F32, Precision::Bf16] {
        for (activation, experts) in [(Activation::None, 3), (Activation::SwiGlu7, 1)] {
            let weight = normal(2, 0.1, &[experts * 70, 250])?;
            let (wide, _) = layer(&weight, experts, activation, precision)?;
            let matrix = Matrix::of_tensor(&weight)?;
            let shape = [70, 250];
            let panels = of_weights(&weight, experts, activation, precision, &|first| {
                Ok(Weight::Panels(Panels::pack_int8(&matrix, first, shape, activation)))
            })?;
            let blocks = of_weights(&weight, experts, activation, precision, &|first| {
                Ok(Weight::Int8(Int8::new(&matrix, first, shape, &device)?))
            })?;
            let then = if activation == Activation::None { Then::Return } else { Then::Activate };
            let expected = wide.forward(&x, &routing, then)?;
            let (a, b) = (panels.forward(&x, &routing, then)?, blocks.forward_fallback(&x, &routing, then));
            let error = relative_error(&a, &expected)?;
            assert!((1e-4..0.012).contains(&error), "{error} for {activation:?} in {precision:?}");
            // candle has no product of bfloat16 on every processor.
            if precision == Precision::F32 {
                let between = relative_error(&b?, &a)?;
                assert!(between < 1e-5, "{between} between the two for {activation:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn panels_and_plain_operations_agree() -> Result<()> {
    let routing = Routing { video: 31, audio: 17, text: 1 };
    let x = normal(3, 1.0, &[49, 50])?;
    for (activation, then_activate) in
        [(Activation::None, false), (Activation::Gelu7, true), (Activation::SwiGlu7, true), (Activation::None, true)]
    {
        for experts in [1, 3] {
            let weight = normal(4, 0.4, &[experts * 70, 50])?;
            let (panels, plain) = layer(&weight, experts, activation, Precision::F32)?;
            let residual = normal(5, 1.0, &[49, 70])?;
            let then = if then_activate { Then::Activate } else { Then::Add(&residual) };
            let (a, b) = (panels.forward(&x, &routing, then)?, plain.forward_fallback(&x, &routing, then)?);
            assert_eq!(a.dims(), b.dims());
            let error = (a - b)?.abs()?.max_all()?.to_scalar::<f32>()?;
            assert!(error < 2e-4, "{activation:?} with {experts}: {error}");
        }
    }
    Ok(())
}

#[test]
fn equal_experts_are_one_shared_layer() -> Result<()> {
    let weight = normal(6, 0.4, &[33, 20])?;
    let x = normal(7, 1.0, &[40, 20])?;
    let routing = Routing { video: 20, audio: 9, text: 11 };
    let (one, _) = layer(&weight, 1, Activation::None, Precision::Bf16)?;
    let three = Tensor::cat(&[&weight, &weight, &weight], 0)?;
    let (three, _) = layer(&three, 3, Activation::None, Precision::Bf16)?;
    let (a, b) = (one.forward(&x, &routing, Then::Return)?, three.forward(&x, &routing, Then::Return)?);
    assert_eq!(a.to_vec2::<f32>()?, b.to_vec2::<f32>()?);
    Ok(())
}
