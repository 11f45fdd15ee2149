//! The worker that owns the device.
//!
//! [`serve`] is the process `gallop engine`: it reads orders and writes clips as frames of [`gallop_protocol`]. It keeps
//! nothing that matters, so it may be killed at any moment and may run on any machine. The other modules are what it is
//! made of; `gallop generate` makes a single clip with the same.

pub mod cards;
pub mod clip;
pub mod complete;
pub mod device;
pub mod digest;
mod failure;
pub mod fit;
mod inbox;
pub mod machine;
mod meter;
pub mod model_folder;
mod outbox;
pub mod planning;
mod relay;
mod serve;
pub mod shape;
mod steps;
mod work;

pub use failure::joined;
pub use serve::{Options, serve};

use std::time::Duration;

use gallop_models::generator;
use gallop_protocol::message::Stage;

/// What is left of a stage at the pace so far, `done` steps of `total` after `elapsed`.
pub fn seconds_left(elapsed: Duration, done: usize, total: usize) -> f64 {
    elapsed.as_secs_f64() / done.max(1) as f64 * total.saturating_sub(done) as f64
}

/// What the protocol calls a stage of the generator.
pub fn stage(stage: generator::Stage) -> Stage {
    match stage {
        generator::Stage::Load => Stage::Load,
        generator::Stage::Text => Stage::Text,
        generator::Stage::Reference => Stage::Reference,
        generator::Stage::Denoise => Stage::Denoise,
        generator::Stage::Upscale => Stage::Upscale,
        generator::Stage::DecodeAudio => Stage::DecodeAudio,
        generator::Stage::DecodeVideo => Stage::DecodeVideo,
    }
}
