//! The autoencoders: between pixels or samples and the latents that the transformer denoises.

pub mod stats;
pub mod turbo;
