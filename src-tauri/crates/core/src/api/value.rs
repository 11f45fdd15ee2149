//! Small values that several calls share.

use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;

/// No arguments: `{}`, or nothing at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[ts(type = "Record<string, never>")]
pub struct Nothing {}

/// A field of something that is to be changed: left out, it stays; `null` takes it away.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Patch<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is taken away.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Patch<T> {
    /// Changes a field.
    pub fn put(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value),
        }
    }

    /// Whether it changes nothing.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// Width and height in pixels.
pub type Pixels = [u32; 2];

/// Something that has a name for programs, and nothing else that matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
pub struct Named {
    /// Its id.
    pub id: gallop_protocol::Id,
}

/// What went wrong, as it crosses to a user interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Refusal {
    /// What kind of failure it is.
    pub code: crate::Code,
    /// Why, and what to do about it, in one line.
    pub message: String,
    /// The same for those who tell it in another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub detail: Option<crate::Detail>,
}

impl Refusal {
    /// Of something that should not have happened.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { code: crate::Code::Internal, message: message.into(), detail: None }
    }

    /// Of something that was asked for and cannot be.
    pub fn input(message: impl Into<String>) -> Self {
        Self { code: crate::Code::Input, message: gallop_protocol::shown(&message.into()), detail: None }
    }

    /// Of an error with its causes.
    pub fn of(error: &anyhow::Error) -> Self {
        let message = gallop_protocol::shown(&format!("{error:#}"));
        Self { code: crate::code_of(error), message, detail: crate::detail_of(error) }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
