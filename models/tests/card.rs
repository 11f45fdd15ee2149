//! What is said of a machine whose driver is missing, too old, or sees no card: asked of a made driver library.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::path::Path;
use std::process::Command;

use gallop_models::card::{self, Problem};

/// A driver that answers so.
fn driver(folder: &Path, interface: i32, init: i32, cards: i32, generation: i32) {
    let source = format!(
        "#include <string.h>\n#include <stddef.h>\n\
         int cuDriverGetVersion(int *v) {{ *v = {interface}; return 0; }}\n\
         int cuInit(unsigned f) {{ return {init}; }}\n\
         int cuDeviceGetCount(int *n) {{ *n = {cards}; return 0; }}\n\
         int cuDeviceGet(int *d, int i) {{ *d = i; return 0; }}\n\
         int cuDeviceGetAttribute(int *v, int which, int d) {{ *v = which == 75 ? {generation} : 0; return 0; }}\n\
         int cuDeviceGetName(char *to, int size, int d) {{ strcpy(to, \"Made Card\"); return 0; }}\n\
         int cuDeviceTotalMem_v2(size_t *n, int d) {{ *n = 1ul << 33; return 0; }}\n"
    );
    std::fs::create_dir_all(folder).expect("folder");
    let file = folder.join("driver.c");
    std::fs::write(&file, source).expect("source");
    let library = folder.join("libcuda.so.1");
    let status = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(library).arg(file).status();
    assert!(status.expect("a C compiler").success());
}

/// The process that looks: a driver that is open stays so, so each one needs its own.
#[test]
fn look_in_this_process() {
    let Some(expected) = std::env::var_os("EXPECTED_OF_CARD") else { return };
    let said = match card::look() {
        Ok(found) => format!("{found:?}"),
        Err(problem) => problem.to_string(),
    };
    assert!(said.contains(expected.to_str().expect("text")), "{said}");
}

#[test]
fn each_driver_is_told_apart() {
    let folder = tempfile::tempdir().expect("folder");
    let cases = [
        ("good", (13_000, 0, 1, 9), "Made Card"),
        ("old", (12_040, 0, 1, 9), "runs CUDA 12.4, and this needs 13.0"),
        ("none", (13_000, 100, 0, 9), "sees no card"),
        ("zero", (13_000, 0, 0, 9), "sees no card"),
        ("broken", (13_000, 999, 0, 9), "error 999"),
        ("turing", (13_010, 0, 1, 7), "Made Card is of generation 7.0"),
    ];
    let look = |libraries: &Path, expected: &str| {
        let mut test = Command::new(std::env::current_exe().expect("this program"));
        test.args(["look_in_this_process", "--exact"]).env("GALLOP_CUDA_LIBRARIES", libraries);
        let output = test.env("EXPECTED_OF_CARD", expected).output().expect("run");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    };
    for (name, (interface, init, cards, generation), expected) in cases {
        let at = folder.path().join(name);
        driver(&at, interface, init, cards, generation);
        look(&at, expected);
    }
    // Where a machine has a driver, that one is found.
    if card::look() == Err(Problem::NoDriver) {
        look(folder.path(), "libcuda.so.1 is not there");
    }
}
