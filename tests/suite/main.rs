//! One binary for every test that crosses crates.

#[path = "../parity/mod.rs"]
mod parity;
mod reference;
