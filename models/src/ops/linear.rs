//! Linear layers, with one weight for all tokens or one per modality, and what is done to a product while it is still
//! in the cache.

mod int8;
mod panels;

use std::ops::Range;

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;

use super::gemm::{PANEL, ROWS, Tile};
use super::simd::vectorised;
use super::{Precision, Routing, Values, activation, row_blocks};
use crate::Result;
use crate::weights::{Matrix, Scope};
use int8::Int8;
use panels::Panels;

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
    /// Columns of the stored weight: `input`, and on a card zeros up to what its matrix units take.
    depth: usize,
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
    /// Elsewhere, in 8 bits.
    Int8(Int8),
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
        let rows = experts * output;
        let is_there = !scope.is_dry() && !scope.device().is_cpu() && !scope.keeps_int8("weight");
        // Elsewhere a weight comes as it is stored, and is converted there.
        let (stored, matrix) = match is_there {
            true => (Some(scope.get((rows, input), "weight")?), None),
            false => (None, scope.matrix(rows, input, "weight", precision.dtype())?),
        };
        let weight = |first: usize| match (&stored, &matrix) {
            (Some(stored), _) => {
                let weight = stored.narrow(0, first, output)?.to_dtype(precision.dtype())?;
                let weight = weight.pad_with_zeros(1, 0, depth_on(scope.device(), precision, input) - input)?;
                Ok(Weight::Tensor(weight.contiguous()?.t()?))
            }
            (None, Some(matrix)) => Weight::new(matrix, first, [output, input], activation, precision, scope),
            // A dry scope only asks whether weights fit.
            (None, None) => Ok(Weight::Panels(Panels::F32(Vec::new()))),
        };
        let experts = (0..experts).map(|expert| Ok(Expert { weight: weight(expert * output)?, bias: None }));
        let experts = experts.collect::<Result<Vec<_>>>()?;
        let depth = if is_there { depth_on(scope.device(), precision, input) } else { input };
        Ok(Self { experts, input, depth, output, activation, precision })
    }

    /// A layer of one expert around `weight` of `[out, in]`, on the weight's device.
    ///
    /// # Errors
    /// The weight has not two axes.
    pub(crate) fn of_weight(weight: &Tensor, activation: Activation, precision: Precision) -> Result<Self> {
        let (output, input) = weight.dims2()?;
        let depth = depth_on(weight.device(), precision, input);
        let weight = match weight.device() {
            Device::Cpu => {
                let matrix = Matrix::of_tensor(weight)?;
                Weight::Panels(Panels::pack(&matrix, 0, [output, input], activation, precision))
            }
            _ => {
                let weight = weight.to_dtype(precision.dtype())?.pad_with_zeros(1, 0, depth - input)?;
                Weight::Tensor(weight.contiguous()?.t()?)
            }
        };
        let expert = Expert { weight, bias: None };
        Ok(Self { experts: vec![expert], input, depth, output, activation, precision })
    }

    /// Columns of the weight as it is stored, zeros at their end among them: an input may be as wide.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Columns of the result.
    pub fn width(&self, then: Then) -> usize {
        match (then, self.activation) {
            (Then::Activate, Activation::SwiGlu7) => self.output / 2,
            _ => self.output,
        }
    }

    /// The product of `[l, in]`, whose rows are ordered as `routing` says, and what follows it, `[l, out]`. Product and
    /// activation are each rounded to the layer's precision, sums are float32. On a card an activation may come with zeros
    /// behind it, up to the columns that the next layer takes; and what is added to a residual is not rounded before.
    ///
    /// # Errors
    /// Another width, or rows that `routing` does not count.
    pub fn forward(&self, x: &Tensor, routing: &Routing, then: Then) -> Result<Tensor> {
        let rows = routing.tokens();
        if x.dims() != [rows, self.input] && x.dims() != [rows, self.depth] {
            return Err(
                candle_core::Error::Msg(format!("linear of {:?}, not {:?}", x.dims(), [rows, self.input])).into()
            );
        }
        #[cfg(feature = "cuda")]
        if let Some(out) = self.forward_on_card(x, routing, then)? {
            return Ok(out);
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

    /// By the library for products and our own kernels; nothing where they were not made for the layer.
    #[cfg(feature = "cuda")]
    fn forward_on_card(&self, x: &Tensor, routing: &Routing, then: Then) -> Result<Option<Tensor>> {
        use super::cuda;
        let is_plain = self.precision == Precision::Bf16 && self.experts.iter().all(|expert| expert.bias.is_none());
        if !x.device().is_cuda() || !is_plain {
            return Ok(None);
        }
        let x = &x.pad_with_zeros(1, 0, self.depth - x.dim(1)?)?;
        let mut experts = Vec::new();
        for (expert, rows) in routing.rows(self.experts.len()) {
            let Weight::Tensor(weight) = &self.experts[expert].weight else { return Ok(None) };
            experts.push((weight.t()?, rows));
        }
        let experts: Vec<_> = experts.iter().map(|(weight, rows)| (weight, rows.clone())).collect();
        let addend = match then {
            Then::Add(residual) => Some(residual),
            _ => None,
        };
        let Some(product) = cuda::product::multiply(x, &experts, addend)? else { return Ok(None) };
        if !matches!(then, Then::Activate) || self.activation == Activation::None {
            return Ok(Some(product));
        }
        let padded = depth_on(x.device(), self.precision, self.width(then));
        if let Some(out) = cuda::stream::activate(&product, self.activation, padded)? {
            return Ok(Some(out));
        }
        Ok(Some(self.activated(&product)?))
    }

    fn activated(&self, product: &Tensor) -> Result<Tensor> {
        Ok(match self.activation {
            Activation::None => product.clone(),
            Activation::Gelu7 => activation::gelu7(product)?.to_dtype(self.precision.dtype())?,
            Activation::SwiGlu7 => activation::swiglu7(product)?.to_dtype(self.precision.dtype())?,
        })
    }

    fn forward_fallback(&self, x: &Tensor, routing: &Routing, then: Then) -> Result<Tensor> {
        let x = &x.pad_with_zeros(1, 0, self.depth - x.dim(1)?)?;
        let mut parts = Vec::new();
        for (expert, rows) in routing.rows(self.experts.len()) {
            if rows.is_empty() {
                continue;
            }
            let Expert { weight, bias } = &self.experts[expert];
            let x = x.narrow(0, rows.start, rows.len())?;
            let product = match weight {
                Weight::Tensor(weight) => x.to_dtype(weight.dtype())?.matmul(weight)?,
                Weight::Int8(weight) => weight.multiply(&x, self.precision)?,
                Weight::Panels(_) => {
                    let message = "a layer and its input are on different devices".to_owned();
                    return Err(candle_core::Error::Msg(message).into());
                }
            };
            parts.push(match bias {
                Some(bias) => product.broadcast_add(bias)?,
                None => product,
            });
        }
        let product = Tensor::cat(&parts, 0)?;
        match then {
            Then::Add(residual) => Ok((residual + product.to_dtype(DType::F32)?)?),
            Then::Activate => self.activated(&product),
            Then::Return => Ok(product),
        }
    }
}

/// Columns that a weight of `input` has on a device. The matrix units of a card are fed with 16 bytes, and fast only where
/// rows begin at such: 13652 columns become 13696.
fn depth_on(device: &Device, precision: Precision, input: usize) -> usize {
    if device.is_cuda() && precision == Precision::Bf16 && !input.is_multiple_of(8) {
        input.next_multiple_of(64)
    } else {
        input
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

impl Weight {
    /// Rows `[out, in]` of a matrix from row `first` on, for the device of the scope.
    fn new(
        matrix: &Matrix,
        first: usize,
        shape: [usize; 2],
        activation: Activation,
        precision: Precision,
        scope: &Scope,
    ) -> Result<Self> {
        let is_int8 = scope.keeps_int8("weight");
        Ok(match scope.device() {
            Device::Cpu if is_int8 => Self::Panels(Panels::pack_int8(matrix, first, shape, activation)),
            Device::Cpu => Self::Panels(Panels::pack(matrix, first, shape, activation, precision)),
            device => Self::Int8(Int8::new(matrix, first, shape, device)?),
        })
    }
}

#[cfg(test)]
mod tests;
