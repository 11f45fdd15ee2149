//! From a request to a clip: text → reference → denoise → upscale → decode.

pub mod event;
pub mod latents;
pub mod manifest;
mod released;
pub mod request;

pub use event::{Event, Frames, Preview, Sink, Sound, Stage};
pub use latents::Latents;
pub use manifest::Manifest;
pub use request::{FPS, Length, Picture, Request, Size};
