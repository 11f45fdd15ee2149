//! Linear layers, with one weight for all tokens or one per modality, and what is done to a product while it is still
//! in the cache.

use std::ops::Range;

use candle_core::{DType, Device, Tensor};
use half::bf16;
use rayon::prelude::*;

use super::gemm::{Left, PANEL, ROWS, Start, Tile, pack_left, tile};
use super::simd::vectorised;
use super::{Precision, Routing, Values, activation, row_blocks};
use crate::Result;
use crate::weights::Scope;

/// What follows the product.
#[derive(Clone, Copy)]
pub enum Then<'a> {
    /// Nothing.
    Return,
    /// The residual stream, `[l, out]` float32, is added; the sum is float32.
    Add(&'a Tensor),
    /// The activation that the layer was made for.
    Activate,
}

/// The activation that a layer's columns are laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// The product is used as it is.
    None,
    /// [`activation::gelu7`].
    Gelu7,
    /// [`activation::swiglu7`]: the layer is twice as wide as its result.
    SwiGlu7,
}

/// `x * weight^T (+ bias)`.
pub struct Linear {
    experts: Vec<Expert>,
    input: usize,
    output: usize,
    activation: Activation,
    precision: Precision,
}

struct Expert {
    weight: Weight,
    bias: Option<Tensor>,
}

enum Weight {
    /// On the CPU: panels of columns, see [`super::gemm`].
    Panels(Panels),
    /// Elsewhere: `[in, out]`, a transposed view of the stored weight.
    Tensor(Tensor),
}

impl Weight {
    fn of(weight: &Tensor, activation: Activation, precision: Precision) -> Result<Self> {
        let weight = weight.to_dtype(precision.dtype())?;
        Ok(match weight.device() {
            Device::Cpu => Self::Panels(Panels::pack(&weight, activation)?),
            _ => Self::Tensor(weight.contiguous()?.t()?),
        })
    }
}

enum Panels {
    F32(Vec<f32>),
    Bf16(Vec<bf16>),
}

