//! The types that tensors are stored in.

use std::fmt::{Display, Formatter, Result};

use candle_core::DType;

/// The type a tensor is stored in. A file may hold types that are not read (a counter of 8 bits, say): they are listed,
/// and only asking for such a tensor is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum StoredType {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F8E4M3,
    F8E5M2,
    F16,
    BF16,
    F32,
    F64,
    C64,
}

/// Each type with its name in safetensors files, its storage class in `torch.save` files and its name in torch.
const NAMES: &[(StoredType, &str, &str, &str)] = &[
    (StoredType::Bool, "BOOL", "BoolStorage", "bool"),
    (StoredType::U8, "U8", "ByteStorage", "uint8"),
    (StoredType::I8, "I8", "CharStorage", "int8"),
    (StoredType::U16, "U16", "", "uint16"),
    (StoredType::I16, "I16", "ShortStorage", "int16"),
    (StoredType::U32, "U32", "", "uint32"),
    (StoredType::I32, "I32", "IntStorage", "int32"),
    (StoredType::U64, "U64", "", "uint64"),
    (StoredType::I64, "I64", "LongStorage", "int64"),
    (StoredType::F8E4M3, "F8_E4M3", "", "float8_e4m3fn"),
    (StoredType::F8E5M2, "F8_E5M2", "", "float8_e5m2"),
    (StoredType::F16, "F16", "HalfStorage", "float16"),
    (StoredType::BF16, "BF16", "BFloat16Storage", "bfloat16"),
    (StoredType::F32, "F32", "FloatStorage", "float32"),
    (StoredType::F64, "F64", "DoubleStorage", "float64"),
    (StoredType::C64, "C64", "ComplexFloatStorage", "complex64"),
];

impl StoredType {
    pub(super) fn from_safetensors(name: &str) -> Option<Self> {
        NAMES.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    pub(super) fn from_torch_storage(class: &str) -> Option<Self> {
        NAMES.iter().find(|row| !row.2.is_empty() && row.2 == class).map(|row| row.0)
    }

    pub(super) fn from_torch(name: &str) -> Option<Self> {
        NAMES.iter().find(|row| row.3 == name).map(|row| row.0)
    }

    /// Bytes of one element.
    pub fn size_bytes(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 | Self::F8E4M3 | Self::F8E5M2 => 1,
            Self::U16 | Self::I16 | Self::F16 | Self::BF16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 | Self::C64 => 8,
        }
    }

    /// The type of the loaded tensor, where it can be loaded. Booleans become `u8`.
    pub fn dtype(self) -> Option<DType> {
        match self {
            Self::Bool | Self::U8 => Some(DType::U8),
            Self::I16 => Some(DType::I16),
            Self::U32 => Some(DType::U32),
            Self::I32 => Some(DType::I32),
            Self::I64 => Some(DType::I64),
            Self::F8E4M3 => Some(DType::F8E4M3),
            Self::F16 => Some(DType::F16),
            Self::BF16 => Some(DType::BF16),
            Self::F32 => Some(DType::F32),
            Self::F64 => Some(DType::F64),
            Self::I8 | Self::U16 | Self::U64 | Self::F8E5M2 | Self::C64 => None,
        }
    }
}

impl Display for StoredType {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(NAMES.iter().find(|row| row.0 == *self).map_or("?", |row| row.3))
    }
}
