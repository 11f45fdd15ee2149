//! The token in a real keychain: the Secret Service of a session of its own, where this machine has one to start.
#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use crate::faults::server::{Answer, Server};
use crate::{Place, text};

/// A session with a keychain that is open; `$1` is the program, and each line of stdin a command line of it, with what it
/// reads after a bar.
const SESSION: &str = r#"
printf 'password' | gnome-keyring-daemon --unlock --components=secrets > daemon.log 2>&1 || exit 99
while IFS='|' read -r line input; do
  printf '%s\n' "$input" | "$1" $line
  echo "status $?"
done
"#;

/// Runs lines in a session; nothing where none can be started here.
fn session(place: &Place, lines: &[&str]) -> Option<Output> {
    let home = place.path("user");
    std::fs::create_dir_all(home.join("run")).expect("folder");
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", SESSION, "sh", env!("CARGO_BIN_EXE_gallop")]).current_dir(&home);
    command.env("HOME", &home).env("XDG_RUNTIME_DIR", home.join("run")).env("XDG_DATA_HOME", home.join("share"));
    command.env("GALLOP_HOME", place.path("home")).env("HF_HOME", place.path("hub")).env_remove("HF_TOKEN");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take()?.write_all((lines.join("\n") + "\n").as_bytes()).ok();
    let output = child.wait_with_output().expect("the session ends");
    (output.status.code() != Some(99) && output.status.code() != Some(127)).then_some(output)
}

/// Says so past the harness, which shows nothing of a test that passes.
fn skipped(why: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {why}").ok();
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn a_token_lies_in_the_keychain_and_opens_gates() {
    if !has("dbus-run-session") || !has("gnome-keyring-daemon") {
        return skipped("the keychain is not tried: dbus-run-session and gnome-keyring are not installed");
    }
    let place = Place::empty();
    std::fs::create_dir_all(place.path("home/config/catalog")).expect("folder");
    place
        .write("home/config/catalog/toy.toml", crate::models::ENTRY.replace("gate = \"none\"", "gate = \"automatic\""));
    let content = Arc::new(b"hello world".to_vec());
    let server = Server::start(move |request, _| match request.token.as_deref() {
        Some("Bearer hf_lies_there") => Answer::of(&content),
        _ => Answer::status(401, ""),
    });
    let pull = format!("models pull toy --from {0} --token-to {0} --accept-licence", server.url);
    let lines = [
        "models token show",
        "models token set|two words",
        "models token set|hf_lies_there",
        "models token show --json",
        &pull,
        "models token forget",
        "models token forget",
        "models token show",
    ];
    let Some(output) = session(&place, &lines) else {
        return skipped("the keychain is not tried: no session could be started here");
    };
    let (said, told) = (text(&output.stdout), text(&output.stderr));
    let answers: Vec<_> = said.split_inclusive("status ").collect();
    let statuses: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("status ")).collect();
    assert_eq!(statuses, ["0", "2", "0", "0", "0", "0", "0", "0"], "{said}\n{told}");
    for (at, expected) in [
        (0, "no token"),
        (2, "in the keychain"),
        (3, r#""from":"keychain""#),
        (4, "toy is here"),
        (5, "is forgotten"),
        (6, "no token in the keychain"),
        (7, "no token"),
    ] {
        assert!(answers[at].contains(expected), "{at}: {expected} in {said}\n{told}");
    }
    assert!(!said.contains("hf_lies_there") && !told.contains("hf_lies_there"));
    let in_the_clear = Command::new("grep").args(["-r", "hf_lies_there"]).arg(place.path(".")).output().expect("grep");
    assert_eq!(text(&in_the_clear.stdout), "", "no file has it in the clear");
}

#[test]
fn without_a_keychain_it_is_said_what_works_instead() {
    let place = Place::empty();
    let gallop = |line: &str, token: Option<&str>| {
        let mut command = place.gallop(line.split(' '));
        command.env("GALLOP_HOME", place.path("home")).env("HF_HOME", place.path("hub")).env_remove("HF_TOKEN");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").stdin(Stdio::null());
        command.envs(token.map(|token| ("HF_TOKEN", token))).output().expect("gallop starts")
    };
    let mut command = place.gallop(["models", "token", "set"]);
    command.env("GALLOP_HOME", place.path("home")).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gallop starts");
    child.stdin.take().expect("piped").write_all(b"hf_nowhere_to_go\n").expect("written");
    let output = child.wait_with_output().expect("ends");
    let told = text(&output.stderr);
    assert!(!output.status.success() && told.contains("HF_TOKEN") && told.contains("hf auth login"), "{told}");
    assert!(!told.contains("hf_nowhere_to_go"));

    let shown = gallop("models token show", None);
    let said = text(&shown.stdout);
    assert!(shown.status.success() && said.contains("no token") && said.contains("cannot be used"), "{said}");
    assert!(text(&gallop("models token show", Some("hf_a")).stdout).contains("comes from HF_TOKEN"));
    std::fs::create_dir_all(place.path("hub")).expect("folder");
    place.write("hub/token", "hf_b\n");
    let said = text(&gallop("models token show", None).stdout);
    assert!(said.contains("hub's own tools") && !said.contains("hf_b"), "{said}");
}
