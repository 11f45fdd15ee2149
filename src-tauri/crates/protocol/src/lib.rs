//! What studio and engine say to each other.
//!
//! - [`shot`]: what a creator asks for, and the prompt that is composed of it.
//! - [`recipe`]: all that a clip is made from; it travels inside the clip.
//! - [`message`]: commands to an engine, events from it, and the order of their going.
//! - [`doctor`]: what a machine has and what will run on it, as the terminal tells it to the window.
//! - [`frame`]: a message and its binary attachment as bytes on a pipe.
//!
//! The crate knows words and bytes: no tensor, no codec, no project. It is what lets the studio drive an engine without
//! linking one.

mod digest;
pub mod doctor;
mod error;
pub mod frame;
mod id;
pub mod message;
pub mod recipe;
pub mod shot;

pub use digest::{Digest, Hasher};
pub use error::{Error, Result, shown};
pub use id::Id;
