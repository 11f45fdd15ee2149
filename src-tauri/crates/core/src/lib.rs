//! The studio without a window: projects, takes, the job queue, and the engines that work it off.
//!
//! It knows no tensor, no codec and no pixel; what a terminal user or a window wants done, it does.

pub mod api;
pub mod clock;
pub mod database;
mod detail;
pub mod disk;
pub mod engine;
mod error;
pub mod export;
pub mod files;
pub mod handover;
mod inside;
pub mod jobs;
pub mod library;
pub mod loopback;
pub mod places;
pub mod preview;
pub mod program;
pub mod project;
pub mod runner;
mod sample;
pub mod settings;
pub mod store;
pub mod take;
pub mod timeline;

pub use detail::Detail;
pub use error::{Code, code_of, coded, detail_of, of_media, told};
pub use gallop_protocol as protocol;
