//! What a clip says about itself: the label that tells machines it was made by AI, and its maker's own metadata.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ClipSpec;
use crate::{Error, Result};

/// The name of the label: GB 45438-2025 wants a field whose name contains it, and TC260-PG-20257A names it so for MP4.
pub(super) const AIGC: &str = "AIGC";

/// Who made it, where nobody has registered a provider code.
const PRODUCER: &str = "Gallop";

/// The label of GB 45438-2025, annex E: these seven fields in this order.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Label {
    /// `1`: this is made by AI (`2` possibly, `3` suspected).
    label: String,
    content_producer: String,
    #[serde(rename = "ProduceID")]
    produce_id: String,
    reserved_code1: String,
    content_propagator: String,
    #[serde(rename = "PropagateID")]
    propagate_id: String,
    reserved_code2: String,
}

impl Label {
    /// The label of something just made, whose first propagator is its producer.
    pub(super) fn new(produce_id: &str) -> Self {
        Self {
            label: "1".into(),
            content_producer: PRODUCER.into(),
            produce_id: produce_id.into(),
            reserved_code1: String::new(),
            content_propagator: PRODUCER.into(),
            propagate_id: produce_id.into(),
            reserved_code2: String::new(),
        }
    }

    /// Reads a label back.
    pub(super) fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

/// Everything that goes into the file's metadata, checked.
pub(super) fn metadata(spec: &ClipSpec) -> Result<BTreeMap<String, String>> {
    // Annex E of the standard allows these characters in a value and no others.
    let allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    if !(1..=64).contains(&spec.produce_id.len()) || !spec.produce_id.bytes().all(allowed) {
        return Err(Error::Spec(format!(
            "the clip's id {:?} must be 1 to 64 ASCII characters without space, quote or backslash",
            spec.produce_id
        )));
    }
    let mut all = BTreeMap::new();
    let label = serde_json::to_string(&Label::new(&spec.produce_id));
    all.insert(AIGC.to_owned(), label.map_err(|error| Error::Spec(error.to_string()))?);
    for (name, value) in &spec.metadata {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::Spec(format!("the metadata name {name:?} must be ASCII without spaces")));
        }
        // FFmpeg keeps one entry for names that differ only in case.
        if all.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(Error::Spec(format!("the metadata name {name:?} is taken")));
        }
        if value.contains('\0') {
            return Err(Error::Spec(format!("the metadata value of {name:?} contains a zero byte")));
        }
        all.insert(name.clone(), value.clone());
    }
    Ok(all)
}
