//! Every fixture in `tests/golden` within its bound.

use std::path::Path;

use crate::parity;

#[test]
fn networks_match_the_reference() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let lines = parity::run_all(&golden, &candle_core::Device::Cpu).expect("fixtures");
    let failed: Vec<_> = lines.iter().filter(|line| !line.passed()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
