mod hostile;
mod locked;
mod media;
mod outside;

use std::fs;

use gallop_protocol::Id;
use gallop_protocol::shot::Shot;
use serde_json::{Value, json};

use super::*;
use crate::code_of;

fn new() -> NewProject {
    NewProject { name: "Pony".into(), aspect: "9:16".into(), model: "pony".into() }
}

/// A project in a folder that goes away.
fn project() -> (tempfile::TempDir, Project) {
    let place = tempfile::tempdir().expect("folder");
    let project = Project::create(&place.path().join("Pony.gallop"), new()).expect("a project");
    (place, project)
}

fn entry(description: &str) -> ShotEntry {
    ShotEntry::new(Shot { description: description.into(), ..Shot::default() })
}

fn add(project: &mut Project, description: &str) -> Id {
    let added = project.edit("Add a shot", |data| {
        data.shots.push(entry(description));
        Ok(data.shots[data.shots.len() - 1].id)
    });
    added.expect("added")
}

fn rename(project: &mut Project, name: &str) -> anyhow::Result<()> {
    project.edit("Name", |data| {
        data.name = name.into();
        Ok(())
    })
}

fn saved(project: &Project) -> ProjectData {
    ProjectData::read(project.folder()).expect("a project")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().into_string().expect("name"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_project_is_there_and_can_be_opened_again() {
    let place = tempfile::tempdir().expect("folder");
    let folder = place.path().join(folder_name("Pony"));
    let made = Project::create(&folder, new()).expect("a project");
    let data = made.data().clone();
    assert_eq!((data.name.as_str(), data.aspect.as_str(), data.model.as_str()), ("Pony", "9:16", "pony"));
    assert_eq!(ProjectData::read(&folder).expect("read while open"), data);
    drop(made);
    assert_eq!(Project::open(&folder).expect("opened").data(), &data);
    assert_eq!(names(&folder), [".lock", "project.json"]);

    let before = fs::read(folder.join(FILE)).expect("bytes");
    let error = Project::create(&folder, new()).expect_err("it is there already");
    assert!(code_of(&error) == Code::Input && error.to_string().contains("another name"), "{error}");
    assert_eq!(fs::read(folder.join(FILE)).expect("bytes"), before);

    let empty = place.path().join("Empty.gallop");
    fs::create_dir(&empty).expect("folder");
    Project::create(&empty, new()).expect("an empty folder is as good as none");
}

#[test]
fn what_cannot_be_a_project_is_not_made() {
    let place = tempfile::tempdir().expect("folder");
    let folder = place.path().join("X.gallop");
    for (name, aspect, model) in [
        ("", "9:16", "pony"),
        ("\n", "9:16", "pony"),
        ("X\u{7}", "9:16", "pony"),
        ("X", "", "pony"),
        ("X", "9/16", "pony"),
        ("X", "0:1", "pony"),
        ("X", "-9:16", "pony"),
        ("X", "+9:16", "pony"),
        ("X", "99999999999:1", "pony"),
        ("X", "9:16:1", "pony"),
        ("X", "9:16", ""),
        ("X", "9:16", "../../pony"),
        ("X", "9:16", "C:pony"),
        ("X", "9:16", ".."),
        (&"x".repeat(201), "9:16", "pony"),
    ] {
        let new = NewProject { name: name.into(), aspect: aspect.into(), model: model.into() };
        let error = Project::create(&folder, new).expect_err("no project");
        assert_eq!(code_of(&error), Code::Input, "{error}");
    }
    assert!(Project::create(&place.path().join("none/X.gallop"), new()).is_err());
    assert_eq!(names(place.path()), [""; 0]);

    let error = Project::open(&folder).expect_err("nothing there").to_string();
    assert!(error.contains("no such folder"), "{error}");
    fs::create_dir(&folder).expect("folder");
    let error = Project::open(&folder).expect_err("no project").to_string();
    assert!(error.contains("no Gallop project"), "{error}");
    assert_eq!(names(&folder), [""; 0], "not even a lock");
}

#[test]
fn names_of_folders_are_names_everywhere() {
    for (name, folder) in [
        ("Pony", "Pony.gallop"),
        (" a/b\\c:d ", "a-b-c-d.gallop"),
        ("../..", "Project.gallop"),
        ("...", "Project.gallop"),
        ("", "Project.gallop"),
        ("con", "_con.gallop"),
        ("LPT1.x", "_LPT1.x.gallop"),
        ("Company", "Company.gallop"),
        ("纸马", "纸马.gallop"),
    ] {
        assert_eq!(folder_name(name), folder);
    }
    assert!(folder_name(&"纸".repeat(100)).len() < 255);
}

#[test]
fn each_edit_is_on_disk_and_all_can_be_undone() {
    let (_place, mut project) = project();
    let mut states = vec![project.data().clone()];
    for number in 0..60 {
        project
            .edit(format!("Edit {number}"), |data| {
                match number % 3 {
                    0 => data.shots.push(entry(&number.to_string())),
                    1 => data.shots.rotate_left(1),
                    _ => data.name = format!("Pony {number}"),
                }
                data.other.insert("number".into(), number.into());
                Ok(())
            })
            .expect("edited");
        assert_eq!(&saved(&project), project.data());
        states.push(project.data().clone());
    }
    for (number, state) in states.iter().enumerate().rev().skip(1) {
        let label = format!("Edit {number}");
        assert_eq!(project.undo_label(), Some(label.as_str()));
        assert_eq!(project.undo().expect("undone"), Some(label));
        assert_eq!((project.data(), &saved(&project)), (state, state));
    }
    assert_eq!((project.undo().expect("nothing to undo"), project.undo_label()), (None, None));
    for (number, state) in states.iter().skip(1).enumerate() {
        assert_eq!(project.redo().expect("redone"), Some(format!("Edit {number}")));
        assert_eq!((project.data(), &saved(&project)), (state, state));
    }
    assert_eq!((project.redo().expect("nothing to redo"), project.redo_label()), (None, None));

    project.undo().expect("undone");
    add(&mut project, "another way");
    assert_eq!(project.redo_label(), None, "a new edit leaves no way forth");
    assert_eq!(project.undo_label(), Some("Add a shot"));
}

#[test]
fn edits_of_one_key_become_one() {
    let (_place, mut project) = project();
    let id = add(&mut project, "");
    let word = |project: &mut Project, key: &str, text: &str| {
        let edit = project.edit(Edit::merging("Type", key), |data| {
            data.shot_mut(id)?.shot.description = text.into();
            Ok(())
        });
        edit.expect("edited");
    };
    let text = |project: &Project| project.data().shots[0].shot.description.clone();
    for text in ["p", "po", "pony"] {
        word(&mut project, "first", text);
    }
    word(&mut project, "second", "pony!");
    word(&mut project, "second", "pony!!");
    project.undo().expect("undone");
    assert_eq!(text(&project), "pony");
    project.undo().expect("undone");
    assert_eq!(text(&project), "");
    project.redo().expect("redone");
    assert_eq!(text(&project), "pony");
    // What was undone in between is not one edit with what comes then.
    word(&mut project, "second", "horse");
    project.undo().expect("undone");
    assert_eq!(text(&project), "pony");
    project.undo().expect("undone");
    project.undo().expect("undone");
    assert_eq!((project.data().shots.len(), project.undo_label()), (0, None));
}

#[test]
fn a_refused_edit_changes_nothing() {
    let (_place, mut project) = project();
    let id = add(&mut project, "x");
    let (data, bytes) = (project.data().clone(), fs::read(project.folder().join(FILE)).expect("bytes"));
    let deep = (0..200).fold(Value::Null, |inside, _| json!([inside]));
    type Change = Box<dyn Fn(&mut ProjectData)>;
    let changes: Vec<Change> = vec![
        Box::new(|data| data.name.clear()),
        Box::new(|data| data.id = Id::new()),
        Box::new(|data| data.format = 2),
        Box::new(|data| data.shots[0].seconds = Some(f32::NAN)),
        Box::new(|data| data.shots[0].seconds = Some(f32::INFINITY)),
        Box::new(|data| data.shots[0].seconds = Some(0.0)),
        Box::new(|data| data.shots.push(data.shots[0].clone())),
        Box::new(|data| data.shots[0].shot.description = "x".repeat(17 << 20)),
        Box::new(|data| _ = data.other.insert("name".into(), "another".into())),
        Box::new(move |data| _ = data.other.insert("deep".into(), deep.clone())),
    ];
    for (number, change) in changes.iter().enumerate() {
        let edit = project.edit("Spoil", |data| {
            change(data);
            Ok(())
        });
        assert!(edit.is_err(), "change {number}");
    }
    let refused = project.edit("Refuse", |data| {
        data.name = "Changed".into();
        data.shot(Id::new()).map(|_| ())
    });
    assert_eq!(code_of(&refused.expect_err("no such shot")), Code::Input);
    assert_eq!(project.edit("Look", |data| Ok(data.shot(id)?.seed)).expect("looked"), None);
    assert_eq!(project.data(), &data);
    assert_eq!(project.undo_label(), Some("Add a shot"), "no trace of any");
    assert_eq!(fs::read(project.folder().join(FILE)).expect("bytes"), bytes);
}

#[test]
fn an_edit_that_cannot_be_saved_is_not_made() {
    let (place, mut project) = project();
    add(&mut project, "x");
    let data = project.data().clone();
    let away = place.path().join("away");
    fs::rename(project.folder(), &away).expect("moved");
    assert!(rename(&mut project, "Y").is_err());
    assert!(project.undo().is_err());
    assert_eq!((project.data(), project.undo_label()), (&data, Some("Add a shot")));
    fs::rename(&away, project.folder()).expect("moved back");
    rename(&mut project, "Y").expect("edited");
    assert_eq!(saved(&project).name, "Y");
}

#[test]
fn a_recipe_says_what_the_shot_says() {
    let (place, mut project) = project();
    let picture = place.path().join("face.png");
    fs::write(&picture, "abc").expect("written");
    let media = project.import_media(&picture).expect("imported");
    let id = add(&mut project, "A pony.");
    let edit = project.edit("Set", |data| {
        let entry = data.shot_mut(id)?;
        (entry.seed, entry.seconds, entry.image) = (Some(7), Some(2.0), Some(media));
        Ok(())
    });
    edit.expect("edited");
    let recipe = project.data().recipe(id).expect("recipe");
    assert_eq!((recipe.seed, recipe.seconds, recipe.aspect.as_deref()), (Some(7), Some(2.0), Some("9:16")));
    assert_eq!((recipe.shot.description.as_str(), recipe.model.expect("model").name.as_str()), ("A pony.", "pony"));
    let image = recipe.image.expect("image");
    assert_eq!((image.file.as_str(), image.sha256), ("face.png", Some(Digest::of("abc"))));
    assert!(recipe.voice.is_none() && project.data().recipe(Id::new()).is_err());
}

#[test]
fn edits_of_the_timeline_are_undone_and_made_again() {
    let (_place, mut project) = project();
    for words in ["a", "b", "c"] {
        add(&mut project, words);
    }
    project.adapt(|data| data.cut = Some(data.timeline(|_| 101))).expect("cut");
    let first = saved(&project);
    let mut steps = vec![first.cut.clone().expect("a timeline")];
    for at in [50, 150, 250, 25] {
        let edit = |data: &mut ProjectData| {
            let timeline = data.cut.as_mut().expect("a timeline");
            let index = timeline.clips.iter().position(|clip| clip.start < at && at < clip.end()).expect("a clip");
            let cut = timeline.clips[index].r#in + at - timeline.clips[index].start;
            let right = crate::timeline::Clip { id: Id::new(), r#in: cut, start: at, ..timeline.clips[index] };
            timeline.clips[index].out = cut;
            timeline.clips.insert(index + 1, right);
            Ok(())
        };
        project.edit("Split", edit).expect("split");
        steps.push(saved(&project).cut.expect("a timeline"));
    }
    for step in steps.iter().rev().skip(1) {
        assert_eq!(project.undo().expect("undone").as_deref(), Some("Split"));
        assert_eq!(saved(&project).cut.as_ref(), Some(step));
    }
    for step in steps.iter().skip(1) {
        project.redo().expect("made again");
        assert_eq!(saved(&project).cut.as_ref(), Some(step));
    }
    // A shot that goes takes its clips along, whoever removed it.
    project.edit("Remove", |data| Ok(data.shots.remove(0))).expect("removed");
    assert_eq!(saved(&project).cut.expect("a timeline").clips.len(), 4);
}
