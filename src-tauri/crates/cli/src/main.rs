//! Gallop on the command line.
fn main() {}
