//! One binary for every test that crosses crates.

mod hostile;
mod layers;
#[path = "../parity/mod.rs"]
mod parity;
mod reference;
