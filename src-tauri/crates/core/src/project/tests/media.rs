//! Files that are taken in.

use super::*;
use crate::take::TakeFolder;

fn file(place: &tempfile::TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = place.path().join(name);
    fs::write(&path, content).expect("written");
    path
}

fn media(project: &Project) -> Vec<String> {
    names(&project.folder().join("media"))
}

/// A shot with this picture.
fn add_with(project: &mut Project, image: &MediaRef) -> Id {
    let edit = project.edit("Add a shot", |data| {
        let entry = ShotEntry { image: Some(image.clone()), ..entry("x") };
        let id = entry.id;
        data.shots.push(entry);
        Ok(id)
    });
    edit.expect("added")
}

#[test]
fn a_file_is_copied_once() {
    let (place, project) = project();
    let content: Vec<u8> = (0..200_000_u32).map(|number| number as u8).collect();
    let first = project.import_media(&file(&place, "Face 1.PNG", &content)).expect("imported");
    assert_eq!((first.name.as_str(), first.bytes, first.sha256), ("Face 1.PNG", 200_000, Digest::of(&content)));
    let path = project.media_path(&first).expect("there");
    assert_eq!(path, project.folder().join(format!("media/{}.png", first.sha256)));
    assert_eq!(fs::read(&path).expect("read"), content);
    assert_eq!(find_media(project.folder(), first.sha256).expect("read"), Some(path.clone()));

    let second = project.import_media(&file(&place, "other.name", &content)).expect("imported");
    assert_eq!((second.name.as_str(), second.sha256), ("other.name", first.sha256));
    assert_eq!(project.media_path(&second).expect("there"), path);
    assert_eq!(media(&project).len(), 1, "one content, one file");
    // Also the file in the project itself.
    assert_eq!(project.import_media(&path).expect("imported").sha256, first.sha256);
    assert_eq!(media(&project).len(), 1);
    let third = project.import_media(&file(&place, "voice", b"x")).expect("imported");
    assert_eq!(project.media_path(&third).expect("there"), project.folder().join(format!("media/{}", third.sha256)));
}

#[test]
fn what_cannot_be_taken_in_is_said() {
    let (place, project) = project();
    let refused = |path: &Path, why: &str| {
        let error = project.import_media(path).expect_err(why);
        assert_eq!(code_of(&error), Code::Input, "{error}");
        let error = error.to_string();
        assert!(error.contains(why) && error.ends_with(&path.display().to_string()), "{error}");
    };
    refused(&place.path().join("none.png"), "no such file");
    refused(place.path(), "a folder");
    refused(&file(&place, "empty.png", b""), "empty");
    #[cfg(unix)]
    {
        let socket = place.path().join("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        refused(&socket, "a pipe or a device");
    }
    // A file of the system that exists and answers with an error.
    #[cfg(target_os = "linux")]
    refused(Path::new("/proc/self/mem"), "cannot be read");
    assert!(media_files(project.folder()).expect("read").is_empty());
    assert!(!project.folder().join("media").exists() || media(&project).is_empty(), "nothing half-done stays");
}

#[test]
fn a_file_that_is_gone_or_changed_is_named() {
    let (place, project) = project();
    let image = file(&place, "face.png", b"picture");
    let taken = project.import_media(&image).expect("imported");
    let path = project.media_path(&taken).expect("there");
    fs::write(&path, "pict").expect("cut off");
    for why in ["changed", "gone"] {
        let error = project.media_path(&taken).expect_err(why);
        assert_eq!(code_of(&error), Code::MediaMissing);
        let error = error.to_string();
        assert!(error.contains(why) && error.contains("face.png") && error.contains("import it again"), "{error}");
        fs::remove_file(&path).ok();
    }
    // Importing it again heals it; also where only the content is wrong.
    assert_eq!(project.import_media(&image).expect("imported"), taken);
    fs::write(project.media_path(&taken).expect("there"), "PICTURE").expect("spoilt");
    assert_eq!(project.import_media(&image).expect("imported"), taken);
    assert_eq!(fs::read(project.media_path(&taken).expect("there")).expect("read"), b"picture");
    assert_eq!(media(&project).len(), 1);
}

#[test]
fn only_what_nothing_refers_to_is_unused() {
    let (place, mut project) = project();
    let import =
        |project: &Project, name: &str| project.import_media(&file(&place, name, name.as_bytes())).expect("imported");
    let of_shot = import(&project, "shot.png");
    let of_undo = import(&project, "undo.png");
    let of_redo = import(&project, "redo.png");
    let of_take = import(&project, "take.png");
    let of_job = import(&project, "job.png");
    let unused = import(&project, "unused.png");
    fs::write(project.folder().join("media/notes.txt"), "not ours").expect("written");
    fs::create_dir(project.folder().join(format!("media/{}", Digest::of("folder")))).expect("folder");

    add_with(&mut project, &of_shot);
    let id = add_with(&mut project, &of_undo);
    let edit = project.edit("Remove a shot", |data| {
        data.shots.retain(|entry| entry.id != id);
        Ok(())
    });
    edit.expect("edited");
    add_with(&mut project, &of_redo);
    project.undo().expect("undone");
    let take = TakeFolder::create(project.folder(), Id::new()).expect("a folder");
    // Cut off, and still believed.
    let damaged = format!("{{\"recipe\": {{\"image\": {{\"sha256\": \"{}\"", of_take.sha256);
    fs::write(take.folder().join(crate::take::FILE), damaged).expect("written");
    let job = TakeFolder::create(project.folder(), Id::new()).expect("a folder");
    job.write_job(&json!({"order": {"voice": of_job}})).expect("written");

    let found = project.unused_media().expect("read");
    assert_eq!(found.iter().map(|file| (file.sha256, file.bytes)).collect::<Vec<_>>(), [(unused.sha256, unused.bytes)]);
    for used in [&of_shot, &of_undo, &of_redo, &of_take, &of_job] {
        assert!(!project.remove_if_unused(used.sha256).expect("looked"));
        project.media_path(used).expect("still there");
    }
    assert!(project.remove_if_unused(unused.sha256).expect("removed"));
    assert_eq!(media(&project).len(), 5 + 2);
    assert!(project.media_path(&unused).is_err());
    assert!(!project.remove_if_unused(unused.sha256).expect("it is gone"));
}
