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
use crate::weights::{Matrix, Scope};

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
    /// Elsewhere, in 8 bits.
    Int8(Int8),
}

enum Panels {
    F32(Vec<f32>),
    Bf16(Vec<bf16>),
    /// The values, and what each column is multiplied by.
    Int8(Vec<i8>, Vec<f32>),
}

/// A weight in 8 bits on a device.
struct Int8 {
    /// `[out, in]`, 128 more than the value: candle has no signed type so narrow.
    values: Tensor,
    /// `[out, 1]` float32.
    scales: Tensor,
}

/// Rows of a weight in 8 bits that are widened at once where there is no kernel of ours.
const INT8_ROWS: usize = 1024;

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
        let matrix = scope.matrix(experts * output, input, "weight", precision.dtype())?;
        let is_plain = !scope.device().is_cpu() && !scope.keeps_int8("weight");
        // Elsewhere a weight comes as it is stored, and is converted there.
        let stored = if is_plain && !scope.is_dry() { Some(scope.get((experts * output, input), "weight")?) } else { None };
        let weight = |first: usize| match (&stored, &matrix) {
            (Some(stored), _) => {
                let weight = stored.narrow(0, first, output)?.to_dtype(precision.dtype())?;
                Ok(Weight::Tensor(weight.contiguous()?.t()?))
            }
            (None, Some(matrix)) => Weight::new(matrix, first, [output, input], activation, precision, scope),
            // A dry scope only asks whether weights fit.
            (None, None) => Ok(Weight::Panels(Panels::F32(Vec::new()))),
        };
        let experts = (0..experts).map(|expert| Ok(Expert { weight: weight(expert * output)?, bias: None }));
        let experts = experts.collect::<Result<Vec<_>>>()?;
        Ok(Self { experts, input, output, activation, precision })
    }

    /// A layer of one expert around `weight` of `[out, in]`, on the weight's device.
    ///
    /// # Errors
    /// The weight has not two axes.
    pub(crate) fn of_weight(weight: &Tensor, activation: Activation, precision: Precision) -> Result<Self> {
        let (output, input) = weight.dims2()?;
        let weight = match weight.device() {
            Device::Cpu => {
                let matrix = Matrix::of_tensor(weight)?;
                Weight::Panels(Panels::pack(&matrix, 0, [output, input], activation, precision))
            }
            _ => Weight::Tensor(weight.to_dtype(precision.dtype())?.contiguous()?.t()?),
        };
        let expert = Expert { weight, bias: None };
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

impl Int8 {
    fn new(matrix: &Matrix, first: usize, [output, input]: [usize; 2], device: &Device) -> Result<Self> {
        let (mut values, mut scales) = (vec![0u8; output * input], vec![0f32; output]);
        let rows = values.par_chunks_mut(input.max(1)).zip(&mut scales).enumerate();
        rows.for_each_init(<(Vec<f32>, Vec<i8>)>::default, |(wide, narrow), (row, (values, scale))| {
            *scale = matrix.int8_row(first + row, wide, narrow);
            values.iter_mut().zip(&*narrow).for_each(|(to, from)| *to = from.cast_unsigned() ^ 0x80);
        });
        Ok(Self {
            values: Tensor::from_vec(values, (output, input), device)?,
            scales: Tensor::from_vec(scales, (output, 1), device)?,
        })
    }

    /// `[l, in]` times the weight, of which never more than a block of rows is there in full.
    fn multiply(&self, x: &Tensor, precision: Precision) -> Result<Tensor> {
        let output = self.values.dim(0)?;
        let x = x.to_dtype(precision.dtype())?;
        let blocks = (0..output).step_by(INT8_ROWS).map(|first| -> Result<Tensor> {
            let rows = INT8_ROWS.min(output - first);
            let values = (self.values.narrow(0, first, rows)?.to_dtype(DType::F32)? - 128.0)?;
            let weight = values.broadcast_mul(&self.scales.narrow(0, first, rows)?)?.to_dtype(precision.dtype())?;
            Ok(x.matmul(&weight.t()?)?)
        });
        Ok(Tensor::cat(&blocks.collect::<Result<Vec<_>>>()?, 1)?)
    }
}

impl Panels {
    /// Lays rows `[out, in]` of a matrix out in panels; a last panel that is not full ends in zeros.
    fn pack(
        matrix: &Matrix,
        first: usize,
        [output, input]: [usize; 2],
        activation: Activation,
        precision: Precision,
    ) -> Self {
        let columns = columns(output, activation);
        match precision {
            Precision::F32 => Self::F32(lay_out(&columns, input, 0f32, |column, (), row| {
                matrix.row(first + column, row);
                1.0
            }).0),
            Precision::Bf16 => Self::Bf16(lay_out(&columns, input, bf16::ZERO, |column, wide: &mut Vec<f32>, row| {
                matrix.row(first + column, wide);
                row.clear();
                row.extend(wide.iter().map(|value| bf16::from_f32(*value)));
                1.0
            }).0),
        }
    }

    /// As [`Self::pack`], in 8 bits.
    fn pack_int8(matrix: &Matrix, first: usize, [output, input]: [usize; 2], activation: Activation) -> Self {
        let columns = columns(output, activation);
        let row = |column: usize, wide: &mut Vec<f32>, row: &mut Vec<i8>| matrix.int8_row(first + column, wide, row);
        let (values, scales) = lay_out(&columns, input, 0i8, row);
        Self::Int8(values, scales)
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
            Self::Int8(values, _) => values.len(),
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
                Self::Int8(values, scales) => {
                    wide.resize(input * PANEL, 0f32);
                    widen_int8(&values[range], &scales[panel * PANEL..(panel + 1) * PANEL], &mut wide);
                    finish.precision.round_all(&mut wide);
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

/// Which column of a layer stands at each place of its panels. The columns of a SwiGLU layer, gates and linear parts in
/// turn, are sorted so that each panel holds 16 gates and then their 16 linear parts.
fn columns(output: usize, activation: Activation) -> Vec<Option<usize>> {
    let column_at = |place: usize| match activation {
        Activation::SwiGlu7 => {
            let (panel, column) = (place / PANEL, place % PANEL);
            let (half, pair) = (column / (PANEL / 2), column % (PANEL / 2));
            panel * PANEL + pair * 2 + half
        }
        _ => place,
    };
    let places = 0..output.div_ceil(PANEL) * PANEL;
    places.map(column_at).map(|column| (column < output).then_some(column)).collect()
}

/// Panels of `columns`, and what `fill` returns for each of them; it puts the values of a column into a buffer.
fn lay_out<T: Copy + Send + Sync, S: Default>(
    columns: &[Option<usize>],
    input: usize,
    zero: T,
    fill: impl Fn(usize, &mut S, &mut Vec<T>) -> f32 + Sync,
) -> (Vec<T>, Vec<f32>) {
    let (mut panels, mut factors) = (vec![zero; columns.len() * input], vec![0f32; columns.len()]);
    let places = factors.par_chunks_mut(PANEL).zip(columns.par_chunks(PANEL));
    let buffers = || (S::default(), Vec::new());
    panels.par_chunks_mut((input * PANEL).max(1)).zip(places).for_each_init(buffers, |(state, row), (panel, places)| {
        for (place, (factor, column)) in places.0.iter_mut().zip(places.1).enumerate() {
            let Some(column) = column else { continue };
            *factor = fill(*column, state, row);
            for (i, value) in row.iter().enumerate() {
                panel[i * PANEL + place] = *value;
            }
        }
    });
    (panels, factors)
}

vectorised! {
    /// Rows of a panel in 8 bits, each value times the scale of its column.
    fn widen_int8(from: &[i8], scales: &[f32], to: &mut [f32]) {
        for (to, from) in to.chunks_exact_mut(PANEL).zip(from.chunks_exact(PANEL)) {
            for ((to, from), scale) in to.iter_mut().zip(from).zip(scales) {
                *to = f32::from(*from) * scale;
            }
        }
    }
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
        Ok(Linear { experts: experts.collect::<Result<_>>()?, input, output, activation, precision })
    }

    fn relative_error(a: &Tensor, b: &Tensor) -> Result<f32> {
        let norm = |tensor: &Tensor| -> Result<f32> { Ok(tensor.sqr()?.sum_all()?.to_scalar::<f32>()?.sqrt()) };
        Ok(norm(&(a - b)?)? / norm(b)?)
    }

    #[test]
    fn weights_in_8_bits_are_near_and_both_sides_agree() -> Result<()> {
        let device = Device::Cpu;
        let routing = Routing { video: 31, audio: 17, text: 1 };
        let x = Tensor::randn(0f32, 1.0, (49, 250), &device)?;
        for precision in [Precision::F32, Precision::Bf16] {
            for (activation, experts) in [(Activation::None, 3), (Activation::SwiGlu7, 1)] {
                let weight = Tensor::randn(0f32, 0.1, (experts * 70, 250), &device)?;
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
