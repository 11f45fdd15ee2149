//! Models in several files, and the index that tells which tensor is in which.

use std::collections::BTreeMap;
use std::path::Path;

use gallop_protocol::shown;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::catalog::{Entry, FileKind, check_path};
use super::record::{Record, has};
use super::select::is_wanted;
use crate::inside;

pub(super) const MAX_INDEX_BYTES: u64 = 64 << 20;
const MAX_SHARDS: usize = 4096;

/// An index as it is written beside the shards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Index {
    weight_map: BTreeMap<String, String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Index {
    /// Reads an index; of a part of the tensors only.
    ///
    /// # Errors
    /// It is damaged, names files that cannot be, or has none of the tensors.
    pub fn parse(text: &[u8], prefixes: &[String]) -> anyhow::Result<Self> {
        let mut index: Self = serde_json::from_slice(text)
            .map_err(|error| anyhow::anyhow!("the index of the shards is damaged ({})", shown(&error.to_string())))?;
        index.weight_map.retain(|tensor, _| is_wanted(tensor, prefixes));
        anyhow::ensure!(
            !index.weight_map.is_empty(),
            "no tensor in the index begins with: {}",
            shown(&prefixes.join(", "))
        );
        for shard in index.weight_map.values() {
            check_path(shard).map_err(|why| anyhow::anyhow!("the index of the shards {why}"))?;
        }
        anyhow::ensure!(index.files().len() <= MAX_SHARDS, "the index names more than {MAX_SHARDS} shards");
        Ok(index)
    }

    /// The names of the shards.
    pub fn files(&self) -> Vec<&str> {
        let mut files: Vec<_> = self.weight_map.values().map(String::as_str).collect();
        files.sort_unstable();
        files.dedup();
        files
    }
}

/// The path of a shard whose index is at `index`.
pub(super) fn beside(index: &str, shard: &str) -> String {
    index.rsplit_once('/').map_or_else(|| shard.to_owned(), |(folder, _)| format!("{folder}/{shard}"))
}

/// Whether all shards of all indexes of the entry are there.
pub(super) fn are_here(folder: &Path, entry: &Entry, record: &Record) -> bool {
    let indexes = entry.files.iter().filter(|file| file.kind == FileKind::Index);
    indexes.map(|file| file.local()).all(|path| {
        let text = inside::read(&folder.join(path), MAX_INDEX_BYTES).ok().flatten();
        text.and_then(|text| Index::parse(&text, &[]).ok()).is_some_and(|index| {
            let mut shards = index.files().into_iter().map(|shard| beside(path, shard));
            shards.all(|shard| record.files.get(&shard).is_some_and(|kept| has(folder, &shard, kept)))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shards_that_are_needed() {
        let text = br#"{"metadata":{"total_size":3},"weight_map":{"e.a":"1.safetensors","e.b":"2.safetensors","d.a":"3.safetensors"}}"#;
        let index = Index::parse(text, &["e.".into()]).expect("an index");
        assert_eq!(index.files(), ["1.safetensors", "2.safetensors"]);
        assert_eq!(Index::parse(&serde_json::to_vec(&index).expect("text"), &[]).expect("an index"), index);
        assert_eq!((beside("a/b.json", "c"), beside("b.json", "c")), ("a/c".into(), "c".into()));
        assert!(Index::parse(text, &["x".into()]).is_err());
        for bad in [r#"{"weight_map":{"a":"../x"}}"#, r#"{"weight_map":{}}"#, "[]", r#"{"weight_map":{"a":"/etc/x"}}"#]
        {
            assert!(Index::parse(bad.as_bytes(), &[]).is_err(), "{bad}");
        }
    }
}
