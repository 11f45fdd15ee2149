//! The matrices of linear layers, read row by row from where they lie in their file.
//!
//! A matrix may be stored in 8 bits: `weight` of `[rows, columns]` as I8 and beside it `weight_scale` of `[rows, 1]`, each
//! value being its integer times the scale of its row. That is how the `compressed-tensors` format of llm-compressor and
//! vLLM lays out symmetric weights of 8 bits with one scale a channel (`int-quantized`, strategy `channel`). Kernels of
//! convolutions may lie so too, with a scale for each of their outputs; they are made wide when they are read.

use std::ops::Range;

use candle_core::{DType, Device, Tensor};
use half::{bf16, f16};

use super::tally::Took;
use super::{Entry, Scope, StoredType};
use crate::ops::WeightType;
use crate::{Error, Result};

/// What the scales of a tensor are called.
pub(super) const SCALES: &str = "_scale";
/// What a tensor in 8 bits becomes that is no matrix of a linear layer.
pub(super) const WIDENED: DType = DType::F16;

/// A matrix of a linear layer.
pub(crate) struct Matrix<'a> {
    columns: usize,
    cells: Cells<'a>,
}

enum Cells<'a> {
    /// Little-endian values.
    F32(&'a [u8]),
    Bf16(&'a [u8]),
    F16(&'a [u8]),
    /// Two's complement, and what each row is multiplied by.
    Int8(&'a [u8], Vec<f32>),
    /// Of any other type, read as a whole.
    Wide(Vec<f32>),
}

impl Matrix<'_> {
    /// A matrix that is in memory.
    ///
    /// # Errors
    /// The tensor has not two axes.
    pub(crate) fn of_tensor(tensor: &Tensor) -> Result<Self> {
        let columns = tensor.dims2()?.1;
        let wide = tensor.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.flatten_all()?;
        Ok(Self { columns, cells: Cells::Wide(wide.to_vec1()?) })
    }

    /// Puts the values of a row in the place of what `into` holds; none where there is no such row.
    pub(crate) fn row(&self, row: usize, into: &mut Vec<f32>) {
        into.clear();
        let columns = row * self.columns..(row + 1) * self.columns;
        match &self.cells {
            Cells::F32(all) => {
                let bytes = part(all, &columns, 4);
                into.extend(bytes.as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value)));
            }
            Cells::Bf16(all) => {
                let bytes = part(all, &columns, 2);
                into.extend(bytes.as_chunks::<2>().0.iter().map(|value| bf16::from_le_bytes(*value).to_f32()));
            }
            Cells::F16(all) => {
                let bytes = part(all, &columns, 2);
                into.extend(bytes.as_chunks::<2>().0.iter().map(|value| f16::from_le_bytes(*value).to_f32()));
            }
            Cells::Int8(all, scales) => {
                let scale = scales.get(row).copied().unwrap_or_default();
                let bytes = all.get(columns).unwrap_or_default();
                into.extend(bytes.iter().map(|value| f32::from(value.cast_signed()) * scale));
            }
            Cells::Wide(all) => into.extend_from_slice(all.get(columns).unwrap_or_default()),
        }
    }

    /// Puts a row in 8 bits in the place of what `into` holds, and returns its scale. Where it is stored so, these are its
    /// own.
    pub(crate) fn int8_row(&self, row: usize, wide: &mut Vec<f32>, into: &mut Vec<i8>) -> f32 {
        into.clear();
        if let Cells::Int8(all, scales) = &self.cells {
            let bytes = all.get(row * self.columns..(row + 1) * self.columns).unwrap_or_default();
            into.extend(bytes.iter().map(|value| value.cast_signed()));
            return scales.get(row).copied().unwrap_or_default();
        }
        self.row(row, wide);
        let scale = wide.iter().fold(0f32, |most, value| most.max(value.abs())) / 127.0;
        // A row of zeros has no scale; what is no number becomes 0.
        let inverse = |value: f32| if scale > 0.0 { value / scale } else { 0.0 };
        into.extend(wide.iter().map(|value| inverse(*value).round_ties_even().clamp(-127.0, 127.0) as i8));
        scale
    }
}

/// The bytes of elements that take so many each.
fn part<'a>(all: &'a [u8], elements: &Range<usize>, of_one: usize) -> &'a [u8] {
    all.get(elements.start * of_one..elements.end * of_one).unwrap_or_default()
}

impl Scope {
    /// Whether a linear layer keeps this matrix in 8 bits.
    pub(crate) fn keeps_int8(&self, name: &str) -> bool {
        let stored = self.weights.info(&self.full_name(name)).map(|info| info.dtype);
        self.keeping == WeightType::Int8 || stored == Some(StoredType::I8)
    }

