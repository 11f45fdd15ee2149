//! One binary for every test that crosses crates.

mod layers;
#[path = "../parity/mod.rs"]
mod parity;
mod reference;
