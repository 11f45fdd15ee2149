//! Weights laid out for the matrix products of the CPU.

use half::bf16;
use rayon::prelude::*;

use super::{Activation, Finish};
use crate::ops::Precision;
use crate::ops::gemm::{Left, PANEL, ROWS, Start, Tile, pack_left, tile};
use crate::ops::simd::vectorised;
use crate::weights::Matrix;

/// Panels of columns, see [`crate::ops::gemm`].
pub(super) enum Panels {
    F32(Vec<f32>),
    Bf16(Vec<bf16>),
    /// The values, and what each column is multiplied by.
    Int8(Vec<i8>, Vec<f32>),
}

impl Panels {
    /// Lays rows `[out, in]` of a matrix out in panels; a last panel that is not full ends in zeros.
    pub(super) fn pack(
        matrix: &Matrix,
        first: usize,
        [output, input]: [usize; 2],
        activation: Activation,
        precision: Precision,
    ) -> Self {
        let columns = columns(output, activation);
        match precision {
            Precision::F32 => Self::F32(
                lay_out(&columns, input, 0f32, |column, (), row| {
                    matrix.row(first + column, row);
                    1.0
                })
                .0,
            ),
            Precision::Bf16 => Self::Bf16(
                lay_out(&columns, input, bf16::ZERO, |column, wide: &mut Vec<f32>, row| {
                    matrix.row(first + column, wide);
                    row.clear();
                    row.extend(wide.iter().map(|value| bf16::from_f32(*value)));
                    1.0
                })
                .0,
            ),
        }
    }

    /// As [`Self::pack`], in 8 bits.
    pub(super) fn pack_int8(
        matrix: &Matrix,
        first: usize,
        [output, input]: [usize; 2],
        activation: Activation,
    ) -> Self {
        let columns = columns(output, activation);
        let row = |column: usize, wide: &mut Vec<f32>, row: &mut Vec<i8>| matrix.int8_row(first + column, wide, row);
        let (values, scales) = lay_out(&columns, input, 0i8, row);
        Self::Int8(values, scales)
    }

    /// `x * panels`, tile by tile, each finished while it is in the cache.
    pub(super) fn multiply(&self, x: &[f32], input: usize, out: &mut [f32], finish: &Finish) {
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
    panels.par_chunks_mut((input * PANEL).max(1)).zip(places).for_each_init(
        buffers,
        |(state, row), (panel, places)| {
            for (place, (factor, column)) in places.0.iter_mut().zip(places.1).enumerate() {
                let Some(column) = column else { continue };
                *factor = fill(*column, state, row);
                for (i, value) in row.iter().enumerate() {
                    panel[i * PANEL + place] = *value;
                }
            }
        },
    );
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
