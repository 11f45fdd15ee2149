//! From the parts of a shot to the features that the transformer reads: the prompt's wording, its tokens, its encoder.

pub mod prompt;
pub mod t5gemma;
pub mod tokenizer;
