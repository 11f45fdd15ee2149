//! The studio itself.

use serde_json::Value;

use super::table;
use super::value::CallError;

/// Everything of this user that calls work on.
#[derive(Clone)]
pub struct Studio {}

impl Studio {
    /// Makes a call of the table. It may take long: call it where that holds nobody up.
    ///
    /// # Errors
    /// The call is not there, does not take these arguments, or failed.
    pub fn call(&self, name: &str, arguments: Value) -> Result<Value, CallError> {
        table::dispatch(self, name, arguments).map_err(|error| CallError::of(&error))
    }
}

pub(super) fn not_yet<T>() -> anyhow::Result<T> {
    Err(crate::coded(crate::Code::Internal, "this is not built yet"))
}
