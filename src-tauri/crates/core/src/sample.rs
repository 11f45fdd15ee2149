//! The sample project, which the program carries along.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::Id;
use rust_embed::Embed;

use crate::project::{self, ProjectData, folder_name};
use crate::{Code, coded, files};

/// `assets/sample/project`, as it lies there.
#[derive(Embed)]
#[folder = "../../../assets/sample/project"]
struct Sample;

/// Copies in one folder.
const MOST: u32 = 1000;

/// Makes a copy of the sample project in a folder, and tells where. Each copy is a project of its own.
///
/// # Errors
/// The folder cannot be written.
pub fn copy_to(parent: &Path) -> anyhow::Result<PathBuf> {
    let missing = || anyhow::anyhow!("this Gallop was built without its sample project");
    let sample = ProjectData::from_json(&Sample::get(project::FILE).with_context(|| missing().to_string())?.data)?;
    for number in 1..=MOST {
        let name = if number == 1 { sample.name.clone() } else { format!("{} {number}", sample.name) };
        let folder = parent.join(folder_name(&name));
        if folder.symlink_metadata().is_ok() {
            continue;
        }
        let data = ProjectData { id: Id::new(), name, ..sample };
        for file in Sample::iter().filter(|file| *file != project::FILE) {
            let path = folder.join(&*file);
            let into = path.parent().unwrap_or(&folder);
            std::fs::create_dir_all(into).with_context(|| format!("cannot make this folder: {}", into.display()))?;
            files::write(&path, &Sample::get(&file).with_context(|| missing().to_string())?.data)?;
        }
        // Last: with it, the folder is a project.
        files::write(&folder.join(project::FILE), &data.to_json()?)?;
        return Ok(folder);
    }
    Err(coded(Code::Input, format!("there are {MOST} copies of the sample project already: {}", parent.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use crate::take::TakeFolder;

    #[test]
    fn the_sample_is_a_project_with_all_its_files() {
        let place = tempfile::tempdir().expect("folder");
        let (one, two) = (copy_to(place.path()).expect("a copy"), copy_to(place.path()).expect("another"));
        assert_ne!(one, two);
        let project = Project::open(&one).expect("a project");
        for media in project.data().media() {
            project.media_path(media).expect("a file");
        }
        for entry in &project.data().shots {
            project.data().recipe(entry.id).expect("a recipe").shot.compose().expect("a prompt");
        }
        let takes = TakeFolder::list(&one).expect("takes");
        assert!(takes.damaged.is_empty() && takes.unfinished.is_empty(), "{takes:?}");
        assert_ne!(project.data().id, ProjectData::read(&two).expect("a project").id);
    }
}
