//! The chores of Gallop.
fn main() {}