    /// A matrix `[rows, columns]` that will be kept in `dtype` or, where this scope does, in 8 bits. None of a dry scope,
    /// which only checks and counts it.
    ///
    /// # Errors
    /// As [`Scope::get`]; a matrix in 8 bits has no scales, or scales that are no numbers.
    pub(crate) fn matrix(&self, rows: usize, columns: usize, name: &str, dtype: DType) -> Result<Option<Matrix<'_>>> {
        let full = self.full_name(name);
        let is_int8 = self.keeps_int8(name);
        let stored = self.stored(&[rows, columns], &full)?;
        if self.is_dry() {
            if stored == StoredType::I8 {
                self.get((rows, 1), &format!("{name}{SCALES}"))?;
            }
            let of_rows = |bytes: usize| (rows as u64).saturating_mul(bytes as u64);
            let kept = if is_int8 { columns + 4 } else { columns * dtype.size_in_bytes() };
            let by_row = matches!(stored, StoredType::F32 | StoredType::BF16 | StoredType::F16 | StoredType::I8);
            let took = Took { stored: of_rows(columns * stored.size_bytes()), loaded: of_rows(kept), by_row };
            self.count(&full, took);
            return Ok(None);
        }
        if self.is_random() {
            let drawn = self.on(&Device::Cpu).get_as((rows, columns), name, DType::F32)?;
            return Matrix::of_tensor(&drawn).map(Some);
        }
        let entry = self.checked(&[rows, columns], &full)?;
        let cells = match (entry, stored) {
            (Entry { strides: None, .. }, StoredType::F32) => Cells::F32(self.weights.bytes(&full, entry)?),
            (Entry { strides: None, .. }, StoredType::BF16) => Cells::Bf16(self.weights.bytes(&full, entry)?),
            (Entry { strides: None, .. }, StoredType::F16) => Cells::F16(self.weights.bytes(&full, entry)?),
            (Entry { strides: None, .. }, StoredType::I8) => {
                Cells::Int8(self.weights.bytes(&full, entry)?, self.scales(rows, &full)?)
            }
            _ => {
                let whole = self.on(&Device::Cpu).get_as((rows, columns), name, DType::F32)?;
                return Matrix::of_tensor(&whole).map(Some);
            }
        };
        Ok(Some(Matrix { columns, cells }))
    }

    /// What the rows of a tensor in 8 bits are multiplied by.
    fn scales(&self, rows: usize, full: &str) -> Result<Vec<f32>> {
        let scales = self.on(&Device::Cpu).read((rows, 1).into(), &format!("{full}{SCALES}"), Some(DType::F32))?;
        let scales = scales.flatten_all()?.to_vec1::<f32>()?;
        match scales.iter().find(|scale| !scale.is_finite()) {
            Some(bad) => {
                let reason = format!("a scale of `{full}` is {bad}; download it again");
                Err(Error::format(self.weights.file_of(full), reason))
            }
            None => Ok(scales),
        }
    }

    /// Rows of a table `[count, columns]` that is stored in 8 bits, in [`WIDENED`]; the indices are below `count`.
    pub(super) fn widened_rows(
        &self,
        full: &str,
        entry: &Entry,
        (count, columns): (usize, usize),
        indices: &[u32],
    ) -> Result<Tensor> {
        let table = Matrix { columns, cells: Cells::Int8(self.weights.bytes(full, entry)?, self.scales(count, full)?) };
        let (mut rows, mut row) = (Vec::with_capacity(indices.len() * columns), Vec::with_capacity(columns));
        for index in indices {
            table.row(*index as usize, &mut row);
            rows.extend_from_slice(&row);
        }
        Ok(Tensor::from_vec(rows, (indices.len(), columns), &Device::Cpu)?
            .to_dtype(WIDENED)?
            .to_device(self.device())?)
    }

    /// A tensor `[rows, ..]` that is stored in 8 bits, such as a kernel, in [`WIDENED`].
    pub(super) fn widened(&self, full: &str, entry: &Entry) -> Result<Tensor> {
        let rows = entry.shape.first().copied().unwrap_or(1);
        let scales = self.scales(rows, full)?;
        let bytes = self.weights.bytes(full, entry)?;
        let mut wide = Vec::with_capacity(bytes.len());
        for (row, scale) in bytes.chunks_exact((bytes.len() / rows.max(1)).max(1)).zip(scales) {
            wide.extend(row.iter().map(|value| f32::from(value.cast_signed()) * scale));
        }
        Ok(Tensor::from_vec(wide, entry.shape.as_slice(), &Device::Cpu)?.to_dtype(WIDENED)?.to_device(self.device())?)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::weights::Weights;

    /// A file with `weight` of `[2, 3]` in 8 bits.
    fn save(path: &Path, scales: Option<&[f32]>) {
        let bytes: Vec<u8> = [127i8, -127, 1, 0, -2, 64].map(i8::cast_unsigned).into();
        let scales: Option<Vec<u8>> =
            scales.map(|scales| scales.iter().flat_map(|scale| scale.to_le_bytes()).collect());
        let view = |dtype, shape, data| safetensors::tensor::TensorView::new(dtype, shape, data).expect("a tensor");
        let mut tensors = vec![("a.weight", view(safetensors::Dtype::I8, vec![2, 3], &bytes))];
        if let Some(scales) = &scales {
            tensors.push(("a.weight_scale", view(safetensors::Dtype::F32, vec![2, 1], scales)));
        }
        safetensors::serialize_to_file(tensors, None, path).expect("written");
    }

    #[test]
    fn rows_in_8_bits_are_integers_times_their_scale() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.safetensors");
        save(&path, Some(&[0.5, 2.0]));
        let scope = Weights::open(&path).expect("weights").root(&Device::Cpu).pp("a");
        let matrix = scope.matrix(2, 3, "weight", DType::F32).expect("there").expect("read");
        let (mut wide, mut narrow) = (vec![9.0], vec![9]);
        matrix.row(1, &mut wide);
        assert_eq!(wide, [0.0, -4.0, 128.0]);
        assert_eq!((matrix.int8_row(0, &mut wide, &mut narrow), narrow.as_slice()), (0.5, [127, -127, 1].as_slice()));
        assert!(scope.keeps_int8("weight"));
        let took = scope.footprint(|scope| scope.matrix(2, 3, "weight", DType::BF16).map(drop)).expect("counted");
        assert_eq!((took.stored_bytes, took.loaded_bytes), (6 + 8, 2 * (3 + 4) + 8));

        let table = scope.rows((2, 3), "weight", &[1, 1, 0]).expect("read");
        let values = table.to_dtype(DType::F32).and_then(|wide| wide.to_vec2::<f32>()).expect("values");
        assert_eq!(
            (table.dtype(), &values[1], &values[2]),
            (WIDENED, &vec![0.0, -4.0, 128.0], &vec![63.5, -63.5, 0.5])
        );
        let error = scope.rows((2, 3), "weight", &[0, 2]).expect_err("refused").to_string();
        assert!(error.contains("row 2 is not one of `a.weight`, which has 2"), "{error}");
        assert_eq!(scope.dry().rows((2, 3), "weight", &[]).expect("checked").dims(), [0, 3]);

        for (scales, said) in [(None, "weight_scale"), (Some([f32::NAN, 1.0].as_slice()), "scale")] {
            save(&path, scales);
            let scope = Weights::open(&path).expect("weights").root(&Device::Cpu).pp("a");
            let error = scope.matrix(2, 3, "weight", DType::F32).err().expect("refused").to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_kernel_in_8_bits_is_read_wide() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.safetensors");
        let bytes: Vec<u8> = [127i8, -127, 1, 0, -2, 64].map(i8::cast_unsigned).into();
        let scales: Vec<u8> = [0.5f32, 2.0].iter().flat_map(|scale| scale.to_le_bytes()).collect();
        let view = |dtype, shape, data| safetensors::tensor::TensorView::new(dtype, shape, data).expect("a tensor");
        let kernel = ("a.weight", view(safetensors::Dtype::I8, vec![2, 1, 3], &bytes));
        let beside = ("a.weight_scale", view(safetensors::Dtype::F32, vec![2, 1], &scales));
        safetensors::serialize_to_file(vec![kernel.clone(), beside], None, &path).expect("written");
        let scope = Weights::open(&path).expect("weights").root(&Device::Cpu).pp("a");
        let read = scope.get((2, 1, 3), "weight").expect("read");
        let values = read.to_dtype(DType::F32).and_then(|wide| wide.flatten_all()?.to_vec1::<f32>()).expect("values");
        assert_eq!((read.dtype(), values), (WIDENED, vec![63.5, -63.5, 0.5, 0.0, -4.0, 128.0]));
        let took = scope.footprint(|scope| scope.get((2, 1, 3), "weight").map(drop)).expect("counted");
        assert_eq!((took.stored_bytes, took.loaded_bytes), (6 + 8, 2 * 6 + 8));

        safetensors::serialize_to_file(vec![kernel], None, &path).expect("written");
        let scope = Weights::open(&path).expect("weights").root(&Device::Cpu).pp("a");
        for scope in [scope.dry(), scope] {
            let error = scope.get((2, 1, 3), "weight").expect_err("refused").to_string();
            assert!(error.contains("weight_scale"), "{error}");
        }
    }

    #[test]
    fn a_row_is_put_into_8_bits_by_its_largest_value() {
        let tensor = Tensor::new(&[[0.5f32, -1.27, 0.004], [0.0, 0.0, 0.0]], &Device::Cpu).expect("tensor");
        let matrix = Matrix::of_tensor(&tensor).expect("matrix");
        let (mut wide, mut narrow) = (Vec::new(), Vec::new());
        let scale = matrix.int8_row(0, &mut wide, &mut narrow);
        assert!((scale - 0.01).abs() < 1e-7 && narrow == [50, -127, 0], "{scale} {narrow:?}");
        assert_eq!((matrix.int8_row(1, &mut wide, &mut narrow), narrow.as_slice()), (0.0, [0, 0, 0].as_slice()));
        matrix.row(2, &mut wide);
        assert!(wide.is_empty(), "there is no third row");
    }
}
