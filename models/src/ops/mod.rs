//! Operations that decide speed, each with a CPU side of our own.

pub mod conv;
