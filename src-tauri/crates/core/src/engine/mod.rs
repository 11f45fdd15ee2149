//! One running engine and the pipe to it.
//!
//! - [`launch`]: the process behind the pipe, on this machine or, through a launcher, on another.
//! - [`link`]: the conversation: hello, one job after the other, the end. Files travel in pieces, in both directions, and
//!   are checked at the end.
//!
//! Nothing here knows projects or the queue. An engine is never trusted: what it sends is checked, written only where the
//! caller says, and an engine that breaks the protocol is ended as if it had crashed.

mod job;
pub mod launch;
pub mod link;
mod tail;
mod transfer;

pub use link::{Link, Loss, News, Outcome, Work};
