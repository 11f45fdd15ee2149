//! Two programs and one project, and programs that die.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use super::*;

/// Names the project to the other process, which is this test program again.
const FOLDER: &str = "GALLOP_TEST_PROJECT";

fn start(test: &str, folder: &Path) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([&format!("project::tests::locked::{test}"), "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let output = BufReader::new(child.stdout.take().expect("output"));
    let mine = |line: Result<String, _>| line.ok()?.strip_prefix("> ").map(str::to_owned);
    (child, output.lines().filter_map(mine))
}

fn say(word: impl std::fmt::Display) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "\n> {word}").and_then(|()| output.flush()).expect("said");
}

fn other_project() -> Project {
    Project::open(Path::new(&std::env::var_os(FOLDER).expect("a project"))).expect("opened")
}

#[test]
#[ignore = "is the other process of the tests here"]
fn holder() {
    let _project = other_project();
    say("open");
    std::io::stdin().read_line(&mut String::new()).expect("the end");
}

#[test]
#[ignore = "is the other process of the tests here"]
fn editor() {
    let mut project = other_project();
    for seed in 1.. {
        let edit = project.edit("Seed", |data| {
            data.shots[0].seed = Some(seed);
            Ok(())
        });
        edit.expect("edited");
        say(seed);
    }
}

#[test]
fn a_second_window_is_told_who_has_the_project() {
    let (_place, project) = project();
    let error = Project::open(project.folder()).expect_err("open here");
    assert_eq!(code_of(&error), Code::ProjectBusy);
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    // Without the note the lock holds all the same.
    fs::remove_file(project.folder().join(".lock.json")).expect("removed");
    let error = Project::open(project.folder()).expect_err("open here").to_string();
    assert!(error.contains("another program"), "{error}");
    let folder = project.folder().to_owned();
    drop(project);
    Project::open(&folder).expect("free again");
}

#[test]
fn a_project_opens_where_no_note_can_be_left() {
    let (_place, project) = project();
    let folder = project.folder().to_owned();
    drop(project);
    fs::create_dir(folder.join(".lock.json")).expect("in the way");
    let project = Project::open(&folder).expect("opened");
    let error = Project::open(&folder).expect_err("open here").to_string();
    assert!(error.contains("another program"), "{error}");
    drop(project);
}

#[test]
fn another_process_holds_a_project_until_it_dies() {
    let (_place, project) = project();
    let folder = project.folder().to_owned();
    drop(project);
    let (mut child, mut words) = start("holder", &folder);
    assert_eq!(words.next().as_deref(), Some("open"));
    let error = Project::open(&folder).expect_err("open there");
    assert_eq!(code_of(&error), Code::ProjectBusy);
    assert!(error.to_string().contains(&format!("process {}", child.id())), "{error}");
    ProjectData::read(&folder).expect("anybody may read");
    child.kill().expect("killed");
    child.wait().expect("ended");
    Project::open(&folder).expect("free again, though nobody tidied up");
}

#[test]
fn what_an_edit_saved_outlives_the_program() {
    let (_place, mut project) = project();
    add(&mut project, "x");
    let folder = project.folder().to_owned();
    drop(project);
    for kills_after in [1, 2, 5, 9] {
        let (mut child, mut words) = start("editor", &folder);
        let seed = words.nth(kills_after - 1).and_then(|seed| seed.parse::<u64>().ok()).expect("a seed");
        // It is somewhere in a later edit by now.
        child.kill().expect("killed");
        child.wait().expect("ended");
        let project = Project::open(&folder).expect("opened");
        assert!(project.data().shots[0].seed >= Some(seed), "edit {seed} was saved");
        drop(project);
        assert_eq!(names(&folder), [".lock", "project.json"], "drafts of the killed program are gone");
    }
}
