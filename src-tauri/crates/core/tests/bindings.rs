//! The TypeScript of the call table lies beside the user interface, as it is.

use std::collections::BTreeMap;

#[test]
fn the_bindings_are_those_of_the_table() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/backend/bindings");
    let files = std::fs::read_dir(folder).expect("the bindings").map(|entry| entry.expect("a file"));
    let kept: BTreeMap<_, _> = files
        .map(|file| {
            let text = std::fs::read_to_string(file.path()).expect("a file of text");
            (file.file_name().into_string().expect("a name"), text)
        })
        .collect();
    let made = gallop_core::api::typescript();
    assert!(made.keys().eq(kept.keys()), "run `cargo xtask bindings`: {:?}", kept.keys());
    for (name, made) in &made {
        // Shown by its first line: the whole would be hundreds.
        let first = made.lines().zip(kept[name].lines()).find(|(made, kept)| made != kept);
        assert!(*made == kept[name], "run `cargo xtask bindings`: {name}, {first:?}");
    }
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
