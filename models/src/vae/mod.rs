//! The autoencoders: between pixels or samples and the latents that the transformer denoises.

pub mod oobleck;
pub mod stats;
pub mod tiles;
pub mod turbo;
pub mod wan;
