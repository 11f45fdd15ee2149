//! The autoencoder of Wan 2.2: pictures and clips to latents, and back where TurboVAED is not wanted.
//!
//! The reference runs a clip through in pieces and caches; this is one causal pass that gives the same values.
//! Source: daVinci-MagiHuman, `inference/model/vae2_2/vae2_2_module.py`, commit 209209b.

mod blocks;
mod config;
mod decoder;
mod encoder;

pub use config::Config;
pub use decoder::Decoder;
pub use encoder::Encoder;
