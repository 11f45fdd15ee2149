//! From noise to a clip in latent space: schedules, solvers, guidance, noise, and the loops of the two stages.
//!
//! [`denoise`] makes a clip at the base size, [`upscale`] brings it to its final size. Both take the transformer, what is
//! wanted, a source of noise and a hook that sees each step and may stop the work.

mod denoise;
mod guidance;
pub mod interpolate;
pub mod noise;
mod schedule;
pub mod solver;
#[cfg(test)]
mod tests;
mod upscale;

pub use denoise::{AudioSource, Denoise, OnStep, Sampler, Step, denoise};
pub use guidance::{Guidance, Guided, UpscaleGuidance};
pub use noise::{Draw, Noise, Philox};
pub use schedule::{Schedule, zero_snr_sigmas};
pub use upscale::{Upscale, upscale};
