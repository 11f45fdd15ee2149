#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gallop_fuzz::ranges(bytes));