impl Linear {
    /// A float32 layer with `weight` of `[out, in]` and `bias` of `[out]`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn with_bias(input: usize, output: usize, scope: &Scope) -> Result<Self> {
        let mut layer = Self::new(input, output, 1, Activation::None, Precision::F32, scope)?;
        let bias = scope.get_as(output, "bias", DType::F32)?;
        layer.experts.iter_mut().for_each(|expert| expert.bias = Some(bias.clone()));
        Ok(layer)
    }

    /// A layer without bias: `weight` is `[experts * out, in]`, the experts one after the other.
    ///
    /// # Errors
    /// The tensor is missing or has another shape.
    pub fn new(
        input: usize,
        output: usize,
        experts: usize,
        activation: Activation,
        precision: Precision,
        scope: &Scope,
    ) -> Result<Self> {
        // A dry scope is told what is kept, so that it can be counted.
        let shape = (experts * output, input);
        let dry = scope.is_dry().then(|| scope.get_as(shape, "weight", precision.dtype()));
        let stored = dry.unwrap_or_else(|| scope.get(shape, "weight"))?;
        let experts = (0..experts)
            .map(|expert| {
                // Converting and laying out is work on every weight, and a dry scope only asks whether they fit.
                if scope.is_dry() {
                    return Ok(Expert { weight: Weight::Panels(Panels::F32(Vec::new())), bias: None });
                }
                let weight = stored.narrow(0, expert * output, output)?;
                Ok(Expert { weight: Weight::of(&weight, activation, precision)?, bias: None })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { experts, input, output, activation, precision })
    }

    /// A layer of one expert around `weight` of `[out, in]`, on the weight's device.
    ///
    /// # Errors
    /// The weight has not two axes.
    pub(crate) fn of_weight(weight: &Tensor, activation: Activation, precision: Precision) -> Result<Self> {
        let (output, input) = weight.dims2()?;
        let expert = Expert { weight: Weight::of(weight, activation, precision)?, bias: None };
        Ok(Self { experts: vec![expert], input, output, activation, precision })
    }

    /// Columns of the result.
    pub fn width(&self, then: Then) -> usize {
        match (then, self.activation) {
            (Then::Activate, Activation::SwiGlu7) => self.output / 2,
            _ => self.output,
        }
    }

    /// The product of `[l, in]`, whose rows are ordered as `routing` says, and what follows it, `[l, out]`. Product and
    /// activation are each rounded to the layer's precision, sums are float32.
    ///
    /// # Errors
    /// Another width, or rows that `routing` does not count.
    pub fn forward(&self, x: &Tensor, routing: &Routing, then: Then) -> Result<Tensor> {
        let rows = routing.tokens();
        if x.dims() != [rows, self.input] {
            return Err(
                candle_core::Error::Msg(format!("linear of {:?}, not {:?}", x.dims(), [rows, self.input])).into()
            );
        }
        if !x.device().is_cpu() {
            return self.forward_fallback(x, routing, then);
        }
        let width = self.width(then);
        let x_values = Values::of(x)?;
        let residual = match then {
            Then::Add(residual) => Some(Values::of(residual)?),
            _ => None,
        };
        let biases = self.experts.iter().map(|e| e.bias.as_ref().map(Values::of).transpose());
        let biases = biases.collect::<Result<Vec<_>>>()?;
        let mut out = vec![0f32; rows * width];
        row_blocks(&mut out, width, routing, self.experts.len(), 8 * ROWS).into_par_iter().for_each(|block| {
            let x = &x_values[block.rows.start * self.input..block.rows.end * self.input];
            let finish = Finish {
                then,
                activation: self.activation,
                precision: self.precision,
                bias: biases[block.expert].as_deref(),
                residual: residual.as_deref().map(|r| &r[block.rows.start * width..block.rows.end * width]),
                output: self.output,
                width,
            };
            if let Weight::Panels(panels) = &self.experts[block.expert].weight {
                panels.multiply(x, self.input, block.out, &finish);
            }
        });
        Ok(Tensor::from_vec(out, (rows, width), x.device())?)
    }

    fn forward_fallback(&self, x: &Tensor, routing: &Routing, then: Then) -> Result<Tensor> {
        let mut parts = Vec::new();
        for (expert, rows) in routing.rows(self.experts.len()) {
            if rows.is_empty() {
                continue;
            }
            let Expert { weight, bias } = &self.experts[expert];
            let Weight::Tensor(weight) = weight else {
                return Err(candle_core::Error::Msg("a layer and its input are on different devices".to_owned()).into());
            };
            let product = x.narrow(0, rows.start, rows.len())?.to_dtype(weight.dtype())?.matmul(weight)?;
            parts.push(match bias {
                Some(bias) => product.broadcast_add(bias)?,
                None => product,
            });
        }
        let product = Tensor::cat(&parts, 0)?;
        Ok(match (then, self.activation) {
            (Then::Add(residual), _) => (residual + product.to_dtype(DType::F32)?)?,
            (Then::Activate, Activation::Gelu7) => activation::gelu7(&product)?.to_dtype(self.precision.dtype())?,
            (Then::Activate, Activation::SwiGlu7) => activation::swiglu7(&product)?.to_dtype(self.precision.dtype())?,
            _ => product,
        })
    }
}

/// How a tile of the product becomes a tile of the result.
struct Finish<'a> {
    then: Then<'a>,
    activation: Activation,
    precision: Precision,
    bias: Option<&'a [f32]>,
    residual: Option<&'a [f32]>,
    output: usize,
    width: usize,
}

