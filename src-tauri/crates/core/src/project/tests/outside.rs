//! Projects that another program, or another version of this one, wrote.

use super::*;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1.gallop")
}

/// The project of format 1 in a folder that goes away.
fn copy() -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("folder");
    let folder = place.path().join("Copy.gallop");
    fs::create_dir(&folder).expect("folder");
    fs::copy(fixture().join(FILE), folder.join(FILE)).expect("copied");
    (place, folder)
}

fn value(folder: &Path) -> Value {
    files::read_json(&folder.join(FILE)).expect("JSON")
}

#[test]
fn a_project_of_format_1_can_be_read_for_ever() {
    let data = ProjectData::read(&fixture()).expect("a project");
    assert_eq!(data.id.to_string(), "0199d0a2-0000-7000-8000-0000000000aa");
    assert_eq!((data.name.as_str(), data.aspect.as_str(), data.model.as_str()), ("Paper pony, 纸马", "9:16", "pony"));
    let [first, second, third] = data.shots.as_slice() else { panic!("three shots") };
    assert_eq!(first.shot.compose().expect("prompt").lines().count(), 7);
    assert_eq!((first.seconds, first.seed), (Some(2.5), Some(u64::MAX)));
    assert_eq!(first.chosen_take.expect("take").to_string(), "0199d0a2-1111-7000-8000-00000000f001");
    let image = first.image.as_ref().expect("image");
    assert_eq!((image.name.as_str(), image.bytes, image.sha256), ("pony.png", 3, Digest::of("abc")));
    let voice = second.voice.as_ref().expect("voice");
    assert_eq!((voice.name.as_str(), voice.bytes), ("voice.wav", 4));
    assert_eq!((&third.shot, third.seconds, third.seed), (&Shot::default(), None, None));
}

#[test]
fn fields_that_are_not_known_are_kept() {
    let (_place, folder) = copy();
    let mut expected = value(&folder);
    let mut project = Project::open(&folder).expect("opened");
    let third = project.data().shots[2].id;
    let edit = project.edit("Change", |data| {
        data.name = "New".into();
        data.shots.swap(0, 1);
        data.shot_mut(third)?.seed = Some(3);
        Ok(())
    });
    edit.expect("edited");
    expected["name"] = "New".into();
    expected["shots"].as_array_mut().expect("shots").swap(0, 1);
    expected["shots"][2] = json!({
        "id": third.to_string(),
        "shot": { "description": "", "lines": [], "sound": null },
        "seed": 3,
    });
    assert_eq!(value(&folder), expected);
    project.undo().expect("undone");
    project.redo().expect("redone");
    assert_eq!(value(&folder), expected);
}

#[test]
fn a_project_of_a_newer_gallop_is_not_touched() {
    let (_place, folder) = copy();
    for newer in [json!({"format": 2, "scenes": {}}), json!({"format": u64::MAX})] {
        fs::write(folder.join(FILE), newer.to_string()).expect("written");
        for error in [Project::open(&folder).map(|_| ()), ProjectData::read(&folder).map(|_| ())] {
            let error = error.expect_err("newer");
            assert!(code_of(&error) == Code::ProjectNewer && error.to_string().contains("update Gallop"), "{error}");
        }
        assert_eq!((value(&folder), names(&folder)), (newer, vec![FILE.to_owned()]));
    }
}

#[test]
fn an_editors_mark_before_the_text_does_no_harm() {
    let (_place, folder) = copy();
    let text = fs::read(folder.join(FILE)).expect("bytes");
    fs::write(folder.join(FILE), [b"\xef\xbb\xbf", text.as_slice()].concat()).expect("written");
    assert_eq!(ProjectData::read(&folder).expect("read"), ProjectData::read(&fixture()).expect("read"));
}

#[test]
fn what_another_program_writes_meanwhile_is_not_lost() {
    let (_place, mut project) = project();
    add(&mut project, "mine");
    let mut theirs = value(project.folder());
    theirs["name"] = "Theirs".into();
    files::write_json(&project.folder().join(FILE), &theirs).expect("written");
    add(&mut project, "mine too");
    let data = saved(&project);
    assert_eq!((data.name.as_str(), data.shots.len()), ("Theirs", 2));
    assert_eq!(project.undo().expect("undone").as_deref(), Some("Add a shot"));
    assert_eq!(project.undo().expect("undone").as_deref(), Some("Changed by another program"));
    assert_eq!((saved(&project).name.as_str(), saved(&project).shots.len()), ("Pony", 1));

    // The same words in another order are no change.
    fs::write(project.folder().join(FILE), value(project.folder()).to_string()).expect("written");
    assert_eq!(project.refresh().expect("refreshed"), Refreshed::Changed);
    assert_eq!(project.redo_label(), Some("Changed by another program"));
    assert_eq!(project.refresh().expect("refreshed"), Refreshed::Same);
}

#[test]
fn what_another_program_spoils_is_not_written_over() {
    let (_place, mut project) = project();
    add(&mut project, "mine");
    let data = project.data().clone();
    let file = project.folder().join(FILE);
    let foreign = json!({"format": 1, "id": Id::new(), "name": "X", "aspect": "1:1", "model": "pony"}).to_string();
    for spoilt in ["{\"format\": 1, <<<<<<< mine", "", foreign.as_str(), "{\"format\": 2}"] {
        fs::write(&file, spoilt).expect("written");
        let error = rename(&mut project, "Y").expect_err("refused");
        assert!(format!("{error:#}").ends_with(".gallop") || format!("{error:#}").ends_with(FILE), "{error:#}");
        assert!(project.undo().is_err());
        assert_eq!(fs::read_to_string(&file).expect("text"), spoilt);
        assert_eq!(project.data(), &data);
    }
    // What is removed is written again.
    fs::remove_file(&file).expect("removed");
    add(&mut project, "more");
    assert_eq!((&saved(&project), saved(&project).shots.len()), (project.data(), 2));
}
