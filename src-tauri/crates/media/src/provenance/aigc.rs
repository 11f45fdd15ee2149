//! The label of GB 45438-2025 that tells machines that something was made by AI.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The name of the label: the standard wants a field whose name contains it, and TC260-PG-20257A (video files) and
/// TC260-PG-202510A (sound files) name it so.
pub(crate) const AIGC: &str = "AIGC";

/// The AIGC label of GB 45438-2025, annex E: seven fields in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Aigc {
    /// `1`: this is made by AI (`2` possibly, `3` suspected).
    pub label: String,
    /// Who made it: a registered code or a name.
    pub content_producer: String,
    /// The producer's number for it.
    #[serde(rename = "ProduceID")]
    pub produce_id: String,
    /// For the producer's own use, such as a checksum.
    pub reserved_code1: String,
    /// Who spread it.
    pub content_propagator: String,
    /// The propagator's number for it.
    #[serde(rename = "PropagateID")]
    pub propagate_id: String,
    /// For the propagator's own use.
    pub reserved_code2: String,
}

impl Aigc {
    /// The label of something just made, whose first propagator is its producer. Refuses characters that the standard
    /// does not allow.
    pub(crate) fn new(producer: &str, produce_id: &str) -> Result<Self> {
        check("the producer's name", producer)?;
        check("the clip's id", produce_id)?;
        Ok(Self {
            label: "1".into(),
            content_producer: producer.into(),
            produce_id: produce_id.into(),
            reserved_code1: String::new(),
            content_propagator: producer.into(),
            propagate_id: produce_id.into(),
            reserved_code2: String::new(),
        })
    }

    /// As it stands in a file.
    pub(crate) fn json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Spec(error.to_string()))
    }

    /// Reads a label, and says what is wrong with what is none.
    pub(crate) fn parse(json: &str) -> std::result::Result<Self, String> {
        let label: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        match label.label.as_str() {
            "1" | "2" | "3" => Ok(label),
            other => Err(format!("its Label is {other:?} instead of 1, 2 or 3")),
        }
    }
}

/// Annex E allows these characters in a value and no others.
fn check(what: &str, value: &str) -> Result<()> {
    let allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    if (1..=64).contains(&value.len()) && value.bytes().all(allowed) {
        return Ok(());
    }
    Err(Error::Spec(format!("{what} {value:?} must be 1 to 64 ASCII characters without space, quote or backslash")))
}

/// Whether a text is a provider code of TC260-PG-20252A: `00`, the kind of subject (`1`, an organisation), the kind of its
/// number (`1`, a unified social credit code), that number of 18, the kind of service (`0` to `2`) and a model's code of 4:
/// 27 digits and capital letters.
pub fn is_provider_code(text: &str) -> bool {
    text.len() == 27
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && text.starts_with("0011")
        && matches!(text.as_bytes().get(22), Some(b'0'..=b'2'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seven_fields_come_in_order() {
        let label = Aigc::new("Gallop", "01J").and_then(|label| label.json()).unwrap_or_default();
        let expected = r#"{"Label":"1","ContentProducer":"Gallop","ProduceID":"01J","ReservedCode1":"","ContentPropagator":"Gallop","PropagateID":"01J","ReservedCode2":""}"#;
        assert_eq!(label, expected);
        assert_eq!(Aigc::parse(&label).map(|label| label.produce_id), Ok("01J".into()));
    }

    #[test]
    fn what_is_no_label_is_said() {
        for bad in ["", "{}", "[]", "null", &"[".repeat(100_000), r#"{"Label":"1"}"#] {
            assert!(Aigc::parse(bad).is_err(), "{bad:.20}");
        }
        let four = Aigc::new("a", "b").and_then(|label| label.json()).unwrap_or_default().replace("\"1\"", "\"4\"");
        assert!(Aigc::parse(&four).is_err_and(|why| why.contains("\"4\"")));
        assert!(Aigc::new("马", "1").is_err() && Aigc::new("a b", "1").is_err() && Aigc::new("a", "\"").is_err());
        assert!(Aigc::new("a", &"x".repeat(65)).is_err() && Aigc::new("", "1").is_err());
    }

    #[test]
    fn provider_codes_are_known_by_their_form() {
        assert!(is_provider_code("001191110102MAD55U9H0F10002"));
        for bad in
            ["", "Gallop", "001191110102mad55u9h0f10002", "101191110102MAD55U9H0F10002", "001191110102MAD55U9H0F1000"]
        {
            assert!(!is_provider_code(bad), "{bad}");
        }
    }
}
