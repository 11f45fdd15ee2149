//! From a prompt to the features that the transformer reads: its tokens, its encoder.

pub(crate) mod features;
pub mod t5gemma;
pub mod tokenizer;