impl Finish<'_> {
    /// Turns `[rows, PANEL]` of panel `panel` into its columns of `out`, `[.., width]` from row `first` on.
    fn store(&self, product: &mut Tile, rows: usize, panel: usize, first: usize, out: &mut [f32]) {
        let product = &mut product[..rows * PANEL];
        if let Some(bias) = self.bias {
            let bias = &bias[panel * PANEL..self.output.min((panel + 1) * PANEL)];
            for row in product.chunks_exact_mut(PANEL) {
                row.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias);
            }
        }
        self.precision.round_all(product);
        let (mut stride, mut from) = (PANEL, panel * PANEL);
        if let Then::Activate = self.then {
            match self.activation {
                Activation::None => {}
                Activation::Gelu7 => activation::gelu7_slice(product),
                Activation::SwiGlu7 => {
                    (stride, from) = (PANEL / 2, panel * PANEL / 2);
                    activation::swiglu7_rows(product);
                }
            }
            self.precision.round_all(product);
        }
        let columns = from..self.width.min(from + stride);
        let out = &mut out[first * self.width..(first + rows) * self.width];
        match self.residual {
            None => put_tile(product, out, self.width, columns),
            Some(residual) => {
                let residual = &residual[first * self.width..(first + rows) * self.width];
                add_tile(product, residual, out, self.width, columns);
            }
        }
    }
}

vectorised! {
    /// Copies the first values of each row of `PANEL` to `columns` of rows of `width`.
    fn put_tile(product: &[f32], out: &mut [f32], width: usize, columns: Range<usize>) {
        let wanted = columns.len();
        for (values, out) in product.chunks_exact(PANEL).zip(out.chunks_exact_mut(width)) {
            let out = &mut out[columns.clone()];
            if wanted == PANEL {
                out.copy_from_slice(&values[..PANEL]);
            } else if wanted == PANEL / 2 {
                out.copy_from_slice(&values[..PANEL / 2]);
            } else {
                out.copy_from_slice(&values[..wanted]);
            }
        }
    }
}

vectorised! {
    /// [`put_tile`] plus a residual.
    fn add_tile(product: &[f32], residual: &[f32], out: &mut [f32], width: usize, columns: Range<usize>) {
        let rows = out.chunks_exact_mut(width).zip(residual.chunks_exact(width));
        for (values, (out, residual)) in product.chunks_exact(PANEL).zip(rows) {
            let (out, residual) = (&mut out[columns.clone()], &residual[columns.clone()]);
            for ((out, value), residual) in out.iter_mut().zip(values).zip(residual) {
                *out = residual + value;
            }
        }
    }
}

impl Panels {
    /// Lays `[out, in]` out in panels; a last panel that is not full ends in zeros. The columns of a SwiGLU layer, gates
    /// and linear parts in turn, are sorted so that each panel holds 16 gates and then their 16 linear parts.
    fn pack(weight: &Tensor, activation: Activation) -> Result<Self> {
        let (output, input) = weight.dims2()?;
        let columns: Vec<Option<usize>> = (0..output.div_ceil(PANEL) * PANEL)
            .map(|column| match activation {
                Activation::SwiGlu7 => {
                    let (panel, column) = (column / PANEL, column % PANEL);
                    let (half, pair) = (column / (PANEL / 2), column % (PANEL / 2));
                    panel * PANEL + pair * 2 + half
                }
                _ => column,
            })
            .map(|column| (column < output).then_some(column))
            .collect();
        let weight = weight.flatten_all()?;
        Ok(if weight.dtype() == DType::BF16 {
            Self::Bf16(lay_out(&weight.to_vec1()?, &columns, input, bf16::ZERO))
        } else {
            Self::F32(lay_out(&weight.to_vec1()?, &columns, input, 0f32))
        })
    }

    /// `x * panels`, tile by tile, each finished while it is in the cache.
    fn multiply(&self, x: &[f32], input: usize, out: &mut [f32], finish: &Finish) {
        let rows = x.len() / input.max(1);
        let (mut wide, mut packed) = (Vec::new(), Vec::new());
        pack_left(x, input, &mut packed);
        let mut products: Vec<Tile> = vec![[0.0; ROWS * PANEL]; rows.div_ceil(ROWS)];
        // Depths that keep their part of a panel in the first cache while it meets all rows.
        let depth = input.div_ceil(input.div_ceil(DEPTH).max(1)).max(1);
        let panels = match self {
            Self::F32(values) => values.len(),
            Self::Bf16(values) => values.len(),
        } / (input.max(1) * PANEL);
        for panel in 0..panels {
            let range = panel * input * PANEL..(panel + 1) * input * PANEL;
            let weight = match self {
                Self::F32(values) => &values[range],
                Self::Bf16(values) => {
                    wide.resize(input * PANEL, 0f32);
                    widen(&values[range], &mut wide);
                    &wide
                }
            };
            for from in (0..input).step_by(depth) {
                let to = (from + depth).min(input);
                let start = if from == 0 { Start::Zero } else { Start::Add };
                for (first, product) in (0..rows).step_by(ROWS).zip(&mut products) {
                    let some = (rows - first).min(ROWS);
                    let x = Left::Packed(&packed[first * input + from * ROWS..]);
                    tile(some, to - from, x, &weight[from * PANEL..], PANEL, product, PANEL, start);
                    if to == input {
                        finish.store(product, some, panel, first, out);
                    }
                }
            }
        }
    }
}

