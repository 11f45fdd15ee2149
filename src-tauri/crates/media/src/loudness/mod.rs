//! How loud a sound is, and making it as loud as a platform wants it.
//!
//! A sound is measured ([`Meter`]), raised or lowered as a whole by one gain ([`level`]), and what would then stand above
//! the ceiling is brought down for moments ([`Limiter`]).

mod level;
mod limit;
mod meter;

pub use level::{Level, Shortfall, Target, level, settle};
pub use limit::Limiter;
pub use meter::{Loudness, MIN_SECS, Meter, measure};
