//! What a network asks for when it is built, counted instead of read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// What a network's tensors take: on the disk, and in memory once they are loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Footprint {
    /// Bytes as they are stored.
    pub stored_bytes: u64,
    /// Bytes of the largest tensor as it is stored: it lies in memory beside its converted self while it is loaded.
    pub largest_stored_bytes: u64,
    /// The same without the matrices of linear layers, which the CPU reads row by row from the file.
    pub largest_whole_bytes: u64,
    /// Bytes in the types that the network keeps its tensors in.
    pub loaded_bytes: u64,
    /// Of these, each layer's, where the names count layers (`….layers.0.…`); what stands outside is not in here.
    pub layer_bytes: Vec<u64>,
}

/// What a tensor takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Took {
    /// Bytes as it is stored.
    pub stored: u64,
    /// Bytes as it is kept.
    pub loaded: u64,
    /// Whether the CPU reads it row by row.
    pub by_row: bool,
}

/// Takes down what a scope is asked for, each tensor once.
#[derive(Default)]
pub(super) struct Tally(Mutex<BTreeMap<String, Took>>);

impl Tally {
    /// A tensor that takes so much.
    pub(super) fn note(&self, name: &str, took: Took) {
        let mut tensors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tensors.insert(name.to_owned(), took);
    }

    pub(super) fn footprint(&self) -> Footprint {
        let mut sum = Footprint::default();
        let mut layers = BTreeMap::<usize, u64>::new();
        for (name, Took { stored, loaded, by_row }) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            sum.stored_bytes += stored;
            sum.loaded_bytes += loaded;
            sum.largest_stored_bytes = sum.largest_stored_bytes.max(*stored);
            if !by_row {
                sum.largest_whole_bytes = sum.largest_whole_bytes.max(*stored);
            }
            if let Some(layer) = layer_of(name) {
                *layers.entry(layer).or_default() += loaded;
            }
        }
        sum.layer_bytes = layers.into_values().collect();
        sum
    }
}

/// The number behind the first `layers.`.
fn layer_of(name: &str) -> Option<usize> {
    let (_, rest) = name.split_once("layers.")?;
    rest.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_count_once_and_layers_apart() {
        let tally = Tally::default();
        for (name, stored, loaded, by_row) in [
            ("a.weight", 8, 4, true),
            ("block.layers.0.b", 6, 3, false),
            ("block.layers.0.c", 2, 2, false),
            ("block.layers.1.b", 6, 3, true),
        ] {
            tally.note(name, Took { stored, loaded, by_row });
            tally.note(name, Took { stored, loaded, by_row });
        }
        let expected = Footprint {
            stored_bytes: 22,
            largest_stored_bytes: 8,
            largest_whole_bytes: 6,
            loaded_bytes: 12,
            layer_bytes: vec![5, 3],
        };
        assert_eq!(tally.footprint(), expected);
    }
}
