//! The networks of Gallop: a single-stream transformer over text, video and audio tokens, its text encoder,
//! its video and audio autoencoders, the samplers, and the readers of their weights.
//!
//! Models know tensors. They know nothing of codecs, projects, processes or windows.

pub mod audio;
pub mod bench;
pub mod card;
pub mod error;
mod fnv;
pub mod generator;
pub mod image;
pub mod ops;
pub mod plan;
pub mod probe;
pub mod sampling;
pub mod text;
pub mod transformer;
pub mod vae;
pub mod weights;

pub use candle_core::Device;
pub use error::{Error, Result};
