//! What a pickle can hold for us, and how a tensor is rebuilt from it.

use super::super::MAX_RANK;
use super::super::dtype::StoredType;

/// A value on the stack of the pickle machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::weights) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float,
    /// Index into [`Pickle::strings`].
    Str(usize),
    /// Index into [`Pickle::sequences`].
    Sequence(usize),
    /// Index into [`Pickle::dicts`].
    Dict(usize),
    Known(Known),
    /// Index into [`Pickle::storages`].
    Storage(usize),
    /// Index into [`Pickle::tensors`].
    Tensor(usize),
    /// Anything that is none of a checkpoint's business.
    Opaque,
}

/// The globals that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::weights) enum Known {
    OrderedDict,
    Size,
    RebuildTensor,
    RebuildTensorV3,
    RebuildParameter,
    RebuildFromType,
    UntypedStorage,
    StorageOf(StoredType),
    Type(StoredType),
}

/// A run of elements in the archive that tensors are views of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::weights) struct Storage {
    /// Name of the archive's member, below `data/`: an index into [`Pickle::strings`].
    pub key: usize,
    /// The type of its elements; nothing for bytes whose tensors bring their own.
    pub dtype: Option<StoredType>,
}

/// A view of a storage, in elements. Nothing of it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::weights) struct View {
    pub storage: usize,
    pub dtype: StoredType,
    pub offset: i64,
    pub shape: Vec<i64>,
    pub strides: Vec<i64>,
}

/// What a pickle holds.
#[derive(Default)]
pub(in crate::weights) struct Pickle {
    pub strings: Vec<String>,
    pub sequences: Vec<Vec<Value>>,
    pub dicts: Vec<Vec<(Value, Value)>>,
    pub storages: Vec<Storage>,
    pub tensors: Vec<View>,
}

/// The globals of `torch.save` files that tensors are made with (`torch/_utils.py`, `torch/storage.py`).
pub(super) fn known(module: &str, name: &str) -> Value {
    let known = match (module, name) {
        ("collections", "OrderedDict") => Known::OrderedDict,
        ("torch", "Size") => Known::Size,
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Known::RebuildTensor,
        ("torch._utils", "_rebuild_tensor_v3") => Known::RebuildTensorV3,
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Known::RebuildParameter,
        ("torch._tensor", "_rebuild_from_type_v2") => Known::RebuildFromType,
        ("torch.storage", "UntypedStorage") | ("torch", "UntypedStorage") => Known::UntypedStorage,
        ("torch" | "torch.storage" | "torch.cuda", name) => {
            let storage = StoredType::from_torch_storage(name).map(Known::StorageOf);
            match storage.or_else(|| StoredType::from_torch(name).map(Known::Type)) {
                Some(known) => known,
                None => return Value::Opaque,
            }
        }
        _ => return Value::Opaque,
    };
    Value::Known(known)
}

impl Pickle {
    /// The text of a string value.
    pub(in crate::weights) fn text(&self, value: Value) -> Option<&str> {
        match value {
            Value::Str(index) => self.strings.get(index).map(String::as_str),
            _ => None,
        }
    }

    fn items(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Sequence(index) => self.sequences.get(index).map(Vec::as_slice),
            _ => None,
        }
    }

    fn numbers(&self, value: Value) -> Option<Vec<i64>> {
        let number = |value: &Value| if let Value::Int(number) = value { Some(*number) } else { None };
        // Also a bound on what one instruction may copy.
        self.items(value).filter(|items| items.len() <= MAX_RANK)?.iter().map(number).collect()
    }

    /// `("storage", type, key, place, length)`. The length is not believed: the archive knows it.
    pub(super) fn storage(&self, id: Value) -> Option<Storage> {
        let &[tag, kind, key, ..] = self.items(id)? else { return None };
        if self.text(tag) != Some("storage") {
            return None;
        }
        let dtype = match kind {
            Value::Known(Known::StorageOf(dtype)) => Some(dtype),
            Value::Known(Known::UntypedStorage) => None,
            _ => return None,
        };
        let Value::Str(key) = key else { return None };
        Some(Storage { key, dtype })
    }

    pub(super) fn rebuild(&mut self, known: Known, arguments: usize) -> Option<Value> {
        let arguments = self.sequences.get(arguments)?;
        match (known, arguments.as_slice()) {
            (Known::OrderedDict, _) => {
                self.dicts.push(Vec::new());
                Some(Value::Dict(self.dicts.len() - 1))
            }
            (Known::Size, [sizes]) => Some(*sizes),
            (Known::RebuildParameter, [tensor @ Value::Tensor(_), ..]) => Some(*tensor),
            (Known::RebuildFromType, [Value::Known(inner), _, Value::Sequence(arguments), ..])
                if *inner != Known::RebuildFromType =>
            {
                let (inner, arguments) = (*inner, *arguments);
                self.rebuild(inner, arguments)
            }
            (Known::RebuildTensor, &[Value::Storage(storage), Value::Int(offset), shape, strides, ..]) => {
                let dtype = self.storages.get(storage)?.dtype?;
                self.push_view(storage, dtype, offset, shape, strides)
            }
            (
                Known::RebuildTensorV3,
                &[
                    Value::Storage(storage),
                    Value::Int(offset),
                    shape,
                    strides,
                    _,
                    _,
                    Value::Known(Known::Type(dtype)),
                    ..,
                ],
            ) => self.push_view(storage, dtype, offset, shape, strides),
            _ => None,
        }
    }

    fn push_view(
        &mut self,
        storage: usize,
        dtype: StoredType,
        offset: i64,
        shape: Value,
        strides: Value,
    ) -> Option<Value> {
        let (shape, strides) = (self.numbers(shape)?, self.numbers(strides)?);
        self.tensors.push(View { storage, dtype, offset, shape, strides });
        Some(Value::Tensor(self.tensors.len() - 1))
    }
}