/// See [`Panels::multiply`].
const DEPTH: usize = 288;

fn lay_out<T: Copy + Send + Sync>(weight: &[T], columns: &[Option<usize>], input: usize, zero: T) -> Vec<T> {
    let mut panels = vec![zero; columns.len() * input];
    panels.par_chunks_mut((input * PANEL).max(1)).zip(columns.par_chunks(PANEL)).for_each(|(panel, columns)| {
        for (place, column) in columns.iter().enumerate() {
            let Some(column) = column else { continue };
            for (i, value) in weight[column * input..(column + 1) * input].iter().enumerate() {
                panel[i * PANEL + place] = *value;
            }
        }
    });
    panels
}

vectorised! {
    fn widen(from: &[bf16], to: &mut [f32]) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = f32::from_bits(u32::from(from.to_bits()) << 16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(
        weight: &Tensor,
        experts: usize,
        activation: Activation,
        precision: Precision,
    ) -> Result<(Linear, Linear)> {
        let (rows, input) = weight.dims2()?;
        let output = rows / experts;
        let made = |pack: &dyn Fn(&Tensor) -> Result<Weight>| -> Result<Linear> {
            let experts = (0..experts)
                .map(|e| Ok(Expert { weight: pack(&weight.narrow(0, e * output, output)?)?, bias: None }))
                .collect::<Result<Vec<_>>>()?;
            Ok(Linear { experts, input, output, activation, precision })
        };
        let panels = made(&|w| Ok(Weight::Panels(Panels::pack(&w.to_dtype(precision.dtype())?, activation)?)))?;
        Ok((panels, made(&|w| Ok(Weight::Tensor(w.contiguous()?.t()?)))?))
    }

    #[test]
    fn panels_and_plain_operations_agree() -> Result<()> {
        let device = Device::Cpu;
        let routing = Routing { video: 31, audio: 17, text: 1 };
        let x = Tensor::randn(0f32, 1.0, (49, 50), &device)?;
        for (activation, then_activate) in [
            (Activation::None, false),
            (Activation::Gelu7, true),
            (Activation::SwiGlu7, true),
            (Activation::None, true),
        ] {
            for experts in [1, 3] {
                let weight = Tensor::randn(0f32, 0.4, (experts * 70, 50), &device)?;
                let (panels, plain) = layer(&weight, experts, activation, Precision::F32)?;
                let residual = Tensor::randn(0f32, 1.0, (49, 70), &device)?;
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
        let device = Device::Cpu;
        let weight = Tensor::randn(0f32, 0.4, (33, 20), &device)?;
        let x = Tensor::randn(0f32, 1.0, (40, 20), &device)?;
        let routing = Routing { video: 20, audio: 9, text: 11 };
        let (one, _) = layer(&weight, 1, Activation::None, Precision::Bf16)?;
        let three = Tensor::cat(&[&weight, &weight, &weight], 0)?;
        let (three, _) = layer(&three, 3, Activation::None, Precision::Bf16)?;
        let (a, b) = (one.forward(&x, &routing, Then::Return)?, three.forward(&x, &routing, Then::Return)?);
        assert_eq!(a.to_vec2::<f32>()?, b.to_vec2::<f32>()?);
        Ok(())
    }
}
