//! The sample project, which the program carries along: shots in seven languages, and no takes.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::{Digest, Id};

use crate::project::{self, ProjectData, folder_name};
use crate::{Code, coded, files};

const PROJECT: &[u8] = include_bytes!("../../../../assets/sample/project.json");
const PICTURE: &[u8] = include_bytes!("../../../../assets/sample/pony.png");
/// Copies in one folder.
const MOST: u32 = 1000;

/// Makes a copy of the sample project in a folder, and tells where. Each copy is a project of its own.
///
/// # Errors
/// The folder cannot be written.
pub fn copy_to(parent: &Path) -> anyhow::Result<PathBuf> {
    let sample = ProjectData::from_json(PROJECT)?;
    for number in 1..=MOST {
        let name = if number == 1 { sample.name.clone() } else { format!("{} {number}", sample.name) };
        let folder = parent.join(folder_name(&name));
        if folder.symlink_metadata().is_ok() {
            continue;
        }
        let data = ProjectData { id: Id::new(), name, ..sample };
        let media = folder.join("media");
        std::fs::create_dir_all(&media).with_context(|| format!("cannot make this folder: {}", folder.display()))?;
        files::write(&media.join(format!("{}.png", Digest::of(PICTURE))), PICTURE)?;
        files::write(&folder.join(project::FILE), &data.to_json()?)?;
        return Ok(folder);
    }
    Err(coded(Code::Input, format!("there are {MOST} copies of the sample project already: {}", parent.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use gallop_protocol::shot::Language;
    use std::collections::BTreeSet;

    #[test]
    fn the_sample_is_a_project_with_all_its_files() {
        let place = tempfile::tempdir().expect("folder");
        let (one, two) = (copy_to(place.path()).expect("a copy"), copy_to(place.path()).expect("another"));
        assert_ne!(one, two);
        let project = Project::open(&one).expect("a project");
        let languages: BTreeSet<_> =
            project.data().shots.iter().flat_map(|entry| &entry.shot.lines).map(|line| line.language.code()).collect();
        assert_eq!(languages.len(), Language::ALL.len());
        for media in project.data().media() {
            project.media_path(media).expect("the picture");
        }
        for entry in &project.data().shots {
            project.data().recipe(entry.id).expect("a recipe").shot.compose().expect("a prompt");
        }
        assert_ne!(project.data().id, ProjectData::read(&two).expect("a project").id);
    }
}
