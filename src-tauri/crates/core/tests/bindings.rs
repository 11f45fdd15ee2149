//! The TypeScript of the call table lies beside the user interface, as it is.

#[test]
fn the_bindings_are_those_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/backend/bindings.ts");
    let kept = std::fs::read_to_string(path).expect("the bindings");
    let made = gallop_core::api::typescript();
    // Shown by its first line: the whole would be a thousand.
    let first = made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(made == kept, "run `cargo xtask bindings`: {first:?}");
}

#[test]
fn calls_have_names_and_words() {
    let mut names: Vec<_> = gallop_core::api::CALLS.iter().map(|call| call.name).collect();
    for call in gallop_core::api::CALLS {
        let area = call.name.split_once('.').map(|(area, _)| area);
        assert!(area.is_some_and(|area| !area.is_empty()) && call.about.trim().ends_with('.'), "{call:?}");
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), gallop_core::api::CALLS.len(), "each call stands in the table once");
}
